//===- TileFuse.cpp - stage tile-fuse ---------------------------------------------------------------------------===//
#include "codegen/Family.h"
#include "compiler/passes/Passes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace mgec {
#define GEN_PASS_DEF_TILEFUSE
#include "compiler/passes/Passes.h.inc"
} // namespace mgec

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;

/// One group at the place of `consumer` that computes what both did.
static void join(GroupOp producer, GroupOp consumer, const codegen::Candidate &candidate) {
  OpBuilder builder(consumer);
  SmallVector<Value> inputs(producer.getInputs());
  for (Value input : consumer.getInputs())
    if (input != producer.getResult(0) && !llvm::is_contained(inputs, input))
      inputs.push_back(input);
  OperationState state(builder.getFusedLoc({producer.getLoc(), consumer.getLoc()}), GroupOp::getOperationName());
  state.addOperands(inputs);
  state.addTypes(consumer.getResultTypes());
  state.addAttributes(consumer->getAttrs());
  state.attributes.set("row", builder.getStringAttr(candidate.row));
  state.attributes.set("cost_ns", builder.getF64FloatAttr(candidate.nanoseconds));
  if (candidate.tiles)
    state.attributes.set("tiles", candidate.tiles);
  state.addRegion()->emplaceBlock();
  auto group = cast<GroupOp>(builder.create(state));
  Block &body = group.getBlock();
  IRMapping mapping;
  for (Value input : inputs) {
    Value argument = body.addArgument(logical(cast<RankedTensorType>(input.getType())), input.getLoc());
    for (GroupOp part : {producer, consumer})
      for (auto [operand, inner] : llvm::zip(part.getInputs(), part.getBlock().getArguments()))
        if (operand == input)
          mapping.map(inner, argument);
  }
  OpBuilder inner = OpBuilder::atBlockEnd(&body);
  for (Operation &op : producer.getBlock().without_terminator())
    inner.clone(op, mapping);
  Value between = mapping.lookup(producer.getBlock().getTerminator()->getOperand(0));
  for (auto [operand, argument] : llvm::zip(consumer.getInputs(), consumer.getBlock().getArguments()))
    if (operand == producer.getResult(0))
      mapping.map(argument, between);
  for (Operation &op : consumer.getBlock())
    inner.clone(op, mapping);
  consumer->replaceAllUsesWith(group.getResults());
  consumer.erase();
  producer.erase();
}

namespace {

struct TileFusePass : mgec::impl::TileFuseBase<TileFusePass> {
  void runOnOperation() override {
    NetworkOp network = getOperation();
    if (failed(enterStage(network, "tile-fuse")))
      return signalPassFailure();
    codegen::TargetSet targets = targetsOf(network);
    for (auto variant : network.getBlock().getOps<VariantOp>())
      for (auto consumer : llvm::make_early_inc_range(variant.getBlock().getOps<GroupOp>()))
        for (Value input : consumer.getInputs()) {
          auto producer = input.getDefiningOp<GroupOp>();
          if (!producer || producer.getNumResults() != 1 || !input.hasOneUse())
            continue;
          auto candidate = codegen::familyOf(consumer.getAnchor()).tileFused(producer, consumer, targets);
          if (!candidate)
            continue;
          join(producer, consumer, *candidate);
          break;
        }
    network.setStage("tile-fuse");
  }
};

} // namespace
