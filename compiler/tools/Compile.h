//===- Compile.h - mgec compile, and the cache that mgec run keeps ----------------------------------------------===//
#pragma once

#include "compiler/Pipeline.h"

#include <string>

namespace mgec::tools {

struct CompileCommand {
  std::string model, output; // output: a folder, or a file that ends in .so or .a
  std::string name;          // of the artifact; "" takes the model's file name
  CompileOptions options;
  std::string cxx;
  unsigned jobs = 0;
  bool quiet = false;  // no progress, and no summary either
  bool summary = true; // sizes and warnings at the end
};

/// Compiles to a folder of sources, a shared library or an archive. Throws std::runtime_error.
void compileModel(const CompileCommand &command);

/// The shared library for a model, compiled on the fly when the cache has none. The cache ($MGEC_CACHE_DIR, else
/// $XDG_CACHE_HOME/mgec, else ~/.cache/mgec) is keyed by the model's bytes, the options, this very program and the C++
/// compiler; where there is no compiler, what another one made will do. A damaged library in it is made anew.
std::string cachedArtifact(const CompileCommand &command);

/// Where the cache is. Throws where the environment names no place.
std::string cacheFolder();

/// The cache's libraries. `clear` removes them, and what interrupted compilations left.
struct CacheState {
  std::string folder;
  size_t libraries = 0;
  uint64_t bytes = 0;
};
CacheState lookAtCache(bool clear);

/// What the user calls a variant's symbolic batch; "N" where it has none.
std::string batchName(mge::VariantOp variant);

/// A parsed and compiled model, as far as `options.stopAfter` says.
struct Loaded {
  std::unique_ptr<mlir::MLIRContext> context;
  read::Model model;
  Compilation compilation;
};
Loaded loadAndCompile(const std::string &path, const CompileOptions &options);

/// The model's name for artifacts: file name without folder and extension.
std::string modelName(const std::string &path);

} // namespace mgec::tools
