//===- type_cvt.cpp - the type_cvt family: conversions between element types --------------------------------------===//
//
// Elements stand in the same order on both sides, so every layout is one run of them. In channel blocks, lanes without
// a channel must stay zero: quantised types need a zero point of 0.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/emit/Emit.h"
#include "codegen/kernels/support.h"

#include <cmath>

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

namespace {

bool isQuantised(Type type) { return isa<quant::QuantizedType>(type); }

/// The element type as convert.hpp names it.
std::string nameOf(Type type) {
  if (type.isF16())
    return "elemwise::Half";
  if (type.isBF16())
    return "elemwise::BFloat";
  return type.isInteger(1) ? "elemwise::Bool" : cType(type);
}

/// The micro-kernel and its arguments behind the number of elements; an empty name with a reason where there is none.
struct Call {
  std::string callee;
  std::vector<Arg> constants;
};

Call callOf(Type from, Type to, std::string &reason) {
  for (Type type : {from, to})
    if (mge::elementBits(type) < 8) {
      reason = "converts whole bytes, not elements of 4 bits";
      return {};
    }
  auto [fromScale, fromZero] = mge::quantisationOf(from);
  auto [toScale, toZero] = mge::quantisationOf(to);
  std::vector<Arg> target;
  if (isQuantised(to)) {
    auto storage = cast<IntegerType>(mge::storageType(to));
    unsigned width = storage.getWidth();
    bool isUnsigned = storage.isUnsigned();
    // The largest float that fits 32 bits.
    double high = isUnsigned ? std::exp2(width) - 1 : std::exp2(width - 1) - 1,
           low = isUnsigned ? 0 : -std::exp2(width - 1);
    if (width == 32)
      high = 2147483520.0;
    target = {floatLiteral(toScale), floatLiteral(static_cast<float>(toZero)), floatLiteral(static_cast<float>(low)),
              floatLiteral(static_cast<float>(high))};
  }
  if (!isQuantised(from) && !isQuantised(to))
    return {"elemwise::convert_stored<" + nameOf(from) + ", " + nameOf(to) + ">", {}};
  if (isQuantised(from) && isQuantised(to)) {
    std::vector<Arg> constants = {floatLiteral(fromScale), Idx(fromZero)};
    constants.insert(constants.end(), target.begin(), target.end());
    return {"elemwise::requantize_row", constants};
  }
  if (isQuantised(from) && to.isF32())
    return {"elemwise::dequantize_row", {floatLiteral(fromScale), Idx(fromZero)}};
  if (from.isF32())
    return {"elemwise::quantize_row", target};
  reason = "converts quantised types from and to float32 and each other, not " + mge::elementName(from) + " to " +
           mge::elementName(to);
  return {};
}

struct TypeCvtFamily : Family {
  StringRef name() const override { return "type_cvt"; }
  bool owns(Operation *anchor) const override { return isa<mge::TypeCvtOp>(anchor); }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    auto refuse = [&](StringRef row, const std::string &reason) { choices.refusals.push_back({row.str(), reason}); };
    RankedTensorType src = group.inputType(0), dst = group.outputType(0);
    std::string reason;
    if (callOf(src.getElementType(), dst.getElementType(), reason).callee.empty())
      return refuse("type_cvt_any_rows", reason);
    if (!hasKnownSamples(group))
      return refuse("type_cvt_any_rows", "needs extents that are known up to the batch");
    if (product(mge::sampleShape(dst)) == 0)
      return refuse("type_cvt_any_rows", "needs elements");
    double compute = 8 / (targets.best().fmaPerNs / 2);
    auto cost = [&](int64_t block) {
      RankedTensorType type = mge::logical(dst);
      if (block > 1)
        type = mge::withLayout(type, mge::LayoutAttr::getChannelBlocked(group.getContext(), block));
      return streamNs(targets, groupBytes(group, block)) + compute * static_cast<double>(sampleElements(type));
    };
    if (auto candidate = makeRowMajor(group, "type_cvt_any_rows", cost(1)))
      choices.candidates.push_back(std::move(*candidate));
    if (dst.getRank() != 4 || group.getWeight(0))
      return;
    if (mge::quantisationOf(src.getElementType()).second || mge::quantisationOf(dst.getElementType()).second)
      return refuse("type_cvt_any_blocked", "needs zero points of 0");
    auto blocked = mge::LayoutAttr::getChannelBlocked(group.getContext(), targets.block);
    if (auto candidate = makeCandidate(group, "type_cvt_any_blocked", {blocked}, blocked, cost(targets.block)))
      choices.candidates.push_back(std::move(*candidate));
  }

  LogicalResult build(mge::GroupOp group, const TargetSet &, const Target &, KernelBuilder &builder) const override {
    std::string reason;
    Call call = callOf(group.inputType(0).getElementType(), group.outputType(0).getElementType(), reason);
    Split split = splitWork(1, sampleElements(group.outputType(0)), 64, costOf(group));
    KernelOptions options = kernelOptions(group, split.chunks, {"elemwise/convert.hpp"});
    options.consumer = false;
    return builder.kernel("", options, [&](Nest &n) {
      forSplit(n, split, "i", [&](Idx, Idx first, Idx count) {
        std::vector<Arg> args = {n.at(operandPtr(n, group, 0), first), n.at(n.out(), first), count};
        args.insert(args.end(), call.constants.begin(), call.constants.end());
        n.micro(call.callee, args);
      });
    });
  }
};

} // namespace

const Family &codegen::type_cvtFamily() {
  static TypeCvtFamily family;
  return family;
}
