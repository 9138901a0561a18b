//===- Repack.cpp - other weights in a compiled artifact --------------------------------------------------------===//
//
// The manifest's "code_hash" is what makes this sound: it names all that the host compiler saw except the weights and
// the fingerprint. In a library these are found by what stands beside them: the weights by the mark in front of them,
// the fingerprint by the hash of the graph behind it, the manifest by its text. Each must be there exactly once.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/tools/Repack.h"

#include "codegen/emit/Artifact.h"
#include "compiler/read/Fingerprint.h"
#include "compiler/tools/Compile.h"
#include "compiler/tools/Unlock.h"

#include "runtime/lite/Unlock.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/raw_ostream.h"

#include <nlohmann/json.hpp>

#include <stdexcept>

using namespace mgec;
using namespace mgec::tools;
using json = nlohmann::ordered_json;

namespace {

[[noreturn]] void fail(const std::string &text) { throw std::runtime_error(text); }

struct Old {
  std::string library; // its bytes; "" for a folder
  std::string manifestText;
  json manifest;

  std::string text(const char *key) const { return manifest.value(key, std::string()); }
};

std::string readText(const std::string &path) {
  auto bytes = withRuntimeErrors([&] { return lite::read_file(path); });
  return {bytes.bytes.begin(), bytes.bytes.end()};
}

Old readArtifact(const std::string &path) {
  Old old;
  if (llvm::sys::fs::is_directory(path)) {
    old.manifestText = readText(path + "/manifest.json");
  } else {
    old.library = readText(path);
    if (old.library.compare(0, 4, "\177ELF") != 0)
      fail(path + ": only a folder of sources or a shared library can be repacked");
    const std::string begin = "{\n  \"mgec\": \"";
    size_t at = old.library.find(begin), end = at == std::string::npos ? at : old.library.find('\0', at);
    if (end == std::string::npos)
      fail(path + ": this library has no manifest of mgec");
    if (old.library.find(begin, end) != std::string::npos)
      fail(path + ": this library holds several models; only one of a single model can be repacked");
    old.manifestText = old.library.substr(at, end - at);
  }
  old.manifest = json::parse(old.manifestText, nullptr, false);
  if (!old.manifest.is_object())
    fail(path + ": the manifest is damaged");
  if (old.text("mgec") != MGEC_VERSION)
    fail(path + ": made by mgec " + old.text("mgec") + ", and this is " + MGEC_VERSION + "; compile the model again");
  if (!old.manifest.contains("options") || old.text("code_hash").empty())
    fail(path + ": the manifest does not say how the model was compiled; compile it again");
  return old;
}

CompileCommand commandOf(const Old &old, const RepackRequest &request) {
  CompileCommand command;
  command.model = request.model;
  command.decrypt = request.decrypt;
  command.name = old.text("model");
  command.options.targets.clear();
  try {
    for (const json &target : old.manifest.at("targets")) {
      std::string name = target.at("name");
      auto found = codegen::findTarget(name);
      if (!found || found->features != target.at("features").get<std::string>())
        fail(request.artifact + ": it was compiled for the target '" + name + "', which means another processor here");
      command.options.targets.push_back(name);
    }
    const json &options = old.manifest.at("options");
    command.options.shapes = options.at("shapes").get<std::vector<std::string>>();
    command.options.fusionLevel = options.at("fusion_level");
    command.options.forceRows = options.at("force_row");
    command.options.referenceOnly = options.at("reference");
    command.packedInfo = options.value("packed_info", std::string());
    if (old.manifest.contains("sealed")) {
      command.seal.keyId = old.manifest.at("sealed").at("key_id");
      command.seal.key = registeredSealKey(command.seal.keyId);
    }
  } catch (const json::exception &) {
    fail(request.artifact + ": the manifest is damaged");
  }
  return command;
}

/// Overwrites the one place where `find` stands; `after` bytes further where that is not 0.
void replace(std::string &bytes, const std::string &find, const std::string &with, size_t after,
             const std::string &path, const char *what) {
  size_t at = bytes.find(find);
  if (at == std::string::npos || bytes.find(find, at + 1) != std::string::npos)
    fail(path + ": " + what + (at == std::string::npos ? " is not found in it" : " stands in it more than once"));
  if (at + after > bytes.size() || with.size() > bytes.size() - at - after)
    fail(path + ": it is truncated");
  bytes.replace(at + after, with.size(), with);
}

void writeLibrary(const std::string &path, const std::string &bytes) {
  auto failed = llvm::writeToOutput(path, [&](llvm::raw_ostream &os) {
    os << bytes;
    return llvm::Error::success();
  });
  if (failed)
    fail("cannot write " + path + ": " + llvm::toString(std::move(failed)));
  using namespace llvm::sys::fs;
  (void)setPermissions(path, all_read | all_exe | owner_write);
}

} // namespace

void tools::repackArtifact(const RepackRequest &request) {
  Old old = readArtifact(request.artifact);
  if (!old.library.empty() != llvm::StringRef(request.output).ends_with(".so"))
    fail(request.output + ": the output must be a " + (old.library.empty() ? "folder" : ".so") + ", as " +
         request.artifact + " is");
  CompileCommand command = commandOf(old, request);

  std::string graph = read::hex(readPlain(request.model, request.decrypt).model.graphHash);
  if (graph != old.text("graph_hash"))
    fail(request.model + ": its graph is not the one of " + request.artifact + " (graph hash " + graph + ", not " +
         old.text("graph_hash") + "); only weights may differ");
  Loaded loaded = loadAndCompile(request.model, request.decrypt, command.options);
  codegen::SourceTree tree = emitTree(loaded.compilation.network(), command);
  json manifest = json::parse(tree["manifest.json"]);
  if (manifest.at("code_hash") != old.manifest.at("code_hash"))
    fail(request.model + ": its weights make other code than those of " + request.artifact +
         ": one that differs became a part of the code (a literal, or a constant that was computed with); compile the "
         "model");

  if (old.library.empty()) {
    codegen::writeTree(tree, request.output);
    return;
  }
  // Everything that the manifests say, the fingerprint aside, is a part of the code; and so the texts have one length.
  const std::string &text = tree["manifest.json"];
  if (text.size() != old.manifestText.size())
    fail(request.artifact + ": its manifest is not the one that it was compiled with");
  const std::string graphBytes = llvm::fromHex(graph);
  std::string bytes = std::move(old.library);
  replace(bytes, old.manifestText, text, 0, request.artifact, "the manifest");
  replace(bytes, llvm::fromHex(old.text("fingerprint")) + graphBytes,
          llvm::fromHex(manifest.at("fingerprint").get<std::string>()), 0, request.artifact, "the fingerprint");
  replace(bytes, codegen::weightsMark(graph), tree["weights.bin"], codegen::weightsMarkBytes, request.artifact,
          "the weights' mark");
  writeLibrary(request.output, bytes);
}
