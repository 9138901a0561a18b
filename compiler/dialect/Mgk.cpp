//===- Mgk.cpp - the mgk dialect --------------------------------------------------------------------------------===//
#include "compiler/dialect/Mgk.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mgec::mgk;

#include "compiler/dialect/MgkDialect.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "compiler/dialect/MgkTypes.cpp.inc"
#define GET_OP_CLASSES
#include "compiler/dialect/MgkOps.cpp.inc"

void MgkDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "compiler/dialect/MgkTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "compiler/dialect/MgkOps.cpp.inc"
      >();
}
