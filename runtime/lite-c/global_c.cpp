//===- global_c.cpp - errors, objects that C owns, and the functions of the whole process -----===//
#include "Border.h"

#include "../lite/TensorImpl.h"
#include "lite/global.h"
#include "lite/misc.h"

#include <cerrno>
#include <mutex>

#if defined(__linux__)
#include <sys/uio.h>
#include <unistd.h>
#endif

using namespace lite::c;

namespace {

struct LastError {
  std::string text;
  ErrorCode code = OK;
};

LastError &last_error() {
  static thread_local LastError error;
  return error;
}

struct Held {
  std::mutex mutex;
  std::vector<std::pair<const void *, std::shared_ptr<void>>> objects; // what goes first is mostly what came last

  /// The place of a key; one of its own at the end when it has none.
  std::shared_ptr<void> &operator[](const void *key) {
    for (size_t i = objects.size(); i-- > 0;)
      if (objects[i].first == key) {
        std::swap(objects[i], objects.back());
        return objects.back().second;
      }
    objects.emplace_back(key, nullptr);
    return objects.back().second;
  }
};

/// Never destroyed: programs may destroy networks after main.
Held &held() {
  static Held *instance = new Held;
  return *instance;
}

/**
 * Writes to an address that may be none: the original's Python package calls `LITE_get_log_level` without an argument,
 * so that the address is whatever a register held. Where the system can check it, a bad one is left alone.
 */
void write_if_there(LiteLogLevel *to, LiteLogLevel value) {
#if defined(__linux__)
  const iovec from = {&value, sizeof(value)}, into = {to, sizeof(value)};
  if (process_vm_writev(getpid(), &from, 1, &into, 1, 0) == static_cast<ssize_t>(sizeof(value)) || errno == EFAULT)
    return;
#endif
  *to = value;
}

} // namespace

namespace lite::c {

int run(void (*body)(void *data), void *data) noexcept {
  try {
    try {
      body(data);
      return 0;
    } catch (const std::exception &e) {
      last_error().code = LITE_INTERNAL_ERROR;
      last_error().text = lite::ssprintf("%s, Error Code: 1", e.what());
    }
  } catch (...) { // no exception of C++'s, or no memory even for the text
    last_error().code = LITE_INTERNAL_ERROR;
    last_error().text.clear();
  }
  return -1;
}

void require(const void *pointer, const char *what) {
  if (!pointer)
    fail("The %s pass to LITE api is null", what);
}

void require_tensor_argument(const void *pointer, const char *what) {
  if (!pointer)
    fail("The %s pass to LITE c_api is null", what);
}

void hold(const void *key, std::shared_ptr<void> object) {
  const std::lock_guard<std::mutex> lock(held().mutex);
  held()[key].swap(object);
}

void let_go(const void *key) {
  std::shared_ptr<void> object; // goes when the lock is gone: what goes may call back
  const std::lock_guard<std::mutex> lock(held().mutex);
  held()[key].swap(object);
  held().objects.pop_back();
}

} // namespace lite::c

ErrorCode LITE_get_last_error_code() { return last_error().code; }

const char *LITE_get_last_error() { return last_error().text.c_str(); }

void LITE_clear_last_error() {
  last_error().code = OK;
  last_error().text.clear();
}

int LITE_get_version(int *major, int *minor, int *patch) {
  LITE_C_BEGIN
  require(major && minor ? patch : nullptr);
  lite::get_version(*major, *minor, *patch);
  LITE_C_END
}

int LITE_set_log_level(LiteLogLevel level) {
  lite::set_log_level(level);
  return 0;
}

int LITE_get_log_level(LiteLogLevel *level) {
  LITE_C_BEGIN
  require(level);
  write_if_there(level, lite::get_log_level());
  LITE_C_END
}

int LITE_get_device_count(LiteDeviceType device_type, size_t *count) {
  LITE_C_BEGIN
  require(count);
  *count = lite::get_device_count(device_type);
  LITE_C_END
}

int LITE_try_coalesce_all_free_memory() {
  LITE_C_BEGIN
  lite::try_coalesce_all_free_memory();
  LITE_C_END
}

int LITE_set_loader_lib_path(const char *loader_path) {
  LITE_C_BEGIN
  require(loader_path);
  lite::set_loader_lib_path(loader_path);
  LITE_C_END
}

int LITE_set_persistent_cache(const char *cache_path, int always_sync) {
  LITE_C_BEGIN
  require(cache_path);
  lite::set_persistent_cache(cache_path, always_sync != 0);
  LITE_C_END
}

int LITE_dump_persistent_cache(const char *cache_path) {
  LITE_C_BEGIN
  require(cache_path);
  lite::dump_persistent_cache(cache_path);
  LITE_C_END
}

int LITE_set_tensor_rt_cache(const char *cache_path) {
  LITE_C_BEGIN
  require(cache_path);
  lite::set_tensor_rt_cache(cache_path);
  LITE_C_END
}

int LITE_dump_tensor_rt_cache() {
  LITE_C_BEGIN
  lite::dump_tensor_rt_cache();
  LITE_C_END
}

int LITE_register_memory_pair(void *vir_ptr, void *phy_ptr, size_t length, LiteDeviceType device, LiteBackend backend) {
  LITE_C_BEGIN
  lite::register_memory_pair(vir_ptr, phy_ptr, length, device, backend);
  LITE_C_END
}

int LITE_clear_memory_pair(void *vir_ptr, void *phy_ptr, LiteDeviceType device, LiteBackend backend) {
  LITE_C_BEGIN
  lite::clear_memory_pair(vir_ptr, phy_ptr, device, backend);
  LITE_C_END
}

int LITE_lookup_physic_ptr(void *vir_ptr, void **phy_ptr, LiteDeviceType device, LiteBackend backend) {
  LITE_C_BEGIN
  if (!vir_ptr || !phy_ptr)
    lite::fail("The ptr pass to vir and phy is nullptr");
  *phy_ptr = lite::lookup_physic_ptr(vir_ptr, device, backend);
  LITE_C_END
}
