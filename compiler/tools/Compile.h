//===- Compile.h - mgec compile, and the cache that mgec run keeps ----------------------------------------------===//
#pragma once

#include "compiler/Pipeline.h"
#include "compiler/tools/Lock.h"

#include <string>
#include <utility>

namespace mgec::tools {

struct CompileCommand {
  std::string model, output; // output: a folder, or a file that ends in .so or .a
  std::string name;          // of the artifact; "" takes the model's file name
  std::string decrypt;       // the method that the model file is encrypted with; "" for none
  CompileOptions options;
  SealCommand seal;
  std::string packedInfo; // JSON, of the packed model that this is; part of the manifest
  std::string signKey; // a file; "": the artifact is not signed
  std::string cxx;
  unsigned jobs = 0;
  bool quiet = false;  // no progress, and no summary either
  bool summary = true; // sizes and warnings at the end
};

/// Compiles to a folder of sources, a shared library or an archive. Throws std::runtime_error.
void compileModel(const CompileCommand &command);

/// A library to run, on disk as long as this object lives, or longer.
class Runnable {
public:
  explicit Runnable(std::string path, std::string folder = "") : path_(std::move(path)), folder_(std::move(folder)) {}
  Runnable(Runnable &&other) noexcept : path_(std::move(other.path_)), folder_(std::exchange(other.folder_, "")) {}
  Runnable &operator=(Runnable &&other) noexcept {
    std::swap(path_, other.path_);
    std::swap(folder_, other.folder_);
    return *this;
  }
  ~Runnable();
  const std::string &path() const { return path_; }

private:
  std::string path_, folder_; // the folder goes with the object
};

/// The shared library for a model, compiled on the fly when the cache has none. The cache ($MGEC_CACHE_DIR, else
/// $XDG_CACHE_HOME/mgec, else ~/.cache/mgec) is keyed by the model's bytes, the options, this very program and the C++
/// compiler; where there is no compiler, what another one made will do. A damaged library in it is made anew. A model
/// that came encrypted or packed never gets there: its library is made anew, its weights sealed with a key that only
/// this process has, and is gone at the end.
Runnable cachedArtifact(const CompileCommand &command);

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
  std::vector<std::string> shapes; // that it was compiled for: those asked for, else those of packed information
  std::string packedInfo; // see CompileCommand
  Compilation compilation;
};
Loaded loadAndCompile(const std::string &path, const std::string &decrypt, const CompileOptions &options);

/// Prints the sources of a network as `command` says.
codegen::SourceTree emitTree(mge::NetworkOp network, const CompileCommand &command);

/// The model's name for artifacts: file name without folder and extension.
std::string modelName(const std::string &path);

} // namespace mgec::tools
