//===- Table.cpp - the object's functions, as the runtime knows them ------------------------------------------===//
#include "Jit.h"
#include "Process.h"
#include "Records.h"

namespace mgec::tools {

using core::Running;
using core::Status;

namespace {

/// All records of a network.
class Recorders final : public core::Recorder {
public:
  Status add(Kind kind, const std::string &path, const Running *running) override {
    std::unique_ptr<Record> record;
    switch (kind) {
    case TextDump:
      MGEC_TRY(makeTextDump(path, deferred_, record));
      break;
    case BinaryDump:
      MGEC_TRY(makeBinaryDump(path, record));
      break;
    case Profile:
      MGEC_TRY(makeProfile(path, record));
      break;
    case MemoryInfo:
      if (!running)
        return Status::error("memory information needs a network that is loaded");
      MGEC_TRY(checkTables(running->variant, running->model.name()));
      MGEC_TRY(makeMemoryInfo(path, *running, record));
      break;
    }
    for (auto &known : records_) // a second one of a kind replaces the first
      if (known.kind == kind) {
        known.record = std::move(record);
        return Status();
      }
    records_.push_back({kind, std::move(record)});
    return Status();
  }

  void begin(const Running &running, bool deferred, mgec_exec &exec) override {
    deferred_ = deferred;
    running_ = &running;
    exec_ = &exec;
    // Each time: another model's table may lie where that of a closed library lay.
    status_ = checkTables(running.variant, running.model.name());
    if (!status_.ok())
      return;
    hook_ = exec.on_step;
    hookUser_ = exec.on_step_user;
    exec.on_step = &onStep;
    exec.on_step_user = this;
    for (const auto &each : records_)
      each.record->begin(running, exec);
  }

  Status end(mgec_exec &exec) override {
    if (!status_.ok())
      return status_;
    exec.on_step = hook_;
    exec.on_step_user = hookUser_;
    return takeStatus();
  }

  Status wait() override {
    for (const auto &each : records_)
      each.record->wait();
    return takeStatus();
  }

private:
  static void onStep(void *user, uint32_t step, int begin) {
    auto &self = *static_cast<Recorders *>(user);
    if (self.hook_)
      self.hook_(self.hookUser_, step, begin);
    for (const auto &each : self.records_)
      if (begin)
        each.record->beforeStep(step);
      else
        each.record->afterStep(step, *self.running_, *self.exec_);
  }

  Status takeStatus() {
    for (const auto &each : records_)
      MGEC_TRY(each.record->takeStatus());
    return Status();
  }

  struct Entry {
    Kind kind;
    std::unique_ptr<Record> record;
  };
  std::vector<Entry> records_;
  bool deferred_ = false;
  void (*hook_)(void *, uint32_t, int) = nullptr; // of who watches the steps besides
  void *hookUser_ = nullptr;
  Status status_; // of the tables of the present forward
  const Running *running_ = nullptr;
  const mgec_exec *exec_ = nullptr;
};

std::unique_ptr<core::Recorder> makeRecorder() { return std::make_unique<Recorders>(); }

} // namespace
} // namespace mgec::tools

extern "C" __attribute__((visibility("default"))) const void *mgec_lite_tools(void) {
  static const mgec::core::ToolsTable table = {mgec::core::kToolsBuild, &mgec::tools::compile_on_load,
                                               &mgec::tools::makeRecorder,   &mgec::tools::setChoices,
                                               &mgec::tools::dumpChoices,    &mgec::tools::memoryPair};
  return &table;
}
