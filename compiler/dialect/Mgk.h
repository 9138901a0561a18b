//===- Mgk.h - the mgk dialect: loop nests around micro-kernels --------------------------------------------------===//
#pragma once

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "compiler/dialect/MgkDialect.h.inc"
#define GET_TYPEDEF_CLASSES
#include "compiler/dialect/MgkTypes.h.inc"
#define GET_OP_CLASSES
#include "compiler/dialect/MgkOps.h.inc"
