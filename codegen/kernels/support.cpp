//===- support.cpp - what kernel families share -----------------------------------------------------------------===//
#include "codegen/kernels/support.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

bool codegen::hasKnownSample(RankedTensorType type) {
  for (auto [axis, dim] : llvm::enumerate(mge::dimsOf(type))) {
    if (mge::constantOf(dim))
      continue;
    if (axis != 0)
      return false;
    if (isa<AffineSymbolExpr>(dim))
      continue;
    auto multiple = dyn_cast<AffineBinaryOpExpr>(dim);
    if (!multiple || multiple.getKind() != AffineExprKind::Mul || !isa<AffineSymbolExpr>(multiple.getLHS()) ||
        !mge::constantOf(multiple.getRHS()))
      return false;
  }
  return true;
}

bool codegen::hasKnownSamples(mge::GroupOp group) {
  auto known = [](Type type) { return hasKnownSample(cast<RankedTensorType>(type)); };
  return llvm::all_of(group->getOperandTypes(), known) && llvm::all_of(group->getResultTypes(), known);
}

int64_t codegen::product(ArrayRef<int64_t> extents) {
  int64_t result = 1;
  for (int64_t extent : extents)
    result *= extent;
  return result;
}

int64_t codegen::sampleElements(RankedTensorType type) {
  return product(mge::layoutOf(type).physicalShape(mge::sampleShape(type)));
}

/// The operand of `consumer` that the chain from `anchor` computes.
static Value chainValue(Operation *anchor, Operation *consumer) {
  Value value = anchor->getResult(0);
  while (!llvm::is_contained(consumer->getOperands(), value)) {
    if (!value.hasOneUse() || value.user_begin()->getNumResults() != 1)
      return {};
    value = value.user_begin()->getResult(0);
  }
  return value;
}

bool codegen::absorbsFloat(Operation *anchor, Operation *consumer) {
  Value value = chainValue(anchor, consumer);
  return value && canConsume(value, consumer);
}

bool codegen::readsChannels(Operation *consumer) {
  auto type = cast<RankedTensorType>(consumer->getResult(0).getType());
  return llvm::any_of(consumer->getOperands(),
                      [&](Value operand) { return classify(type, operand) == OperandKind::Channel; });
}

bool codegen::readsChannels(mge::GroupOp group) {
  for (Operation *op = group.getAnchor()->getNextNode(); op && op->getNumResults() == 1; op = op->getNextNode())
    if (readsChannels(op))
      return true;
  return false;
}

std::optional<Candidate> codegen::makeCandidate(mge::GroupOp group, StringRef row,
                                                ArrayRef<mge::LayoutAttr> anchorLayouts, mge::LayoutAttr result,
                                                double nanoseconds) {
  Candidate candidate;
  candidate.row = row.str();
  candidate.nanoseconds = nanoseconds;
  Operation *anchor = group.getAnchor();
  for (unsigned k = 0; k < group.getNumOperands(); ++k) {
    mge::LayoutAttr layout;
    if (!group.getWeight(k)) {
      Value argument = group.getBlock().getArgument(k);
      for (auto [i, operand] : llvm::enumerate(anchor->getOperands()))
        if (operand == argument) {
          if (layout && layout != anchorLayouts[i])
            return std::nullopt;
          layout = anchorLayouts[i];
        }
      if (consumerKind(group, k) == OperandKind::Full) {
        if (layout && layout != result)
          return std::nullopt;
        layout = result;
      }
      if (!layout)
        layout = mge::LayoutAttr::getRowMajor(group.getContext());
    }
    candidate.operandLayouts.push_back(layout);
  }
  candidate.resultLayouts.assign(group.getNumResults(), result);
  return candidate;
}

std::optional<Candidate> codegen::makeRowMajor(mge::GroupOp group, StringRef row, double nanoseconds) {
  auto rowMajor = mge::LayoutAttr::getRowMajor(group.getContext());
  SmallVector<mge::LayoutAttr> layouts(group.getAnchor()->getNumOperands(), rowMajor);
  return makeCandidate(group, row, layouts, rowMajor, nanoseconds);
}

KernelOptions codegen::kernelOptions(mge::GroupOp group, int64_t chunks, std::vector<std::string> headers) {
  KernelOptions options;
  options.chunks = chunks;
  options.batched = mge::isBatched(group.outputType(0));
  options.headers = std::move(headers);
  return options;
}

Ptr codegen::operandPtr(Nest &n, mge::GroupOp group, unsigned k) { return group.getWeight(k) ? n.packed(k) : n.in(k); }

unsigned codegen::anchorOperand(mge::GroupOp group, unsigned k) {
  return static_cast<unsigned>(group.operandNumber(group.getAnchor()->getOperand(k)));
}

//===----------------------------------------------------------------------===//
// Times
//===----------------------------------------------------------------------===//

double codegen::streamNs(const TargetSet &targets, double bytes) { return 150 + bytes / targets.best().bytesPerNs; }

double codegen::groupBytes(mge::GroupOp group, int64_t block) {
  double bytes = 0;
  auto add = [&](RankedTensorType type) {
    if (block > 1 && type.getRank() == 4 && !type.isDynamicDim(1))
      type = mge::withLayout(type, mge::LayoutAttr::getChannelBlocked(group.getContext(), block));
    bytes += static_cast<double>(mge::sampleBytes(type));
  };
  for (unsigned k = 0; k < group.getNumOperands(); ++k)
    add(mge::logical(group.inputType(k)));
  for (unsigned k = 0; k < group.getNumResults(); ++k)
    add(mge::logical(group.outputType(k)));
  return bytes;
}

double codegen::costOf(mge::GroupOp group) { return group.getCostNs() ? group.getCostNs()->convertToDouble() : 0; }

//===----------------------------------------------------------------------===//
// Chunks
//===----------------------------------------------------------------------===//

Split codegen::splitWork(int64_t units, int64_t inner, int64_t align, double nanoseconds) {
  Split split{units, inner, 1, units, 1, inner};
  if (nanoseconds < 50e3)
    return split;
  int64_t wanted = std::clamp<int64_t>(static_cast<int64_t>(nanoseconds / 20e3), 8, 64);
  if (units >= wanted || inner < 2 * align) {
    split.unitsPerChunk = ceilDiv(units, wanted);
    split.chunks = ceilDiv(units, split.unitsPerChunk);
    return split;
  }
  split.unitsPerChunk = 1;
  split.segment = llvm::alignTo(ceilDiv(inner, ceilDiv(wanted, units)), align);
  split.segments = ceilDiv(inner, split.segment);
  split.chunks = units * split.segments;
  return split;
}

void codegen::forSplit(Nest &n, const Split &split, StringRef name, function_ref<void(Idx, Idx, Idx)> body) {
  if (split.segments > 1) {
    Idx first = remainder(n.chunk(), split.segments, split.chunks) * split.segment;
    Idx count = split.inner % split.segment ? n.min(Idx(split.segment), Idx(split.inner) - first) : Idx(split.segment);
    return body(quotient(n.chunk(), split.segments, split.chunks), first, count);
  }
  if (split.unitsPerChunk == 1)
    return body(n.chunk(), 0, split.inner);
  Idx from = n.chunk() * split.unitsPerChunk, to = from + split.unitsPerChunk;
  if (split.units % split.unitsPerChunk)
    to = n.min(to, Idx(split.units));
  n.loop(name, from, to, 1, [&](Idx unit) { body(unit, 0, split.inner); });
}

Idx codegen::quotient(const Idx &index, int64_t divisor, int64_t extent) {
  return extent <= divisor ? Idx(0) : divisor == 1 ? index : index / divisor;
}

Idx codegen::remainder(const Idx &index, int64_t divisor, int64_t extent) {
  return extent <= divisor ? index : divisor == 1 ? Idx(0) : index % divisor;
}

//===----------------------------------------------------------------------===//
// Walks
//===----------------------------------------------------------------------===//

SmallVector<int64_t> codegen::denseStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0; stride *= shape[axis])
    strides[axis] = stride;
  return strides;
}

SmallVector<int64_t> codegen::broadcastStrides(ArrayRef<int64_t> operand, ArrayRef<int64_t> result) {
  SmallVector<int64_t> strides(result.size(), 0), dense = denseStrides(operand);
  for (size_t axis = 0; axis < operand.size(); ++axis)
    if (operand[axis] != 1)
      strides[result.size() - operand.size() + axis] = dense[axis];
  return strides;
}

SmallVector<Axis> codegen::joinAxes(ArrayRef<Axis> axes) {
  SmallVector<Axis> joined;
  for (const Axis &axis : axes) {
    if (axis.extent == 1)
      continue;
    if (!joined.empty()) {
      Axis &outer = joined.back();
      bool asOne = true;
      for (auto [outerStride, stride] : llvm::zip(outer.strides, axis.strides))
        asOne &= outerStride == stride * axis.extent;
      if (asOne) {
        outer.extent *= axis.extent;
        outer.strides = axis.strides;
        continue;
      }
    }
    joined.push_back(axis);
  }
  if (joined.empty())
    joined.push_back({1, SmallVector<int64_t, 4>(axes.empty() ? 0 : axes.front().strides.size(), 1)});
  return joined;
}

SmallVector<Idx, 4> codegen::offsetsAt(ArrayRef<Axis> axes, const Idx &index) {
  SmallVector<Idx, 4> offsets;
  if (axes.empty())
    return offsets;
  offsets.assign(axes.front().strides.size(), Idx(0));
  int64_t inner = 1, all = 1;
  for (const Axis &axis : axes)
    all *= axis.extent;
  for (const Axis &axis : llvm::reverse(axes)) {
    Idx at = remainder(quotient(index, inner, all), axis.extent, all / inner);
    for (auto [offset, stride] : llvm::zip(offsets, axis.strides))
      offset = offset + at * stride;
    inner *= axis.extent;
  }
  return offsets;
}
