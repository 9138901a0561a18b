//===- pool.cpp - the pooling family ------------------------------------------------------------------------------===//
//
// Float maps in channel blocks or row-major: maximum, average, average of the elements inside.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/kernels/support.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

namespace {

struct Problem {
  int64_t images, channels, ih, iw, oh, ow, kh, kw, sh, sw, ph, pw;
  int mode; // the file format's
  bool global() const { return oh == 1 && ow == 1 && kh == ih && kw == iw && ph == 0 && pw == 0; }
};

Problem problemOf(mge::PoolOp op) {
  auto src = mge::sampleShape(cast<RankedTensorType>(op.getSrc().getType()));
  auto dst = mge::sampleShape(cast<RankedTensorType>(op.getDst().getType()));
  auto number = [](uint64_t value) { return static_cast<int64_t>(value); };
  return {src[0], src[1], src[2], src[3], dst[2], dst[3],
          number(op.getWindowH()), number(op.getWindowW()), number(op.getStrideH()), number(op.getStrideW()),
          number(op.getPadH()), number(op.getPadW()), static_cast<int>(op.getMode())};
}

struct PoolFamily : Family {
  StringRef name() const override { return "pool"; }
  bool owns(Operation *anchor) const override { return isa<mge::PoolOp>(anchor); }

  bool absorbs(Operation *anchor, Operation *consumer) const override {
    auto op = cast<mge::PoolOp>(anchor);
    auto type = cast<RankedTensorType>(op.getDst().getType());
    return type.getElementType().isF32() && op.getFormat() == mge::ConvFormat::NCHW && absorbsFloat(anchor, consumer);
  }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    auto op = cast<mge::PoolOp>(group.getAnchor());
    auto type = cast<RankedTensorType>(op.getSrc().getType());
    auto refuse = [&](const std::string &reason) { choices.refusals.push_back({"pool_f32_*", reason}); };
    if (!type.getElementType().isF32())
      return refuse("needs float32, has " + mge::elementName(type.getElementType()));
    if (op.getFormat() != mge::ConvFormat::NCHW)
      return refuse("needs the format nchw");
    if (!hasKnownSamples(group))
      return refuse("needs extents that are known up to the batch");
    Problem p = problemOf(op);
    const Target &target = targets.best();
    double taps = static_cast<double>(p.images * p.channels * p.oh * p.ow * p.kh * p.kw);
    auto offer = [&](StringRef row, mge::LayoutAttr layout, double nanoseconds) {
      if (auto candidate = makeCandidate(group, row, {layout}, layout, nanoseconds))
        choices.candidates.push_back(std::move(*candidate));
    };
    auto blocked = mge::LayoutAttr::getChannelBlocked(group.getContext(), targets.block);
    double vectorised = taps / (target.fmaPerNs * 0.6);
    double bytes = groupBytes(group, targets.block);
    offer(p.global() ? "pool_f32_blocked_global" : "pool_f32_blocked", blocked, streamNs(targets, bytes) + vectorised);
    // The row is reduced first: about two vector operations a tap of one axis, and scalar work at the borders.
    offer("pool_f32_planar", mge::LayoutAttr::getRowMajor(group.getContext()),
          streamNs(targets, groupBytes(group)) + 1.5 * vectorised +
              10.0 * static_cast<double>(p.images * p.channels * p.oh));
  }

  LogicalResult build(mge::GroupOp group, const TargetSet &targets, const Target &,
                      KernelBuilder &builder) const override {
    Problem p = problemOf(cast<mge::PoolOp>(group.getAnchor()));
    return group.getRow() == "pool_f32_planar" ? planar(group, p, builder) : blocked(group, p, targets.block, builder);
  }

private:
  static LogicalResult blocked(mge::GroupOp group, const Problem &p, int64_t block, KernelBuilder &builder) {
    int64_t blocks = ceilDiv(p.channels, block), units = p.images * blocks;
    std::string tail = text(p.channels % block != 0), shape = text(int64_t(p.mode)) + ", " + text(block) + ", ";
    Split split = splitWork(units, p.oh, 1, costOf(group));
    KernelOptions options = kernelOptions(group, split.chunks, {"pool/blocked.hpp"});
    // Windows of the usual sizes are unrolled.
    bool small = p.kh <= 3 && p.kw <= 3 && p.sw <= 2;
    std::string window = small ? text(p.kh) + ", " + text(p.kw) + ", " + text(p.sw) : std::string("0, 0, 0");
    return builder.kernel("", options, [&](Nest &n) {
      Ptr src = operandPtr(n, group, anchorOperand(group, 0)), dst = n.out();
      forSplit(n, split, "plane", [&](Idx unit, Idx first, Idx count) {
        Idx channel = remainder(unit, blocks, units) * block;
        Ptr plane = n.at(src, unit * (p.ih * p.iw * block));
        if (p.global()) {
          n.micro("pool::global<" + shape + tail + ">", {plane, p.ih * p.iw, dst, p.channels, channel, unit * block},
                  Nest::kConsumer);
          return;
        }
        n.loop("oh", first, first + count, 1, [&](Idx oh) {
          n.micro("pool::row<" + shape + window + ", " + tail + ">",
                  {plane, p.ih, p.iw, p.kh, p.kw, p.sw, oh * p.sh - p.ph, p.pw, dst, p.ow, p.channels, channel,
                   unit * (p.oh * p.ow * block) + oh * (p.ow * block)},
                  Nest::kConsumer);
        });
      });
    });
  }

  static LogicalResult planar(mge::GroupOp group, const Problem &p, KernelBuilder &builder) {
    int64_t units = p.images * p.channels;
    Split split = splitWork(units, p.oh, 1, costOf(group));
    KernelOptions options = kernelOptions(group, split.chunks, {"pool/planar.hpp"});
    options.lanesAreChannels = false;
    std::string window = p.kw <= 3 && p.sw <= 2 ? text(p.kw) + ", " + text(p.sw) : std::string("0, 0");
    return builder.kernel("", options, [&](Nest &n) {
      Ptr src = operandPtr(n, group, anchorOperand(group, 0)), dst = n.out();
      Ptr line = n.scratchF32((p.ow - 1) * p.sw + p.kw + 64 + p.ow + 32); // as planar.hpp says
      forSplit(n, split, "plane", [&](Idx unit, Idx first, Idx count) {
        n.loop("oh", first, first + count, 1, [&](Idx oh) {
          n.micro("pool::planar_row<" + text(int64_t(p.mode)) + ", " + window + ">",
                  {n.at(src, unit * (p.ih * p.iw)), p.ih, p.iw, p.kh, p.kw, p.sw, oh * p.sh - p.ph, p.pw, dst, p.ow,
                   remainder(unit, p.channels, units), unit * (p.oh * p.ow) + oh * p.ow, line},
                  Nest::kConsumer);
        });
      });
    });
  }
};

} // namespace

const Family &codegen::poolFamily() {
  static PoolFamily family;
  return family;
}
