//===- GlobalTest.cpp - functions of the whole process --------------------------------------------------------===//
#include "ClassifySupport.h"

#include "lite/global.h"
#include "lite/misc.h"

#include <atomic>
#include <iterator>
#include <thread>

using namespace lite;

namespace {

std::vector<uint8_t> bytesOf(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return std::vector<uint8_t>((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

void put(std::vector<uint8_t> &out, const std::string &text) {
  fake::put32(out, static_cast<uint32_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
}

/// A file of kernel choices: one category with one entry.
std::vector<uint8_t> choices() {
  std::vector<uint8_t> out;
  fake::put32(out, 1);
  put(out, "profile:plat=cpu:ConvolutionForwardv5");
  fake::put32(out, 1);
  put(out, std::string("1,8,16,16;Float32|\0\1\2", 22));
  put(out, "value");
  return out;
}

const std::vector<uint8_t> kNone(4, 0);

} // namespace

TEST(TestMisc, OwnVersion) { EXPECT_GE(std::string(mgec_version()).size(), 5u); }

TEST(TestMisc, PersistentCache) {
  TemporaryFolder folder;
  const std::string copy = folder.path() + "/copy";
  const std::string file = folder.write("choices", choices());
  set_persistent_cache(file);
  dump_persistent_cache(copy);
  EXPECT_EQ(bytesOf(copy), choices()) << "what was read is written";

  set_persistent_cache(folder.path() + "/new");
  EXPECT_TRUE(bytesOf(folder.path() + "/new").empty()) << "not written until asked";
  dump_persistent_cache(copy);
  EXPECT_EQ(bytesOf(copy), kNone);
  set_persistent_cache(folder.path() + "/new", true);
  EXPECT_EQ(bytesOf(folder.path() + "/new"), kNone);
  set_persistent_cache(file, true);
  EXPECT_EQ(bytesOf(file), choices()) << "synchronising keeps what is there";

  EXPECT_CONTAINS(thrown([&] { dump_persistent_cache("/does/not/exist"); }), "failed to open /does/not/exist: ");
  EXPECT_CONTAINS(thrown([&] { set_persistent_cache("/does/not/exist", true); }), "failed to open /does/not/exist: ");
}

TEST(TestMisc, DamagedPersistentCache) {
  TemporaryFolder folder;
  const std::vector<uint8_t> good = choices();
  std::vector<std::vector<uint8_t>> bad = {{}, {1}, {255, 255, 255, 255}};
  for (size_t cut = 5; cut < good.size(); cut += 3)
    bad.emplace_back(good.begin(), good.begin() + static_cast<ptrdiff_t>(cut));
  for (size_t at : {size_t(0), size_t(4), size_t(45)}) {
    bad.push_back(good);
    bad.back()[at + 3] = 0x7f;
  }
  for (const std::vector<uint8_t> &bytes : bad) {
    set_persistent_cache(folder.write("bad", bytes));
    dump_persistent_cache(folder.path() + "/out");
    EXPECT_EQ(bytesOf(folder.path() + "/out"), kNone) << bytes.size();
  }
  set_log_level(WARN);
  testing::internal::CaptureStderr();
  set_persistent_cache(folder.write("bad", {1, 2}));
  const std::string log = testing::internal::GetCapturedStderr();
  set_log_level(ERROR);
  EXPECT_CONTAINS(log, "is no file of kernel choices");
  // A file of another kind is not written over.
  EXPECT_CONTAINS(thrown([&] { set_persistent_cache(folder.write("mine", {1, 2}), true); }), "is not overwritten");
  EXPECT_EQ(bytesOf(folder.path() + "/mine"), (std::vector<uint8_t>{1, 2}));
  EXPECT_CONTAINS(log, "another file was set before");
}

TEST(TestMisc, TensorRtCacheIsAcceptedWithAWarning) {
  set_log_level(WARN);
  testing::internal::CaptureStderr();
  set_tensor_rt_cache("cache");
  dump_tensor_rt_cache();
  const std::string log = testing::internal::GetCapturedStderr();
  set_log_level(ERROR);
  EXPECT_CONTAINS(log, "set_tensor_rt_cache: TensorRT is disable at compile time.");
  EXPECT_CONTAINS(log, "dump_tensor_rt_cache: TensorRT is disable at compile time.");
}

TEST(TestMisc, MemoryPairs) {
  char one[100], two[100], other[100];
  EXPECT_TRUE(register_memory_pair(one, two, 100, LITE_CPU));
  EXPECT_TRUE(register_memory_pair(one, two, 100, LITE_CPU)) << "again";
  EXPECT_TRUE(register_memory_pair(one, other, 50, LITE_CUDA)) << "each device has its own";
  EXPECT_EQ(lookup_physic_ptr(one, LITE_CPU), two);
  EXPECT_EQ(lookup_physic_ptr(one + 99, LITE_CPU), two + 99);
  EXPECT_EQ(lookup_physic_ptr(one + 49, LITE_CUDA), other + 49);
  EXPECT_CONTAINS(thrown([&] { lookup_physic_ptr(one + 50, LITE_CUDA); }), "in no registered memory pair");
  EXPECT_CONTAINS(thrown([&] { register_memory_pair(one + 10, other, 5, LITE_CPU); }), "overlap");
  EXPECT_CONTAINS(thrown([&] { register_memory_pair(one, other, 100, LITE_CPU); }), "overlap");
  EXPECT_CONTAINS(thrown([&] { register_memory_pair(nullptr, other, 1, LITE_CPU); }), "two addresses");
  EXPECT_CONTAINS(thrown([&] { register_memory_pair(other, two, 0, LITE_CPU); }), "length");
  EXPECT_CONTAINS(thrown([&] { register_memory_pair(other, two, ~size_t(0), LITE_CPU); }), "length");
  EXPECT_CONTAINS(thrown([&] { register_memory_pair(other, two, 1, LITE_NPU); }),
                  "register_memory_pair is not implement yet!");
  EXPECT_CONTAINS(thrown([&] { clear_memory_pair(one, other, LITE_CPU); }), "is not registered");
  EXPECT_TRUE(clear_memory_pair(one, two, LITE_CPU));
  EXPECT_TRUE(clear_memory_pair(one, other, LITE_CUDA));
  EXPECT_CONTAINS(thrown([&] { lookup_physic_ptr(one, LITE_CPU); }), "in no registered memory pair");
}

TEST(TestMisc, LoaderLibrary) {
  EXPECT_CONTAINS(thrown([] { set_loader_lib_path("/does/not/exist.so"); }),
                  "failed to open c opr lib /does/not/exist.so: ");
  EXPECT_CONTAINS(thrown([] { set_loader_lib_path(artifact("plain")); }), "failed to open c opr lib ");
  TemporaryFolder folder;
  const std::string model = folder.write("model.mge", fake::modelV2(777));
  EXPECT_CONTAINS(thrown([&] { Network().load_model(model); }), "no compiled code for this model");
  set_loader_lib_path(classifier());
  Network network;
  network.load_model(model);
  EXPECT_EQ(network.get_input_name(0), "data");
}

namespace {
class CountingAllocator : public Allocator {
public:
  void *allocate(LiteDeviceType, int, size_t size, size_t align) override {
    ++live;
    ++calls;
    return aligned_alloc(align, (size + align - 1) / align * align);
  }
  void free(LiteDeviceType, int, void *memory) override {
    --live;
    ::free(memory);
  }
  std::atomic<int> live{0}, calls{0};
};
} // namespace

TEST(TestMisc, CoalescingGivesIdleMemoryBack) {
  auto allocator = std::make_shared<CountingAllocator>();
  auto network = std::make_shared<Network>();
  Runtime::set_memory_allocator(network, allocator);
  network->load_model(classifier());
  const auto image = makeImage();
  borrow(*network->get_input_tensor(0), *image);
  runNetwork(*network);
  EXPECT_EQ(allocator->live, 1);
  try_coalesce_all_free_memory();
  EXPECT_EQ(allocator->live, 0);
  EXPECT_EQ(floats(*network->get_output_tensor(0)), expectedClasses(*image)) << "outputs are not idle memory";
  runNetwork(*network);
  EXPECT_EQ(allocator->live, 1);
  EXPECT_EQ(floats(*network->get_output_tensor(0)), expectedClasses(*image));
}

TEST(TestMisc, CoalescingWhileNetworksRun) {
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&] {
      auto network = std::make_shared<Network>();
      network->load_model(artifact("affine"));
      float x[4] = {1, 2, 3, 4};
      network->get_input_tensor(0)->reset(x, sizeof(x));
      for (int i = 0; i < 300; ++i) {
        runNetwork(*network);
        wrong += floats(*network->get_output_tensor(0))[3] != 8.5f;
      }
    });
  std::thread coalescing([&] {
    while (!stop)
      try_coalesce_all_free_memory();
  });
  for (std::thread &thread : threads)
    thread.join();
  stop = true;
  coalescing.join();
  EXPECT_EQ(wrong, 0);
}

TEST(TestMisc, NetworksThatShareMemoryMustNotRunAtOnce) {
  auto first = std::make_shared<Network>(), second = std::make_shared<Network>();
  Runtime::share_runtime_memory_with(second, first);
  Runtime::set_cpu_threads_number(first, 2);
  first->load_model(classifier());
  second->load_model(classifier());
  std::atomic<int> refused{0}, passed{0};
  const auto run = [&](const std::shared_ptr<Network> &network) {
    for (int i = 0; i < 100; ++i) {
      const std::string text = thrown([&] { runNetwork(*network); });
      text.empty() ? ++passed : ++refused;
      if (!text.empty()) {
        EXPECT_CONTAINS(text, "classify: a network that shares its runtime memory runs at this moment");
      }
    }
  };
  std::thread other([&] { run(second); });
  run(first);
  other.join();
  EXPECT_EQ(refused + passed, 200);
  EXPECT_GT(passed, 0);
}
