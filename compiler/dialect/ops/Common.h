//===- Common.h - helpers of the shape functions and folds in this folder ----------------------------------------===//
#pragma once

#include "compiler/dialect/Mge.h"

#include "mlir/IR/PatternMatch.h"

namespace mgec::mge {

/// An axis counted from the start; emits an error at `op` where it is out of range.
mlir::FailureOr<int64_t> normaliseAxis(mlir::Operation *op, int64_t axis, int64_t rank);
/// A quantised type with a signed 32-bit integer and this scale.
mlir::Type quantisedS32(mlir::MLIRContext *context, double scale);
/// Extents and element type of the values of a host-side shape operand; nullopt with an error where it is not known.
mlir::FailureOr<HostValue> requireValue(mlir::Operation *op, const ShapeContext &context, unsigned operand,
                                        llvm::StringRef what);
/// The convolution rule for one axis: floor((i + 2p - ((k-1)d+1)) / s) + 1; an error where the window does not fit.
mlir::FailureOr<mlir::AffineExpr> windowOutput(mlir::Operation *op, mlir::AffineExpr extent, int64_t kernel,
                                               int64_t pad, int64_t stride, int64_t dilate);
/// Promotion of element types that differ: float beats integer beats bool, then the wider one.
mlir::FailureOr<mlir::Type> promote(mlir::Operation *op, llvm::ArrayRef<TensorShape> operands);
/// A scalar constant ({1}) of the given float element type.
mlir::Value scalarConstant(mlir::OpBuilder &builder, mlir::Operation *user, mlir::Type element, double value);
/// An elementwise operation; the result type is inferred.
mlir::Value elemwise(mlir::OpBuilder &builder, mlir::Location loc, ElemwiseMode mode, mlir::ValueRange inputs);
/// A reshape to a static type.
mlir::Value reshapeTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, llvm::ArrayRef<int64_t> shape);
/// Whether `value` is an mge.constant.
bool isConstant(mlir::Value value);

} // namespace mgec::mge
