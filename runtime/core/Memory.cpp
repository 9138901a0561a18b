//===- Memory.cpp - one aligned block that only grows ---------------------------------------------------------===//
#include "Memory.h"

#include "mgec/model_abi.h"

#include <cstdlib>
#include <mutex>
#include <thread>

namespace mgec::core {

namespace {
std::mutex allMutex;
Memory *all = nullptr;
} // namespace

Memory::Memory(std::unique_ptr<BlockSource> source) : source_(std::move(source)) {
  const std::lock_guard<std::mutex> lock(allMutex);
  next_ = all;
  if (all)
    all->previous_ = this;
  all = this;
}

Memory::~Memory() {
  {
    const std::lock_guard<std::mutex> lock(allMutex);
    (previous_ ? previous_->next_ : all) = next_;
    if (next_)
      next_->previous_ = previous_;
  }
  clear();
}

bool Memory::acquire() {
  State state = kIdle;
  while (!state_.compare_exchange_weak(state, kInUse, std::memory_order_acquire)) {
    if (state == kInUse)
      return false;
    state = kIdle;
    std::this_thread::yield(); // it is being cleared
  }
  return true;
}

void Memory::clearIdle() {
  const std::lock_guard<std::mutex> lock(allMutex);
  for (Memory *memory = all; memory; memory = memory->next_) {
    State state = kIdle;
    if (!memory->state_.compare_exchange_strong(state, kClearing, std::memory_order_acquire))
      continue;
    memory->clear();
    memory->release();
  }
}

Status Memory::ensure(uint64_t size) {
  if (size <= size_)
    return Status();
  if (size > static_cast<uint64_t>(PTRDIFF_MAX) - MGEC_ALIGNMENT)
    return Status::error("the model needs more memory than a process can have");
  clear();
  const size_t rounded = (static_cast<size_t>(size) + MGEC_ALIGNMENT - 1) / MGEC_ALIGNMENT * MGEC_ALIGNMENT;
  void *block = nullptr;
  if (source_)
    block = source_->allocate(rounded, MGEC_ALIGNMENT);
  else if (posix_memalign(&block, MGEC_ALIGNMENT, rounded) != 0)
    block = nullptr;
  if (!block)
    return Status::errorf("cannot allocate %zu bytes for the model's activations", rounded);
  data_ = static_cast<uint8_t *>(block);
  size_ = rounded;
  if (reinterpret_cast<uintptr_t>(block) % MGEC_ALIGNMENT != 0) {
    clear();
    return Status::errorf("the allocator gave memory that is not aligned to the %d bytes it was asked for",
                          MGEC_ALIGNMENT);
  }
  return Status();
}

void Memory::clear() {
  if (data_ && source_)
    source_->release(data_);
  else
    std::free(data_);
  data_ = nullptr;
  size_ = 0;
}

} // namespace mgec::core
