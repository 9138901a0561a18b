//===- Repack.h - other weights in a compiled artifact ----------------------------------------------------------===//
#pragma once

#include <string>

namespace mgec::tools {

struct RepackRequest {
  std::string artifact, model, decrypt, output;
};

/// Compiles `model` again as the artifact's manifest says it was compiled, up to the printed sources. Where those are
/// the same program - the same graph, and no weight that became a part of the code - its weights and fingerprint take
/// the place of the artifact's: in a new folder, or in a copy of the library. Sealed weights are sealed again, with the
/// key that is registered. Throws std::runtime_error, and then leaves no output.
void repackArtifact(const RepackRequest &command);

} // namespace mgec::tools
