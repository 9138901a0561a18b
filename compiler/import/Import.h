//===- Import.h - from the reader's structs to the mge dialect --------------------------------------------------===//
#pragma once

#include "compiler/dialect/Mge.h"
#include "compiler/read/Model.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <string>
#include <vector>

namespace mgec {

/// Extents of one input as the user writes them: numbers and symbol names ("Nx3x224x224").
struct InputShape {
  std::vector<std::string> extents;
  bool operator==(const InputShape &) const = default;
};

/// One variant to compile: shapes by input name (inputs without one keep the shape in the file) and symbol bounds.
struct ShapeSet {
  std::map<std::string, InputShape> inputs;
  std::map<std::string, std::pair<int64_t, int64_t>> bounds;
  bool empty() const { return inputs.empty(); }
  bool operator==(const ShapeSet &) const = default;
};

/// Parses `--shape` arguments: "NAME=1x3x224x224", "NAME=Nx3xHxW,H=32..1024"; arguments for different inputs join into
/// one set, a second shape for the same input starts the next set; sets that are alike are one. Names are resolved
/// against the model (the longest input name followed by '='). Throws std::runtime_error with a sentence for the user.
/// The input that a --shape argument names; "" where the model has none of that name.
std::string inputOfShape(const std::string &argument, const read::Model &model);
std::vector<ShapeSet> parseShapes(const std::vector<std::string> &arguments, const read::Model &model);

/// Builds the module: one `mge.network` with a `mge.variant` per shape set. Operators that have no counterpart are
/// reported all at once. Returns null after emitting diagnostics.
mlir::OwningOpRef<mlir::ModuleOp> importModel(mlir::MLIRContext &context, const read::Model &model,
                                              const std::vector<ShapeSet> &shapes);

} // namespace mgec
