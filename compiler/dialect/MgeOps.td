//===- MgeOps.td - table of contents of the mge dialect ---------------------------------------------------------===//
#ifndef MGE_OPS
#define MGE_OPS

include "compiler/dialect/ops/Structure.td"
include "compiler/dialect/ops/Conv.td"
include "compiler/dialect/ops/Math.td"
include "compiler/dialect/ops/Shape.td"

#endif // MGE_OPS
