//===- Conv.cpp - shapes and rewrites of convolution ------------------------------------------------------------===//
#include "compiler/dialect/ops/Common.h"

using namespace mlir;
using namespace mgec::mge;

LogicalResult ConvOp::inferShapes(ShapeContext &context) {
  const TensorShape &src = context.operands[0], &filter = context.operands[1];
  if (getFormat() != ConvFormat::NCHW && getFormat() != ConvFormat::NHWC)
    return emitOpError() << "format " << stringifyEnum(getFormat()) << " is not supported; nchw and nhwc are";
  bool nhwc = getFormat() == ConvFormat::NHWC;
  bool grouped = getSparse() == ConvSparse::GROUP;
  if (src.rank() != 4)
    return emitOpError() << "needs a 4-d src, has " << shapeText(src.dims);
  if (filter.rank() != (grouped ? 5u : 4u))
    return emitOpError() << "needs a " << (grouped ? 5 : 4) << "-d filter, has " << shapeText(filter.dims);
  SmallVector<int64_t> f;
  for (AffineExpr dim : filter.dims) {
    auto extent = constantOf(dim);
    if (!extent || *extent <= 0)
      return emitOpError() << "needs static filter extents, has " << shapeText(filter.dims);
    f.push_back(*extent);
  }
  if (getStrideH() <= 0 || getStrideW() <= 0 || getDilateH() <= 0 || getDilateW() <= 0)
    return emitOpError("needs positive strides and dilations");
  int64_t groups = grouped ? f.front() : 1;
  ArrayRef<int64_t> g = grouped ? ArrayRef(f).drop_front() : ArrayRef(f);
  // Per group: OC, IC, KH, KW, or OC, KH, KW, IC.
  int64_t oc = g[0] * groups, ic = g[nhwc ? 3 : 1] * groups, kh = g[nhwc ? 1 : 2], kw = g[nhwc ? 2 : 3];
  AffineExpr c = src.dims[nhwc ? 3 : 1], h = src.dims[nhwc ? 1 : 2], w = src.dims[nhwc ? 2 : 3];
  if (constantOf(c) != ic)
    return emitOpError() << "src " << shapeText(src.dims) << " has not the " << ic << " channels of filter "
                         << shapeText(filter.dims);
  auto oh = windowOutput(*this, h, kh, getPadH(), getStrideH(), getDilateH());
  auto ow = windowOutput(*this, w, kw, getPadW(), getStrideW(), getDilateW());
  if (failed(oh) || failed(ow))
    return failure();
  TensorShape dst;
  AffineExpr channels = context.constant(oc);
  dst.dims = nhwc ? SmallVector<AffineExpr>{src.dims[0], *oh, *ow, channels}
                  : SmallVector<AffineExpr>{src.dims[0], channels, *oh, *ow};
  dst.element = src.element;
  if (auto explicitType = getOutputDtype())
    dst.element = *explicitType;
  else if (isa<quant::QuantizedType>(src.element))
    dst.element = quantisedS32(getContext(), static_cast<double>(quantisationOf(src.element).first *
                                                                  quantisationOf(filter.element).first));
  else if (src.element.isInteger(8))
    dst.element = IntegerType::get(getContext(), 32, IntegerType::Signed);
  context.addResult(std::move(dst));
  return success();
}

FusionRole ConvOp::getFusionRole() { return FusionRole::Anchor; }

int64_t ConvOp::getMacs() {
  int64_t perOutput = 1;
  auto filter = cast<RankedTensorType>(getFilter().getType());
  bool grouped = getSparse() == ConvSparse::GROUP;
  int64_t oc = filter.getDimSize(0) * (grouped ? filter.getDimSize(1) : 1);
  perOutput = oc ? filter.getNumElements() / oc : 0;
  int64_t outputs = 1;
  for (int64_t extent : sampleShape(cast<RankedTensorType>(getDst().getType())))
    outputs *= extent;
  return outputs * perOutput;
}

namespace {

/// A float convolution with bias, addend or activation says them as element-wise operations, which every row can host.
struct SplitBias : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp op, PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(op.getDst().getType());
    if (!type || !isa<FloatType>(type.getElementType()) ||
        (op.getExtra().empty() && op.getNonlineMode() == NonlineMode::IDENTITY))
      return failure();
    Location loc = op.getLoc();
    const bool activated = op.getNonlineMode() != NonlineMode::IDENTITY;
    auto plain = cast<ConvOp>(rewriter.clone(*op));
    plain->setLoc(partLocation(loc));
    plain.getExtraMutable().clear();
    plain.setNonlineMode(NonlineMode::IDENTITY);
    Value value = plain.getDst();
    for (Value extra : op.getExtra()) {
      const bool last = !activated && extra == op.getExtra().back();
      value = elemwise(rewriter, last ? loc : partLocation(loc), ElemwiseMode::ADD, {value, extra});
    }
    switch (op.getNonlineMode()) {
    case NonlineMode::IDENTITY: break;
    case NonlineMode::RELU: value = elemwise(rewriter, loc, ElemwiseMode::RELU, value); break;
    case NonlineMode::SIGMOID: value = elemwise(rewriter, loc, ElemwiseMode::SIGMOID, value); break;
    case NonlineMode::H_SWISH: value = elemwise(rewriter, loc, ElemwiseMode::H_SWISH, value); break;
    }
    rewriter.replaceOp(op, value);
    return success();
  }
};

} // namespace

void ConvOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<SplitBias>(context);
}
