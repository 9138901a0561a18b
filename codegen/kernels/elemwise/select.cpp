//===- select.cpp - the elemwise family: chains of element-wise functions -----===//
//
// The first function of a group reads its operands with any broadcasting; what follows is its consumer. Floats have
// rows for row-major tensors and for channel blocks; other types one for single functions.
//
//===------------------------------------------------------------------------------------------------------------===//
#define MGEC_ISA_NAMESPACE host
#include "codegen/kernels/elemwise/modes.hpp"

#include "codegen/kernels/elemwise/family.h"

#include "llvm/ADT/StringSwitch.h"

#include <cstring>

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;
using namespace mgec::codegen::elemwise;

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

namespace {

struct Mode {
  const char *function;
  const char *types; // f: float, i: integers, b: booleans
};

Mode modeOf(mge::ElemwiseMode mode) {
  switch (static_cast<int>(mode)) {
#define MGEC_MODE(NAME, FUNCTION, ID, ARITY, TYPES)                                                                    \
  case ID: return {#FUNCTION, TYPES};
    MGEC_ELEMWISE_MODES(MGEC_MODE)
#undef MGEC_MODE
  }
  return {"", ""};
}

/// Vector operations that a function takes, roughly.
double operationsOf(StringRef function) {
  return llvm::StringSwitch<double>(function)
      .Cases({"add", "sub", "mul", "max", "min", "relu", "abs", "negate", "square", "identity"}, 1)
      .Cases({"exp", "sigmoid", "silu", "softplus", "logsigmoid", "log", "sin", "cos", "fuse_add_sigmoid"}, 22)
      .Cases({"tanh", "erf", "gelu", "log1p", "expm1", "fuse_add_tanh", "tan", "asin", "acos", "atan2"}, 40)
      .Cases({"pow", "sinh", "cosh", "asinh", "acosh", "atanh", "erfc", "erfinv", "erfcinv", "mod"}, 150)
      .Default(4);
}

double operationsOf(mge::GroupOp group) {
  double operations = 0;
  for (Operation &op : group.getBlock().without_terminator()) {
    auto elemwise = dyn_cast<mge::ElemwiseOp>(op);
    operations += operationsOf(elemwise ? modeOf(elemwise.getMode()).function : "");
  }
  return operations;
}

bool isInteger(Type type) { return isa<IntegerType>(type) && !type.isInteger(1); }

} // namespace

std::optional<Function> elemwise::functionOf(Operation *op, std::string &reason) {
  Type result = cast<RankedTensorType>(op->getResult(0).getType()).getElementType();
  Type operand = cast<RankedTensorType>(op->getOperand(0).getType()).getElementType();
  for (Type type : op->getOperandTypes())
    if (cast<RankedTensorType>(type).getElementType() != operand) {
      reason = "needs operands of one type";
      return std::nullopt;
    }
  if (auto power = dyn_cast<mge::PowCOp>(op)) {
    if (operand.isF32() && result.isF32())
      return Function{"powc", "elemwise::Power{" + floatLiteral(power.getExp().convertToFloat()) + "}", true, true};
    reason = "raises float32 to powers, not " + mge::elementName(operand);
    return std::nullopt;
  }
  Mode mode = modeOf(cast<mge::ElemwiseOp>(op).getMode());
  char wanted = operand.isF32() ? 'f' : operand.isInteger(1) ? 'b' : isInteger(operand) ? 'i' : '-';
  bool known = std::strchr(mode.types, wanted) && (result == operand || (operand.isF32() && result.isInteger(1)) ||
                                                   (isInteger(operand) && result.isInteger(1)));
  // The high half of a product depends on the width.
  if (!known || (StringRef(mode.function) == "rmulh" && !operand.isInteger(32))) {
    reason =
        "has no " + std::string(mode.function) + " of " + mge::elementName(operand) + " to " + mge::elementName(result);
    return std::nullopt;
  }
  return Function{mode.function, std::string("elemwise::op::") + mode.function + "{}",
                  operand.isF32() && result.isF32(), operand.isF32()};
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

std::string elemwise::literalOf(mge::GroupOp group, unsigned number) {
  mge::WeightOp weight = group.getWeight(number);
  RankedTensorType type = group.inputType(number);
  if (!weight || type.getNumElements() != 1 || !type.getElementType().isF32())
    return "";
  float value;
  std::memcpy(&value, mge::bytesOf(weight).data(), sizeof value);
  return floatLiteral(value);
}

std::optional<std::vector<Reading>> elemwise::blockedReadings(mge::GroupOp group, int64_t block, std::string &reason) {
  SmallVector<int64_t> dst = mge::sampleShape(group.outputType(0));
  int64_t pixels = dst[2] * dst[3], blocks = ceilDiv(dst[1], block);
  std::vector<Reading> readings;
  for (Value operand : group.getAnchor()->getOperands()) {
    Reading reading;
    reading.number = static_cast<unsigned>(group.operandNumber(operand));
    reading.literal = literalOf(group, reading.number);
    RankedTensorType type = group.inputType(reading.number);
    bool constant = group.getWeight(reading.number) != nullptr;
    SmallVector<int64_t> shape(4 - std::min<int64_t>(type.getRank(), 4), 1);
    shape.append(mge::sampleShape(type));
    bool plain = shape[2] == 1 && shape[3] == 1, wholePlane = shape[2] == dst[2] && shape[3] == dst[3];
    bool perSample = shape[0] != 1;
    if (!reading.literal.empty() || (plain && shape[1] == 1)) {
      reading.kind = "elemwise::Splat";
      reading.perSample = perSample;
    } else if (!constant && type.getRank() == 4 && shape == dst) {
      reading.kind = "elemwise::Run";
      reading.blocked = true;
      reading.perPixel = block;
      reading.perBlock = pixels * block;
      reading.perSample = blocks * pixels * block;
    } else if (plain && shape[1] == dst[1] && (constant ? !perSample : type.getRank() == 4)) {
      reading.kind = "elemwise::Lanes";
      reading.blocked = !constant;
      reading.perBlock = block;
      reading.perSample = perSample ? blocks * block : 0;
    } else if (wholePlane && shape[1] == 1) {
      reading.kind = "elemwise::Pixels";
      reading.perPixel = 1;
      reading.perSample = perSample ? pixels : 0;
    } else {
      reason = "reads operands of the result's shape, one element a channel or one a pixel, not operand " +
               std::to_string(readings.size());
      return std::nullopt;
    }
    readings.push_back(std::move(reading));
  }
  return readings;
}

//===----------------------------------------------------------------------===//
// The family
//===----------------------------------------------------------------------===//

namespace {

struct ElemwiseFamily : Family {
  StringRef name() const override { return "elemwise"; }
  bool owns(Operation *anchor) const override { return isa<mge::ElemwiseOp, mge::PowCOp>(anchor); }

  bool absorbs(Operation *anchor, Operation *consumer) const override {
    std::string reason;
    std::optional<Function> function = functionOf(anchor, reason);
    return function && function->isFloat && absorbsFloat(anchor, consumer);
  }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    std::string reason;
    std::optional<Function> function = functionOf(group.getAnchor(), reason);
    if (function && !hasKnownSamples(group)) {
      reason = "needs extents that are known up to the batch";
      function.reset();
    }
    if (!function) {
      choices.refusals.push_back({"elemwise_f32_rows", reason});
      return;
    }
    const Target &target = targets.best();
    double compute = operationsOf(group) * static_cast<double>(sampleElements(mge::logical(group.outputType(0)))) /
                     (target.fmaPerNs / 2);
    StringRef rows = function->isFloat ? "elemwise_f32_rows" : "elemwise_any_rows";
    if (auto candidate = makeRowMajor(group, rows, streamNs(targets, groupBytes(group)) + compute))
      choices.candidates.push_back(std::move(*candidate));
    if (!function->isFloat || group.outputType(0).getRank() != 4)
      return;
    auto readings = blockedReadings(group, targets.block, reason);
    if (!readings) {
      choices.refusals.push_back({"elemwise_f32_blocked", reason});
      return;
    }
    auto blocked = mge::LayoutAttr::getChannelBlocked(group.getContext(), targets.block);
    SmallVector<mge::LayoutAttr> layouts;
    for (const Reading &reading : *readings)
      layouts.push_back(reading.blocked ? blocked : mge::LayoutAttr::getRowMajor(group.getContext()));
    SmallVector<int64_t> shape = mge::sampleShape(group.outputType(0));
    double padding = static_cast<double>(llvm::alignTo(shape[1], targets.block)) / static_cast<double>(shape[1]);
    if (auto candidate = makeCandidate(group, "elemwise_f32_blocked", layouts, blocked,
                                       streamNs(targets, groupBytes(group, targets.block)) + compute * padding))
      choices.candidates.push_back(std::move(*candidate));
  }

  /// One element a channel: as the compiler packs them for consumers. Others stay dense.
  Packed pack(mge::GroupOp group, unsigned operand, const TargetSet &, ArrayRef<uint8_t> bytes) const override {
    RankedTensorType result = group.outputType(0);
    if (classify(mge::logical(result), group.getBlock().getArgument(operand)) != OperandKind::Channel)
      return {"dense", bytes.vec()};
    int64_t block = std::max<int64_t>(mge::layoutOf(result).getChannelBlock(), 16);
    Packed packed{"channel" + std::to_string(block), bytes.vec()};
    packed.bytes.resize(llvm::alignTo(bytes.size(), block * 4), 0);
    return packed;
  }

  LogicalResult build(mge::GroupOp group, const TargetSet &targets, const Target &,
                      KernelBuilder &builder) const override {
    if (group.getRow() == "elemwise_any_rows")
      return buildAny(group, builder);
    return group.getRow() == "elemwise_f32_blocked" ? buildBlocked(group, targets, builder) : buildRows(group, builder);
  }
};

} // namespace

const Family &codegen::elemwiseFamily() {
  static ElemwiseFamily family;
  return family;
}
