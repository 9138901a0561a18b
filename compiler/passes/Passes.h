//===- Passes.h - the stages of the compiler --------------------------------------------------------------------===//
#pragma once

#include "codegen/targets/Target.h"
#include "compiler/dialect/Mge.h"
#include "compiler/dialect/Mgk.h"

#include "mlir/Pass/Pass.h"

namespace mgec {

#define GEN_PASS_DECL
#include "compiler/passes/Passes.h.inc"

/// Whether a stage may begin: the stage before it is done, this one is not, and the network's targets exist. Emits the
/// error.
mlir::LogicalResult enterStage(mge::NetworkOp network, llvm::StringRef stage);

/// Proves the places of a planned variant, independently of how they were found. Emits the error.
mlir::LogicalResult checkPlan(mge::VariantOp variant);

/// A name as comments and strings of the code may hold it: on one line, without control characters.
std::string printable(llvm::StringRef text);

/// The targets that the stages from `choose` on compile for: from the network's `targets` attribute.
codegen::TargetSet targetsOf(mge::NetworkOp network);

#define GEN_PASS_REGISTRATION
#include "compiler/passes/Passes.h.inc"

} // namespace mgec
