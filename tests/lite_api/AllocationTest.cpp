//===- AllocationTest.cpp - after the first forward nothing is allocated --------------------------------------===//
//
// This program replaces the C allocator by one that counts, so that no way around is overlooked.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "TestSupport.h"

#include "lite-c/global_c.h"
#include "lite/network.h"

#include <atomic>
#include <cerrno>

#if defined(__GLIBC__) && !MGEC_SANITIZED
#define MGEC_COUNTING 1
#else
#define MGEC_COUNTING 0
#endif

#if MGEC_COUNTING
static std::atomic<bool> counting{false};
static std::atomic<long> allocations{0};

extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static void count() {
  if (counting.load(std::memory_order_relaxed))
    ++allocations;
}
void *malloc(size_t size) {
  count();
  return __libc_malloc(size);
}
void *calloc(size_t n, size_t size) {
  count();
  return __libc_calloc(n, size);
}
void *realloc(void *p, size_t size) {
  count();
  return __libc_realloc(p, size);
}
int posix_memalign(void **out, size_t align, size_t size) {
  count();
  *out = __libc_memalign(align, size);
  return *out ? 0 : ENOMEM;
}
void *aligned_alloc(size_t align, size_t size) {
  count();
  return __libc_memalign(align, size);
}
}
#endif

using namespace lite;

namespace {

constexpr int kForwards = 10000;

void expectQuiet(size_t threads, bool asynchronous) {
#if MGEC_COUNTING
  auto network = std::make_shared<Network>();
  Runtime::set_cpu_threads_number(network, threads);
  network->load_model(artifact("affine"));
  std::atomic<int> done{0};
  if (asynchronous)
    network->set_async_callback([&] { ++done; });
  network->set_start_callback([](const auto &inputs) { EXPECT_EQ(inputs.size(), 1u); });
  network->set_finish_callback([&](const auto &) { ++done; });
  Layout layout = {};
  layout.ndim = 2;
  layout.shapes[0] = 20;
  layout.shapes[1] = 4;
  network->get_input_tensor(0)->set_layout(layout);
  const auto forward = [&] {
    network->forward();
    network->wait();
  };
  forward();
  allocations = 0;
  counting = true;
  for (int i = 0; i < kForwards; ++i)
    forward();
  counting = false;
  EXPECT_EQ(allocations, 0) << threads << " threads, asynchronous: " << asynchronous;
  EXPECT_EQ(done, (asynchronous ? 2 : 1) * (kForwards + 1));
#else
  (void)threads, (void)asynchronous;
  GTEST_SKIP() << "the allocator cannot be counted in this build";
#endif
}

} // namespace

TEST(AllocationTest, OneThread) { expectQuiet(1, false); }
TEST(AllocationTest, ThreeThreads) { expectQuiet(3, false); }
TEST(AllocationTest, Asynchronous) { expectQuiet(2, true); }

TEST(AllocationTest, C) {
#if MGEC_COUNTING
  static int starts, finishes;
  LiteNetwork network;
  LiteTensor input, output;
  ASSERT_EQ(LITE_make_default_network(&network), 0);
  ASSERT_EQ(LITE_load_model_from_path(network, artifact("affine").c_str()), 0);
  LITE_set_start_callback(network, [](const LiteIO *, const LiteTensor *, size_t size) {
    starts += size == 1;
    return 0;
  });
  LITE_set_finish_callback_with_userdata(
      network,
      [](const LiteIO *, const LiteTensor *, size_t size, void *data) {
        *static_cast<int *>(data) += size == 2;
        return 0;
      },
      &finishes);
  ASSERT_EQ(LITE_get_io_tensor(network, "x", LITE_INPUT, &input), 0);
  ASSERT_EQ(LITE_get_io_tensor(network, "y", LITE_OUTPUT, &output), 0);
  float x[4] = {1, 2, 3, 4}, y[4] = {};
  const auto forward = [&] {
    return LITE_reset_tensor_memory(input, x, sizeof(x)) | LITE_reset_tensor_memory(output, y, sizeof(y)) |
           LITE_forward(network) | LITE_wait(network);
  };
  int failures = forward();
  allocations = 0;
  counting = true;
  for (int i = 0; i < kForwards; ++i)
    failures |= forward();
  counting = false;
  EXPECT_EQ(allocations, 0);
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(starts, kForwards + 1);
  EXPECT_EQ(finishes, kForwards + 1);
  EXPECT_EQ(y[3], 8.5f);
  LITE_destroy_network(network);
#else
  GTEST_SKIP() << "the allocator cannot be counted in this build";
#endif
}

#if MGEC_COUNTING
TEST(AllocationTest, TheCountingWorks) {
  allocations = 0;
  counting = true;
  delete new std::string(100, 'x');
  counting = false;
  EXPECT_GE(allocations, 1);
}
#endif
