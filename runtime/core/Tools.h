//===- Tools.h - the optional part that serves development ----------------------------------------------------===//
//
// Compiling at load, dumps, profiles and memory information, and what hardly a program uses: what is wanted in
// development, or where the whole of mgec is installed. An object of its own (runtime/tools; see Object.h).
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Model.h"

namespace mgec::core {

/// What an executor runs. References live as long as its choice of a variant.
struct Running {
  const Model &model;
  const mgec_variant &variant;
  const int64_t *symbols;
  uint64_t arenaBytes;
};

/// Writes down what the forwards of a network do. Used by one thread at a time.
class Recorder {
public:
  enum Kind { TextDump, BinaryDump, Profile, MemoryInfo };

  virtual ~Recorder() = default;
  /// Begins a record: a dump to the file or folder `path`, a profile to the file, or memory information to a folder
  /// below the working directory, which begins with what `running` is (else null is allowed). Fails where that cannot
  /// be written.
  virtual Status add(Kind kind, const std::string &path, const Running *running) = 0;
  /// Before a forward: sets the hook that it calls. `deferred`: text dumps hold values back until the recorder goes.
  virtual void begin(const Running &running, bool deferred, mgec_exec &exec) = 0;
  /// After it.
  virtual Status end(mgec_exec &exec) = 0;
  /// When a program waits for forwards: rewrites profiles.
  virtual Status wait() = 0;
};

enum class MemoryPairAction { Register, Clear, LookUp };

struct ToolsTable {
  /// kToolsBuild of the object.
  const char *build;
  /// Starts `mgec` for a model that no code was found for; hands the library that it made to `open`. `log` takes lines.
  Status (*compile)(const ModelSource &source, const Wanted &wanted, void (*log)(const std::string &line),
                    Status (*open)(const std::string &library, ModelPtr &out), ModelPtr &out);
  std::unique_ptr<Recorder> (*makeRecorder)();
  /// See tools/Process.h.
  Status (*setChoices)(const std::string &path, bool alwaysSync, std::string &remark);
  Status (*dumpChoices)(const std::string &path);
  Status (*memoryPair)(MemoryPairAction action, int device, uintptr_t virtualAddress, uintptr_t &physicalAddress,
                       size_t length);
};

constexpr char kToolsBuild[] = "mgec-tools-1 " __VERSION__;

/// The table; every call gives the same answer.
Status toolsTable(const ToolsTable *&out);

} // namespace mgec::core

/// Defined by the object; the library's own reference to it is weak.
extern "C" const void *mgec_lite_tools(void);
