//===- Process.cpp - functions of the API that concern the whole process ---------------------------------------===//
//
// Memory that is kept, libraries that are opened ahead, the file of kernel choices, and the table of memory pairs.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "../core/Artifact.h"
#include "../core/Memory.h"
#include "TensorImpl.h"
#include "lite/global.h"
#include "lite/misc.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace lite {

namespace {

struct MemoryPair {
  uintptr_t virtual_address, physical_address;
  size_t length;
  LiteDeviceType device;
};

/// Never destroyed: programs call these functions until they end.
struct ProcessState {
  std::mutex mutex;
  std::vector<std::shared_ptr<const mgec::core::Artifact>> libraries;
  std::vector<uint8_t> choices; // a file of kernel choices; empty before one was named
  std::vector<MemoryPair> pairs;
};

ProcessState &process() {
  static ProcessState *state = new ProcessState;
  return *state;
}

const uint8_t kNoChoices[4] = {}; // a file with no category

//===--- Files of kernel choices ----------------------------------------------------------------------------===//

/// Reads little-endian counts and skips texts, never beyond the end.
class ChoicesReader {
public:
  ChoicesReader(const uint8_t *data, size_t size) : at_(data), end_(data + size) {}

  uint32_t count() {
    uint8_t b[4] = {};
    if (!skip(sizeof(b)))
      return 0;
    std::memcpy(b, at_ - sizeof(b), sizeof(b));
    return b[0] | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16 | uint32_t{b[3]} << 24;
  }
  void text() { skip(count()); }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && at_ == end_; }

private:
  bool skip(size_t size) {
    ok_ = ok_ && size <= static_cast<size_t>(end_ - at_);
    at_ += ok_ ? size : 0;
    return ok_;
  }

  const uint8_t *at_, *end_;
  bool ok_ = true;
};

/// Whether the bytes are: number of categories, and for each its name, a number of entries, and key and value of each.
bool are_choices(const std::vector<uint8_t> &bytes) {
  ChoicesReader reader(bytes.data(), bytes.size());
  for (uint32_t category = reader.count(); category && reader.ok(); --category) {
    reader.text();
    for (uint32_t entry = reader.count(); entry && reader.ok(); --entry) {
      reader.text();
      reader.text();
    }
  }
  return reader.done();
}

/// The bytes of a file; false when there is none.
bool read_file(const std::string &path, std::vector<uint8_t> &out) {
  FILE *file = std::fopen(path.c_str(), "rbe");
  if (!file)
    return false;
  uint8_t part[4096];
  out.clear();
  while (const size_t size = std::fread(part, 1, sizeof(part), file))
    out.insert(out.end(), part, part + size);
  std::fclose(file);
  return true;
}

void write_file(const std::string &path, const std::vector<uint8_t> &bytes) {
  FILE *file = std::fopen(path.c_str(), "wbe");
  bool ok = file != nullptr;
  if (file) {
    ok = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    ok = std::fclose(file) == 0 && ok;
  }
  if (!ok)
    fail("failed to open %s: %s", path.c_str(), std::strerror(errno));
}

//===--- Memory pairs ---------------------------------------------------------------------------------------===//

void require_pairs(const char *function, LiteDeviceType device, LiteBackend backend) {
  if ((device != LITE_CPU && device != LITE_CUDA) || backend != LITE_DEFAULT)
    fail("%s is not implement yet! (device type %d, backend %d)", function, static_cast<int>(device),
         static_cast<int>(backend));
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
  ProcessState &state = process();
  const std::lock_guard<std::mutex> lock(state.mutex);
  LITE_WARN("set_persistent_cache: honoured at compile time, when kernels are picked%s",
            state.choices.empty() ? "" : "; another file was set before");
  std::vector<uint8_t> bytes;
  if (!read_file(cache_path, bytes)) {
    bytes.assign(kNoChoices, kNoChoices + sizeof(kNoChoices));
  } else if (!are_choices(bytes)) {
    LITE_WARN("%s is no file of kernel choices; it counts as empty", cache_path.c_str());
    bytes.assign(kNoChoices, kNoChoices + sizeof(kNoChoices));
  }
  if (always_sync)
    write_file(cache_path, bytes);
  state.choices = std::move(bytes);
}

void dump_persistent_cache(const std::string &cache_path) {
  ProcessState &state = process();
  const std::lock_guard<std::mutex> lock(state.mutex);
  if (state.choices.empty())
    state.choices.assign(kNoChoices, kNoChoices + sizeof(kNoChoices));
  write_file(cache_path, state.choices);
}

void set_tensor_rt_cache(std::string) { LITE_WARN("set_tensor_rt_cache: TensorRT is disable at compile time."); }

void dump_tensor_rt_cache() { LITE_WARN("dump_tensor_rt_cache: TensorRT is disable at compile time."); }

bool register_memory_pair(void *vir_ptr, void *phy_ptr, size_t length, LiteDeviceType device, LiteBackend backend) {
  require_pairs("register_memory_pair", device, backend);
  const MemoryPair pair = {reinterpret_cast<uintptr_t>(vir_ptr), reinterpret_cast<uintptr_t>(phy_ptr), length, device};
  uintptr_t end;
  if (!vir_ptr || !phy_ptr || !length || __builtin_add_overflow(pair.virtual_address, length, &end) ||
      __builtin_add_overflow(pair.physical_address, length, &end))
    fail("register_memory_pair: a pair is two addresses and a length that is not 0");
  const std::lock_guard<std::mutex> lock(process().mutex);
  for (const MemoryPair &other : process().pairs) {
    if (other.device != device || pair.virtual_address >= other.virtual_address + other.length ||
        other.virtual_address >= pair.virtual_address + length)
      continue;
    if (other.virtual_address == pair.virtual_address && other.physical_address == pair.physical_address &&
        other.length == length)
      return true;
    fail("register_memory_pair: %p and %zu bytes overlap a pair that is registered", vir_ptr, length);
  }
  process().pairs.push_back(pair);
  return true;
}

bool clear_memory_pair(void *vir_ptr, void *phy_ptr, LiteDeviceType device, LiteBackend backend) {
  require_pairs("clear_memory_pair", device, backend);
  const std::lock_guard<std::mutex> lock(process().mutex);
  std::vector<MemoryPair> &pairs = process().pairs;
  for (MemoryPair &pair : pairs)
    if (pair.device == device && pair.virtual_address == reinterpret_cast<uintptr_t>(vir_ptr) &&
        pair.physical_address == reinterpret_cast<uintptr_t>(phy_ptr)) {
      pair = pairs.back();
      pairs.pop_back();
      return true;
    }
  fail("clear_memory_pair: the pair of %p and %p is not registered", vir_ptr, phy_ptr);
}

void *lookup_physic_ptr(void *vir_ptr, LiteDeviceType device, LiteBackend backend) {
  require_pairs("lookup_physic_ptr", device, backend);
  const auto address = reinterpret_cast<uintptr_t>(vir_ptr);
  const std::lock_guard<std::mutex> lock(process().mutex);
  for (const MemoryPair &pair : process().pairs)
    if (pair.device == device && address - pair.virtual_address < pair.length)
      return reinterpret_cast<void *>(pair.physical_address + (address - pair.virtual_address));
  fail("lookup_physic_ptr: %p is in no registered memory pair", vir_ptr);
}

} // namespace lite

extern "C" const char *mgec_version(void) { return MGEC_VERSION; }
