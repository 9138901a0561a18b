//===- relayout.cpp - the relayout family: the same tensor in another layout --------------------------------------===//
//
// Between row-major and channel blocks, in both directions, and copies within one layout (outputs that are inputs,
// constants or other outputs). Blocked results have zeros in the lanes without a channel.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/kernels/support.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

namespace {

struct RelayoutFamily : Family {
  llvm::StringRef name() const override { return "relayout"; }
  bool owns(Operation *anchor) const override { return isa<mge::RelayoutOp>(anchor); }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    RankedTensorType src = group.inputType(0), dst = group.outputType(0);
    mge::LayoutAttr from = mge::layoutOf(src), to = mge::layoutOf(dst);
    auto offer = [&](StringRef row, mge::LayoutAttr layout, double cost) {
      Candidate candidate{row.str(), {layout}, {to}, {}, cost, 0};
      if (group.getWeight(0))
        candidate.operandLayouts[0] = {};
      choices.candidates.push_back(std::move(candidate));
    };
    auto refuse = [&](const std::string &reason) { choices.refusals.push_back({"relayout_any_copy", reason}); };
    if (!hasKnownSample(src))
      return refuse("needs extents that are known up to the batch");
    if (mge::elementBits(src.getElementType()) < 8)
      return refuse("moves whole bytes, not elements of 4 bits");
    double bytes = 2.0 * static_cast<double>(mge::sampleBytes(src));
    if (from == to)
      offer("relayout_any_copy", from, streamNs(targets, bytes));
    bool isFloat = src.getElementType().isF32();
    double slow = isFloat ? 1.4 : 4;
    if (src.getRank() < 2)
      return;
    if (from.isRowMajor() && to.getChannelBlock() > 1)
      offer(isFloat ? "relayout_f32_nchw_to_blocked" : "relayout_any_nchw_to_blocked", from,
            slow * streamNs(targets, bytes));
    else if (to.isRowMajor() && from.getChannelBlock() > 1)
      offer(isFloat ? "relayout_f32_blocked_to_nchw" : "relayout_any_blocked_to_nchw", from,
            slow * streamNs(targets, bytes));
    else if (from != to)
      refuse("moves between row-major and channel blocks, not from " + from.str() + " to " + to.str());
    // A copy that stands before layouts are chosen may take its operand in blocks.
    else if (from.isRowMajor() && !group.getWeight(0) && isFloat && src.getRank() == 4)
      offer("relayout_f32_blocked_to_nchw", mge::LayoutAttr::getChannelBlocked(group.getContext(), targets.block),
            slow * streamNs(targets, bytes));
  }

  LogicalResult build(mge::GroupOp group, const TargetSet &, const Target &, KernelBuilder &builder) const override {
    RankedTensorType src = group.inputType(0), dst = group.outputType(0);
    if (mge::layoutOf(src) == mge::layoutOf(dst))
      return buildCopy(group, builder);
    bool blocking = mge::layoutOf(src).isRowMajor();
    int64_t block = mge::layoutOf(blocking ? dst : src).getChannelBlock();
    SmallVector<int64_t> shape = mge::sampleShape(dst);
    int64_t channels = shape[1], pixels = product(ArrayRef(shape).drop_front(2)), blocks = ceilDiv(channels, block);
    int64_t units = shape[0] * blocks;
    Split split = splitWork(units, pixels, 16, costOf(group));
    bool isFloat = src.getElementType().isF32();
    KernelOptions options =
        kernelOptions(group, split.chunks, {isFloat || !blocking ? "shape/transpose.hpp" : "shape/blocks.hpp"});
    options.consumer = false;
    return builder.kernel("", options, [&](Nest &n) {
      Ptr from = operandPtr(n, group, 0), to = n.out();
      forSplit(n, split, "plane", [&](Idx unit, Idx first, Idx count) {
        // Consecutive channel blocks are consecutive runs of planes, but for the gap behind a last block that is not
        // full.
        Idx cb = remainder(unit, blocks, units), sample = quotient(unit, blocks, units);
        Idx plain = sample * (channels * pixels) + cb * (block * pixels) + first,
            blocked = (unit * pixels + first) * block;
        Idx wide = channels % block ? n.min(Idx(block), Idx(channels) - cb * block) : Idx(block);
        if (blocking && isFloat)
          n.micro("shape::to_blocked<" + text(block) + ">",
                  {n.at(from, plain), pixels, n.at(to, blocked), count, wide});
        else if (isFloat)
          n.micro("shape::from_blocked<" + text(block) + ">",
                  {n.at(from, blocked), n.at(to, plain), pixels, count, wide});
        else if (blocking)
          n.micro("shape::interleave<" + text(block) + ">",
                  {n.at(from, plain), pixels, n.at(to, blocked), count, wide});
        else
          n.micro("shape::transpose", {n.at(from, blocked), block, n.at(to, plain), pixels, count, wide});
      });
    });
  }

private:
  LogicalResult buildCopy(mge::GroupOp group, KernelBuilder &builder) const {
    Split split = splitWork(1, sampleElements(group.inputType(0)), 64, costOf(group));
    KernelOptions options = kernelOptions(group, split.chunks, {"shape/copy.hpp"});
    options.consumer = false;
    return builder.kernel("", options, [&](Nest &n) {
      forSplit(n, split, "i", [&](Idx, Idx first, Idx count) {
        n.micro("shape::copy_row", {n.at(operandPtr(n, group, 0), first), n.at(n.out(), first), count});
      });
    });
  }
};

} // namespace

const Family &codegen::relayoutFamily() {
  static RelayoutFamily family;
  return family;
}
