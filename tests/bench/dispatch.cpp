//===- dispatch.cpp - what it costs to spread work over threads -----------------------------------------------===//
//
// Prints, per number of threads, the least time of one parallel step of chunks that do nothing: one after another, as
// steps follow each other inside a forward, and after an idle while, when the workers sleep. The last column is what a
// step of one long chunk a thread takes beyond that chunk, back to back: the time to hand work over and to come
// together again. Least of many repeats, so that a busy machine does not blur it.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "runtime/core/Cpu.h"
#include "runtime/core/ThreadPool.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

using namespace mgec::core;
using Clock = std::chrono::steady_clock;

namespace {

void nothing(const void *, int64_t, void *) {}

constexpr std::chrono::microseconds kLong(20);
void longChunk(const void *, int64_t, void *) {
  const auto end = Clock::now() + kLong;
  while (Clock::now() < end) {
  }
}

double nanoseconds(Clock::duration d) { return std::chrono::duration<double, std::nano>(d).count(); }

double backToBack(ThreadPool &pool, int64_t chunks) {
  double best = 1e18;
  for (int repeat = 0; repeat < 200; ++repeat) {
    constexpr int kSteps = 200;
    const auto start = Clock::now();
    for (int i = 0; i < kSteps; ++i)
      ThreadPool::parallel(&pool, chunks, nothing, nullptr);
    best = std::min(best, nanoseconds(Clock::now() - start) / kSteps);
  }
  return best;
}

double afterIdling(ThreadPool &pool, int64_t chunks) {
  double best = 1e18;
  for (int repeat = 0; repeat < 100; ++repeat) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto start = Clock::now();
    ThreadPool::parallel(&pool, chunks, nothing, nullptr);
    best = std::min(best, nanoseconds(Clock::now() - start));
  }
  return best;
}

double handOver(ThreadPool &pool) {
  double best = 1e18;
  for (int repeat = 0; repeat < 2000; ++repeat) {
    const auto start = Clock::now();
    ThreadPool::parallel(&pool, pool.threads(), longChunk, nullptr);
    best = std::min(best, nanoseconds(Clock::now() - start));
  }
  return best - nanoseconds(kLong);
}

} // namespace

int main() {
  std::printf("threads chunks  back to back, ns  after idling, ns  hand-over, ns   (%u processors)\n",
              availableProcessors());
  for (unsigned threads = 1; threads <= std::max(2u, availableProcessors()) && threads <= 64; threads *= 2)
    for (const int64_t chunks : {static_cast<int64_t>(threads), static_cast<int64_t>(threads) * 8}) {
      ThreadPool pool;
      if (!pool.resize(threads).ok())
        return 1;
      std::printf("%7u %6lld %17.0f %17.0f %14.0f\n", threads, static_cast<long long>(chunks), backToBack(pool, chunks),
                  afterIdling(pool, chunks), handOver(pool));
    }
}
