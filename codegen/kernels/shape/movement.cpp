//===- movement.cpp - the movement family: concat, split, slice, dimshuffle, broadcast ---------------------------===//
//
// All of them copy boxes of elements between strided tensors. Row-major tensors of any type come out as boxes always;
// maps of floats in channel blocks do where blocks stay whole, and are put together lane by lane where only channels
// move.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/kernels/shape/movement.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;
using namespace mgec::codegen::movement;

//===----------------------------------------------------------------------===//
// Boxes
//===----------------------------------------------------------------------===//

int64_t Move::elements() const {
  int64_t count = 1;
  for (const Axis &axis : axes)
    count *= axis.extent;
  return count;
}

MoveShape movement::shapeOf(const Move &move) {
  MoveShape shape;
  shape.outer = move.axes;
  shape.inner = shape.outer.pop_back_val();
  shape.second = {1, {0, 0}};
  if (shape.inner.strides[0] == 1 || shape.inner.extent == 1) {
    if (!shape.outer.empty())
      shape.second = shape.outer.pop_back_val();
    return shape;
  }
  auto turned = llvm::find_if(shape.outer, [](const Axis &axis) { return axis.strides[0] == 1; });
  if (shape.inner.strides[0] > 1 && turned != shape.outer.end()) {
    shape.kind = MoveShape::Transpose;
    shape.second = *turned;
    shape.outer.erase(turned);
  } else {
    shape.kind = shape.inner.strides[0] == 0 ? MoveShape::Splat : MoveShape::Steps;
  }
  return shape;
}

namespace {

RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

int64_t axisOf(int64_t axis, const SmallVector<int64_t> &shape) {
  return axis < 0 ? axis + static_cast<int64_t>(shape.size()) : axis;
}

bool isEmpty(ArrayRef<int64_t> shape) { return product(shape) == 0; }

/// Elements of the operation's tensors as one layout sees them.
struct Layout {
  int64_t block; // 1: row-major

  /// Extents, and elements from one index to the next.
  SmallVector<int64_t> physical(ArrayRef<int64_t> shape) const {
    SmallVector<int64_t> result(shape);
    if (block > 1) {
      result[1] = ceilDiv(shape[1], block);
      result.push_back(block);
    }
    return result;
  }
};

class Mover {
public:
  Mover(mge::GroupOp group, int64_t block, std::string &reason)
      : op(group.getAnchor()), layout{block}, reason(reason) {}

  bool run() {
    if (auto concat = dyn_cast<mge::ConcatOp>(op))
      return moveConcat(concat);
    if (auto split = dyn_cast<mge::SplitOp>(op))
      return moveSplit(split);
    if (auto slice = dyn_cast<mge::SliceOp>(op)) {
      SmallVector<int64_t> shape = mge::sampleShape(typeOf(slice.getSrc()));
      SmallVector<int64_t> part = mge::sampleShape(typeOf(slice.getDst())), extents;
      size_t next = 0;
      for (size_t axis = 0; axis < shape.size(); ++axis)
        extents.push_back(slice.getDrop()[axis] ? 1 : part[next++]);
      if (layout.block > 1 && extents.size() != part.size())
        return refuse("drops axes");
      return box(0, 0, shape, extents, extents, slice.getStarts(), slice.getSteps(), {});
    }
    if (layout.block > 1)
      return refuse("is row-major");
    SmallVector<Axis> axes;
    SmallVector<int64_t> from = mge::sampleShape(typeOf(op->getOperand(0))),
                         to = mge::sampleShape(typeOf(op->getResult(0)));
    SmallVector<int64_t> source, target = denseStrides(to);
    if (auto shuffle = dyn_cast<mge::DimshuffleOp>(op)) {
      SmallVector<int64_t> dense = denseStrides(from);
      for (int64_t axis : shuffle.getPattern())
        source.push_back(axis < 0 ? 0 : dense[axis]);
    } else {
      source = broadcastStrides(from, to);
    }
    for (size_t axis = 0; axis < to.size(); ++axis)
      axes.push_back({to[axis], {source[axis], target[axis]}});
    add({0, 0, axes, 0, 0});
    return true;
  }

  std::vector<Move> moves;

private:
  bool refuse(const std::string &text) {
    reason = text;
    return false;
  }

  void add(Move move) {
    move.axes = joinAxes(move.axes);
    if (move.axes.back().strides[1] != 1)
      move.axes.push_back({1, {1, 1}});
    moves.push_back(std::move(move));
  }

  /// Elements [starts + i * steps] of an operand of extents `shape` go to [offsets + i] of a result of extents `whole`,
  /// for i < extents.
  bool box(unsigned operand, unsigned result, const SmallVector<int64_t> &shape, const SmallVector<int64_t> &whole,
           const SmallVector<int64_t> &extents, ArrayRef<int64_t> starts, ArrayRef<int64_t> steps,
           ArrayRef<int64_t> offsets) {
    if (isEmpty(extents))
      return true;
    auto at = [](ArrayRef<int64_t> list, size_t axis, int64_t otherwise) {
      return list.empty() ? otherwise : list[axis];
    };
    int64_t block = layout.block;
    if (block > 1) {
      int64_t start = at(starts, 1, 0), offset = at(offsets, 1, 0);
      bool whole0 = start % block == 0 && offset % block == 0 && at(steps, 1, 1) == 1;
      // A last block that is not full is the last one on both sides, so that its other lanes are zeros.
      bool ends = extents[1] % block == 0 || (start + extents[1] == shape[1] && offset + extents[1] == whole[1]);
      if (!whole0 || !ends)
        return refuse("needs channels in whole blocks of " + text(block));
    }
    SmallVector<int64_t> from = denseStrides(layout.physical(shape)), to = denseStrides(layout.physical(whole)),
                         counts = layout.physical(extents);
    Move move{operand, result, {}, 0, 0};
    for (size_t axis = 0; axis < counts.size(); ++axis) {
      bool lanes = axis == extents.size();
      int64_t unit = block > 1 && axis == 1 ? block : 1;
      int64_t step = lanes ? 1 : at(steps, axis, 1);
      move.axes.push_back({counts[axis], {from[axis] * step, to[axis]}});
      if (!lanes) {
        move.from += at(starts, axis, 0) / unit * from[axis];
        move.to += at(offsets, axis, 0) / unit * to[axis];
      }
    }
    add(std::move(move));
    return true;
  }

  bool moveConcat(mge::ConcatOp concat) {
    SmallVector<int64_t> whole = mge::sampleShape(typeOf(concat.getDst())), offsets(whole.size(), 0);
    int64_t axis = axisOf(concat.getAxis(), whole);
    for (auto [k, input] : llvm::enumerate(concat.getInputs())) {
      SmallVector<int64_t> part = mge::sampleShape(typeOf(input));
      if (!box(k, 0, part, whole, part, {}, {}, offsets))
        return false;
      offsets[axis] += part[axis];
    }
    return true;
  }

  bool moveSplit(mge::SplitOp split) {
    SmallVector<int64_t> whole = mge::sampleShape(typeOf(split.getSrc())), starts(whole.size(), 0);
    int64_t axis = axisOf(split.getAxis(), whole);
    for (auto [k, piece] : llvm::enumerate(split.getPieces())) {
      SmallVector<int64_t> part = mge::sampleShape(typeOf(piece));
      if (!box(0, k, whole, part, part, starts, {}, {}))
        return false;
      starts[axis] += part[axis];
    }
    return true;
  }

  Operation *op;
  Layout layout;
  std::string &reason;
};

/// Whether a sample of every result comes from one sample of the operands (or from operands without samples, where they
/// stretch): the axis of the batch stays the outermost and whole.
bool keepsSamples(Operation *op) {
  bool batched = llvm::any_of(op->getOperands(), [](Value v) { return mge::isBatched(typeOf(v)); }) ||
                 llvm::any_of(op->getResults(), [](Value v) { return mge::isBatched(typeOf(v)); });
  if (!batched)
    return true;
  if (!llvm::all_of(op->getResults(), [](Value v) { return mge::isBatched(typeOf(v)); }))
    return false;
  RankedTensorType dst = typeOf(op->getResult(0));
  if (isa<mge::BroadcastOp>(op)) {
    RankedTensorType src = typeOf(op->getOperand(0));
    return !mge::isBatched(src) || src.getRank() == dst.getRank();
  }
  if (!llvm::all_of(op->getOperands(), [](Value v) { return mge::isBatched(typeOf(v)); }))
    return false;
  RankedTensorType src = typeOf(op->getOperand(0));
  if (auto concat = dyn_cast<mge::ConcatOp>(op))
    return axisOf(concat.getAxis(), mge::sampleShape(dst)) != 0;
  if (auto split = dyn_cast<mge::SplitOp>(op))
    return axisOf(split.getAxis(), mge::sampleShape(src)) != 0;
  if (auto shuffle = dyn_cast<mge::DimshuffleOp>(op))
    return shuffle.getPattern().front() == 0;
  auto slice = cast<mge::SliceOp>(op);
  return slice.getStarts()[0] == 0 && slice.getSteps()[0] == 1 && !slice.getDrop()[0] &&
         mge::sampleShape(src)[0] == mge::sampleShape(dst)[0];
}

} // namespace

std::optional<std::vector<Move>> movement::movesOf(mge::GroupOp group, int64_t block, std::string &reason) {
  Mover mover(group, block, reason);
  if (!mover.run())
    return std::nullopt;
  return std::move(mover.moves);
}

//===----------------------------------------------------------------------===//
// Channels
//===----------------------------------------------------------------------===//

std::optional<std::vector<std::vector<Channel>>> movement::channelsOf(mge::GroupOp group, std::string &reason) {
  Operation *op = group.getAnchor();
  std::vector<std::vector<Channel>> results;
  auto refuse = [&](const char *text) {
    reason = text;
    return std::nullopt;
  };
  if (auto concat = dyn_cast<mge::ConcatOp>(op)) {
    if (axisOf(concat.getAxis(), mge::sampleShape(typeOf(concat.getDst()))) != 1)
      return refuse("joins other axes than channels");
    results.emplace_back();
    for (auto [k, input] : llvm::enumerate(concat.getInputs()))
      for (int64_t c = 0; c < typeOf(input).getDimSize(1); ++c)
        results[0].push_back({static_cast<unsigned>(k), c});
    return results;
  }
  if (auto split = dyn_cast<mge::SplitOp>(op)) {
    if (axisOf(split.getAxis(), mge::sampleShape(typeOf(split.getSrc()))) != 1)
      return refuse("divides other axes than channels");
    int64_t next = 0;
    for (Value piece : split.getPieces()) {
      results.emplace_back();
      for (int64_t c = 0; c < typeOf(piece).getDimSize(1); ++c)
        results.back().push_back({0, next++});
    }
    return results;
  }
  auto slice = dyn_cast<mge::SliceOp>(op);
  if (!slice)
    return refuse("is row-major");
  SmallVector<int64_t> src = mge::sampleShape(typeOf(slice.getSrc())), dst = mge::sampleShape(typeOf(slice.getDst()));
  for (int64_t axis = 0; axis < static_cast<int64_t>(src.size()); ++axis)
    if (slice.getDrop()[axis] || (axis != 1 && (slice.getSteps()[axis] != 1 || src[axis] != dst[axis])))
      return refuse("takes parts of other axes than channels");
  results.emplace_back();
  for (int64_t c = 0; c < dst[1]; ++c)
    results[0].push_back({0, slice.getStarts()[1] + c * slice.getSteps()[1]});
  return results;
}

std::vector<BlockRun> movement::blockRunsOf(mge::GroupOp group, ArrayRef<Channel> channels, int64_t block) {
  std::vector<BlockRun> runs;
  int64_t count = static_cast<int64_t>(channels.size());
  for (int64_t first = 0; first < count; first += block) {
    BlockRun run;
    run.first = first / block;
    bool inPlace = true;
    for (int64_t lane = 0; lane < block; ++lane) {
      if (first + lane >= count) {
        run.lanes.push_back({-1, 0});
        continue;
      }
      const Channel &channel = channels[first + lane];
      auto it = llvm::find_if(run.sources, [&](const BlockRun::Source &source) {
        return source.operand == channel.operand && source.block == channel.channel / block;
      });
      run.lanes.push_back({static_cast<int>(it - run.sources.begin()), static_cast<int>(channel.channel % block)});
      if (it == run.sources.end())
        run.sources.push_back({channel.operand, channel.channel / block});
      inPlace &= channel.channel % block == lane;
    }
    if (run.sources.size() > 2) {
      run.kind = BlockRun::Lanes;
    } else if (run.sources.size() == 2 || !inPlace) {
      run.kind = BlockRun::Permute;
    } else if (first + block > count) {
      // Lanes without a channel are zeros only behind the operand's last channel.
      int64_t all = typeOf(group.getAnchor()->getOperand(run.sources[0].operand)).getDimSize(1);
      if (run.sources[0].block * block + (count - first) < all)
        run.kind = BlockRun::Permute;
    }
    if (!runs.empty()) {
      BlockRun &last = runs.back();
      bool goesOn = last.kind == run.kind && last.lanes == run.lanes && last.sources.size() == run.sources.size();
      for (size_t k = 0; goesOn && k < run.sources.size(); ++k)
        goesOn = last.sources[k].operand == run.sources[k].operand &&
                 last.sources[k].block + last.count == run.sources[k].block;
      if (goesOn) {
        ++last.count;
        continue;
      }
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

//===----------------------------------------------------------------------===//
// The family
//===----------------------------------------------------------------------===//

namespace {

StringRef nameOf(Operation *op) {
  if (isa<mge::ConcatOp>(op))
    return "concat";
  if (isa<mge::SplitOp>(op))
    return "split";
  if (isa<mge::SliceOp>(op))
    return "slice";
  return isa<mge::DimshuffleOp>(op) ? "dimshuffle" : "broadcast";
}

/// Predicted time: bytes that stream, and elements that move one at a time.
double costOf(ArrayRef<Move> moves, int64_t bytes, const TargetSet &targets) {
  double streamed = 0, single = 0;
  for (const Move &move : moves) {
    MoveShape shape = shapeOf(move);
    double elements = static_cast<double>(move.elements());
    streamed += 2 * elements * static_cast<double>(bytes);
    if (shape.kind == MoveShape::Steps || (shape.kind == MoveShape::Transpose && bytes != 4))
      single += elements;
    else if (shape.kind == MoveShape::Transpose)
      single += elements * (std::min(shape.inner.extent, shape.second.extent) < 8 ? 1 : 0.25);
    else // a call, or a row of one, costs some nanoseconds
      single += elements / static_cast<double>(shape.inner.extent) * 3;
  }
  return streamNs(targets, streamed) + 0.5 * single;
}

struct MovementFamily : Family {
  StringRef name() const override { return "movement"; }
  bool owns(Operation *anchor) const override {
    return isa<mge::ConcatOp, mge::SplitOp, mge::SliceOp, mge::DimshuffleOp, mge::BroadcastOp>(anchor);
  }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    Operation *op = group.getAnchor();
    std::string family = nameOf(op).str();
    std::string plain = family + (isa<mge::DimshuffleOp>(op) ? "_any_transpose" : "_any_rows"), reason;
    Type element = typeOf(op->getResult(0)).getElementType();
    auto refuse = [&](const std::string &row, const std::string &text) { choices.refusals.push_back({row, text}); };
    if (!hasKnownSamples(group))
      return refuse(plain, "needs extents that are known up to the batch");
    if (mge::elementBits(element) < 8)
      return refuse(plain, "moves whole bytes, not elements of 4 bits");
    if (llvm::any_of(op->getOperands(), [&](Value v) { return typeOf(v).getElementType() != element; }))
      return refuse(plain, "needs operands of the result's type");
    if (!keepsSamples(op))
      return refuse(plain, "needs the axis of the batch to stay whole and outermost");
    if (llvm::any_of(op->getResults(), [](Value v) { return isEmpty(mge::sampleShape(typeOf(v))); }))
      return refuse(plain, "needs results with elements");
    int64_t bytes = mge::elementBits(element) / 8;
    auto moves = movesOf(group, 1, reason);
    if (auto candidate = makeRowMajor(group, plain, costOf(*moves, bytes, targets)))
      choices.candidates.push_back(std::move(*candidate));
    if (isa<mge::DimshuffleOp, mge::BroadcastOp>(op) || !element.isF32() || typeOf(op->getOperand(0)).getRank() != 4)
      return;
    std::string row = family + "_f32_blocked";
    for (unsigned k = 0; k < group.getNumOperands(); ++k)
      if (group.getWeight(k))
        return refuse(row, "needs operands that are no constants");
    double cost;
    if (auto boxes = movesOf(group, targets.block, reason)) {
      cost = costOf(*boxes, bytes, targets);
    } else {
      auto channels = channelsOf(group, reason);
      if (!channels)
        return refuse(row, reason);
      row += "_lanes";
      double streamed = 0, single = 0;
      for (auto [k, list] : llvm::enumerate(*channels)) {
        SmallVector<int64_t> shape = mge::sampleShape(typeOf(op->getResult(k)));
        double plane = static_cast<double>(shape[0] * shape[2] * shape[3] * targets.block);
        for (const BlockRun &run : blockRunsOf(group, list, targets.block)) {
          double elements = plane * static_cast<double>(run.count);
          streamed += 2 * 4 * elements;
          single += elements * (run.kind == BlockRun::Lanes ? 2 : run.kind == BlockRun::Permute ? 0.1 : 0);
        }
      }
      cost = streamNs(targets, streamed) + 0.5 * single;
    }
    auto blocked = mge::LayoutAttr::getChannelBlocked(group.getContext(), targets.block);
    SmallVector<mge::LayoutAttr> layouts(op->getNumOperands(), blocked);
    if (auto candidate = makeCandidate(group, row, layouts, blocked, cost))
      choices.candidates.push_back(std::move(*candidate));
  }

  LogicalResult build(mge::GroupOp group, const TargetSet &targets, const Target &,
                      KernelBuilder &builder) const override {
    StringRef row = *group.getRow();
    if (row.ends_with("_lanes"))
      return buildChannels(group, targets.block, builder);
    std::string reason;
    auto moves = movesOf(group, row.ends_with("_blocked") ? targets.block : 1, reason);
    if (!moves)
      return group.emitOpError() << "cannot be run by " << row << ": " << reason;
    return buildMoves(group, *moves, builder);
  }
};

} // namespace

const Family &codegen::movementFamily() {
  static MovementFamily family;
  return family;
}
