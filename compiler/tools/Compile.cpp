//===- Compile.cpp - mgec compile, and the cache that mgec run keeps --------------------------------------------===//
#include "compiler/tools/Compile.h"

#include "codegen/emit/Artifact.h"
#include "codegen/emit/Processes.h"
#include "compiler/passes/Passes.h"
#include "compiler/tools/Terminal.h"
#include "compiler/tools/Unlock.h"

#include "lite/global.h"

#include "runtime/core/Model.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>

#define XXH_INLINE_ALL
#include <xxhash.h>

using namespace mgec;
using namespace mgec::tools;
using llvm::SmallString;
using llvm::StringRef;

std::string tools::modelName(const std::string &path) {
  std::string stem = llvm::sys::path::stem(path).str();
  return stem.empty() ? "model" : stem;
}

Loaded tools::loadAndCompile(const std::string &path, const std::string &decrypt, const CompileOptions &given) {
  CompileOptions options = given;
  Loaded loaded;
  mlir::DialectRegistry registry;
  registerDialects(registry);
  loaded.context = std::make_unique<mlir::MLIRContext>(registry, mlir::MLIRContext::Threading::DISABLED);
  loaded.context->loadAllAvailableDialects();
  if (options.progress)
    options.progress("read");
  PlainModel plain = readPlain(path, decrypt);
  loaded.model = std::move(plain.model);
  if (options.shapes.empty())
    options.shapes = plain.shapes;
  if (options.skipUnknownShapes)
    std::erase_if(options.shapes, [&](const std::string &shape) { return inputOfShape(shape, loaded.model).empty(); });
  loaded.shapes = options.shapes;
  loaded.packedInfo = std::move(plain.info);
  loaded.compilation = compile(*loaded.context, loaded.model, options);
  return loaded;
}

std::string tools::batchName(mge::VariantOp variant) {
  if (!variant.hasSymbolicBatch())
    return "N";
  return llvm::cast<mge::SymbolAttr>((*variant.getSymbols())[0]).getName().getValue().str();
}

static void summarise(mge::NetworkOp network, double seconds, const std::string &output) {
  for (auto variant : network.getBlock().getOps<mge::VariantOp>()) {
    std::string shapes;
    for (auto [name, type] : llvm::zip(variant.getInputNames().getAsValueRange<mlir::StringAttr>(),
                                       variant.getBlock().getArgumentTypes())) {
      std::string dims;
      for (int64_t extent : llvm::cast<mlir::RankedTensorType>(type).getShape())
        dims += (dims.empty() ? "" : "x") +
                (mlir::ShapedType::isDynamic(extent) ? batchName(variant) : std::to_string(extent));
      shapes += (shapes.empty() ? "" : ", ") + name.str() + " " + dims;
    }
    std::fprintf(stderr, "  %s: arena %s (lower bound %s)%s, scratch %s a thread\n", shapes.c_str(),
                 humanBytes(variant.getArenaBytes().value_or(0)).c_str(),
                 humanBytes(variant.getLowerBoundBytes().value_or(0)).c_str(),
                 variant.hasSymbolicBatch() ? " a sample" : "",
                 humanBytes(variant.getScratchBytes().value_or(0)).c_str());
  }
  std::fprintf(stderr, "  weights %s; wrote %s in %.2f s\n", humanBytes(network.getPackedBytes().value_or(0)).c_str(),
               output.c_str(), seconds);
}

static void warnAboutReferences(mge::NetworkOp network) {
  std::vector<std::string> names;
  double share = referenceShare(network, names);
  if (share <= 0.05)
    return;
  std::string list = llvm::join(llvm::ArrayRef(names).take_front(5), ", ");
  char text[64];
  std::snprintf(text, sizeof text, "%.0f %%", 100 * share);
  printWarning(std::string(text) + " of the predicted time is spent in reference kernels (" + list +
               (names.size() > 5 ? " and " + std::to_string(names.size() - 5) + " more" : "") +
               "); `mgec explain` says why");
}

/// What decides the code, apart from the model: read back by `mgec repack`. The runtime finds the packed information by
/// its key.
static std::string recordOf(const CompileOptions &options, const std::string &packedInfo) {
  nlohmann::ordered_json record;
  record["shapes"] = options.shapes;
  record["fusion_level"] = options.fusionLevel;
  record["force_row"] = options.forceRows;
  record["reference"] = options.referenceOnly;
  if (!packedInfo.empty())
    record["packed_info"] = packedInfo;
  return record.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

codegen::SourceTree tools::emitTree(mge::NetworkOp network, const CompileCommand &command) {
  codegen::EmitOptions emit;
  emit.record = recordOf(command.options, command.packedInfo);
  if (auto sealer = command.seal.sealer(network.getFingerprint().str())) {
    emit.seal = [sealer](StringRef weights) { return sealer(weights); };
    emit.keyId = command.seal.keyId;
  }
  auto tree = codegen::emitNetwork(network, command.name.empty() ? modelName(command.model) : command.name, emit);
  if (failed(tree))
    throw std::runtime_error(command.model + ": the sources could not be printed");
  return std::move(*tree);
}

void tools::compileModel(const CompileCommand &command) {
  auto start = std::chrono::steady_clock::now();
  std::string name = command.name.empty() ? modelName(command.model) : command.name;
  std::optional<Progress> line;
  if (!command.quiet)
    line.emplace("compiling " + name);
  auto progress = [&](const std::string &what) {
    if (line)
      line->update(what);
  };
  CompileOptions options = command.options;
  options.progress = progress;
  Loaded loaded = loadAndCompile(command.model, command.decrypt, options);
  mge::NetworkOp network = loaded.compilation.network();
  if (!options.stopAfter.empty() && options.stopAfter != "emit") {
    std::string text;
    llvm::raw_string_ostream os(text);
    loaded.compilation.module->print(os,
                                     mlir::OpPrintingFlags().elideLargeElementsAttrs(16).elideLargeResourceString(64));
    line.reset();
    print(text + "\n");
    return;
  }
  const bool summary = command.summary && !command.quiet;
  if (summary)
    for (const std::string &warning : loaded.model.warnings)
      printWarning(command.model + ": " + warning);
  progress("emit");
  CompileCommand effective = command;
  effective.options.shapes = loaded.shapes;
  effective.packedInfo = loaded.packedInfo;
  codegen::SourceTree tree = emitTree(network, effective);
  StringRef output = command.output;
  if (output.ends_with(".so") || output.ends_with(".a")) {
    codegen::BuildOptions build;
    build.compiler = command.cxx;
    build.jobs = command.jobs;
    build.progress = [&](const std::string &unit) { progress("built " + unit); };
    progress("C++ compiler");
    codegen::buildArtifact(tree, targetsOf(network), command.output, build);
  } else {
    codegen::writeTree(tree, command.output);
  }
  if (!command.signKey.empty())
    signArtifact(command.output, command.signKey);
  line.reset();
  if (!summary)
    return;
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  summarise(network, elapsed.count(), command.output);
  warnAboutReferences(network);
}

//===----------------------------------------------------------------------===//
// Cache
//===----------------------------------------------------------------------===//

std::string tools::cacheFolder() {
  auto variable = [](const char *name) -> std::string {
    const char *value = getenv(name);
    return value ? value : "";
  };
  SmallString<256> folder;
  if (std::string own = variable("MGEC_CACHE_DIR"); !own.empty()) {
    folder = own;
  } else if (std::string xdg = variable("XDG_CACHE_HOME"); !xdg.empty()) {
    folder = xdg;
    llvm::sys::path::append(folder, "mgec");
  } else if (std::string home = variable("HOME"); !home.empty()) {
    folder = home;
    llvm::sys::path::append(folder, ".cache", "mgec");
  } else {
    throw std::runtime_error("no place for the cache of compiled models: set MGEC_CACHE_DIR");
  }
  return folder.str().str();
}

static void addFile(XXH3_state_t *state, const std::string &path, const char *what) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    throw std::runtime_error("cannot read " + std::string(what) + path + ": " + buffer.getError().message());
  XXH3_128bits_update(state, (*buffer)->getBufferStart(), (*buffer)->getBufferSize());
}

Runnable::~Runnable() {
  if (!folder_.empty())
    llvm::sys::fs::remove_directories(folder_);
}

/// A library that nobody else can read the weights of.
static Runnable sealedArtifact(const CompileCommand &command) {
  SmallString<128> folder;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("mgec-run", folder))
    throw std::runtime_error("cannot make a temporary folder: " + error.message());
  SmallString<128> path(folder);
  llvm::sys::path::append(path, "model.so");
  Runnable result(path.str().str(), folder.str().str());
  CompileCommand compile = command;
  compile.output = result.path();
  compile.name = modelName(command.model);
  compile.quiet = true;
  compile.seal.key = randomKey();
  compile.seal.keyId = "mgec-run";
  if (!compile.seal.key.empty())
    lite::register_decryption_and_key("MGEC_AES_256_GCM:mgec-run", nullptr, compile.seal.key);
  compileModel(compile);
  return result;
}

/// What tells one C++ compiler from another: a number of its words, and of size and time of the programs among them. ""
/// where there is none.
static std::string compilerIdentity(const std::string &wanted, const std::string &triple) {
  std::string text;
  try {
    for (const std::string &word : codegen::findCompiler(wanted, triple)) {
      text += "|" + word;
      auto found = llvm::sys::findProgramByName(word);
      llvm::sys::fs::file_status status;
      if (found && !llvm::sys::fs::status(*found, status))
        text += "@" + *found + "," + std::to_string(status.getSize()) + "," +
                std::to_string(status.getLastModificationTime().time_since_epoch().count());
    }
  } catch (const std::exception &) {
    return "";
  }
  return llvm::utohexstr(XXH3_64bits(text.data(), text.size()), /*LowerCase=*/true, /*Width=*/16);
}

/// Whether a library of the cache can be used; a damaged one is made anew.
static bool isSound(StringRef path) {
  if (!llvm::sys::fs::exists(path))
    return false;
  core::ModelPtr model;
  return core::bindLibrary(path.str(), "", model).ok();
}

Runnable tools::cachedArtifact(const CompileCommand &command) {
  if (isLocked(command.model, command.decrypt))
    return sealedArtifact(command);
  // The model, everything that changes the code, and the compiler itself: a changed mgec never runs a stale build.
  XXH3_state_t *state = XXH3_createState();
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t *)> owner(state, XXH3_freeState);
  XXH3_128bits_reset(state);
  addFile(state, command.model, "");
  addFile(state, "/proc/self/exe", "this program: ");
  std::string options = llvm::join(command.options.targets, ",") + "|" + llvm::join(command.options.shapes, "|") + "|" +
                        std::to_string(command.options.fusionLevel) + "|" + command.options.forceRows + "|" +
                        std::to_string(command.options.referenceOnly) + "|" + command.cxx;
  std::string triple;
  for (const std::string &name : command.options.targets)
    if (auto target = codegen::findTarget(name)) {
      options += "|" + target->features;
      triple = target->triple;
    }
  XXH3_128bits_update(state, options.data(), options.size());
  XXH128_hash_t hash = XXH3_128bits_digest(state);
  const std::string key = llvm::utohexstr(hash.high64, true, 16) + llvm::utohexstr(hash.low64, true, 16);
  const std::string compiler = compilerIdentity(command.cxx, triple);
  SmallString<256> path(cacheFolder());
  if (compiler.empty()) { // what is there needs none: whichever compiler made it
    std::error_code error;
    for (llvm::sys::fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
      if (StringRef name = llvm::sys::path::filename(it->path());
          name.starts_with(key) && name.ends_with(".so") && isSound(it->path()))
        return Runnable(it->path());
    codegen::findCompiler(command.cxx, triple); // says what is missing
  }
  llvm::sys::path::append(path, key + "-" + compiler + ".so");
  if (isSound(path))
    return Runnable(path.str().str());
  // Of several processes that want the same library one compiles and the others wait. A lock goes with its process.
  llvm::sys::fs::create_directories(llvm::sys::path::parent_path(path));
  codegen::Disappearing lockFile((path + ".lock").str());
  int lock;
  if (!llvm::sys::fs::openFileForReadWrite(path + ".lock", lock, llvm::sys::fs::CD_OpenAlways,
                                           llvm::sys::fs::OF_None)) {
    (void)llvm::sys::fs::lockFile(lock); // without a lock the work may be done twice; the result appears at once
    if (isSound(path)) {
      llvm::sys::Process::SafelyCloseFileDescriptor(lock);
      return Runnable(path.str().str());
    }
  } else {
    lock = -1;
  }
  llvm::scope_exit unlock([&] {
    if (lock >= 0)
      llvm::sys::Process::SafelyCloseFileDescriptor(lock);
  });
  CompileCommand compile = command;
  compile.output = path.str().str();
  compile.summary = false;
  compileModel(compile);
  return Runnable(compile.output);
}

CacheState tools::lookAtCache(bool clear) {
  CacheState state{cacheFolder()};
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(state.folder, error), end; !error && it != end; it.increment(error)) {
    // Nothing but our own files: 32 and 16 digits and ".so", perhaps with more behind it.
    StringRef name = llvm::sys::path::filename(it->path());
    StringRef rest = name.drop_while([](char c) { return llvm::isHexDigit(c) || c == '-'; });
    if (name.size() - rest.size() != 49 || !rest.starts_with(".so"))
      continue;
    if (rest == ".so") {
      uint64_t bytes = 0;
      (void)llvm::sys::fs::file_size(it->path(), bytes);
      ++state.libraries;
      state.bytes += bytes;
    }
    if (clear)
      if (std::error_code failure = llvm::sys::fs::remove(it->path()))
        throw std::runtime_error("cannot remove " + it->path() + ": " + failure.message());
  }
  if (error && error != std::errc::no_such_file_or_directory)
    throw std::runtime_error("cannot read the folder " + state.folder + ": " + error.message());
  return state;
}
