//===- Manifest.h - what an artifact says about itself, as JSON --------------------------------------------------===//
#pragma once

#include "codegen/targets/Target.h"
#include "compiler/dialect/Mge.h"

#include <string>

namespace mgec::codegen {

/// What the network does not know of itself.
struct ManifestFacts {
  std::string fingerprint, codeHash;
  std::string record; // JSON, see EmitOptions
  bool sealed;
  std::string keyId;
};

/// Shapes, types, targets, kernel rows, memory and weights of a network at stage `build`, pretty-printed.
std::string manifestJson(mge::NetworkOp network, llvm::StringRef name, const TargetSet &targets,
                         const ManifestFacts &facts);

} // namespace mgec::codegen
