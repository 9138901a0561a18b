//===- Process.cpp - the file of kernel choices, and the table of memory pairs --------------------------------===//
#include "Process.h"

#include "Value.h"

#include <cerrno>
#include <cstring>
#include <mutex>

namespace mgec::tools {

using core::MemoryPairAction;
using core::Status;

namespace {

const uint8_t kNoChoices[4] = {}; // a file with no category

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

/// The bytes of a file. `there` is false, and that no failure, when there is none.
Status readFile(const std::string &path, std::vector<uint8_t> &out, bool &there) {
  FILE *file = std::fopen(path.c_str(), "rbe");
  there = file != nullptr;
  if (!file)
    return errno == ENOENT ? Status() : Status::errorf("failed to open %s: %s", path.c_str(), std::strerror(errno));
  uint8_t part[4096];
  out.clear();
  while (const size_t size = std::fread(part, 1, sizeof(part), file))
    out.insert(out.end(), part, part + size);
  std::fclose(file);
  return Status();
}

struct MemoryPair {
  int device;
  uintptr_t virtualAddress, physicalAddress;
  size_t length;
};

/// Never destroyed: programs call these functions until they end.
struct ProcessState {
  std::mutex mutex;
  std::vector<uint8_t> choices; // a file of kernel choices; empty before one was named
  std::vector<MemoryPair> pairs;
};

ProcessState &process() {
  static ProcessState *state = new ProcessState;
  return *state;
}

} // namespace

Status setChoices(const std::string &path, bool alwaysSync, std::string &remark) {
  ProcessState &state = process();
  const std::lock_guard<std::mutex> lock(state.mutex);
  if (!state.choices.empty())
    remark = "set_persistent_cache: another file was set before";
  std::vector<uint8_t> bytes;
  bool there = false;
  MGEC_TRY(readFile(path, bytes, there));
  if (!there) {
    bytes.assign(kNoChoices, kNoChoices + sizeof(kNoChoices));
  } else if (!are_choices(bytes)) {
    if (alwaysSync)
      return Status::errorf("%s is no file of kernel choices, and is not overwritten", path.c_str());
    remark += (remark.empty() ? "" : "; ") + path + " is no file of kernel choices; it counts as empty";
    bytes.assign(kNoChoices, kNoChoices + sizeof(kNoChoices));
  }
  if (alwaysSync)
    MGEC_TRY(writeFile(path, bytes.data(), bytes.size()));
  state.choices = std::move(bytes);
  return Status();
}

Status dumpChoices(const std::string &path) {
  ProcessState &state = process();
  const std::lock_guard<std::mutex> lock(state.mutex);
  if (state.choices.empty())
    state.choices.assign(kNoChoices, kNoChoices + sizeof(kNoChoices));
  return writeFile(path, state.choices.data(), state.choices.size());
}

static Status registerPair(std::vector<MemoryPair> &pairs, const MemoryPair &pair) {
  uintptr_t end;
  if (!pair.virtualAddress || !pair.physicalAddress || !pair.length ||
      __builtin_add_overflow(pair.virtualAddress, pair.length, &end) ||
      __builtin_add_overflow(pair.physicalAddress, pair.length, &end))
    return Status::error("register_memory_pair: a pair is two addresses and a length that is not 0");
  for (const MemoryPair &other : pairs) {
    if (other.device != pair.device || pair.virtualAddress >= other.virtualAddress + other.length ||
        other.virtualAddress >= pair.virtualAddress + pair.length)
      continue;
    if (other.virtualAddress == pair.virtualAddress && other.physicalAddress == pair.physicalAddress &&
        other.length == pair.length)
      return Status();
    return Status::errorf("register_memory_pair: 0x%zx and %zu bytes overlap a pair that is registered",
                          static_cast<size_t>(pair.virtualAddress), pair.length);
  }
  pairs.push_back(pair);
  return Status();
}

Status memoryPair(MemoryPairAction action, int device, uintptr_t virtualAddress, uintptr_t &physicalAddress,
                  size_t length) {
  const std::lock_guard<std::mutex> lock(process().mutex);
  std::vector<MemoryPair> &pairs = process().pairs;
  switch (action) {
  case MemoryPairAction::Register:
    return registerPair(pairs, {device, virtualAddress, physicalAddress, length});
  case MemoryPairAction::Clear:
    for (MemoryPair &pair : pairs)
      if (pair.device == device && pair.virtualAddress == virtualAddress && pair.physicalAddress == physicalAddress) {
        pair = pairs.back();
        pairs.pop_back();
        return Status();
      }
    return Status::errorf("clear_memory_pair: the pair of 0x%zx and 0x%zx is not registered",
                          static_cast<size_t>(virtualAddress), static_cast<size_t>(physicalAddress));
  case MemoryPairAction::LookUp:
    break;
  }
  for (const MemoryPair &pair : pairs)
    if (pair.device == device && virtualAddress - pair.virtualAddress < pair.length) {
      physicalAddress = pair.physicalAddress + (virtualAddress - pair.virtualAddress);
      return Status();
    }
  return Status::errorf("lookup_physic_ptr: 0x%zx is in no registered memory pair",
                        static_cast<size_t>(virtualAddress));
}

} // namespace mgec::tools
