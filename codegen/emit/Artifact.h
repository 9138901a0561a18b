//===- Artifact.h - files on disk and the host compiler ---------------------------------------------------------===//
#pragma once

#include "codegen/emit/Emit.h"

#include <functional>
#include <string>

namespace mgec::codegen {

/// How to build generated sources at once.
struct BuildOptions {
  std::string compiler;    // "" finds one: $MGEC_CXX, $CXX, g++, clang++, c++
  unsigned jobs = 0;       // 0: one a core
  bool keep = false;       // keep the sources beside the result
  std::function<void(const std::string &)> progress; // one line a finished step
};

/// Writes the tree below `directory`, which is made when missing. Files of a tree written there before are replaced;
/// anything else in the folder stays. Throws std::runtime_error.
void writeTree(const SourceTree &tree, const std::string &directory);

/// Compiles the tree to a shared library (`path` ends in .so) or a static archive (.a), written atomically. Throws
/// std::runtime_error with what the compiler said.
void buildArtifact(const SourceTree &tree, const TargetSet &targets, const std::string &path,
                   const BuildOptions &options);

/// The C++ compiler that buildArtifact would run, with the words that follow it ("ccache g++", "g++ -O1"); throws where
/// there is none. The first word is a path.
std::vector<std::string> findCompiler(const std::string &wanted, const std::string &triple);

} // namespace mgec::codegen
