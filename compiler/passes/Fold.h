//===- Fold.h - constant folding with the reference functions ---------------------------------------------------===//
#pragma once

#include "compiler/dialect/Mge.h"

namespace mgec {

/// Computes operations whose operands are all constants, to a fixed point; results above max(64 KiB, twice the
/// operands) stay. Returns whether anything changed.
mlir::FailureOr<bool> foldConstants(mge::VariantOp variant);

/// Removes weights that nothing refers to.
void dropDeadWeights(mge::NetworkOp network);

} // namespace mgec
