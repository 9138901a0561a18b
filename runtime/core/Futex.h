//===- Futex.h - waiting for a 32-bit word to change ----------------------------------------------------------===//
//
// `futexWait` returns at once when the word is not `expected`, else after a wake or for no reason: callers loop.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include <atomic>
#include <climits>
#include <cstdint>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#else
#include <condition_variable>
#include <mutex>
#endif

namespace mgec::core {

#if defined(__linux__)

inline void futexWait(std::atomic<uint32_t> &word, uint32_t expected) {
  static_assert(sizeof(word) == 4, "the kernel looks at 32 bits");
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}
/// Wakes at most `count` threads that wait on the word.
inline void futexWake(std::atomic<uint32_t> &word, unsigned count) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count < INT_MAX ? count : INT_MAX, nullptr, nullptr, 0);
}

#else

// One queue for all words: wakes are rare, and waiters loop.
struct FutexQueue {
  std::mutex mutex;
  std::condition_variable changed;
  static FutexQueue &get() {
    static FutexQueue *queue = new FutexQueue;
    return *queue;
  }
};
inline void futexWait(std::atomic<uint32_t> &word, uint32_t expected) {
  std::unique_lock<std::mutex> lock(FutexQueue::get().mutex);
  if (word.load() == expected)
    FutexQueue::get().changed.wait(lock);
}
inline void futexWake(std::atomic<uint32_t> &, unsigned) {
  std::lock_guard<std::mutex> lock(FutexQueue::get().mutex);
  FutexQueue::get().changed.notify_all();
}

#endif

} // namespace mgec::core
