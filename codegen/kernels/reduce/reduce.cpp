//===- reduce.cpp - the reduce family: reductions of floats, and the places of their extremes ---------------------===//
//
// Row-major floats over one run of neighbouring axes, or over two with a scratch buffer between; maps in channel blocks
// over their pixels or over their channels.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/kernels/support.h"

#include <optional>

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

namespace {

RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

/// A row-major operand as [k0][r1][k1][r2][k2]: r are reduced. With one run of reduced axes r1 and k1 are 1.
struct Problem {
  int64_t k0 = 1, r1 = 1, k1 = 1, r2 = 1, k2 = 1;
  bool twice() const { return r1 > 1; }
  bool rows() const { return k2 == 1; }
};

/// The largest buffer between two reductions, in floats.
constexpr int64_t kLargestBuffer = int64_t(1) << 20;

/// Nullopt with a reason where there are more runs of reduced axes.
std::optional<Problem> problemOf(Operation *op, std::string &reason) {
  SmallVector<int64_t> src = mge::sampleShape(typeOf(op->getOperand(0))),
                       dst = mge::sampleShape(typeOf(op->getResult(0)));
  struct Run {
    bool reduced;
    int64_t extent;
  };
  SmallVector<Run> runs;
  for (size_t axis = 0; axis < src.size(); ++axis) {
    if (src[axis] == 1)
      continue;
    int64_t at = static_cast<int64_t>(axis + dst.size()) - static_cast<int64_t>(src.size());
    bool reduced = at < 0 || dst[at] == 1;
    if (!runs.empty() && runs.back().reduced == reduced)
      runs.back().extent *= src[axis];
    else
      runs.push_back({reduced, src[axis]});
  }
  // From the innermost out.
  Problem p;
  auto take = [&](bool reduced, int64_t &extent) {
    if (!runs.empty() && runs.back().reduced == reduced)
      extent = runs.pop_back_val().extent;
  };
  take(false, p.k2);
  take(true, p.r2);
  if (runs.size() < 2) {
    take(false, p.k0);
  } else {
    take(false, p.k1);
    take(true, p.r1);
    take(false, p.k0);
  }
  if (!runs.empty()) {
    reason = "reduces at most two runs of neighbouring axes";
    return std::nullopt;
  }
  if (p.twice() && p.r1 * p.k1 * p.k2 > kLargestBuffer) {
    reason = "needs fewer partial results than " + text(p.r1 * p.k1 * p.k2);
    return std::nullopt;
  }
  return p;
}

/// Channels of the result where neighbouring results are of neighbouring channels; 0 where they are not.
int64_t neighbourChannels(RankedTensorType result) {
  SmallVector<int64_t> shape = mge::sampleShape(result);
  int64_t axis = channelAxis(result.getRank());
  return product(ArrayRef(shape).drop_front(axis + 1)) == 1 ? shape[axis] : 0;
}

/// Which axes of a map in channel blocks vanish.
enum class BlockedKind { None, Pixels, Channels };

BlockedKind blockedKindOf(mge::GroupOp group) {
  Operation *op = group.getAnchor();
  RankedTensorType src = typeOf(op->getOperand(0)), dst = typeOf(op->getResult(0));
  if (!isa<mge::ReduceOp>(op) || src.getRank() != 4 || dst.getRank() != 4 || group.getWeight(anchorOperand(group, 0)))
    return BlockedKind::None;
  SmallVector<int64_t> x = mge::sampleShape(src), y = mge::sampleShape(dst);
  if (x[0] == y[0] && x[1] == y[1] && y[2] == 1 && y[3] == 1)
    return BlockedKind::Pixels;
  if (x[0] == y[0] && y[1] == 1 && x[2] == y[2] && x[3] == y[3])
    return BlockedKind::Channels;
  return BlockedKind::None;
}

struct ReduceFamily : Family {
  StringRef name() const override { return "reduce"; }
  bool owns(Operation *anchor) const override { return isa<mge::ReduceOp, mge::ArgmaxOp, mge::ArgminOp>(anchor); }

  bool absorbs(Operation *anchor, Operation *consumer) const override {
    RankedTensorType src = typeOf(anchor->getOperand(0)), dst = typeOf(anchor->getResult(0));
    if (!isa<mge::ReduceOp>(anchor) || !src.getElementType().isF32() || !absorbsFloat(anchor, consumer))
      return false;
    if (!readsChannels(consumer))
      return true;
    std::string reason;
    auto p = problemOf(anchor, reason);
    int64_t channels = neighbourChannels(dst);
    return p && !p->twice() && channels && (p->rows() || p->k2 == channels);
  }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    Operation *op = group.getAnchor();
    bool places = !isa<mge::ReduceOp>(op);
    StringRef row = isa<mge::ArgmaxOp>(op) ? "argmax_f32_rows" : places ? "argmin_f32_rows" : "reduce_f32_rows";
    auto refuse = [&](StringRef row, const std::string &reason) { choices.refusals.push_back({row.str(), reason}); };
    RankedTensorType src = typeOf(op->getOperand(0)), dst = typeOf(op->getResult(0));
    if (!src.getElementType().isF32() || (!places && !dst.getElementType().isF32()))
      return refuse(row, "needs float32, has " + mge::elementName(src.getElementType()) + " to " +
                             mge::elementName(dst.getElementType()));
    if (!hasKnownSamples(group))
      return refuse(row, "needs extents that are known up to the batch");
    SmallVector<int64_t> x = mge::sampleShape(src), y = mge::sampleShape(dst);
    if (mge::isBatched(src) && (!mge::isBatched(dst) || src.getRank() != dst.getRank() || x[0] != y[0]))
      return refuse(row, "needs the batch to stay");
    if (product(x) == 0 || product(y) == 0)
      return refuse(row, "needs elements");
    double stream = streamNs(targets, groupBytes(group));
    std::string reason;
    if (auto p = problemOf(op, reason)) {
      // Columns narrower than a vector go one at a time.
      double slow = p->rows() ? (p->r2 < 16 ? 2 : 0.1) : p->k2 < targets.best().lanes ? 1 : 0.1;
      if (auto candidate = makeRowMajor(group, row, stream + slow * static_cast<double>(product(x))))
        choices.candidates.push_back(std::move(*candidate));
    } else {
      refuse(row, reason);
    }
    BlockedKind kind = blockedKindOf(group);
    if (kind == BlockedKind::None)
      return;
    auto blocked = mge::LayoutAttr::getChannelBlocked(group.getContext(), targets.block);
    auto rowMajor = mge::LayoutAttr::getRowMajor(group.getContext());
    double cost = streamNs(targets, groupBytes(group, targets.block)) +
                  (kind == BlockedKind::Pixels ? 0.1 : 0.4) * static_cast<double>(product(x));
    auto offer = [&](mge::LayoutAttr result) {
      if (auto candidate = makeCandidate(group, "reduce_f32_blocked", {blocked}, result, cost))
        choices.candidates.push_back(std::move(*candidate));
    };
    offer(rowMajor);
    if (kind == BlockedKind::Pixels)
      offer(blocked);
  }

  LogicalResult build(mge::GroupOp group, const TargetSet &targets, const Target &,
                      KernelBuilder &builder) const override {
    Operation *op = group.getAnchor();
    if (group.getRow() == "reduce_f32_blocked")
      return blockedKindOf(group) == BlockedKind::Pixels ? buildPixels(group, targets.block, builder)
                                                         : buildChannels(group, targets.block, builder);
    std::string reason;
    auto problem = problemOf(op, reason);
    if (!problem)
      return op->emitOpError() << "cannot be run by rows: " << reason;
    if (!isa<mge::ReduceOp>(op))
      return buildPlaces(group, *problem, builder);
    return problem->twice() ? buildTwice(group, *problem, builder) : buildOnce(group, *problem, builder);
  }

private:
  static std::string modeOf(mge::GroupOp group) {
    return text(static_cast<int64_t>(cast<mge::ReduceOp>(group.getAnchor()).getMode()));
  }
  static Ptr sourceOf(Nest &n, mge::GroupOp group) { return operandPtr(n, group, anchorOperand(group, 0)); }

  LogicalResult buildOnce(mge::GroupOp group, const Problem &p, KernelBuilder &builder) const {
    // A unit of rows ends where channels begin again.
    int64_t channels = readsChannels(group) ? neighbourChannels(group.outputType(0)) : p.k0;
    Split split =
        p.rows() ? splitWork(p.k0 / channels, channels, 1, costOf(group)) : splitWork(p.k0, p.k2, 64, costOf(group));
    std::string mode = modeOf(group);
    return builder.kernel("", kernelOptions(group, split.chunks, {"reduce/rows.hpp"}), [&](Nest &n) {
      Ptr src = sourceOf(n, group), dst = n.out();
      forSplit(n, split, "unit", [&](Idx unit, Idx first, Idx count) {
        if (p.rows()) {
          Idx row = unit * channels + first;
          n.micro("reduce::rows<" + mode + ", true>", {n.at(src, row * p.r2), p.r2, count, p.r2, dst, first, row},
                  Nest::kConsumer);
        } else {
          n.micro("reduce::columns<" + mode + ", true>",
                  {n.at(src, unit * (p.r2 * p.k2) + first), p.k2, p.r2, count, dst, first, unit * p.k2 + first},
                  Nest::kConsumer);
        }
      });
    });
  }

  /// Over r2 into a buffer [r1][k1][k2], then over r1.
  LogicalResult buildTwice(mge::GroupOp group, const Problem &p, KernelBuilder &builder) const {
    Split split = splitWork(p.k0, p.k1, 1, costOf(group));
    std::string mode = modeOf(group);
    // The squares are in the partial sums.
    bool squares = cast<mge::ReduceOp>(group.getAnchor()).getMode() == mge::ReduceMode::SUM_SQR;
    return builder.kernel("", kernelOptions(group, split.chunks, {"reduce/rows.hpp"}), [&](Nest &n) {
      Ptr src = sourceOf(n, group), dst = n.out();
      int64_t line = p.k1 * p.k2;
      Ptr buffer = n.scratchF32(p.r1 * line);
      forSplit(n, split, "unit", [&](Idx unit, Idx first, Idx count) {
        n.loop("outer", 0, p.r1, 1, [&](Idx outer) {
          Idx from = (unit * p.r1 + outer) * (line * p.r2) + first * (p.r2 * p.k2), to = outer * line;
          if (p.rows())
            return n.micro("reduce::rows<" + mode + ", false>",
                           {n.at(src, from), p.r2, count, p.r2, n.at(buffer, to), 0, 0, "reduce::Keep{}"});
          n.loop("k", 0, count, 1, [&](Idx k) {
            n.micro("reduce::columns<" + mode + ", false>", {n.at(src, from + k * (p.r2 * p.k2)), p.k2, p.r2, p.k2,
                                                             n.at(buffer, to + k * p.k2), 0, 0, "reduce::Keep{}"});
          });
        });
        n.micro("reduce::columns<" + (squares ? "0" : mode) + ", true>",
                {buffer, line, p.r1, count * p.k2, dst, 0, unit * line + first * p.k2}, Nest::kConsumer);
      });
    });
  }

  LogicalResult buildPlaces(mge::GroupOp group, const Problem &p, KernelBuilder &builder) const {
    Split split = p.rows() ? splitWork(1, p.k0, 1, costOf(group)) : splitWork(p.k0, p.k2, 64, costOf(group));
    std::string largest = text(isa<mge::ArgmaxOp>(group.getAnchor()));
    KernelOptions options = kernelOptions(group, split.chunks, {"reduce/rows.hpp"});
    options.consumer = false;
    return builder.kernel("", options, [&](Nest &n) {
      Ptr src = sourceOf(n, group), dst = n.out();
      forSplit(n, split, "unit", [&](Idx unit, Idx first, Idx count) {
        if (p.rows())
          n.micro("reduce::argmax_rows<" + largest + ">",
                  {n.at(src, first * p.r2), p.r2, count, p.r2, n.at(dst, first)});
        else
          n.micro("reduce::argmax_columns<" + largest + ">",
                  {n.at(src, unit * (p.r2 * p.k2) + first), p.k2, p.r2, count, n.at(dst, unit * p.k2 + first)});
      });
    });
  }

  /// A block of channels is a column of as many lanes as it has channels.
  LogicalResult buildPixels(mge::GroupOp group, int64_t block, KernelBuilder &builder) const {
    SmallVector<int64_t> shape = mge::sampleShape(typeOf(group.getAnchor()->getOperand(0)));
    int64_t channels = shape[1], pixels = shape[2] * shape[3], blocks = ceilDiv(channels, block),
            units = shape[0] * blocks;
    bool toBlocked = !mge::layoutOf(group.outputType(0)).isRowMajor(), tail = channels % block != 0;
    Split split = splitWork(units, 1, 1, costOf(group));
    std::vector<std::string> headers = {"reduce/rows.hpp"};
    if (toBlocked && tail)
      headers.push_back("shape/copy.hpp");
    return builder.kernel("", kernelOptions(group, split.chunks, headers), [&](Nest &n) {
      Ptr src = sourceOf(n, group), dst = n.out();
      forSplit(n, split, "plane", [&](Idx unit, Idx, Idx) {
        Idx cb = remainder(unit, blocks, units), c = cb * block;
        Idx to = toBlocked ? unit * block : quotient(unit, blocks, units) * channels + c;
        Idx width = tail ? n.min(Idx(block), Idx(channels) - c) : Idx(block);
        n.micro("reduce::columns<" + modeOf(group) + ", true>",
                {n.at(src, unit * (pixels * block)), block, pixels, width, dst, c, to}, Nest::kConsumer);
        if (toBlocked && tail)
          n.micro("shape::fill_row", {n.at(dst, to + width), Idx(block) - width, "0.0f"});
      });
    });
  }

  LogicalResult buildChannels(mge::GroupOp group, int64_t block, KernelBuilder &builder) const {
    SmallVector<int64_t> shape = mge::sampleShape(typeOf(group.getAnchor()->getOperand(0)));
    int64_t channels = shape[1], pixels = shape[2] * shape[3], plane = pixels * block;
    Split split = splitWork(shape[0], pixels, 4, costOf(group));
    KernelOptions options = kernelOptions(group, split.chunks, {"reduce/rows.hpp"});
    options.lanesAreChannels = false;
    return builder.kernel("", options, [&](Nest &n) {
      Ptr src = sourceOf(n, group), dst = n.out();
      forSplit(n, split, "image", [&](Idx image, Idx first, Idx count) {
        n.micro("reduce::blocked_channels<" + modeOf(group) + ", " + text(block) + ">",
                {n.at(src, image * (ceilDiv(channels, block) * plane) + first * block), plane, channels, count, dst, 0,
                 image * pixels + first},
                Nest::kConsumer);
      });
    });
  }
};

} // namespace

const Family &codegen::reduceFamily() {
  static ReduceFamily family;
  return family;
}
