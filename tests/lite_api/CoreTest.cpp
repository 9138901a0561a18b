//===- CoreTest.cpp - the core below lite::Network ------------------------------------------------------------===//
//
// Fingerprints, the thread pool, and running models through the core API that mgec's own tools use.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "TestSupport.h"

#include "runtime/core/Cpu.h"
#include "runtime/core/Executor.h"
#include "runtime/core/Fingerprint.h"
#include "runtime/core/ThreadPool.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <set>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

using namespace mgec::core;

//===--- Fingerprints ---------------------------------------------------------------------------------------===//

namespace {

std::string hexOf(const std::vector<uint8_t> &bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  std::string text;
  for (uint8_t b : canonical.digest)
    text += format("%02x", b);
  return text;
}

std::string fingerprintOf(const std::vector<uint8_t> &bytes) {
  Fingerprint print;
  const Status status = fingerprintBytes(bytes.data(), bytes.size(), "bytes", print);
  EXPECT_TRUE(status.ok()) << status.message();
  return print.hex();
}

} // namespace

TEST(FingerprintTest, CoversTheModelAndNothingElse) {
  // The last one is larger than any buffer that hashing may use.
  for (const std::vector<uint8_t> &model : {fake::modelV2(3), fake::modelV1(3, 0, false), fake::modelV1(3, 77, false),
                                            fake::modelV1(3, 77, true), fake::modelV2(3, 1000003)}) {
    const std::string expected = hexOf(model);
    EXPECT_EQ(fingerprintOf(model), expected);
    std::vector<uint8_t> longer = model;
    longer.resize(longer.size() + 33, 0xaa);
    EXPECT_EQ(fingerprintOf(longer), expected);
    std::vector<uint8_t> wrapped = {'m', 'g', 'b', 't', 'e', 's', 't', '0', 0, 0, 0, 1};
    wrapped.insert(wrapped.end(), longer.begin(), longer.end());
    EXPECT_EQ(fingerprintOf(wrapped), expected);
    const TemporaryFolder folder;
    Fingerprint print;
    ASSERT_TRUE(fingerprintFile(folder.write("m", wrapped), print).ok());
    EXPECT_EQ(print.hex(), expected);
    std::vector<uint8_t> changed = model;
    changed.back() ^= 1;
    EXPECT_NE(fingerprintOf(changed), expected);
  }
}

TEST(FingerprintTest, RefusesWhatIsNoModel) {
  Fingerprint print;
  const auto refusal = [&](const std::vector<uint8_t> &bytes) {
    return fingerprintBytes(bytes.data(), bytes.size(), "net.mge", print).message();
  };
  EXPECT_CONTAINS(refusal({}), "net.mge is empty");
  EXPECT_CONTAINS(refusal({1, 2, 3}), "net.mge is not a MegEngine model");
  std::vector<uint8_t> model = fake::modelV2(3);
  model[0] = 0xff; // longer than the file
  EXPECT_CONTAINS(refusal(model), "truncated");
  model[3] = 0xff;
  EXPECT_CONTAINS(refusal(model), "truncated");
  model = fake::modelV1(3, 10, false);
  std::fill(model.begin() + 16, model.begin() + 24, 0xff); // a tensor region of 2^64 - 1 bytes
  EXPECT_CONTAINS(refusal(model), "ends inside its tensors");
  model = fake::modelV1(3, 10, false);
  model[16] = 9; // the graph is not where the header says
  EXPECT_CONTAINS(refusal(model), "damaged");
  EXPECT_CONTAINS(fingerprintBytes(nullptr, 5, "net.mge", print).message(), "no memory");
}

//===--- Threads --------------------------------------------------------------------------------------------===//

namespace {

struct Counters {
  std::atomic<int> hits[1000];
  std::atomic<int> scratchUsers[16];
  uint8_t *scratch;
  std::atomic<bool> clash{false};
};

void countChunk(const void *frame, int64_t chunk, void *scratch) {
  Counters &c = *static_cast<Counters *>(const_cast<void *>(frame));
  const auto thread = static_cast<size_t>((static_cast<uint8_t *>(scratch) - c.scratch) / 64);
  c.clash = c.clash || c.scratchUsers[thread]++ != 0;
  ++c.hits[chunk];
  --c.scratchUsers[thread];
}

} // namespace

TEST(ThreadPoolTest, EveryChunkOnceOnAThreadOfItsOwn) {
  static Counters counters;
  alignas(64) static uint8_t scratch[16 * 64];
  counters.scratch = scratch;
  for (unsigned threads : {1u, 2u, 3u, 8u, 1u, 4u}) {
    ThreadPool pool;
    ASSERT_TRUE(pool.resize(threads).ok());
    EXPECT_EQ(pool.threads(), threads);
    pool.setScratch(scratch, 64);
    for (int64_t chunks : {0, 1, 2, 3, 7, 1000, 1, 5}) {
      for (auto &hit : counters.hits)
        hit = 0;
      for (int repeat = 0; repeat < 20; ++repeat)
        ThreadPool::parallel(&pool, chunks, countChunk, &counters);
      for (int64_t i = 0; i < 1000; ++i)
        ASSERT_EQ(counters.hits[i], i < chunks ? 20 : 0) << threads << " threads, chunk " << i;
    }
    EXPECT_FALSE(counters.clash);
  }
}

TEST(ThreadPoolTest, WakesAfterIdling) {
  static Counters counters;
  alignas(64) static uint8_t scratch[16 * 64];
  counters.scratch = scratch;
  ThreadPool pool;
  ASSERT_TRUE(pool.resize(3).ok());
  pool.setScratch(scratch, 64);
  for (int i = 0; i < 50; ++i) {
    std::this_thread::sleep_for(std::chrono::microseconds(i * 20));
    ThreadPool::parallel(&pool, 10, countChunk, &counters);
  }
  EXPECT_EQ(counters.hits[9], 50);
}

TEST(ThreadPoolTest, CallOnEachReachesEveryThread) {
  for (unsigned threads : {1u, 2u, 6u})
    for (int repeat = 0; repeat < 20; ++repeat) {
      ThreadPool pool; // also right after its threads were made
      ASSERT_TRUE(pool.resize(threads).ok());
      std::mutex mutex;
      std::set<std::thread::id> who;
      std::set<unsigned> numbers;
      for (int again = 0; again < 3; ++again)
        EXPECT_FALSE(pool.callOnEach([&](unsigned id) {
          const std::lock_guard<std::mutex> lock(mutex);
          who.insert(std::this_thread::get_id());
          numbers.insert(id);
        }));
      EXPECT_EQ(who.size(), threads);
      EXPECT_EQ(numbers.size(), threads);
      EXPECT_TRUE(pool.callOnEach([](unsigned) { throw 1; }));
    }
}

#if defined(__x86_64__)
TEST(ThreadPoolTest, WorkersComputeInTheModeOfTheCaller) {
  static std::atomic<int> flushed;
  ThreadPool pool;
  ASSERT_TRUE(pool.resize(4).ok());
  const unsigned before = _mm_getcsr();
  for (unsigned mode : {before | 0x8040u, before}) { // subnormals are zero, or not
    _mm_setcsr(mode);
    flushed = 0;
    ThreadPool::parallel(
        &pool, 64,
        [](const void *, int64_t, void *) {
          volatile float tiny = 1e-39f;
          flushed += tiny * 1.0f == 0.0f;
          std::this_thread::sleep_for(std::chrono::microseconds(50));
        },
        nullptr);
    _mm_setcsr(before);
    EXPECT_EQ(flushed, mode == before ? 0 : 64);
  }
}
#endif

//===--- Shapes and types -----------------------------------------------------------------------------------===//

TEST(ShapeTest, BytesAreChecked) {
  uint64_t bytes = 0;
  EXPECT_TRUE(tensorBytes(MGEC_F32, {2, {3, 5}}, bytes).ok());
  EXPECT_EQ(bytes, 60u);
  EXPECT_TRUE(tensorBytes(MGEC_QS4, {2, {3, 5}}, bytes).ok());
  EXPECT_EQ(bytes, 9u) << "rows of 4-bit types are padded to bytes";
  EXPECT_TRUE(tensorBytes(MGEC_F16, {1, {0}}, bytes).ok());
  EXPECT_EQ(bytes, 0u);
  EXPECT_FALSE(tensorBytes(MGEC_F32, {2, {int64_t(1) << 40, int64_t(1) << 40}}, bytes).ok());
  EXPECT_FALSE(tensorBytes(MGEC_F32, {1, {-1}}, bytes).ok());
  EXPECT_FALSE(tensorBytes(99, {1, {1}}, bytes).ok());
  EXPECT_STREQ(dtypeName(MGEC_QU4), "qu4");
  EXPECT_STREQ(dtypeName(99), "?");
  EXPECT_EQ((Shape{3, {1, 20, 3}}.text()), "1x20x3");
}

TEST(CpuTest, Features) {
  const auto supported = [](int32_t isa, const char *features) {
    const mgec_isa_entry entry = {isa, 0, features, nullptr};
    return cpuSupports(entry);
  };
  EXPECT_TRUE(supported(MGEC_ISA_GENERIC, ""));
  EXPECT_TRUE(supported(MGEC_ISA_NATIVE, ",,"));
  EXPECT_FALSE(supported(MGEC_ISA_GENERIC, "never-heard-of"));
  EXPECT_FALSE(supported(55, ""));
#if defined(__x86_64__)
  EXPECT_TRUE(supported(MGEC_ISA_GENERIC, "sse2,sse"));
  EXPECT_EQ(supported(MGEC_ISA_X86_64_V3, ""), __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
  EXPECT_EQ(supported(MGEC_ISA_X86_64_V4, ""),
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"));
  EXPECT_EQ(supported(MGEC_ISA_NATIVE, "avx512_vnni"), static_cast<bool>(__builtin_cpu_supports("avx512vnni")));
  EXPECT_EQ(supported(MGEC_ISA_NATIVE, "sse4.2"), static_cast<bool>(__builtin_cpu_supports("sse4.2")));
#endif
  EXPECT_GE(availableProcessors(), 1u);
}

//===--- Running models -------------------------------------------------------------------------------------===//

namespace {
std::unique_ptr<Executor> open(const std::string &name) {
  ModelPtr model;
  const Status status = bindLibrary(artifact(name), "", model);
  EXPECT_TRUE(status.ok()) << status.message();
  return std::make_unique<Executor>(model);
}
} // namespace

TEST(ExecutorTest, RunsOnTensorsOfEveryType) {
  const auto executor = open("types");
  EXPECT_EQ(executor->model().findInput("data:0"), 1);
  EXPECT_EQ(executor->model().findInput("data:1"), -1);
  EXPECT_EQ(executor->input(4).dtype, MGEC_QU8);
  EXPECT_EQ(executor->output(1).dtype, MGEC_BOOL);
  std::vector<const Shape *> none(6, nullptr);
  ASSERT_TRUE(executor->selectSome(none.data()).ok());
  const float data[6] = {-1, 2, 3, 4, 5, 6};
  const int8_t bytes[4] = {1, 2, 3, 4};
  const uint8_t mask[4] = {1, 0, 0, 1}, q[3] = {0, 1, 2}, n[4] = {1, 2, 3, 4};
  const void *scale = executor->model().defaultValue(executor->input(2));
  ASSERT_NE(scale, nullptr);
  EXPECT_EQ(executor->model().defaultValue(executor->input(0)), nullptr);
  float scaled[6];
  uint8_t inverse[4], nibbles[4];
  int32_t wide[3];
  uint16_t sign[6];
  int8_t copied[4];
  const void *inputs[] = {data, bytes, scale, mask, q, n};
  void *outputs[] = {scaled, inverse, wide, sign, nibbles, copied};
  const Status status = executor->forward(inputs, outputs);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(scaled[5], 18);
  EXPECT_EQ(inverse[1], 1);
  EXPECT_EQ(wide[2], -126);
  EXPECT_EQ(sign[0], 0xbc00);
  EXPECT_EQ(nibbles[3], 4);
  EXPECT_EQ(copied[3], 4);
  EXPECT_EQ(executor->outputBytes(4), 4u);

  inputs[0] = reinterpret_cast<const char *>(data) + 1;
  EXPECT_CONTAINS(executor->forward(inputs, outputs).message(), "input 'data' is not aligned");
}

TEST(ExecutorTest, ExactShapesBeforeSymbolicOnes) {
  const auto executor = open("images");
  float in[32] = {1}, out[32];
  const void *inputs[] = {in};
  void *outputs[] = {out};
  for (int64_t batch : {1, 2, 8}) {
    const Shape shape = {4, {batch, 1, 2, 2}};
    ASSERT_TRUE(executor->select(&shape).ok());
    EXPECT_EQ(executor->outputShape(0), shape);
    ASSERT_TRUE(executor->forward(inputs, outputs).ok());
    EXPECT_EQ(out[0], batch == 2 ? 2 : 1);
  }
  for (const Shape &bad : {Shape{4, {9, 1, 2, 2}}, Shape{4, {0, 1, 2, 2}}, Shape{3, {1, 2, 2}}}) {
    EXPECT_CONTAINS(executor->select(&bad).message(), "compiled for images=Nx1x2x2 with N=1..8; images=2x1x2x2");
    EXPECT_EQ(executor->outputShape(0).dims[0], 8) << "the choice made before is kept";
  }
}

TEST(ExecutorTest, StepHook) {
  const auto executor = open("affine");
  std::vector<int> seen;
  executor->setStepHook(
      [](void *user, uint32_t step, int begin) {
        static_cast<std::vector<int> *>(user)->push_back(static_cast<int>(step) * 10 + begin);
      },
      &seen);
  const Shape shape = {2, {3, 4}};
  ASSERT_TRUE(executor->select(&shape).ok());
  const float x[12] = {};
  float y[12], sum[3];
  const void *inputs[] = {x};
  void *outputs[] = {y, sum};
  ASSERT_TRUE(executor->forward(inputs, outputs).ok());
  EXPECT_EQ(seen, (std::vector<int>{1, 0, 11, 10}));
  EXPECT_EQ(executor->variant().n_steps, 2u);
  EXPECT_STREQ(executor->isa().features, "") << "code for a processor with more features is left alone";
  executor->setStepHook(nullptr, nullptr);
  ASSERT_TRUE(executor->forward(inputs, outputs).ok());
  EXPECT_EQ(seen.size(), 4u);
  EXPECT_TRUE(executor->touch().ok());
}

TEST(ExecutorTest, CompileOnLoadIsAskedLast) {
  static std::string asked;
  const TemporaryFolder folder;
  const std::string path = folder.write("x.mge", fake::modelV2(777));
  ModelPtr model;
  Wanted wanted;
  wanted.shapes.emplace_back("x", Shape{2, {1, 4}});
  wanted.compile = [](const ModelSource &source, const Wanted &wanted, ModelPtr &out) {
    asked = source.path + wanted.shapeFlags();
    return bindLibrary(artifact("affine"), "", out);
  };
  EXPECT_TRUE(bindFile(path, wanted, model).ok());
  EXPECT_EQ(asked, path + " --shape x=1x4");
  wanted.compile = [](const ModelSource &, const Wanted &, ModelPtr &) { return Status::error("no compiler"); };
  EXPECT_CONTAINS(bindFile(path, wanted, model).message(), "; no compiler");
}
