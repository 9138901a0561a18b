//===- Consumer.cpp - the elementwise operations behind an anchor -----------------------------------------------===//
#include "codegen/Consumer.h"

#include "llvm/ADT/DenseMap.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;
using namespace mgec::mge;

int64_t codegen::channelAxis(int64_t rank) { return rank == 4 ? 1 : rank - 1; }

/// The weight behind a value, also from inside a group.
static WeightOp constantBehind(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    if (auto group = dyn_cast_if_present<GroupOp>(argument.getOwner()->getParentOp()))
      return group.getWeight(argument.getArgNumber());
  return weightOf(value);
}

OperandKind codegen::classify(RankedTensorType result, Value operand) {
  auto type = dyn_cast<RankedTensorType>(operand.getType());
  if (!type || !type.getElementType().isF32())
    return OperandKind::Other;
  bool constant = constantBehind(operand) != nullptr;
  if (type.hasStaticShape() && type.getNumElements() == 1)
    return constant ? OperandKind::Literal : OperandKind::Scalar;
  if (type.getShape() == result.getShape() && !constant)
    return OperandKind::Full;
  if (!constant || type.getRank() > result.getRank())
    return OperandKind::Other;
  // One element a channel: every extent 1 but the channel axis, aligned at the end.
  int64_t axis = channelAxis(result.getRank());
  for (int64_t i = 0; i < type.getRank(); ++i) {
    int64_t at = result.getRank() - type.getRank() + i;
    if (type.getDimSize(i) != (at == axis ? result.getDimSize(axis) : 1))
      return OperandKind::Other;
  }
  return type.getRank() >= result.getRank() - axis ? OperandKind::Channel : OperandKind::Other;
}

bool codegen::canConsume(Value value, Operation *consumer) {
  auto op = dyn_cast<ElemwiseOp>(consumer);
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!op || !type || op.getDst().getType() != type || !type.getElementType().isF32())
    return false;
  return llvm::all_of(op.getInputs(), [&](Value operand) {
    if (operand == value)
      return true;
    OperandKind kind = classify(type, operand);
    return kind == OperandKind::Literal || kind == OperandKind::Channel || kind == OperandKind::Full;
  });
}

FailureOr<ConsumerPlan> codegen::planConsumer(GroupOp group, Operation *anchor) {
  ConsumerPlan plan;
  DenseMap<Value, std::string> names;
  names[anchor->getResult(0)] = "x";
  DenseMap<unsigned, std::string> operands;
  plan.result = "x";
  auto resultType = cast<RankedTensorType>(anchor->getResult(0).getType());
  Operation *op = anchor->getNextNode();
  for (; isa<ElemwiseOp>(op); op = op->getNextNode()) {
    auto elemwise = cast<ElemwiseOp>(op);
    std::string step;
    for (Value input : elemwise.getInputs()) {
      step += step.empty() ? "" : ", ";
      if (auto it = names.find(input); it != names.end()) {
        step += it->second;
        continue;
      }
      int64_t number = group.operandNumber(input);
      OperandKind kind = number < 0 ? OperandKind::Other : classify(resultType, input);
      if (kind == OperandKind::Literal) {
        float value;
        std::memcpy(&value, bytesOf(group.getWeight(number)).data(), sizeof value);
        step += floatLiteral(value);
        continue;
      }
      if (kind == OperandKind::Other)
        return op->emitOpError("has an operand that no consumer can read");
      auto [it, added] = operands.try_emplace(number, "o" + std::to_string(plan.operands.size()));
      if (added)
        plan.operands.push_back({static_cast<unsigned>(number), kind});
      step += it->second;
    }
    std::string name = "t" + std::to_string(plan.steps.size());
    plan.steps.push_back(name + " = " + stringifyEnum(elemwise.getMode()).str() + "(" + step + ")");
    names[elemwise.getDst()] = name;
  }
  auto it = names.find(op->getOperand(0));
  if (it == names.end())
    return group.emitOpError("yields what its consumers do not compute");
  plan.result = it->second;
  return plan;
}

OperandKind codegen::consumerKind(GroupOp group, unsigned number) {
  Operation *anchor = group.getAnchor();
  Value argument = group.getBlock().getArgument(number);
  for (Operation *user : argument.getUsers())
    if (auto elemwise = dyn_cast<ElemwiseOp>(user); elemwise && user != anchor)
      return classify(cast<RankedTensorType>(elemwise.getDst().getType()), argument);
  return OperandKind::None;
}
