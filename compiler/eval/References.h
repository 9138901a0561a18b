//===- References.h - reference functions by operation ----------------------------------------------------------===//
#pragma once

#include "mlir/IR/Operation.h"

#include <string>

namespace mgec::eval {

/// A kernel-side view (codegen/kernels/view.hpp) in compiler-side terms.
struct ViewArgs {
  void *data = nullptr;
  int32_t dtype = 0;
  llvm::SmallVector<int64_t, 7> dims;
  float scale = 0;
  int32_t zeroPoint = 0;
};

/// Runs the reference function of `op`; false when it has none.
bool runReference(mlir::Operation *op, llvm::ArrayRef<ViewArgs> inputs, llvm::ArrayRef<ViewArgs> outputs);

/// The parameter struct of `op` as a C++ initialiser, "convParams{0, 1, 1, ...}", for generated code; empty when the
/// operation has no reference function.
std::string referenceParams(mlir::Operation *op);

/// The name of the reference function of `op` without namespace ("conv"); empty when it has none.
std::string referenceName(mlir::Operation *op);
/// The folder below codegen/kernels that holds it; "" when there is none.
std::string referenceFolder(mlir::Operation *op);

} // namespace mgec::eval
