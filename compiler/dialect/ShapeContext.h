//===- ShapeContext.h - what a shape function sees and fills ----------------------------------------------------===//
#pragma once

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace mgec::mge {

/// Extents (constants, or expressions of the variant's symbols) and element type of a tensor.
struct TensorShape {
  llvm::SmallVector<mlir::AffineExpr> dims;
  mlir::Type element;
  size_t rank() const { return dims.size(); }
};

/// The most elements that a value on the host has.
constexpr int64_t kMaxHostElements = 256;

/// The elements of a small integer tensor that host-side shape arithmetic computes, row-major.
using HostValue = llvm::SmallVector<mlir::AffineExpr>;

/// Arguments and results of one shape function.
struct ShapeContext {
  mlir::MLIRContext *context;
  llvm::SmallVector<TensorShape> operands;
  llvm::SmallVector<std::optional<HostValue>> values; // of operands, where known
  llvm::SmallVector<TensorShape> results;             // to fill
  llvm::SmallVector<std::optional<HostValue>> resultValues;

  mlir::AffineExpr constant(int64_t value) const { return mlir::getAffineConstantExpr(value, context); }
  /// Adds a result; `value` when it is known on the host.
  void addResult(TensorShape shape, std::optional<HostValue> value = std::nullopt) {
    results.push_back(std::move(shape));
    resultValues.push_back(std::move(value));
  }
};

/// The constant behind an extent, nullopt for expressions of symbols.
std::optional<int64_t> constantOf(mlir::AffineExpr expr);
/// Product of extents.
mlir::AffineExpr product(llvm::ArrayRef<mlir::AffineExpr> dims, mlir::MLIRContext *context);
/// a / b where it divides exactly, whatever the symbols; null otherwise.
mlir::AffineExpr exactQuotient(llvm::ArrayRef<mlir::AffineExpr> numerator, llvm::ArrayRef<mlir::AffineExpr> denominator,
                               mlir::MLIRContext *context);
/// numpy broadcasting of operand extents; emits an error at `op` where they do not fit.
mlir::FailureOr<llvm::SmallVector<mlir::AffineExpr>>
broadcastDims(mlir::Operation *op, llvm::ArrayRef<TensorShape> operands, mlir::MLIRContext *context);
/// "{1,3,224,224}" or "{N,3,H,W}".
std::string shapeText(llvm::ArrayRef<mlir::AffineExpr> dims);

} // namespace mgec::mge
