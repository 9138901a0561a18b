//===- ThreadPool.h - the threads of one network --------------------------------------------------------------===//
//
// Runs the chunks of one job at a time on a fixed set of threads, the caller being thread 0. Chunks are claimed one by
// one through an atomic counter, so that a thread that the system holds up costs the chunk it is in and no more;
// nothing waits for threads that have not started on the job. Idle threads spin for a short while, not at all when
// there are more threads than processors, and then sleep until there is work. Threads are never bound to processors,
// block all signals, and compute in the floating-point mode of the caller.
//
// One thread at a time may use a pool; pools are independent of each other. A chunk must not start a job on its pool.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Status.h"
#include "mgec/model_abi.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace mgec::core {

class ThreadPool {
public:
  ThreadPool() = default;
  ~ThreadPool() { stop(); }
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  /// Runs jobs on `threads` threads from now on, the caller included. On failure the pool has one thread.
  Status resize(unsigned threads);
  unsigned threads() const { return static_cast<unsigned>(workers_.size()) + 1; }

  /// Thread k works with the scratch memory at `base + k * stride`.
  void setScratch(uint8_t *base, size_t stride) {
    scratch_ = base;
    stride_ = stride;
  }

  /// The `parallel` of mgec_exec; `pool` is a ThreadPool. Allocates nothing.
  static void parallel(void *pool, int64_t chunks, mgec_chunk_fn fn, const void *frame);

  /// Calls `call` once on each thread with its number and returns when all are done. The caller's number is 0. Returns
  /// the first exception that a call threw.
  std::exception_ptr callOnEach(const std::function<void(unsigned)> &call);

private:
  // Bits of `state_`; the others count the threads inside the job.
  static constexpr uint32_t kOpen = 1u << 31;    // threads may enter
  static constexpr uint32_t kWaiting = 1u << 30; // the caller sleeps until the last thread leaves
  static constexpr uint32_t kInside = kWaiting - 1;

  void stop();
  void work(unsigned id, uint32_t callsSeen);
  bool enter();
  void leave();
  void runChunks(unsigned id);
  void finishJob();
  void announce(unsigned wanted);
  void runCall(unsigned id);

  // What a job is; written by the caller while the job is closed and nobody is inside.
  mgec_chunk_fn fn_ = nullptr;
  const void *frame_ = nullptr;
  int64_t chunks_ = 0;
  uint8_t *scratch_ = nullptr;
  size_t stride_ = 0;
  unsigned long long floatMode_ = 0;

  // What `callOnEach` runs; each worker counts the calls it has seen.
  const std::function<void(unsigned)> *call_ = nullptr;
  std::atomic<uint32_t> calls_{0}, callsPending_{0};
  std::atomic<bool> callFailed_{false};
  std::exception_ptr callError_;

  std::vector<std::thread> workers_;
  std::atomic<bool> stop_{false};
  bool spin_ = false;

  alignas(64) std::atomic<int64_t> next_{0}; // first unclaimed chunk
  alignas(64) std::atomic<uint32_t> state_{0};
  alignas(64) std::atomic<uint32_t> epoch_{0}; // counts announcements; idle workers watch it
  std::atomic<uint32_t> sleepers_{0};
};

} // namespace mgec::core
