//===- ShapeContext.cpp - arithmetic on extents -----------------------------------------------------------------===//
#include "compiler/dialect/ShapeContext.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace mgec::mge {

std::optional<int64_t> constantOf(AffineExpr expr) {
  if (auto constant = dyn_cast_if_present<AffineConstantExpr>(expr))
    return constant.getValue();
  return std::nullopt;
}

AffineExpr product(ArrayRef<AffineExpr> dims, MLIRContext *context) {
  AffineExpr result = getAffineConstantExpr(1, context);
  for (AffineExpr dim : dims)
    result = result * dim;
  return result;
}

/// Splits a product into its constant and its other factors.
static int64_t factors(AffineExpr expr, SmallVectorImpl<AffineExpr> &symbolic) {
  if (auto constant = constantOf(expr))
    return *constant;
  if (expr.getKind() == AffineExprKind::Mul) {
    auto binary = cast<AffineBinaryOpExpr>(expr);
    return factors(binary.getLHS(), symbolic) * factors(binary.getRHS(), symbolic);
  }
  symbolic.push_back(expr);
  return 1;
}

AffineExpr exactQuotient(ArrayRef<AffineExpr> numerator, ArrayRef<AffineExpr> denominator, MLIRContext *context) {
  SmallVector<AffineExpr> above, below;
  int64_t n = 1, d = 1;
  for (AffineExpr expr : numerator)
    n *= factors(expr, above);
  for (AffineExpr expr : denominator)
    d *= factors(expr, below);
  for (AffineExpr expr : below) {
    auto *it = llvm::find(above, expr);
    if (it == above.end())
      return {};
    above.erase(it);
  }
  if (d == 0 || n % d != 0)
    return {};
  return product(above, context) * (n / d);
}

FailureOr<SmallVector<AffineExpr>> broadcastDims(Operation *op, ArrayRef<TensorShape> operands, MLIRContext *context) {
  // A scalar {1} never decides the rank when another operand is there.
  auto isScalar = [](const TensorShape &shape) { return shape.rank() == 1 && constantOf(shape.dims[0]) == 1; };
  bool allScalar = llvm::all_of(operands, isScalar);
  size_t rank = 0;
  for (const TensorShape &shape : operands)
    if (allScalar || !isScalar(shape))
      rank = std::max(rank, shape.rank());
  SmallVector<AffineExpr> dims(rank, getAffineConstantExpr(1, context));
  for (const TensorShape &shape : operands) {
    if (!allScalar && isScalar(shape))
      continue;
    for (size_t i = 0; i < shape.rank(); ++i) {
      AffineExpr &dim = dims[rank - shape.rank() + i];
      AffineExpr other = shape.dims[i];
      if (other == dim || constantOf(other) == 1)
        continue;
      if (constantOf(dim) == 1) {
        dim = other;
        continue;
      }
      std::string text;
      for (const TensorShape &each : operands)
        text += (text.empty() ? "" : " and ") + shapeText(each.dims);
      return op->emitOpError() << "cannot broadcast shapes " << text;
    }
  }
  return dims;
}

std::string shapeText(ArrayRef<AffineExpr> dims) {
  std::string text = "{";
  llvm::raw_string_ostream os(text);
  llvm::interleave(dims, os, ",");
  os << "}";
  return text;
}

} // namespace mgec::mge
