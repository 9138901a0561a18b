//===- pad.cpp - the pad family -----------------------------------------------------------------------------------===//
//
// Padding of the last two axes by planes, in every mode; with a constant, further axes of row-major tensors too.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/emit/Emit.h"
#include "codegen/kernels/support.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

namespace {

/// Operand and result with a plane as the last two axes.
struct Problem {
  SmallVector<int64_t> src, dst, front;
  bool outer = false; // pads other axes than those of the plane
  int64_t planes() const { return product(ArrayRef(src).drop_back(2)); }
};

Problem problemOf(mge::PaddingOp op) {
  Problem p;
  p.src = mge::sampleShape(cast<RankedTensorType>(op.getSrc().getType()));
  p.dst = mge::sampleShape(cast<RankedTensorType>(op.getDst().getType()));
  for (size_t axis = 0; axis < p.src.size(); ++axis)
    p.front.push_back(axis < op.getFront().size() ? op.getFront()[axis] : 0);
  if (p.src.size() == 1) {
    p.src.insert(p.src.begin(), 1);
    p.dst.insert(p.dst.begin(), 1);
    p.front.insert(p.front.begin(), 0);
  }
  for (size_t axis = 0; axis + 2 < p.src.size(); ++axis)
    p.outer |= p.front[axis] != 0 || p.src[axis] != p.dst[axis];
  return p;
}

/// The constant as a value of the element type; empty where only the reference knows it.
std::string valueOf(mge::PaddingOp op) {
  Type element = mge::storageType(cast<RankedTensorType>(op.getDst().getType()).getElementType());
  float value = op.getPaddingVal().convertToFloat();
  if (element.isF32())
    return floatLiteral(value);
  if (value == 0 || op.getMode() != mge::PaddingMode::CONSTANT)
    return cType(element) + "(0)";
  if (!isa<IntegerType>(element) || !(value >= -2147483648.0f && value < 2147483648.0f))
    return "";
  return cType(element) + "(" + text(static_cast<int64_t>(value)) + ")";
}

std::string calleeOf(mge::PaddingOp op, int64_t unit) {
  return "pad::plane<" + text(static_cast<int64_t>(op.getMode())) + ", " + text(unit) + ", " +
         cType(cast<RankedTensorType>(op.getDst().getType()).getElementType()) + ">";
}

struct PadFamily : Family {
  StringRef name() const override { return "pad"; }
  bool owns(Operation *anchor) const override { return isa<mge::PaddingOp>(anchor); }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    auto op = cast<mge::PaddingOp>(group.getAnchor());
    auto type = cast<RankedTensorType>(op.getDst().getType());
    bool isFloat = type.getElementType().isF32();
    StringRef row = isFloat ? "padding_f32_planes" : "padding_any_planes";
    auto refuse = [&](StringRef row, const std::string &reason) { choices.refusals.push_back({row.str(), reason}); };
    if (!hasKnownSamples(group))
      return refuse(row, "needs extents that are known up to the batch");
    if (mge::elementBits(type.getElementType()) < 8)
      return refuse(row, "moves whole bytes, not elements of 4 bits");
    if (valueOf(op).empty())
      return refuse(row, "pads float32 and integers with numbers, others with 0");
    Problem p = problemOf(op);
    if (product(p.src) == 0 || product(p.dst) == 0)
      return refuse(row, "needs elements");
    bool constant = op.getMode() == mge::PaddingMode::CONSTANT;
    if (p.outer && (!constant || mge::isBatched(type) != mge::isBatched(cast<RankedTensorType>(op.getSrc().getType()))))
      return refuse(row, "pads the last two axes, others with a constant");
    for (size_t axis = 0; axis < p.src.size(); ++axis)
      if (p.front[axis] < 0 || p.dst[axis] < p.src[axis] + p.front[axis])
        return refuse(row, "adds elements and takes none away");
    if (mge::isBatched(type) && (p.front[0] != 0 || p.src[0] != p.dst[0]))
      return refuse(row, "needs a batch without padding");
    double rows = static_cast<double>(product(ArrayRef(p.dst).drop_back()));
    if (auto candidate = makeRowMajor(group, row, streamNs(targets, groupBytes(group)) + 10 * rows))
      choices.candidates.push_back(std::move(*candidate));
    if (!isFloat || type.getRank() != 4)
      return;
    row = "padding_f32_blocked";
    if (p.outer)
      return refuse(row, "pads the last two axes");
    if (constant && op.getPaddingVal().convertToFloat() != 0 && p.src[1] % targets.block)
      return refuse(row, "needs channels in whole blocks of " + text(targets.block) + " where the constant is not 0");
    if (group.getWeight(0))
      return refuse(row, "needs an operand that is no constant");
    auto blocked = mge::LayoutAttr::getChannelBlocked(group.getContext(), targets.block);
    double blockRows = static_cast<double>(p.dst[0] * ceilDiv(p.dst[1], targets.block) * p.dst[2]);
    if (auto candidate = makeCandidate(group, row, {blocked}, blocked,
                                       streamNs(targets, groupBytes(group, targets.block)) + 10 * blockRows))
      choices.candidates.push_back(std::move(*candidate));
  }

  LogicalResult build(mge::GroupOp group, const TargetSet &targets, const Target &,
                      KernelBuilder &builder) const override {
    auto op = cast<mge::PaddingOp>(group.getAnchor());
    Problem p = problemOf(op);
    int64_t unit = group.getRow() == "padding_f32_blocked" ? targets.block : 1;
    int64_t planes = unit > 1 ? p.src[0] * ceilDiv(p.src[1], unit) : p.planes();
    size_t h = p.src.size() - 2, w = h + 1;
    int64_t ih = p.src[h], iw = p.src[w], oh = p.dst[h], ow = p.dst[w];
    std::string value = valueOf(op), callee = calleeOf(op, unit);
    Split split = splitWork(planes, oh, 1, p.outer ? 0 : costOf(group));
    std::vector<std::string> headers = {"pad/planes.hpp"};
    if (p.outer)
      headers.push_back("shape/copy.hpp");
    KernelOptions options = kernelOptions(group, split.chunks, headers);
    options.consumer = false;
    return builder.kernel("", options, [&](Nest &n) {
      Ptr src = operandPtr(n, group, anchorOperand(group, 0)), dst = n.out();
      auto plane = [&](const Idx &from, const Idx &to, const Idx &first, const Idx &last) {
        n.micro(callee, {n.at(src, from), ih, iw, n.at(dst, to), ow, p.front[h], p.front[w], first, last, value});
      };
      if (!p.outer)
        return forSplit(n, split, "plane", [&](Idx number, Idx first, Idx count) {
          plane(number * (ih * iw * unit), number * (oh * ow * unit), first, first + count);
        });
      SmallVector<int64_t> from = denseStrides(p.src), to = denseStrides(p.dst);
      std::string fill =
          "shape::fill_row<" + cType(cast<RankedTensorType>(op.getDst().getType()).getElementType()) + ">";
      // What lies before and behind an outer axis of the operand is filled in one piece.
      auto axes = [&](auto &self, size_t axis, Idx source, Idx target) -> void {
        if (axis == h)
          return plane(source, target, 0, oh);
        int64_t before = p.front[axis], behind = p.dst[axis] - p.src[axis] - before;
        if (before)
          n.micro(fill, {n.at(dst, target), before * to[axis], value});
        n.loop("i", 0, p.src[axis], 1, [&](Idx i) {
          self(self, axis + 1, source + i * from[axis], target + (i + before) * to[axis]);
        });
        if (behind)
          n.micro(fill, {n.at(dst, target + (before + p.src[axis]) * to[axis]), behind * to[axis], value});
      };
      axes(axes, 0, 0, 0);
    });
  }
};

} // namespace

const Family &codegen::padFamily() {
  static PadFamily family;
  return family;
}
