//===- Records.cpp - what the optional part for development does for a network --------------------------------===//
#include "NetworkImpl.h"

#include "../core/Env.h"
#include "lite/misc.h"
#include "lite/network.h"

#include <cstring>

namespace lite {

using mgec::core::ModelPtr;
using mgec::core::Recorder;
using mgec::core::Status;

const mgec::core::ToolsTable &tools() {
  const mgec::core::ToolsTable *table;
  check(mgec::core::toolsTable(table));
  return *table;
}

Status compile_on_load(const mgec::core::ModelSource &source, const mgec::core::Wanted &wanted, ModelPtr &out) {
  const char *allowed = mgec::core::environment("MGEC_JIT");
  if (allowed && std::strcmp(allowed, "0") == 0)
    return Status::error("compiling at load is switched off by MGEC_JIT=0");
  const mgec::core::ToolsTable *table;
  MGEC_TRY(mgec::core::toolsTable(table));
  return table->compile(
      source, wanted, [](const std::string &line) { LITE_LOG("%s", line.c_str()); },
      [](const std::string &library, ModelPtr &model) { return mgec::core::bindLibrary(library, "", model); }, out);
}

void Network::NetworkImpl::record(Recorder::Kind kind, const std::string &path) {
  await(); // one that runs is not watched halfway
  if (!recorder_)
    recorder_ = tools().makeRecorder();
  if (!loaded()) {
    check(recorder_->add(kind, path, nullptr));
    return;
  }
  const mgec::core::Running running = executor_->running();
  check(recorder_->add(kind, path, &running));
  executor_->setRecorder(recorder_.get());
}

void Network::enable_profile_performance(std::string path) { m_impl->record(Recorder::Profile, path); }

void Network::get_static_memory_alloc_info(const std::string &log_dir) const {
  m_impl->require_after("get_static_memory_alloc_info");
  m_impl->record(Recorder::MemoryInfo, log_dir);
}

void Runtime::enable_io_txt_dump(std::shared_ptr<Network> dst_network, std::string path) {
  NetworkHelper::impl(dst_network).record(Recorder::TextDump, path);
}

void Runtime::enable_io_bin_dump(std::shared_ptr<Network> dst_network, std::string folder) {
  NetworkHelper::impl(dst_network).record(Recorder::BinaryDump, folder);
}

} // namespace lite
