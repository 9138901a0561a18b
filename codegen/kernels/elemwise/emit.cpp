//===- emit.cpp - loop nests around the element-wise rows ---------------------------------------------------------===//
#include "codegen/kernels/elemwise/family.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;
using namespace mgec::codegen::elemwise;

namespace {

/// The walk of a group's result in row-major order: the operands of the first function, the result, and the channel
/// that consumers see (0 throughout where none looks).
SmallVector<Axis> walkOf(mge::GroupOp group) {
  Operation *anchor = group.getAnchor();
  SmallVector<int64_t> shape = mge::sampleShape(group.outputType(0)), dense = denseStrides(shape);
  SmallVector<SmallVector<int64_t>> operands;
  for (unsigned k = 0; k < anchor->getNumOperands(); ++k)
    operands.push_back(broadcastStrides(mge::sampleShape(group.inputType(anchorOperand(group, k))), shape));
  int64_t channel = readsChannels(group) ? channelAxis(static_cast<int64_t>(shape.size())) : -1;
  SmallVector<Axis> axes;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    Axis each{shape[axis], {}};
    for (const SmallVector<int64_t> &strides : operands)
      each.strides.push_back(strides[axis]);
    each.strides.push_back(dense[axis]);
    each.strides.push_back(static_cast<int64_t>(axis) == channel);
    axes.push_back(std::move(each));
  }
  return joinAxes(axes);
}

/// Calls `body` with the offsets of each row: chunks and units run over the outer axes; the one outside of the rows is
/// a loop of its own where the others make enough units.
void eachRow(Nest &n, ArrayRef<Axis> outer, const Split &split, bool loops,
             function_ref<void(ArrayRef<Idx> offsets, Idx first, Idx count)> body) {
  forSplit(n, split, "row", [&](Idx unit, Idx first, Idx count) {
    if (!loops)
      return body(offsetsAt(outer, unit), first, count);
    SmallVector<Idx, 4> offsets = offsetsAt(outer.drop_back(), unit);
    n.loop("i", 0, outer.back().extent, 1, [&](Idx i) {
      SmallVector<Idx, 4> at;
      for (auto [offset, stride] : llvm::zip(offsets, outer.back().strides))
        at.push_back(offset + i * stride);
      body(at, first, count);
    });
  });
}

/// The division of rows of `inner` over chunks.
Split splitRows(ArrayRef<Axis> outer, int64_t inner, double nanoseconds, bool &loops) {
  int64_t units = 1;
  for (const Axis &axis : outer)
    units *= axis.extent;
  loops = outer.size() > 1 && units / outer.back().extent >= 64;
  return splitWork(loops ? units / outer.back().extent : units, inner, 64, nanoseconds);
}

} // namespace

LogicalResult elemwise::buildRows(mge::GroupOp group, KernelBuilder &builder) {
  std::string reason;
  std::optional<Function> function = functionOf(group.getAnchor(), reason);
  SmallVector<Axis> axes = walkOf(group);
  Axis inner = axes.pop_back_val();
  unsigned operands = group.getAnchor()->getNumOperands();
  if (axes.empty())
    axes.push_back({1, SmallVector<int64_t, 4>(operands + 2, 0)});
  bool loops, lanesAreChannels = inner.strides[operands + 1] == 1;
  Split split = splitRows(axes, inner.extent, costOf(group), loops);
  KernelOptions options = kernelOptions(group, split.chunks, {"elemwise/chain.hpp"});
  options.lanesAreChannels = lanesAreChannels;
  return builder.kernel("", options, [&](Nest &n) {
    std::string callee = "elemwise::chain<" + text(lanesAreChannels);
    for (unsigned k = 0; k < operands; ++k)
      callee += inner.strides[k] ? ", elemwise::Run" : ", elemwise::Splat";
    callee += ">";
    eachRow(n, axes, split, loops, [&](ArrayRef<Idx> offsets, Idx first, Idx count) {
      std::vector<Arg> args = {function->functor};
      for (unsigned k = 0; k < operands; ++k) {
        unsigned number = anchorOperand(group, k);
        if (std::string literal = literalOf(group, number); !literal.empty())
          args.push_back(literal);
        else
          args.push_back(n.at(operandPtr(n, group, number), offsets[k] + first * inner.strides[k]));
      }
      Idx channel = offsets[operands + 1] + first * inner.strides[operands + 1];
      args.insert(args.end(), {n.out(), count, channel, offsets[operands] + first});
      n.micro(callee, args, Nest::kConsumer);
    });
  });
}

LogicalResult elemwise::buildBlocked(mge::GroupOp group, const TargetSet &targets, KernelBuilder &builder) {
  std::string reason;
  std::optional<Function> function = functionOf(group.getAnchor(), reason);
  int64_t block = targets.block;
  std::vector<Reading> readings = *blockedReadings(group, block, reason);
  SmallVector<int64_t> shape = mge::sampleShape(group.outputType(0));
  int64_t channels = shape[1], pixels = shape[2] * shape[3], blocks = ceilDiv(channels, block),
          units = shape[0] * blocks;
  Split split = splitWork(units, pixels, 4, costOf(group));
  return builder.kernel("", kernelOptions(group, split.chunks, {"elemwise/chain.hpp"}), [&](Nest &n) {
    std::string callee = "elemwise::chain_blocked<" + text(block) + ", " + text(channels % block != 0);
    for (const Reading &reading : readings)
      callee += ", " + reading.kind;
    callee += ">";
    forSplit(n, split, "plane", [&](Idx unit, Idx first, Idx count) {
      Idx sample = quotient(unit, blocks, units), cb = remainder(unit, blocks, units);
      std::vector<Arg> args = {function->functor};
      for (const Reading &reading : readings) {
        if (!reading.literal.empty()) {
          args.push_back(reading.literal);
          continue;
        }
        // Where planes follow each other from sample to sample, the unit says where they are.
        bool gapless = reading.perSample == blocks * reading.perBlock;
        Idx plane = gapless ? unit * reading.perBlock : sample * reading.perSample + cb * reading.perBlock;
        args.push_back(n.at(operandPtr(n, group, reading.number), plane + first * reading.perPixel));
      }
      args.insert(args.end(), {n.out(), count, channels, cb * block, (unit * pixels + first) * block});
      n.micro(callee, args, Nest::kConsumer);
    });
  });
}

LogicalResult elemwise::buildAny(mge::GroupOp group, KernelBuilder &builder) {
  std::string reason;
  std::optional<Function> function = functionOf(group.getAnchor(), reason);
  SmallVector<Axis> axes = walkOf(group);
  Axis inner = axes.pop_back_val();
  unsigned operands = group.getAnchor()->getNumOperands();
  if (axes.empty())
    axes.push_back({1, SmallVector<int64_t, 4>(operands + 2, 0)});
  bool loops;
  Split split = splitRows(axes, inner.extent, costOf(group), loops);
  KernelOptions options = kernelOptions(group, split.chunks, {"elemwise/rows.hpp"});
  options.consumer = false;
  return builder.kernel("", options, [&](Nest &n) {
    std::string callee = "elemwise::row" + text(int64_t(operands)) + "<elemwise::op::" + function->name + ", " +
                         (function->computesFloat ? "float>" : "int32_t>");
    eachRow(n, axes, split, loops, [&](ArrayRef<Idx> offsets, Idx first, Idx count) {
      std::vector<Arg> args;
      for (unsigned k = 0; k < operands; ++k) {
        args.push_back(n.at(operandPtr(n, group, anchorOperand(group, k)), offsets[k] + first * inner.strides[k]));
        args.push_back(Idx(inner.strides[k]));
      }
      args.insert(args.end(), {n.at(n.out(), offsets[operands] + first), count});
      n.micro(callee, args);
    });
  });
}
