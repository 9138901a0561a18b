//===- Process.cpp - functions of the API that concern the whole process ---------------------------------------===//
//
// Memory that is kept, and libraries that are opened ahead. The file of kernel choices and the table of memory pairs,
// which hardly a program uses, are in the optional part (tools/Process.cpp).
//
//===----------------------------------------------------------------------------------------------------------===//
#include "../core/Artifact.h"
#include "../core/Memory.h"
#include "NetworkImpl.h"
#include "lite/global.h"
#include "lite/misc.h"

#include <memory>
#include <mutex>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace lite {

using mgec::core::MemoryPairAction;

namespace {

/// Never destroyed: programs call these functions until they end.
struct ProcessState {
  std::mutex mutex;
  std::vector<std::shared_ptr<const mgec::core::Artifact>> libraries;
};

ProcessState &process() {
  static ProcessState *state = new ProcessState;
  return *state;
}

} // namespace

void try_coalesce_all_free_memory() {
  mgec::core::Memory::clearIdle();
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

void set_loader_lib_path(const std::string &loader_path) {
  std::shared_ptr<const mgec::core::Artifact> library;
  const mgec::core::Status status = mgec::core::Artifact::open(loader_path, library);
  if (!status.ok())
    fail("failed to open c opr lib %s: %s", loader_path.c_str(), status.message().c_str());
  const std::lock_guard<std::mutex> lock(process().mutex);
  process().libraries.push_back(std::move(library));
}

void set_persistent_cache(const std::string &cache_path, bool always_sync) {
  LITE_WARN("set_persistent_cache: honoured at compile time, when kernels are picked");
  const mgec::core::ToolsTable *table;
  std::string remark;
  const mgec::core::Status opened = mgec::core::toolsTable(table);
  if (opened.ok())
    check(table->setChoices(cache_path, always_sync, remark));
  else // nothing would ever read it
    remark = opened.message();
  if (!remark.empty())
    LITE_WARN("%s", remark.c_str());
}

void dump_persistent_cache(const std::string &cache_path) { check(tools().dumpChoices(cache_path)); }

void set_tensor_rt_cache(std::string) { LITE_WARN("set_tensor_rt_cache: TensorRT is disable at compile time."); }

void dump_tensor_rt_cache() { LITE_WARN("dump_tensor_rt_cache: TensorRT is disable at compile time."); }

static uintptr_t memory_pair(const char *function, MemoryPairAction action, void *vir_ptr, void *phy_ptr, size_t length,
                             LiteDeviceType device, LiteBackend backend) {
  if ((device != LITE_CPU && device != LITE_CUDA) || backend != LITE_DEFAULT)
    fail("%s is not implement yet! (device type %d, backend %d)", function, static_cast<int>(device),
         static_cast<int>(backend));
  auto physical = reinterpret_cast<uintptr_t>(phy_ptr);
  check(tools().memoryPair(action, device, reinterpret_cast<uintptr_t>(vir_ptr), physical, length));
  return physical;
}

bool register_memory_pair(void *vir_ptr, void *phy_ptr, size_t length, LiteDeviceType device, LiteBackend backend) {
  memory_pair("register_memory_pair", MemoryPairAction::Register, vir_ptr, phy_ptr, length, device, backend);
  return true;
}

bool clear_memory_pair(void *vir_ptr, void *phy_ptr, LiteDeviceType device, LiteBackend backend) {
  memory_pair("clear_memory_pair", MemoryPairAction::Clear, vir_ptr, phy_ptr, 0, device, backend);
  return true;
}

void *lookup_physic_ptr(void *vir_ptr, LiteDeviceType device, LiteBackend backend) {
  return reinterpret_cast<void *>(
      memory_pair("lookup_physic_ptr", MemoryPairAction::LookUp, vir_ptr, nullptr, 0, device, backend));
}

} // namespace lite

extern "C" const char *mgec_version(void) { return MGEC_VERSION; }
