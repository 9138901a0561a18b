//===- Shape.cpp - shapes and rewrites of views, data movement and shape arithmetic -----------------------------===//
#include "compiler/dialect/ops/Common.h"

using namespace mlir;
using namespace mgec::mge;

//===----------------------------------------------------------------------===//
// get_var_shape, reshape, axis_add_remove
//===----------------------------------------------------------------------===//

LogicalResult GetVarShapeOp::inferShapes(ShapeContext &context) {
  auto dims = broadcastDims(*this, context.operands, getContext());
  if (failed(dims))
    return failure();
  HostValue value = *dims;
  if (getAxis() != 7) {
    auto axis = normaliseAxis(*this, getAxis(), dims->size());
    if (failed(axis))
      return failure();
    value = {(*dims)[*axis]};
  }
  TensorShape shape{{context.constant(value.size())}, IntegerType::get(getContext(), 32, IntegerType::Signed)};
  context.addResult(std::move(shape), std::move(value));
  return success();
}

LogicalResult ReshapeOp::inferShapes(ShapeContext &context) {
  const TensorShape &src = context.operands[0];
  auto target = requireValue(*this, context, 1, "a target shape");
  if (failed(target))
    return failure();
  TensorShape dst{*target, src.element};
  int64_t unknown = -1;
  if (getAxis() != 7) {
    auto axis = normaliseAxis(*this, getAxis(), dst.rank());
    if (failed(axis))
      return failure();
    unknown = *axis;
  }
  for (auto [i, extent] : llvm::enumerate(dst.dims))
    if (auto constant = constantOf(extent); constant && *constant < 0) {
      if (unknown >= 0 && unknown != static_cast<int64_t>(i))
        return emitOpError() << "has more than one unknown extent: " << shapeText(dst.dims);
      unknown = i;
    }
  if (unknown >= 0) {
    SmallVector<AffineExpr> rest = dst.dims;
    rest.erase(rest.begin() + unknown);
    dst.dims[unknown] = exactQuotient(src.dims, rest, getContext());
    if (!dst.dims[unknown])
      return emitOpError() << "cannot reshape " << shapeText(src.dims) << " to " << shapeText(*target);
  } else if (AffineExpr ratio = exactQuotient(src.dims, dst.dims, getContext()); !ratio || constantOf(ratio) != 1) {
    return emitOpError() << "cannot reshape " << shapeText(src.dims) << " to " << shapeText(dst.dims);
  }
  context.addResult(std::move(dst), context.values[0]);
  return success();
}
unsigned ReshapeOp::getNumShapeOperands() { return getShape().size(); }
FusionRole ReshapeOp::getFusionRole() { return FusionRole::View; }

LogicalResult AxisAddRemoveOp::inferShapes(ShapeContext &context) {
  TensorShape dst = context.operands[0];
  for (auto [method, axis] : llvm::zip(getMethods(), getAxes())) {
    auto normal = normaliseAxis(*this, axis, dst.rank() + (method == 0));
    if (failed(normal))
      return failure();
    if (method == 0) {
      dst.dims.insert(dst.dims.begin() + *normal, context.constant(1));
    } else {
      if (constantOf(dst.dims[*normal]) != 1)
        return emitOpError() << "removes axis " << axis << " of " << shapeText(dst.dims) << ", which is not 1";
      if (dst.rank() > 1)
        dst.dims.erase(dst.dims.begin() + *normal);
    }
  }
  if (dst.rank() > 7)
    return emitOpError("makes more than 7 dimensions");
  context.addResult(std::move(dst), context.values[0]);
  return success();
}
FusionRole AxisAddRemoveOp::getFusionRole() { return FusionRole::View; }

//===----------------------------------------------------------------------===//
// dimshuffle, broadcast
//===----------------------------------------------------------------------===//

LogicalResult DimshuffleOp::inferShapes(ShapeContext &context) {
  const TensorShape &src = context.operands[0];
  TensorShape dst{{}, src.element};
  SmallVector<bool> used(src.rank(), false);
  for (int64_t axis : getPattern()) {
    if (axis < -1 || axis >= static_cast<int64_t>(src.rank()))
      return emitOpError() << "has a pattern that does not fit " << shapeText(src.dims);
    dst.dims.push_back(axis < 0 ? context.constant(1) : src.dims[axis]);
    if (axis >= 0)
      used[axis] = true;
  }
  for (auto [i, use] : llvm::enumerate(used))
    if (!use && constantOf(src.dims[i]) != 1)
      return emitOpError() << "drops axis " << i << " of " << shapeText(src.dims) << ", which is not 1";
  if (dst.rank() == 0 || dst.rank() > 7)
    return emitOpError() << "makes " << dst.rank() << " dimensions";
  context.addResult(std::move(dst), src.rank() == 1 ? context.values[0] : std::nullopt);
  return success();
}
FusionRole DimshuffleOp::getFusionRole() { return FusionRole::Movement; }

LogicalResult BroadcastOp::inferShapes(ShapeContext &context) {
  const TensorShape &src = context.operands[0];
  auto target = requireValue(*this, context, 1, "a target shape");
  if (failed(target))
    return failure();
  if (target->size() < src.rank())
    return emitOpError() << "cannot broadcast " << shapeText(src.dims) << " to " << shapeText(*target);
  for (size_t i = 0; i < src.rank(); ++i) {
    AffineExpr from = src.dims[i], to = (*target)[target->size() - src.rank() + i];
    if (from != to && constantOf(from) != 1)
      return emitOpError() << "cannot broadcast " << shapeText(src.dims) << " to " << shapeText(*target);
  }
  std::optional<HostValue> value;
  if (context.values[0] && target->size() == 1 && context.values[0]->size() == 1)
    if (auto extent = constantOf((*target)[0]); extent && *extent > 0 && *extent <= kMaxHostElements)
      value = HostValue(*extent, (*context.values[0])[0]);
  context.addResult({*target, src.element}, std::move(value));
  return success();
}
unsigned BroadcastOp::getNumShapeOperands() { return getShape().size(); }
FusionRole BroadcastOp::getFusionRole() { return FusionRole::Movement; }

//===----------------------------------------------------------------------===//
// concat, split
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferShapes(ShapeContext &context) {
  TensorShape dst = context.operands[0];
  auto axis = normaliseAxis(*this, getAxis(), dst.rank());
  auto element = promote(*this, context.operands);
  if (failed(axis) || failed(element))
    return failure();
  dst.element = *element;
  for (const TensorShape &other : ArrayRef(context.operands).drop_front()) {
    bool fits = other.rank() == dst.rank();
    for (size_t i = 0; fits && i < dst.rank(); ++i)
      fits = static_cast<int64_t>(i) == *axis || other.dims[i] == dst.dims[i];
    if (!fits)
      return emitOpError() << "cannot join " << shapeText(dst.dims) << " and " << shapeText(other.dims) << " on axis "
                           << *axis;
    dst.dims[*axis] = dst.dims[*axis] + other.dims[*axis];
  }
  std::optional<HostValue> value;
  if (dst.rank() == 1 && llvm::all_of(context.values, [](auto &v) { return v.has_value(); })) {
    value.emplace();
    for (auto &part : context.values)
      value->append(part->begin(), part->end());
  }
  context.addResult(std::move(dst), std::move(value));
  return success();
}
FusionRole ConcatOp::getFusionRole() { return FusionRole::Movement; }

LogicalResult SplitOp::inferShapes(ShapeContext &context) {
  const TensorShape &src = context.operands[0];
  auto axis = normaliseAxis(*this, getAxis(), src.rank());
  if (failed(axis))
    return failure();
  AffineExpr total = context.constant(0);
  for (unsigned k = 1; k < context.operands.size(); ++k) {
    auto size = requireValue(*this, context, k, "a piece size");
    if (failed(size) || size->size() != 1)
      return failed(size) ? failure() : LogicalResult(emitOpError("needs scalar piece sizes"));
    TensorShape piece = src;
    piece.dims[*axis] = (*size)[0];
    total = total + (*size)[0];
    context.addResult(std::move(piece));
  }
  if (total != src.dims[*axis])
    return emitOpError() << "pieces do not add up to axis " << *axis << " of " << shapeText(src.dims);
  return success();
}
unsigned SplitOp::getNumShapeOperands() { return getShape().size(); }
FusionRole SplitOp::getFusionRole() { return FusionRole::Movement; }

//===----------------------------------------------------------------------===//
// subtensor, slice
//===----------------------------------------------------------------------===//

LogicalResult SubtensorOp::inferShapes(ShapeContext &context) {
  const TensorShape &src = context.operands[0];
  size_t rank = src.rank();
  SmallVector<AffineExpr> sizes = src.dims;
  SmallVector<int64_t> starts(rank, 0), steps(rank, 1), drop(rank, 0);
  unsigned next = 1;
  for (auto [rawAxis, flags] : llvm::zip(getAxes(), getFlags())) {
    auto axis = normaliseAxis(*this, rawAxis, rank);
    if (failed(axis))
      return failure();
    std::optional<AffineExpr> item[4]; // begin, end, step, index
    for (int bit = 0; bit < 4; ++bit)
      if (flags >> bit & 1) {
        if (next >= context.operands.size())
          return emitOpError("has fewer index operands than its items name");
        auto value = requireValue(*this, context, next++, "an index");
        if (failed(value))
          return failure();
        if (value->size() != 1)
          return emitOpError("needs scalar indices");
        item[bit] = (*value)[0];
      }
    auto extent = constantOf(src.dims[*axis]);
    auto number = [&](int bit) -> FailureOr<int64_t> {
      if (auto constant = constantOf(*item[bit]))
        return *constant;
      return emitOpError("needs constant slice bounds");
    };
    if (item[3]) {
      auto index = number(3);
      if (failed(index))
        return failure();
      int64_t at = *index < 0 && extent ? *index + *extent : *index;
      if (at < 0 || (extent && at >= *extent))
        return emitOpError() << "index " << *index << " is out of range for axis " << *axis << " of "
                             << shapeText(src.dims);
      starts[*axis] = at;
      drop[*axis] = 1;
      sizes[*axis] = context.constant(1);
      continue;
    }
    // A whole axis, possibly of symbolic extent.
    int64_t step = 1;
    if (item[2]) {
      auto value = number(2);
      if (failed(value))
        return failure();
      step = *value;
    }
    if (step == 0)
      return emitOpError("has a step of zero");
    bool whole = step == 1 && (!item[0] || constantOf(*item[0]) == 0) && (!item[1] || *item[1] == src.dims[*axis]);
    if (whole)
      continue;
    if (!extent)
      return emitOpError() << "slices the symbolic axis " << *axis << " of " << shapeText(src.dims);
    int64_t size = *extent, begin, end;
    auto given = [&](int bit, int64_t otherwise) -> FailureOr<int64_t> {
      if (!item[bit])
        return otherwise;
      auto value = number(bit);
      if (failed(value))
        return failure();
      return *value < 0 ? *value + size : *value;
    };
    auto b = given(0, step > 0 ? 0 : size - 1), e = given(1, step > 0 ? size : -1);
    if (failed(b) || failed(e))
      return failure();
    begin = *b;
    end = *e;
    if (step > 0) {
      end = std::min(end, size);
      begin = std::min(begin, end);
    } else {
      begin = std::min(begin, size - 1);
      end = std::min(end, begin);
    }
    if (begin < (step > 0 ? 0 : -1) || end < (step > 0 ? begin : -1))
      return emitOpError() << "slice bounds are out of range for axis " << *axis << " of " << shapeText(src.dims);
    starts[*axis] = begin;
    steps[*axis] = step;
    int64_t distance = step > 0 ? end - begin : begin - end, stride = std::abs(step);
    sizes[*axis] = context.constant((distance + stride - 1) / stride);
  }
  setStarts(starts);
  setSteps(steps);
  setDrop(drop);
  TensorShape dst{{}, src.element};
  for (size_t i = 0; i < rank; ++i)
    if (!drop[i])
      dst.dims.push_back(sizes[i]);
  if (dst.dims.empty())
    dst.dims.push_back(context.constant(1));
  std::optional<HostValue> value;
  if (rank == 1 && context.values[0]) {
    value.emplace();
    int64_t count = constantOf(sizes[0]).value_or(0);
    for (int64_t i = 0; i < count; ++i)
      value->push_back((*context.values[0])[starts[0] + i * steps[0]]);
  }
  context.addResult(std::move(dst), std::move(value));
  return success();
}
unsigned SubtensorOp::getNumShapeOperands() { return getIndices().size(); }

LogicalResult SliceOp::inferShapes(ShapeContext &) {
  return emitOpError("is made after shape inference, with its result type");
}
FusionRole SliceOp::getFusionRole() { return FusionRole::Movement; }

LogicalResult PaddingOp::inferShapes(ShapeContext &context) {
  TensorShape dst = context.operands[0];
  for (size_t i = 0; i < dst.rank(); ++i) {
    int64_t front = i < getFront().size() ? getFront()[i] : 0, back = i < getBack().size() ? getBack()[i] : 0;
    if (auto extent = constantOf(dst.dims[i]);
        extent && getMode() == PaddingMode::REFLECT && std::max(front, back) >= *extent)
      return emitOpError() << "reflects further than axis " << i << " of " << shapeText(dst.dims);
    dst.dims[i] = dst.dims[i] + (front + back);
  }
  context.addResult(std::move(dst));
  return success();
}
FusionRole PaddingOp::getFusionRole() { return FusionRole::Anchor; }
int64_t PaddingOp::getMacs() { return 0; }

//===----------------------------------------------------------------------===//
// Rewrites
//===----------------------------------------------------------------------===//

namespace {

/// A view that changes nothing, or a view of a view.
struct SimplifyReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    if (!op.getShape().empty() || !isa<RankedTensorType>(op.getDst().getType()))
      return failure();
    if (op.getSrc().getType() == op.getDst().getType()) {
      rewriter.replaceOp(op, op.getSrc());
      return success();
    }
    auto inner = op.getSrc().getDefiningOp<ReshapeOp>();
    if (!inner || !inner.getShape().empty())
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getDst().getType(), inner.getSrc(), ValueRange());
    return success();
  }
};

struct AxisAddRemoveToReshape : OpRewritePattern<AxisAddRemoveOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AxisAddRemoveOp op, PatternRewriter &rewriter) const override {
    if (!isa<RankedTensorType>(op.getDst().getType()))
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getDst().getType(), op.getSrc(), ValueRange());
    return success();
  }
};

/// A permutation that moves only axes of extent 1 is a view.
struct DimshuffleToReshape : OpRewritePattern<DimshuffleOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DimshuffleOp op, PatternRewriter &rewriter) const override {
    auto src = dyn_cast<RankedTensorType>(op.getSrc().getType());
    if (!src || !isa<RankedTensorType>(op.getDst().getType()))
      return failure();
    int64_t last = -1;
    for (int64_t axis : op.getPattern()) {
      if (axis < 0 || src.getDimSize(axis) == 1)
        continue;
      if (axis < last)
        return failure();
      last = axis;
    }
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getDst().getType(), op.getSrc(), ValueRange());
    return success();
  }
};

struct SubtensorToSlice : OpRewritePattern<SubtensorOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SubtensorOp op, PatternRewriter &rewriter) const override {
    if (!op.getStarts() || !op.getIndices().empty() || !isa<RankedTensorType>(op.getDst().getType()))
      return failure();
    rewriter.replaceOpWithNewOp<SliceOp>(op, op.getDst().getType(), op.getSrc(), *op.getStarts(), *op.getSteps(),
                                         *op.getDrop());
    return success();
  }
};

struct DropIdentitySlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto src = cast<RankedTensorType>(op.getSrc().getType()), dst = cast<RankedTensorType>(op.getDst().getType());
    if (llvm::any_of(op.getSteps(), [](int64_t step) { return step != 1; }))
      return failure();
    if (src == dst) {
      rewriter.replaceOp(op, op.getSrc());
      return success();
    }
    // Only axes of extent 1 dropped.
    if (src.hasStaticShape() && dst.hasStaticShape() && src.getNumElements() == dst.getNumElements()) {
      rewriter.replaceOpWithNewOp<ReshapeOp>(op, dst, op.getSrc(), ValueRange());
      return success();
    }
    return failure();
  }
};

/// One of k interleaved sets of channels. Networks write it as a transpose, which moves everything:
///     reshape {N*C/k, k, H*W}, dimshuffle (1, 0, 2), reshape {k, N, C/k, H, W}, element i of axis 0
/// is channels i, i + k, i + 2k ... of {N, C, H, W}.
struct SliceOfShuffle : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto last = op.getSrc().getDefiningOp<ReshapeOp>();
    auto shuffle = last ? last.getSrc().getDefiningOp<DimshuffleOp>() : DimshuffleOp();
    auto first = shuffle ? shuffle.getSrc().getDefiningOp<ReshapeOp>() : ReshapeOp();
    if (!first || shuffle.getPattern() != ArrayRef<int64_t>{1, 0, 2} || !last.getShape().empty() ||
        !first.getShape().empty())
      return failure();
    auto dims = [](Value value) { return dimsOf(cast<RankedTensorType>(value.getType())); };
    SmallVector<AffineExpr> x = dims(first.getSrc()), a = dims(first.getDst()), b = dims(last.getDst()),
                            y = dims(op.getDst());
    if (x.size() != 4 || b.size() != 5 || y.size() != 4)
      return failure();
    auto channels = constantOf(x[1]), sets = constantOf(b[0]);
    if (!channels || !sets || *channels % *sets || a[1] != b[0] || a[2] != x[2] * x[3] || b[1] != x[0] ||
        constantOf(b[2]) != *channels / *sets || b[3] != x[2] || b[4] != x[3])
      return failure();
    for (int axis = 0; axis < 5; ++axis)
      if (op.getDrop()[axis] != (axis == 0) || op.getSteps()[axis] != 1 ||
          (axis > 0 && (op.getStarts()[axis] != 0 || y[axis - 1] != b[axis])))
        return failure();
    rewriter.replaceOpWithNewOp<SliceOp>(op, op.getDst().getType(), first.getSrc(),
                                         ArrayRef<int64_t>{0, op.getStarts()[0], 0, 0},
                                         ArrayRef<int64_t>{1, *sets, 1, 1}, ArrayRef<int64_t>{0, 0, 0, 0});
    return success();
  }
};

struct DropSingleConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    if (op.getInputs().size() != 1 || op.getInputs()[0].getType() != op.getDst().getType())
      return failure();
    rewriter.replaceOp(op, op.getInputs()[0]);
    return success();
  }
};

} // namespace

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<SimplifyReshape>(context);
}
void AxisAddRemoveOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<AxisAddRemoveToReshape>(context);
}
void DimshuffleOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DimshuffleToReshape>(context);
}
void SubtensorOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<SubtensorToSlice>(context);
}
void SliceOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropIdentitySlice, SliceOfShuffle>(context);
}
void ConcatOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropSingleConcat>(context);
}
