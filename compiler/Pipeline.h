//===- Pipeline.h - the whole compiler on one screen ------------------------------------------------------------===//
#pragma once

#include "codegen/emit/Emit.h"
#include "compiler/dialect/Mge.h"
#include "compiler/import/Import.h"
#include "compiler/read/Model.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"

#include <functional>
#include <string>
#include <vector>

namespace mgec {

struct CompileOptions {
  std::vector<std::string> targets = {"native"};
  std::vector<std::string> shapes; // --shape arguments
  bool skipUnknownShapes = false;  // leave out those that name no input
  std::string stopAfter;           // a stage name; "" for all
  std::string dumpDirectory;       // numbered .mlir files, one a stage
  int fusionLevel = 2;
  std::string forceRows;           // see the choose pass
  bool referenceOnly = false;
  bool denyReference = false;      // a group on a reference row is an error
  std::function<void(const std::string &stage)> progress;
};

/// The stages, in order. `read` and `import` come before the first pass.
llvm::ArrayRef<const char *> stageNames();

/// Sets up a context with everything that the compiler uses.
void registerDialects(mlir::DialectRegistry &registry);
/// Adds the pass of one stage after `import`.
void addStage(mlir::PassManager &manager, const CompileOptions &options, llvm::StringRef name);

/// What one compilation made. `module` holds the IR of the last stage that ran.
struct Compilation {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mge::NetworkOp network() const;
};

/// Runs read's result through the stages. Throws std::runtime_error with every diagnostic, located in the model.
Compilation compile(mlir::MLIRContext &context, const read::Model &model, const CompileOptions &options);

/// Share of the predicted time that groups on reference rows take, and their names.
double referenceShare(mge::NetworkOp network, std::vector<std::string> &names);

} // namespace mgec
