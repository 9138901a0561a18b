//===- Simplify.cpp - stage simplify ----------------------------------------------------------------------------===//
#include "compiler/passes/Fold.h"
#include "compiler/passes/Passes.h"

#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mgec {
#define GEN_PASS_DEF_SIMPLIFY
#include "compiler/passes/Passes.h.inc"
} // namespace mgec

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;

namespace {

struct SimplifyPass : mgec::impl::SimplifyBase<SimplifyPass> {
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    for (RegisteredOperationName op : context->getRegisteredOperations())
      if (op.getDialectNamespace() == "mge")
        op.getCanonicalizationPatterns(set, context);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    NetworkOp network = getOperation();
    for (auto variant : network.getBlock().getOps<VariantOp>()) {
      // Rewrites make constant operations, whose results enable rewrites.
      for (int round = 0; round < 8; ++round) {
        bool changed = false;
        if (failed(applyPatternsGreedily(variant.getOperation(), patterns, GreedyRewriteConfig(), &changed))) {
          variant.emitOpError("rewrites do not come to an end");
          return signalPassFailure();
        }
        IRRewriter rewriter(&getContext());
        DominanceInfo dominance(variant);
        eliminateCommonSubExpressions(rewriter, dominance, variant, &changed);
        auto folded = foldConstants(variant);
        if (failed(folded))
          return signalPassFailure();
        if (!*folded)
          break;
      }
    }
    dropDeadWeights(network);
    network.setStage("simplify");
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
