//===- Evaluator.h - executes the IR of any stage with the reference functions ----------------------------------===//
//
// The oracle inside the compiler: constant folding, `mgec verify` and `mgec bisect` use it.
// Values are logical: row-major whatever layout the types say. From stage `plan` on, group results additionally go
// through a real arena at their planned offsets and layouts, so that a wrong plan gives wrong values here too.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/dialect/Mge.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace mgec::eval {

/// A value: concrete extents, element type, dense row-major bytes.
struct Tensor {
  llvm::SmallVector<int64_t> shape;
  mlir::Type element;
  std::vector<uint8_t> bytes;

  int64_t elements() const;
};

/// A tensor of zeros.
Tensor makeTensor(llvm::ArrayRef<int64_t> shape, mlir::Type element);

/// Called with each value of the top level (not inside groups) once it is known.
using Observer = std::function<void(mlir::Value, const Tensor &)>;

/// Executes one operation with a reference function. Emits an error where it has none or the operands do not fit.
mlir::LogicalResult evaluate(mlir::Operation *op, llvm::ArrayRef<const Tensor *> operands,
                             llvm::MutableArrayRef<Tensor> results);

/// Executes a variant. `batch` is the value of its symbol, ignored when it has none.
mlir::FailureOr<std::vector<Tensor>> evaluate(mge::VariantOp variant, llvm::ArrayRef<Tensor> inputs, int64_t batch = 1,
                                              const Observer &observer = nullptr);

/// Moves bytes between row-major and `layout` order; lanes beyond the extent become zero. `elementBytes` is 1, 2 or 4.
std::vector<uint8_t> toLayout(llvm::ArrayRef<uint8_t> bytes, llvm::ArrayRef<int64_t> shape, mge::LayoutAttr layout,
                              unsigned elementBytes);
std::vector<uint8_t> fromLayout(llvm::ArrayRef<uint8_t> bytes, llvm::ArrayRef<int64_t> shape, mge::LayoutAttr layout,
                                unsigned elementBytes);

} // namespace mgec::eval
