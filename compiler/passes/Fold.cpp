//===- Fold.cpp - constant folding with the reference functions -------------------------------------------------===//
#include "compiler/passes/Fold.h"
#include "compiler/eval/Evaluator.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;

static bool isFoldable(Operation &op) {
  if (isa<ConstantOp, GroupOp, OutputOp>(op) || op.getNumOperands() == 0 || !isPure(&op))
    return false;
  int64_t in = 0, out = 0;
  for (Value operand : op.getOperands()) {
    if (!operand.getDefiningOp<ConstantOp>())
      return false;
    in += sampleBytes(cast<RankedTensorType>(operand.getType()));
  }
  for (Type type : op.getResultTypes()) {
    auto ranked = dyn_cast<RankedTensorType>(type);
    if (!ranked || !ranked.hasStaticShape())
      return false;
    out += sampleBytes(ranked);
  }
  return out <= std::max<int64_t>(64 << 10, 2 * in);
}

FailureOr<bool> mgec::foldConstants(VariantOp variant) {
  auto network = cast<NetworkOp>(variant->getParentOp());
  bool changed = false;
  for (Operation &op : llvm::make_early_inc_range(variant.getBlock())) {
    if (!isFoldable(op))
      continue;
    SmallVector<eval::Tensor> operands, results;
    SmallVector<const eval::Tensor *> in;
    for (Value operand : op.getOperands()) {
      auto type = cast<RankedTensorType>(operand.getType());
      operands.push_back(
          {SmallVector<int64_t>(type.getShape()), type.getElementType(), bytesOf(weightOf(operand)).vec()});
    }
    for (const eval::Tensor &operand : operands)
      in.push_back(&operand);
    for (Type type : op.getResultTypes()) {
      auto ranked = cast<RankedTensorType>(type);
      results.push_back(eval::makeTensor(ranked.getShape(), ranked.getElementType()));
    }
    if (failed(eval::evaluate(&op, in, results)))
      return failure();
    OpBuilder builder(&op);
    for (auto [result, tensor] : llvm::zip(op.getResults(), results)) {
      auto type = cast<RankedTensorType>(result.getType());
      WeightOp weight = addWeight(network, type, tensor.bytes, "folded");
      result.replaceAllUsesWith(ConstantOp::create(builder, op.getLoc(), type, weight.getSymName()));
    }
    op.erase();
    changed = true;
  }
  return changed;
}

void mgec::dropDeadWeights(NetworkOp network) {
  llvm::DenseSet<StringAttr> used;
  for (auto variant : network.getBlock().getOps<VariantOp>()) {
    variant.walk([&](ConstantOp op) { used.insert(op.getWeightAttr().getAttr()); });
    for (unsigned k = 0; k < variant.getInputNames().size(); ++k)
      if (FlatSymbolRefAttr symbol = variant.getInputDefault(k))
        used.insert(symbol.getAttr());
  }
  for (auto packed : network.getBlock().getOps<PackedOp>())
    used.insert(packed.getSourceAttr().getAttr());
  for (auto weight : llvm::make_early_inc_range(network.getBlock().getOps<WeightOp>()))
    if (!used.contains(weight.getSymNameAttr()))
      weight.erase();
}
