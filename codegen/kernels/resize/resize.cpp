//===- resize.cpp - the resize family -----------------------------------------------------------------------------===//
//
// Nearest and linear interpolation of float maps, row-major or in channel blocks.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/kernels/support.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

namespace {

struct ResizeFamily : Family {
  StringRef name() const override { return "resize"; }
  bool owns(Operation *anchor) const override { return isa<mge::ResizeOp>(anchor); }

  bool absorbs(Operation *anchor, Operation *consumer) const override {
    std::string reason;
    return accepts(cast<mge::ResizeOp>(anchor), reason) && absorbsFloat(anchor, consumer);
  }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    auto op = cast<mge::ResizeOp>(group.getAnchor());
    auto refuse = [&](StringRef row, const std::string &reason) { choices.refusals.push_back({row.str(), reason}); };
    std::string reason;
    if (!accepts(op, reason))
      return refuse("resize_f32_planes", reason);
    if (!hasKnownSamples(group))
      return refuse("resize_f32_planes", "needs extents that are known up to the batch");
    SmallVector<int64_t> src = mge::sampleShape(cast<RankedTensorType>(op.getSrc().getType())),
                         dst = mge::sampleShape(cast<RankedTensorType>(op.getDst().getType()));
    if (product(src) == 0 || product(dst) == 0)
      return refuse("resize_f32_planes", "needs elements");
    bool linear = op.getImode() == mge::InterpolationMode::LINEAR;
    double elements = static_cast<double>(product(dst)), lanes = targets.best().lanes;
    if (auto candidate = makeRowMajor(group, "resize_f32_planes",
                                      streamNs(targets, groupBytes(group)) + (linear ? 0.9 : 0.5) * elements))
      choices.candidates.push_back(std::move(*candidate));
    if (group.getWeight(anchorOperand(group, 0)))
      return refuse("resize_f32_blocked", "needs an operand that is no constant");
    double padding = static_cast<double>(llvm::alignTo(dst[1], targets.block)) / static_cast<double>(dst[1]);
    auto blocked = mge::LayoutAttr::getChannelBlocked(group.getContext(), targets.block);
    if (auto candidate = makeCandidate(group, "resize_f32_blocked", {blocked}, blocked,
                                       streamNs(targets, groupBytes(group, targets.block)) +
                                           (linear ? 2 : 1.2) / lanes * elements * padding))
      choices.candidates.push_back(std::move(*candidate));
  }

  LogicalResult build(mge::GroupOp group, const TargetSet &targets, const Target &,
                      KernelBuilder &builder) const override {
    auto op = cast<mge::ResizeOp>(group.getAnchor());
    SmallVector<int64_t> src = mge::sampleShape(cast<RankedTensorType>(op.getSrc().getType())),
                         dst = mge::sampleShape(cast<RankedTensorType>(op.getDst().getType()));
    bool linear = op.getImode() == mge::InterpolationMode::LINEAR, isBlocked = group.getRow() == "resize_f32_blocked";
    int64_t block = isBlocked ? targets.block : 1, channels = dst[1], ih = src[2], iw = src[3], oh = dst[2],
            ow = dst[3];
    int64_t blocks = ceilDiv(channels, block), units = dst[0] * blocks;
    Split split = splitWork(units, oh, 1, costOf(group));
    KernelOptions options = kernelOptions(group, split.chunks, {"resize/planes.hpp"});
    options.lanesAreChannels = isBlocked;
    return builder.kernel("", options, [&](Nest &n) {
      Ptr from = operandPtr(n, group, anchorOperand(group, 0)), to = n.out();
      std::string callee = linear ? "resize::linear" : "resize::nearest";
      if (isBlocked)
        callee += "_blocked<" + text(block) + ", " + text(channels % block != 0) + ">";
      bool buffered = linear || !isBlocked;
      Ptr scratch;
      if (buffered) // as planes.hpp says
        scratch = n.scratchF32(isBlocked ? iw * block + 2 * ow : iw + 64 + 2 * ow);
      forSplit(n, split, "plane", [&](Idx unit, Idx first, Idx count) {
        Idx c = remainder(unit, blocks, units) * block;
        std::vector<Arg> args = {n.at(from, unit * (ih * iw * block)), ih, iw, to, oh, ow, first, first + count};
        if (isBlocked)
          args.push_back(channels);
        args.insert(args.end(), {c, unit * (oh * ow * block)});
        if (buffered)
          args.push_back(scratch);
        n.micro(callee, args, Nest::kConsumer);
      });
    });
  }

private:
  static bool accepts(mge::ResizeOp op, std::string &reason) {
    auto src = cast<RankedTensorType>(op.getSrc().getType()), dst = cast<RankedTensorType>(op.getDst().getType());
    if (!src.getElementType().isF32() || !dst.getElementType().isF32())
      reason = "needs float32, has " + mge::elementName(src.getElementType());
    else if (op.getFormat() != mge::ConvFormat::NCHW || src.getRank() != 4)
      reason = "needs the format nchw";
    else if (op.getImode() != mge::InterpolationMode::LINEAR && op.getImode() != mge::InterpolationMode::NEAREST)
      reason = "interpolates to the nearest element or linearly";
    return reason.empty();
  }
};

} // namespace

const Family &codegen::resizeFamily() {
  static ResizeFamily family;
  return family;
}
