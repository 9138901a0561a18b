//===- Records.h - the kinds of records -----------------------------------------------------------------------===//
//
// Files in the formats of MegEngine's plugins, so that its tools read them: TextOprIODump, BinaryOprIODump (compared by
// megengine.tools.compare_binary_iodump), GraphProfiler (megengine.tools.profile_analyze) and StaticMemRecorder
// (megengine.tools.graph_info_analyze). Variables and operators have the ids of MegEngine's graph. What fusion has
// computed away is in no dump; a profile lists it as "fused" of the step that computes it.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Value.h"

#include <chrono>
#include <memory>

namespace mgec::tools {

/// One record. What a forward runs is passed to each call.
class Record {
public:
  virtual ~Record() = default;
  virtual void begin(const core::Running &, const mgec_exec &) {}
  virtual void beforeStep(uint32_t) {}
  virtual void afterStep(uint32_t, const core::Running &, const mgec_exec &) {}
  virtual void wait() {}

  /// The first failure since the last call.
  core::Status takeStatus() {
    core::Status status = std::move(status_);
    status_ = core::Status();
    return status;
  }

protected:
  void note(core::Status status) {
    if (status_.ok())
      status_ = std::move(status);
  }

private:
  core::Status status_;
};

/// `deferred` may change until the first forward.
core::Status makeTextDump(const std::string &path, const bool &deferred, std::unique_ptr<Record> &out);
core::Status makeBinaryDump(const std::string &folder, std::unique_ptr<Record> &out);
core::Status makeProfile(const std::string &path, std::unique_ptr<Record> &out);
/// Writes the graph at once, and the plan of the memory when the next forward begins.
core::Status makeMemoryInfo(const std::string &folder, const core::Running &running, std::unique_ptr<Record> &out);

/// The "graph_exec" object of profiles. `exec` is null before a forward: addresses are 0 then.
std::string graphJson(const core::Running &running, const mgec_exec *exec);

/// The step that a value is a result of, -1 of inputs and weights.
std::vector<int64_t> producersOf(const mgec_variant &variant);
/// The operator id of a step: that of its first result.
uint32_t operatorOf(const mgec_variant &variant, const mgec_step &step);

} // namespace mgec::tools
