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
    if (failed(enterStage(network, "simplify")))
      return signalPassFailure();
    for (auto variant : network.getBlock().getOps<VariantOp>()) {
      // Rewrites make constant operations, whose results enable rewrites.
      for (int round = 0;; ++round) {
        bool changed = false;
        if (round == 64) {
          variant.emitOpError("rewrites and constants do not come to an end");
          return signalPassFailure();
        }
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
      if (failed(checkSymbols(variant)))
        return signalPassFailure();
    }
    dropDeadWeights(network);
    network.setStage("simplify");
  }

  /// Later stages know one symbol, the batch, and buffers that grow linearly with it: the first extent may be k * N.
  LogicalResult checkSymbols(VariantOp variant) {
    for (Operation &op : variant.getBlock())
      for (Value result : op.getResults()) {
        SmallVector<AffineExpr> dims = dimsOf(cast<RankedTensorType>(result.getType()));
        for (auto [axis, dim] : llvm::enumerate(dims))
          if (!constantOf(dim) && (axis != 0 || !batchMultiple(dim)))
            return op.emitOpError()
                   << "makes a tensor of shape " << shapeText(dims)
                   << "; of a batch that is known only at run time, the first extent alone may depend, as a "
                      "multiple. Compile for fixed shapes instead";
      }
    return success();
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
