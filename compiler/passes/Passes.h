//===- Passes.h - the stages of the compiler --------------------------------------------------------------------===//
#pragma once

#include "codegen/targets/Target.h"
#include "compiler/dialect/Mge.h"
#include "compiler/dialect/Mgk.h"

#include "mlir/Pass/Pass.h"

namespace mgec {

#define GEN_PASS_DECL
#include "compiler/passes/Passes.h.inc"

/// The targets that the stages from `choose` on compile for: from the network's `targets` attribute.
codegen::TargetSet targetsOf(mge::NetworkOp network);

#define GEN_PASS_REGISTRATION
#include "compiler/passes/Passes.h.inc"

} // namespace mgec
