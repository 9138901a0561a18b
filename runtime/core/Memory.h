//===- Memory.h - one aligned block that only grows -----------------------------------------------------------===//
//
// Activation memory of a network. Several networks that never run at the same time may share one block. Growing moves
// the block and loses its contents, so users ask for `data()` anew before each use. A block is in use between `acquire`
// and `release`; others of the process can be given back to the system meanwhile.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Status.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace mgec::core {

/// Where blocks come from, instead of the C library.
class BlockSource {
public:
  virtual ~BlockSource() = default;
  /// At least `size` bytes, aligned to `align`; null on failure.
  virtual void *allocate(size_t size, size_t align) = 0;
  virtual void release(void *block) = 0;
};

class Memory {
public:
  explicit Memory(std::unique_ptr<BlockSource> source = nullptr);
  ~Memory();
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;

  /// Makes the block hold at least `size` bytes, aligned to MGEC_ALIGNMENT.
  Status ensure(uint64_t size);
  void clear();

  uint8_t *data() const { return data_; }
  size_t size() const { return size_; }

  /// False when somebody else has the block.
  bool acquire();
  void release() { state_.store(kIdle, std::memory_order_release); }

  /// Clears every block of the process that nobody uses. Safe from any thread.
  static void clearIdle();

private:
  enum State { kIdle, kInUse, kClearing };

  std::unique_ptr<BlockSource> source_;
  uint8_t *data_ = nullptr;
  size_t size_ = 0;
  std::atomic<State> state_{kIdle};
  Memory *previous_ = nullptr, *next_ = nullptr; // all blocks
};

} // namespace mgec::core
