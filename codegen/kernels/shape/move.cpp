//===- move.cpp - loop nests around the movement rows -------------------------------------------------------------===//
#include "codegen/kernels/shape/movement.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;
using namespace mgec::codegen::movement;

namespace {

/// A box as loops: the split of its work, over outer axes and along one axis of the call.
struct MoveNest {
  MoveShape shape;
  bool alongSecond = false; // the split runs along the second axis of the call
  llvm::SmallVector<Axis> units, loops; // outer axes: those that chunks divide, and loops inside of them
  Split split;
};

MoveNest nestOf(const Move &move, double nanoseconds) {
  MoveNest nest;
  nest.shape = shapeOf(move);
  MoveShape &shape = nest.shape;
  nest.alongSecond = shape.kind == MoveShape::Rows && shape.second.extent > 1;
  int64_t along = nest.alongSecond ? shape.second.extent : shape.inner.extent;
  int64_t align = nest.alongSecond ? 1 : shape.kind == MoveShape::Transpose ? 16 : 64;
  nest.units = shape.outer;
  int64_t units = 1;
  for (const Axis &axis : nest.units)
    units *= axis.extent;
  // Inner loops of their own, as long as enough units are left.
  bool whole = splitWork(units, along, align, nanoseconds).chunks == 1;
  while (!nest.units.empty() && (whole || units / nest.units.back().extent >= 64)) {
    units /= nest.units.back().extent;
    nest.loops.insert(nest.loops.begin(), nest.units.pop_back_val());
  }
  if (nest.units.empty())
    nest.units.push_back({1, {0, 0}});
  nest.split = splitWork(units, along, align, nanoseconds);
  return nest;
}

void loopOver(Nest &n, ArrayRef<Axis> axes, Idx from, Idx to, function_ref<void(Idx, Idx)> body) {
  if (axes.empty())
    return body(from, to);
  const Axis &axis = axes.front();
  n.loop("i", 0, axis.extent, 1, [&](Idx i) {
    loopOver(n, axes.drop_front(), from + i * axis.strides[0], to + i * axis.strides[1], body);
  });
}

void emitMove(Nest &n, const MoveNest &nest, const Move &move, Ptr src, Ptr dst) {
  const MoveShape &shape = nest.shape;
  const Axis &inner = shape.inner, &second = shape.second;
  forSplit(n, nest.split, "unit", [&](Idx unit, Idx first, Idx count) {
    const Axis &along = nest.alongSecond ? second : inner;
    SmallVector<Idx, 4> offsets = offsetsAt(nest.units, unit);
    Idx start = offsets[0] + move.from + first * along.strides[0],
        target = offsets[1] + move.to + first * along.strides[1];
    loopOver(n, nest.loops, start, target, [&](Idx from, Idx to) {
      Ptr source = n.at(src, from), place = n.at(dst, to);
      switch (shape.kind) {
      case MoveShape::Rows:
        if (nest.alongSecond)
          return n.micro("shape::copy_rows",
                         {source, second.strides[0], place, second.strides[1], count, inner.extent});
        return n.micro("shape::copy_row", {source, place, count});
      case MoveShape::Transpose:
        return n.micro("shape::transpose", {source, inner.strides[0], place, second.strides[1], count, second.extent});
      case MoveShape::Splat: return n.micro("shape::splat_row", {source, place, count});
      case MoveShape::Steps: return n.micro("shape::copy_steps", {source, inner.strides[0], place, count});
      }
    });
  });
}

Ptr operandOf(Nest &n, mge::GroupOp group, unsigned operand) {
  return operandPtr(n, group, anchorOperand(group, operand));
}

} // namespace

LogicalResult movement::buildMoves(mge::GroupOp group, ArrayRef<Move> moves, KernelBuilder &builder) {
  auto options = [&](int64_t chunks, bool transposes) {
    KernelOptions options = kernelOptions(group, chunks, {"shape/copy.hpp"});
    if (transposes)
      options.headers.push_back("shape/transpose.hpp");
    options.consumer = false;
    return options;
  };
  auto transposes = [](const Move &move) { return shapeOf(move).kind == MoveShape::Transpose; };
  int64_t elements = 0;
  for (const Move &move : moves)
    elements += move.elements();
  // What a single chunk does is one kernel; else every box is divided for itself.
  if (splitWork(64, 64, 1, codegen::costOf(group)).chunks == 1)
    return builder.kernel("", options(1, llvm::any_of(moves, transposes)), [&](Nest &n) {
      for (const Move &move : moves)
        emitMove(n, nestOf(move, 0), move, operandOf(n, group, move.operand), n.out(move.result));
    });
  for (auto [k, move] : llvm::enumerate(moves)) {
    double share = static_cast<double>(move.elements()) / static_cast<double>(elements);
    MoveNest nest = nestOf(move, codegen::costOf(group) * share);
    std::string suffix = moves.size() > 1 ? "part" + std::to_string(k) : "";
    if (failed(builder.kernel(suffix, options(nest.split.chunks, transposes(move)), [&](Nest &n) {
          emitMove(n, nest, move, operandOf(n, group, move.operand), n.out(move.result));
        })))
      return failure();
  }
  return success();
}

LogicalResult movement::buildChannels(mge::GroupOp group, int64_t block, KernelBuilder &builder) {
  std::string reason;
  auto results = channelsOf(group, reason);
  if (!results)
    return group.emitOpError() << "moves more than channels: " << reason;
  SmallVector<int64_t> shape = mge::sampleShape(group.outputType(0));
  int64_t pixels = shape[2] * shape[3];
  Split split = splitWork(shape[0], pixels, 4, codegen::costOf(group));
  KernelOptions options = kernelOptions(group, split.chunks, {"shape/copy.hpp", "shape/channels.hpp"});
  options.consumer = false;
  auto planes = [&](RankedTensorType type) { return ceilDiv(type.getDimSize(1), block) * pixels * block; };
  return builder.kernel("", options, [&](Nest &n) {
    forSplit(n, split, "image", [&](Idx image, Idx first, Idx count) {
      for (auto [k, channels] : llvm::enumerate(*results)) {
        Idx base = image * planes(group.outputType(k)) + first * block;
        for (const BlockRun &run : blockRunsOf(group, channels, block))
          n.loop("cb", 0, run.count, 1, [&](Idx i) {
            Ptr dst = n.at(n.out(k), base + (i + run.first) * (pixels * block));
            auto source = [&](size_t s) {
              unsigned number = anchorOperand(group, run.sources[s].operand);
              Idx at = image * planes(group.inputType(number)) + first * block;
              return n.at(operandPtr(n, group, number), at + (i + run.sources[s].block) * (pixels * block));
            };
            if (run.kind == BlockRun::Copy)
              return n.micro("shape::copy_row", {source(0), dst, count * block});
            if (run.kind == BlockRun::Permute) {
              std::string callee = "shape::permute<" + text(block);
              for (auto [from, lane] : run.lanes)
                callee += ", " + text(from < 0 ? int64_t(-1) : from * block + lane);
              return n.micro(callee + ">", {source(0), source(run.sources.size() - 1), dst, count});
            }
            // A run of neighbouring lanes of one source at a time.
            int64_t lane = 0;
            while (lane < block && run.lanes[lane].first >= 0) {
              int64_t end = lane + 1;
              while (end < block && run.lanes[end].first == run.lanes[lane].first &&
                     run.lanes[end].second == run.lanes[lane].second + (end - lane))
                ++end;
              n.micro("shape::copy_lanes<" + text(block) + ">",
                      {source(run.lanes[lane].first), int64_t(run.lanes[lane].second), dst, lane, end - lane, count});
              lane = end;
            }
            if (lane < block)
              n.micro("shape::zero_lanes<" + text(block) + ">", {dst, lane, count});
          });
      }
    });
  });
}
