//===- Math.cpp - shapes and rewrites of element-wise functions, matrix products, reductions, pooling -----------===//
#include "compiler/dialect/ops/Common.h"

using namespace mlir;
using namespace mgec::mge;

static constexpr int64_t kTargetShape = 2147483647;

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

namespace mgec::mge {

FailureOr<int64_t> normaliseAxis(Operation *op, int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return op->emitOpError() << "axis " << axis << " is out of range for " << rank << " dimensions";
  return axis < 0 ? axis + rank : axis;
}

Type quantisedS32(MLIRContext *context, double scale) {
  return quant::UniformQuantizedType::get(quant::QuantizationFlags::Signed, IntegerType::get(context, 32),
                                          Float32Type::get(context), scale, 0, INT32_MIN, INT32_MAX);
}

FailureOr<HostValue> requireValue(Operation *op, const ShapeContext &context, unsigned operand, StringRef what) {
  if (operand < context.values.size() && context.values[operand])
    return *context.values[operand];
  return op->emitOpError() << "needs " << what << " (" << nameOf(op->getOperand(operand))
                           << ") that follows from the input shapes; it depends on input values";
}

FailureOr<AffineExpr> windowOutput(Operation *op, AffineExpr extent, int64_t kernel, int64_t pad, int64_t stride,
                                   int64_t dilate) {
  int64_t span = (kernel - 1) * dilate + 1;
  if (auto constant = constantOf(extent); constant && *constant + 2 * pad < span)
    return op->emitOpError() << "has a window of " << span << " on an extent of " << *constant << " with padding "
                             << pad;
  return (extent + (2 * pad - span)).floorDiv(stride) + 1;
}

FailureOr<Type> promote(Operation *op, ArrayRef<TensorShape> operands) {
  auto rank = [](Type type) {
    if (isa<FloatType>(type))
      return 2000 + static_cast<int>(type.getIntOrFloatBitWidth());
    if (auto integer = dyn_cast<IntegerType>(type))
      return integer.getWidth() == 1 ? 0 : 1000 + static_cast<int>(integer.getWidth());
    return 3000;
  };
  Type result = operands.front().element;
  for (const TensorShape &shape : operands) {
    if (shape.element == result)
      continue;
    if (isa<quant::QuantizedType>(shape.element) || isa<quant::QuantizedType>(result)) {
      // Parameters may differ in the last bit, as MegEngine allows.
      auto [scale, zero] = quantisationOf(shape.element);
      auto [otherScale, otherZero] = quantisationOf(result);
      if (storageType(shape.element) == storageType(result) && zero == otherZero &&
          std::fabs(scale - otherScale) < 1e-6f)
        continue;
      return op->emitOpError() << "mixes element types " << result << " and " << shape.element;
    }
    if (rank(shape.element) > rank(result))
      result = shape.element;
  }
  return result;
}

bool isConstant(Value value) { return value.getDefiningOp<ConstantOp>() != nullptr; }

Value elemwise(OpBuilder &builder, Location loc, ElemwiseMode mode, ValueRange inputs) {
  SmallVector<TensorShape> shapes;
  for (Value input : inputs) {
    auto type = cast<RankedTensorType>(input.getType());
    shapes.push_back({dimsOf(type), type.getElementType()});
  }
  OperationState state(loc, ElemwiseOp::getOperationName());
  ElemwiseOp::build(builder, state, inputs.front().getType(), inputs, mode);
  Operation *op = builder.create(state);
  auto dims = broadcastDims(op, shapes, builder.getContext());
  assert(succeeded(dims) && "operands of a rewrite broadcast");
  op->getResult(0).setType(tensorType(*dims, shapes.front().element, 1));
  return op->getResult(0);
}

Value reshapeTo(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, cast<RankedTensorType>(value.getType()).getElementType());
  if (type == value.getType())
    return value;
  return ReshapeOp::create(builder, loc, type, value, ValueRange());
}

Value scalarConstant(OpBuilder &builder, Operation *user, Type element, double value) {
  auto type = RankedTensorType::get({1}, element);
  APFloat number(value);
  bool lost;
  number.convert(cast<FloatType>(element).getFloatSemantics(), APFloat::rmNearestTiesToEven, &lost);
  uint64_t word = number.bitcastToAPInt().getZExtValue();
  ArrayRef<uint8_t> bytes(reinterpret_cast<uint8_t *>(&word), elementBits(element) / 8);
  WeightOp weight = addWeight(user->getParentOfType<NetworkOp>(), type, bytes, "scalar");
  return ConstantOp::create(builder, user->getLoc(), type, weight.getSymName());
}

} // namespace mgec::mge

//===----------------------------------------------------------------------===//
// Element-wise functions
//===----------------------------------------------------------------------===//

/// Operands of a mode.
static unsigned arity(ElemwiseMode mode) {
  using M = ElemwiseMode;
  switch (mode) {
  case M::RELU: case M::ABS: case M::ACOS: case M::ASIN: case M::CEIL: case M::COS: case M::EXP: case M::EXPM1:
  case M::FLOOR: case M::LOG: case M::LOG1P: case M::NEGATE: case M::SIGMOID: case M::SIN: case M::TANH:
  case M::FAST_TANH: case M::ROUND: case M::ERF: case M::ERFINV: case M::ERFC: case M::ERFCINV: case M::H_SWISH:
  case M::NOT: case M::SILU: case M::GELU: case M::ISNAN: case M::ISINF: case M::SINH: case M::COSH: case M::ASINH:
  case M::ACOSH: case M::ATANH: case M::TAN: case M::SOFTPLUS: case M::RELU6: case M::HSIGMOID: case M::LOGSIGMOID:
  case M::SQRT: case M::SQUARE: case M::SIGN:
    return 1;
  case M::COND_LEQ_MOV: case M::COND_LT_MOV: case M::FUSE_MUL_ADD3: case M::CLIP: case M::PRELU_GRAD:
    return 3;
  case M::FUSE_MUL_ADD4:
    return 4;
  default:
    return 2;
  }
}

LogicalResult ElemwiseOp::verify() {
  if (getInputs().size() != arity(getMode()))
    return emitOpError() << stringifyEnum(getMode()) << " needs " << arity(getMode()) << " operands, has "
                         << getInputs().size();
  return success();
}

/// Host-side arithmetic on extents.
static std::optional<AffineExpr> apply(ElemwiseMode mode, ArrayRef<AffineExpr> x, MLIRContext *context) {
  switch (mode) {
  case ElemwiseMode::ADD: return x[0] + x[1];
  case ElemwiseMode::SUB: return x[0] - x[1];
  case ElemwiseMode::MUL: return x[0] * x[1];
  case ElemwiseMode::NEGATE: return -x[0];
  case ElemwiseMode::FUSE_MUL_ADD3: return x[0] * x[1] + x[2];
  case ElemwiseMode::FLOOR_DIV:
    if (AffineExpr exact = exactQuotient(x[0], x[1], context))
      return exact;
    if (constantOf(x[1]) && *constantOf(x[1]) > 0)
      return x[0].floorDiv(x[1]);
    return std::nullopt;
  default: break;
  }
  SmallVector<int64_t> v;
  for (AffineExpr expr : x) {
    auto constant = constantOf(expr);
    if (!constant)
      return std::nullopt;
    v.push_back(*constant);
  }
  std::optional<int64_t> result;
  switch (mode) {
  case ElemwiseMode::MAX: result = std::max(v[0], v[1]); break;
  case ElemwiseMode::MIN: result = std::min(v[0], v[1]); break;
  case ElemwiseMode::ABS: result = std::abs(v[0]); break;
  case ElemwiseMode::LT: result = v[0] < v[1]; break;
  case ElemwiseMode::LEQ: result = v[0] <= v[1]; break;
  case ElemwiseMode::EQ: result = v[0] == v[1]; break;
  case ElemwiseMode::MOD:
    if (v[1] != 0)
      result = ((v[0] % v[1]) + v[1]) % v[1];
    break;
  case ElemwiseMode::FLOOR_DIV:
    if (v[1] != 0)
      result = v[0] / v[1] - ((v[0] % v[1] != 0) && ((v[0] < 0) != (v[1] < 0)));
    break;
  default: break;
  }
  if (!result)
    return std::nullopt;
  return getAffineConstantExpr(*result, context);
}

static bool isFloatOnly(ElemwiseMode mode) {
  using M = ElemwiseMode;
  switch (mode) {
  case M::ACOS: case M::ASIN: case M::CEIL: case M::COS: case M::EXP: case M::EXPM1: case M::FLOOR: case M::LOG:
  case M::LOG1P: case M::SIGMOID: case M::SIN: case M::TANH: case M::POW: case M::TRUE_DIV: case M::LOG_SUM_EXP:
  case M::FUSE_ADD_SIGMOID: case M::FUSE_ADD_TANH: case M::FAST_TANH: case M::FAST_TANH_GRAD: case M::ROUND:
  case M::ATAN2: case M::ERF: case M::ERFINV: case M::ERFC: case M::ERFCINV: case M::H_SWISH: case M::H_SWISH_GRAD:
  case M::FUSE_ADD_H_SWISH: case M::SILU: case M::SILU_GRAD: case M::GELU: case M::GELU_GRAD: case M::SINH:
  case M::COSH: case M::ASINH: case M::ACOSH: case M::ATANH: case M::TAN: case M::ASINH_GRAD: case M::ACOSH_GRAD:
  case M::ATANH_GRAD: case M::PRELU_GRAD: case M::SOFTPLUS: case M::SOFTPLUS_GRAD: case M::RELU6_GRAD:
  case M::HSIGMOID: case M::HSIGMOID_GRAD: case M::LOGSIGMOID: case M::SQRT:
    return true;
  default:
    return false;
  }
}

LogicalResult ElemwiseOp::inferShapes(ShapeContext &context) {
  auto dims = broadcastDims(*this, context.operands, getContext());
  auto element = promote(*this, context.operands);
  if (failed(dims) || failed(element))
    return failure();
  if (isFloatOnly(getMode()) && isa<IntegerType>(*element))
    element = Float32Type::get(getContext());
  if (getMode() == ElemwiseMode::ISNAN || getMode() == ElemwiseMode::ISINF || getMode() == ElemwiseMode::NEQ)
    element = IntegerType::get(getContext(), 1);
  TensorShape shape{*dims, *element};
  std::optional<HostValue> value;
  if (isa<IntegerType>(*element) && llvm::all_of(context.values, [](auto &v) { return v.has_value(); })) {
    size_t count = 0;
    for (auto &operand : context.values)
      count = std::max(count, operand->size());
    value.emplace();
    for (size_t i = 0; i < count && value; ++i) {
      SmallVector<AffineExpr> x;
      for (auto &operand : context.values)
        if (operand->size() == 1 || operand->size() == count)
          x.push_back((*operand)[operand->size() == 1 ? 0 : i]);
      auto result = x.size() == context.values.size() ? apply(getMode(), x, getContext()) : std::nullopt;
      if (result)
        value->push_back(*result);
      else
        value.reset();
    }
  }
  context.addResult(std::move(shape), std::move(value));
  return success();
}

FusionRole ElemwiseOp::getFusionRole() { return FusionRole::Elementwise; }

LogicalResult ElemwiseMultiTypeOp::inferShapes(ShapeContext &context) {
  auto dims = broadcastDims(*this, context.operands, getContext());
  if (failed(dims))
    return failure();
  using M = MultiTypeMode;
  MLIRContext *c = getContext();
  auto integer = [&](unsigned width) { return IntegerType::get(c, width, IntegerType::Signed); };
  Type element;
  switch (getMode()) {
  case M::FUSE_MUL_ADD3_INT16x32x32x32: element = integer(32); break;
  case M::FUSE_MUL_ADD3_IXxF32xF32xI8:
  case M::ROUND_SHR_SATURATE_IXxI8xI8:
  case M::FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT16x16x16x8:
  case M::FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT32x32x32x8: element = integer(8); break;
  case M::ROUND_SHR_SATURATE_IXxI8xI16: element = integer(16); break;
  case M::FUSE_MUL_ADD3_INT16xF32xF32xF32:
  case M::MUL_INT16xF32xF32:
  case M::FUSE_MUL_ADD3_UINT8xF32xF32xF32: element = Float32Type::get(c); break;
  case M::EQ:
  case M::NEQ:
  case M::LT:
  case M::LEQ:
  case M::ISNAN:
  case M::ISINF:
    element = IntegerType::get(c, 1);
    break;
  default:
    if (!getOutputDtype())
      return emitOpError() << stringifyEnum(getMode()) << " needs an output type";
    element = *getOutputDtype();
  }
  context.addResult({*dims, element});
  return success();
}
FusionRole ElemwiseMultiTypeOp::getFusionRole() { return FusionRole::Elementwise; }

LogicalResult TypeCvtOp::inferShapes(ShapeContext &context) {
  std::optional<HostValue> value;
  if (isa<IntegerType>(context.operands[0].element) && getDtype().isInteger(32))
    value = context.values[0];
  context.addResult({context.operands[0].dims, getDtype()}, std::move(value));
  return success();
}
FusionRole TypeCvtOp::getFusionRole() { return FusionRole::Elementwise; }

LogicalResult PowCOp::inferShapes(ShapeContext &context) {
  context.addResult(context.operands[0]);
  return success();
}
FusionRole PowCOp::getFusionRole() { return FusionRole::Elementwise; }

//===----------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------===//

LogicalResult MatmulOp::inferShapes(ShapeContext &context) {
  const TensorShape &a = context.operands[0], &b = context.operands[1];
  if (a.rank() != b.rank() || (a.rank() != 2 && a.rank() != 3))
    return emitOpError() << "needs two 2-d or two 3-d operands, has " << shapeText(a.dims) << " and "
                         << shapeText(b.dims);
  if (getFormat() != MatmulFormat::DEFAULT)
    return emitOpError() << "format " << stringifyEnum(getFormat()) << " is not supported";
  size_t base = a.rank() - 2;
  AffineExpr m = a.dims[base + getTransposeA()], ka = a.dims[base + 1 - getTransposeA()];
  AffineExpr kb = b.dims[base + getTransposeB()], n = b.dims[base + 1 - getTransposeB()];
  if (ka != kb || (base && a.dims[0] != b.dims[0]))
    return emitOpError() << "operands " << shapeText(a.dims) << " and " << shapeText(b.dims) << " do not fit";
  TensorShape dst;
  if (base)
    dst.dims.push_back(a.dims[0]);
  dst.dims.append({m, n});
  dst.element = a.element;
  if (auto explicitType = getOutputDtype())
    dst.element = *explicitType;
  else if (isa<quant::QuantizedType>(a.element))
    dst.element = quantisedS32(getContext(), static_cast<double>(quantisationOf(a.element).first *
                                                                  quantisationOf(b.element).first));
  else if (isa<IntegerType>(a.element))
    dst.element = IntegerType::get(getContext(), 32, IntegerType::Signed);
  context.addResult(std::move(dst));
  return success();
}
FusionRole MatmulOp::getFusionRole() { return FusionRole::Anchor; }
int64_t MatmulOp::getMacs() {
  auto lhs = sampleShape(cast<RankedTensorType>(getLhs().getType()));
  int64_t k = lhs[lhs.size() - 1 - getTransposeA()], outputs = 1;
  for (int64_t extent : sampleShape(cast<RankedTensorType>(getDst().getType())))
    outputs *= extent;
  return outputs * k;
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

LogicalResult PoolOp::inferShapes(ShapeContext &context) {
  const TensorShape &src = context.operands[0];
  if (src.rank() != 4 || (getFormat() != ConvFormat::NCHW && getFormat() != ConvFormat::NHWC))
    return emitOpError() << "needs a 4-d operand in nchw or nhwc, has " << shapeText(src.dims) << " in "
                         << stringifyEnum(getFormat());
  if (getStrideH() <= 0 || getStrideW() <= 0 || getWindowH() <= 0 || getWindowW() <= 0)
    return emitOpError("needs positive windows and strides");
  if (getMode() != PoolMode::AVERAGE && (getPadH() >= getWindowH() || getPadW() >= getWindowW()))
    return emitOpError() << "has windows that lie wholly in the padding: " << getWindowH() << "x" << getWindowW()
                         << " with padding " << getPadH() << "x" << getPadW();
  size_t h = getFormat() == ConvFormat::NCHW ? 2 : 1;
  auto oh = windowOutput(*this, src.dims[h], getWindowH(), getPadH(), getStrideH(), 1);
  auto ow = windowOutput(*this, src.dims[h + 1], getWindowW(), getPadW(), getStrideW(), 1);
  if (failed(oh) || failed(ow))
    return failure();
  TensorShape dst = src;
  dst.dims[h] = *oh;
  dst.dims[h + 1] = *ow;
  context.addResult(std::move(dst));
  return success();
}
FusionRole PoolOp::getFusionRole() { return FusionRole::Anchor; }
int64_t PoolOp::getMacs() { return 0; }

LogicalResult AdaptivePoolOp::inferShapes(ShapeContext &context) {
  TensorShape dst = context.operands[0];
  if (dst.rank() != 4 || (getFormat() != ConvFormat::NCHW && getFormat() != ConvFormat::NHWC))
    return emitOpError() << "needs a 4-d operand in nchw or nhwc, has " << shapeText(dst.dims);
  auto size = requireValue(*this, context, 1, "an output size");
  if (failed(size) || size->size() != 2)
    return failed(size) ? failure() : LogicalResult(emitOpError("needs an output size of two elements"));
  size_t h = getFormat() == ConvFormat::NCHW ? 2 : 1;
  for (size_t i = 0; i < 2; ++i) {
    auto in = constantOf(dst.dims[h + i]), out = constantOf((*size)[i]);
    if (in && out && (*out <= 0 || *out > *in))
      return emitOpError() << "cannot pool an extent of " << *in << " to " << *out;
    dst.dims[h + i] = (*size)[i];
  }
  context.addResult(std::move(dst));
  return success();
}
unsigned AdaptivePoolOp::getNumShapeOperands() { return getShape().size(); }

namespace {
struct AdaptiveToPool : OpRewritePattern<AdaptivePoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AdaptivePoolOp op, PatternRewriter &rewriter) const override {
    auto src = dyn_cast<RankedTensorType>(op.getSrc().getType()),
         dst = dyn_cast<RankedTensorType>(op.getDst().getType());
    size_t h = op.getFormat() == ConvFormat::NCHW ? 2 : 1;
    if (!src || !dst || !op.getShape().empty() || src.isDynamicDim(h) || src.isDynamicDim(h + 1))
      return failure();
    int64_t stride[2], window[2];
    for (int i = 0; i < 2; ++i) {
      int64_t in = src.getDimSize(h + i), out = dst.getDimSize(h + i);
      stride[i] = in / out;
      window[i] = in - (out - 1) * stride[i];
    }
    rewriter.replaceOpWithNewOp<PoolOp>(op, dst, op.getSrc(), op.getMode(), 0, 0, stride[0], stride[1], window[0],
                                        window[1], op.getFormat());
    return success();
  }
};
} // namespace
void AdaptivePoolOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<AdaptiveToPool>(context);
}

//===----------------------------------------------------------------------===//
// Reductions, softmax
//===----------------------------------------------------------------------===//

LogicalResult ReduceOp::inferShapes(ShapeContext &context) {
  TensorShape dst = context.operands[0];
  if (getAxis() == kTargetShape) {
    if (context.operands.size() < 2)
      return emitOpError("needs an axis or a target shape");
    auto target = requireValue(*this, context, 1, "a target shape");
    if (failed(target))
      return failure();
    bool everything = target->size() == 1 && constantOf((*target)[0]) == 1;
    if (!everything && target->size() > dst.rank())
      return emitOpError() << "cannot reduce " << shapeText(dst.dims) << " to " << shapeText(*target);
    size_t skip = everything ? 0 : dst.rank() - target->size();
    for (size_t i = 0; i < dst.rank(); ++i) {
      AffineExpr extent = everything || i < skip ? context.constant(1) : (*target)[i - skip];
      if (constantOf(extent) != 1 && extent != dst.dims[i])
        return emitOpError() << "cannot reduce " << shapeText(dst.dims) << " to " << shapeText(*target);
      dst.dims[i] = extent;
    }
    dst.dims.assign(everything ? HostValue{context.constant(1)} : *target);
  } else {
    auto axis = normaliseAxis(*this, getAxis(), dst.rank());
    if (failed(axis))
      return failure();
    dst.dims[*axis] = context.constant(1);
  }
  switch (getDataType()) {
  case ReduceDataType::FLOAT_O32xC32: dst.element = Float32Type::get(getContext()); break;
  case ReduceDataType::FLOAT_O16xC32:
  case ReduceDataType::FLOAT_IO16xC32: dst.element = Float16Type::get(getContext()); break;
  case ReduceDataType::QUINT_I8xO32:
  case ReduceDataType::QINT_I8xO32:
    dst.element = quantisedS32(getContext(), quantisationOf(dst.element).first);
    break;
  case ReduceDataType::DEFAULT: break;
  }
  std::optional<HostValue> value;
  if (context.values[0] && getMode() == ReduceMode::PRODUCT && dst.rank() == 1)
    value = HostValue{product(*context.values[0], getContext())};
  context.addResult(std::move(dst), std::move(value));
  return success();
}
unsigned ReduceOp::getNumShapeOperands() { return getShape().size(); }
FusionRole ReduceOp::getFusionRole() { return FusionRole::Anchor; }
int64_t ReduceOp::getMacs() { return 0; }

static LogicalResult inferArg(Operation *op, int64_t axis, ShapeContext &context) {
  TensorShape dst = context.operands[0];
  auto normal = normaliseAxis(op, axis, dst.rank());
  if (failed(normal))
    return failure();
  dst.dims[*normal] = context.constant(1);
  dst.element = IntegerType::get(context.context, 32, IntegerType::Signed);
  context.addResult(std::move(dst));
  return success();
}
LogicalResult ArgmaxOp::inferShapes(ShapeContext &context) { return inferArg(*this, getAxis(), context); }
LogicalResult ArgminOp::inferShapes(ShapeContext &context) { return inferArg(*this, getAxis(), context); }
FusionRole ArgmaxOp::getFusionRole() { return FusionRole::Anchor; }
FusionRole ArgminOp::getFusionRole() { return FusionRole::Anchor; }
int64_t ArgmaxOp::getMacs() { return 0; }
int64_t ArgminOp::getMacs() { return 0; }

LogicalResult SoftmaxOp::inferShapes(ShapeContext &context) {
  if (failed(normaliseAxis(*this, getAxis(), context.operands[0].rank())))
    return failure();
  context.addResult(context.operands[0]);
  return success();
}
FusionRole SoftmaxOp::getFusionRole() { return FusionRole::Anchor; }
int64_t SoftmaxOp::getMacs() { return 0; }

//===----------------------------------------------------------------------===//
// Batch normalisation
//===----------------------------------------------------------------------===//

LogicalResult BatchNormOp::inferShapes(ShapeContext &context) {
  if (getFwdMode() != BNFwdMode::INFERENCE)
    return emitOpError("in training mode is not supported; dump the model in evaluation mode");
  if (context.operands[0].rank() != 4)
    return emitOpError() << "needs a 4-d operand, has " << shapeText(context.operands[0].dims);
  context.addResult(context.operands[0]);
  return success();
}
FusionRole BatchNormOp::getFusionRole() { return FusionRole::Anchor; }
int64_t BatchNormOp::getMacs() { return 0; }

namespace {

/// Constant statistics: y = x * (scale / sqrt(var + eps)) + (bias - mean * scale / sqrt(var + eps)).
struct BatchNormToMulAdd : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BatchNormOp op, PatternRewriter &rewriter) const override {
    if (!isa<RankedTensorType>(op.getDst().getType()) || !llvm::all_of(op->getOperands().drop_front(), isConstant))
      return failure();
    Location loc = partLocation(op.getLoc());
    Type element = cast<RankedTensorType>(op.getVariance().getType()).getElementType();
    Value epsilon = scalarConstant(rewriter, op, element, static_cast<float>(op.getEpsilon().convertToDouble()));
    Value deviation = elemwise(rewriter, loc, ElemwiseMode::SQRT,
                               elemwise(rewriter, loc, ElemwiseMode::ADD, {op.getVariance(), epsilon}));
    Value factor = elemwise(rewriter, loc, ElemwiseMode::TRUE_DIV, {op.getScale(), deviation});
    Value shift = elemwise(rewriter, loc, ElemwiseMode::SUB,
                           {op.getBias(), elemwise(rewriter, loc, ElemwiseMode::MUL, {op.getMean(), factor})});
    Value scaled = elemwise(rewriter, loc, ElemwiseMode::MUL, {op.getSrc(), factor});
    rewriter.replaceOp(op, elemwise(rewriter, op.getLoc(), ElemwiseMode::ADD, {scaled, shift}));
    return success();
  }
};

/// conv(x, w) * a = conv(x, w * a) for a constant per output channel; likewise a matrix product's columns.
struct FoldScaleIntoConv : OpRewritePattern<ElemwiseOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ElemwiseOp op, PatternRewriter &rewriter) const override {
    bool isMul = op.getMode() == ElemwiseMode::MUL, isMulAdd = op.getMode() == ElemwiseMode::FUSE_MUL_ADD3;
    if (!isMul && !isMulAdd)
      return failure();
    for (unsigned k : {0u, 1u}) {
      auto conv = op.getInputs()[k].getDefiningOp<ConvOp>();
      Value factor = op.getInputs()[1 - k];
      if (!conv || !conv->hasOneUse() || !isConstant(conv.getFilter()) || !isConstant(factor) ||
          !conv.getExtra().empty() || conv.getNonlineMode() != NonlineMode::IDENTITY ||
          conv.getFormat() != ConvFormat::NCHW || conv.getDst().getType() != op.getDst().getType())
        continue;
      auto filterType = cast<RankedTensorType>(conv.getFilter().getType());
      auto factorType = cast<RankedTensorType>(factor.getType());
      if (!filterType.getElementType().isF32() || factorType.getElementType() != filterType.getElementType())
        continue;
      bool grouped = conv.getSparse() == ConvSparse::GROUP;
      SmallVector<int64_t> shape(filterType.getRank(), 1);
      int64_t channels = 1;
      for (int i = 0; i < (grouped ? 2 : 1); ++i)
        channels *= shape[i] = filterType.getDimSize(i);
      int64_t elements = factorType.getNumElements();
      bool perChannel = factorType.getRank() >= 3 && elements == channels &&
                        factorType.getDimSize(factorType.getRank() - 3) == channels;
      if (elements != 1 && !perChannel)
        continue;
      Location loc = rewriter.getFusedLoc({conv.getLoc(), isMulAdd ? partLocation(op.getLoc()) : op.getLoc()});
      Value perFilter = elements == 1 ? factor : reshapeTo(rewriter, loc, factor, shape);
      rewriter.setInsertionPoint(op);
      Value filter = elemwise(rewriter, loc, ElemwiseMode::MUL, {conv.getFilter(), perFilter});
      auto scaled = cast<ConvOp>(rewriter.clone(*conv));
      scaled->setLoc(loc);
      scaled.getFilterMutable().assign(filter);
      Value result = scaled.getDst();
      if (isMulAdd)
        result = elemwise(rewriter, op.getLoc(), ElemwiseMode::ADD, {result, op.getInputs()[2]});
      rewriter.replaceOp(op, result);
      return success();
    }
    return failure();
  }
};

/// x > 0 ? x : x * a as the dumper writes it: min(x, 0) * a + max(x, 0).
struct FindPRelu : OpRewritePattern<ElemwiseOp> {
  using OpRewritePattern::OpRewritePattern;

  /// The other operand of an operation of this mode on a scalar zero; null where `value` is none.
  static Value againstZero(Value value, ElemwiseMode mode) {
    auto op = value.getDefiningOp<ElemwiseOp>();
    if (!op || op.getMode() != mode || !value.hasOneUse())
      return {};
    for (unsigned k : {0u, 1u}) {
      WeightOp weight = weightOf(op.getInputs()[k]);
      if (weight && llvm::all_of(bytesOf(weight), [](uint8_t byte) { return byte == 0; }) &&
          cast<RankedTensorType>(weight.getType()).getNumElements() == 1)
        return op.getInputs()[1 - k];
    }
    return {};
  }

  LogicalResult matchAndRewrite(ElemwiseOp op, PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getDst().getType());
    if (op.getMode() != ElemwiseMode::FUSE_MUL_ADD3 || !type.getElementType().isF32())
      return failure();
    Value x = againstZero(op.getInputs()[2], ElemwiseMode::MAX);
    for (unsigned k : {0u, 1u})
      if (x && againstZero(op.getInputs()[k], ElemwiseMode::MIN) == x && x.getType() == type) {
        rewriter.replaceOp(op, elemwise(rewriter, op.getLoc(), ElemwiseMode::PRELU, {x, op.getInputs()[1 - k]}));
        return success();
      }
    return failure();
  }
};

} // namespace

void BatchNormOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<BatchNormToMulAdd>(context);
}
void ElemwiseOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<FoldScaleIntoConv, FindPRelu>(context);
}

//===----------------------------------------------------------------------===//
// Resize
//===----------------------------------------------------------------------===//

LogicalResult ResizeOp::inferShapes(ShapeContext &context) {
  TensorShape dst = context.operands[0];
  if (dst.rank() != 4 || (getFormat() != ConvFormat::NCHW && getFormat() != ConvFormat::NHWC))
    return emitOpError() << "needs a 4-d operand in nchw or nhwc, has " << shapeText(dst.dims) << " in "
                         << stringifyEnum(getFormat());
  auto size = requireValue(*this, context, 1, "an output size");
  if (failed(size) || size->size() != 2)
    return failed(size) ? failure() : LogicalResult(emitOpError("needs an output size of two elements"));
  size_t h = getFormat() == ConvFormat::NCHW ? 2 : 1;
  dst.dims[h] = (*size)[0];
  dst.dims[h + 1] = (*size)[1];
  context.addResult(std::move(dst));
  return success();
}
unsigned ResizeOp::getNumShapeOperands() { return getShape().size(); }
FusionRole ResizeOp::getFusionRole() { return FusionRole::Anchor; }
int64_t ResizeOp::getMacs() { return 0; }
