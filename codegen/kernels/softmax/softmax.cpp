//===- softmax.cpp - the softmax family ---------------------------------------------------------------------------===//
//
// Row-major floats along any axis: rows where the axis is the innermost, columns elsewhere.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/kernels/support.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

namespace {

/// The tensor as [outer][n][inner], with softmax along n.
struct Problem {
  int64_t axis, outer, n, inner;
};

Problem problemOf(mge::SoftmaxOp op) {
  auto type = cast<RankedTensorType>(op.getSrc().getType());
  SmallVector<int64_t> shape = mge::sampleShape(type);
  int64_t axis = static_cast<int64_t>(op.getAxis());
  axis += axis < 0 ? type.getRank() : 0;
  return {axis, product(ArrayRef(shape).take_front(axis)), shape[axis], product(ArrayRef(shape).drop_front(axis + 1))};
}

struct SoftmaxFamily : Family {
  StringRef name() const override { return "softmax"; }
  bool owns(Operation *anchor) const override { return isa<mge::SoftmaxOp>(anchor); }

  /// Channels must lie along the axis, which is how the kernels count them.
  bool absorbs(Operation *anchor, Operation *consumer) const override {
    auto type = cast<RankedTensorType>(anchor->getResult(0).getType());
    return type.getElementType().isF32() && absorbsFloat(anchor, consumer) &&
           (!readsChannels(consumer) || problemOf(cast<mge::SoftmaxOp>(anchor)).axis == channelAxis(type.getRank()));
  }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    auto op = cast<mge::SoftmaxOp>(group.getAnchor());
    auto type = cast<RankedTensorType>(op.getSrc().getType());
    auto refuse = [&](const std::string &reason) { choices.refusals.push_back({"softmax_f32_rows", reason}); };
    if (!type.getElementType().isF32())
      return refuse("needs float32, has " + mge::elementName(type.getElementType()));
    if (!hasKnownSamples(group))
      return refuse("needs extents that are known up to the batch");
    Problem p = problemOf(op);
    if (p.axis == 0 && mge::isBatched(type))
      return refuse("needs an axis other than the batch");
    int64_t elements = p.outer * p.n * p.inner;
    if (elements == 0)
      return refuse("needs elements");
    // An exponential is about 20 vector operations; fewer lanes where rows or columns are narrow.
    const Target &target = targets.best();
    double lanes = static_cast<double>(target.lanes), width = static_cast<double>(p.inner == 1 ? p.n : p.inner);
    double compute =
        24 * static_cast<double>(elements) / (target.fmaPerNs / 2) * std::max(1.0, std::min(lanes, lanes / width));
    if (auto candidate = makeRowMajor(group, "softmax_f32_rows", streamNs(targets, groupBytes(group)) + compute))
      choices.candidates.push_back(std::move(*candidate));
  }

  LogicalResult build(mge::GroupOp group, const TargetSet &, const Target &, KernelBuilder &builder) const override {
    Problem p = problemOf(cast<mge::SoftmaxOp>(group.getAnchor()));
    bool rows = p.inner == 1;
    Split split = rows ? splitWork(1, p.outer, 1, costOf(group)) : splitWork(p.outer, p.inner, 32, costOf(group));
    KernelOptions options = kernelOptions(group, split.chunks, {"softmax/rows.hpp"});
    options.lanesAreChannels = rows;
    return builder.kernel("", options, [&](Nest &n) {
      Ptr src = operandPtr(n, group, anchorOperand(group, 0)), dst = n.out();
      forSplit(n, split, "unit", [&](Idx unit, Idx first, Idx count) {
        if (rows)
          n.micro("softmax::rows", {src, dst, p.n, count, p.n, 0, first * p.n}, Nest::kConsumer);
        else
          n.micro("softmax::columns", {src, dst, p.inner, p.n, count, 0, unit * (p.n * p.inner) + first},
                  Nest::kConsumer);
      });
    });
  }
};

} // namespace

const Family &codegen::softmaxFamily() {
  static SoftmaxFamily family;
  return family;
}
