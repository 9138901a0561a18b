//===- MgecOpt.cpp - runs passes on .mlir files, for tests and curiosity ----------------------------------------===//
#include "compiler/Pipeline.h"
#include "compiler/passes/Passes.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mgec::registerDialects(registry);
  mgec::registerMgecPasses();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "mgec pass runner\n", registry));
}
