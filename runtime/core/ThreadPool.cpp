//===- ThreadPool.cpp - the threads of one network ------------------------------------------------------------===//
//
// A job is open from `announce` to `finishJob`. A worker enters by counting itself into `state_`, and is in only if the
// open bit was set at that moment: whoever comes late backs out without looking at the job. The caller closes the job
// when the chunks are all claimed, and waits until nobody is inside; then the fields of the job are its own again.
//
// A worker that finds nothing sleeps on `epoch_`. It first adds itself to `sleepers_`, the caller first changes
// `epoch_` and then looks at `sleepers_`: one of the two sees the other, so no wake is lost.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "ThreadPool.h"

#include "Cpu.h"
#include "Futex.h"

#include <chrono>
#include <utility>

#include <pthread.h>
#include <signal.h>

namespace mgec::core {

namespace {

constexpr std::chrono::microseconds kSpin(50);

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Waits actively until `done()` or until the time is over; returns the last `done()`.
template <typename Done> bool spinUntil(Done done) {
  for (int i = 0; i < 64; ++i) {
    if (done())
      return true;
    pause();
  }
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 32; ++i) {
      if (done())
        return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return done();
}

} // namespace

Status ThreadPool::resize(unsigned threads) {
  if (threads == 0)
    threads = 1;
  if (threads == this->threads())
    return Status();
  stop();
  spin_ = threads <= availableProcessors();
  // Signals are the application's: its handlers run on its own threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Status status;
  try {
    workers_.reserve(threads - 1);
    for (unsigned id = 1; id < threads; ++id) {
      workers_.emplace_back(&ThreadPool::work, this, id, calls_.load());
#if defined(__linux__)
      pthread_setname_np(workers_.back().native_handle(), "mgec-worker");
#endif
    }
  } catch (const std::exception &e) {
    status = Status::errorf("cannot start %u threads: %s", threads, e.what());
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!status.ok())
    stop();
  return status;
}

void ThreadPool::stop() {
  if (workers_.empty())
    return;
  stop_.store(true);
  epoch_.fetch_add(1);
  futexWake(epoch_, UINT32_MAX);
  for (std::thread &worker : workers_)
    worker.join();
  workers_.clear();
  stop_.store(false);
}

void ThreadPool::parallel(void *pool, int64_t chunks, mgec_chunk_fn fn, const void *frame) {
  ThreadPool &self = *static_cast<ThreadPool *>(pool);
  if (chunks <= 1 || self.workers_.empty()) {
    for (int64_t chunk = 0; chunk < chunks; ++chunk)
      fn(frame, chunk, self.scratch_);
    return;
  }
  self.fn_ = fn;
  self.frame_ = frame;
  self.chunks_ = chunks;
  self.floatMode_ = floatMode();
  self.next_.store(0, std::memory_order_relaxed);
  self.state_.fetch_or(kOpen, std::memory_order_release);
  const int64_t others = chunks - 1;
  self.announce(others < static_cast<int64_t>(self.workers_.size()) ? static_cast<unsigned>(others)
                                                                    : static_cast<unsigned>(self.workers_.size()));
  self.runChunks(0);
  self.finishJob();
}

/// Makes workers look for work, and wakes as many sleeping ones as are wanted.
void ThreadPool::announce(unsigned wanted) {
  epoch_.fetch_add(1);
  const uint32_t asleep = sleepers_.load();
  if (asleep)
    futexWake(epoch_, wanted);
}

void ThreadPool::runChunks(unsigned id) {
  uint8_t *scratch = scratch_ ? scratch_ + id * stride_ : nullptr;
  for (;;) {
    const int64_t chunk = next_.fetch_add(1, std::memory_order_relaxed);
    if (chunk >= chunks_)
      return;
    fn_(frame_, chunk, scratch);
  }
}

void ThreadPool::finishJob() {
  state_.fetch_and(~kOpen, std::memory_order_acq_rel);
  const auto empty = [this] { return (state_.load(std::memory_order_acquire) & kInside) == 0; };
  if (empty() || (spin_ && spinUntil(empty)))
    return;
  state_.fetch_or(kWaiting, std::memory_order_acq_rel);
  for (;;) {
    const uint32_t state = state_.load(std::memory_order_acquire);
    if ((state & kInside) == 0)
      break;
    futexWait(state_, state);
  }
  state_.fetch_and(~kWaiting, std::memory_order_relaxed);
}

bool ThreadPool::enter() {
  if (state_.fetch_add(1, std::memory_order_acquire) & kOpen)
    return true;
  leave();
  return false;
}

void ThreadPool::leave() {
  const uint32_t before = state_.fetch_sub(1, std::memory_order_release);
  if ((before & kWaiting) && (before & kInside) == 1)
    futexWake(state_, 1);
}

void ThreadPool::work(unsigned id, uint32_t callsSeen) {
  uint32_t seen = 0;
  for (bool first = true;; first = false) {
    const uint32_t now = epoch_.load(std::memory_order_acquire);
    if (stop_.load(std::memory_order_acquire))
      return;
    const uint32_t calls = calls_.load(std::memory_order_acquire);
    if (calls != callsSeen) {
      callsSeen = calls;
      runCall(id);
    }
    if (first || now != seen) {
      seen = now;
      if (enter()) {
        setFloatMode(floatMode_);
        runChunks(id);
        leave();
      }
    }
    const auto announced = [&] { return epoch_.load(std::memory_order_acquire) != seen; };
    if (announced() || (spin_ && spinUntil(announced)))
      continue;
    sleepers_.fetch_add(1);
    futexWait(epoch_, seen);
    sleepers_.fetch_sub(1);
  }
}

std::exception_ptr ThreadPool::callOnEach(const std::function<void(unsigned)> &call) {
  call_ = &call;
  callFailed_.store(false);
  callError_ = nullptr;
  callsPending_.store(threads());
  calls_.fetch_add(1);
  epoch_.fetch_add(1);
  futexWake(epoch_, UINT32_MAX);
  runCall(0);
  for (uint32_t pending; (pending = callsPending_.load(std::memory_order_acquire)) != 0;)
    futexWait(callsPending_, pending);
  call_ = nullptr;
  return std::exchange(callError_, nullptr);
}

void ThreadPool::runCall(unsigned id) {
  try {
    (*call_)(id);
  } catch (...) {
    if (!callFailed_.exchange(true))
      callError_ = std::current_exception();
  }
  if (callsPending_.fetch_sub(1, std::memory_order_acq_rel) == 1)
    futexWake(callsPending_, 1);
}

} // namespace mgec::core
