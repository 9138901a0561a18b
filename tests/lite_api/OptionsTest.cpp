//===- OptionsTest.cpp - the check of the first forward, strict mode, outputs that nobody wants -------------------===//
#include "ClassifySupport.h"

#include "lite/global.h"
#include "lite/mgec.h"

#include <cstring>

#include <sys/wait.h>

using namespace lite;

namespace {

/// A network on code that writes where its input says.
struct Stray {
  explicit Stray(const Config &config = {}) : network(std::make_shared<Network>(config)) {}

  void load() { network->load_model(artifact("affine_stray")); }
  std::string error(float place) {
    auto input = network->get_io_tensor("x");
    static_cast<float *>(input->get_memory_ptr())[1] = place;
    return thrown([&] { runNetwork(*network); });
  }

  std::shared_ptr<Network> network;
};

/// Gives blocks out of the middle of larger ones, where stray writes hurt nobody.
class Roomy final : public Allocator {
public:
  void *allocate(LiteDeviceType, int, size_t size, size_t align) override {
    asked = size;
    void *block = nullptr;
    return posix_memalign(&block, align, size + 2 * kRoom) == 0 ? static_cast<char *>(block) + kRoom : nullptr;
  }
  void free(LiteDeviceType, int, void *block) override { std::free(static_cast<char *>(block) - kRoom); }

  static constexpr size_t kRoom = 4096;
  size_t asked = 0;
};

} // namespace

TEST(TestNetWorkOptions, var_sanity_check_first_run) {
  const char *texts[] = {"the compiled code wrote before its arena", "the compiled code wrote behind its arena",
                         "the compiled code wrote behind its scratch memory",
                         "something wrote beyond the memory of 'y'", "something wrote beyond the memory of 'sum'"};
  for (int place = 0; place < 5; ++place) {
    Stray s;
    s.load();
    EXPECT_CONTAINS(s.error(static_cast<float>(place)), std::string("affine: ") + texts[place]);
    EXPECT_EQ(s.error(static_cast<float>(place)), "") << "the first run alone is looked at";
    s.load();
    EXPECT_NE(s.error(static_cast<float>(place)), "") << "and the first one after another load";
  }
  Stray sound;
  sound.load();
  EXPECT_EQ(sound.error(-1), "");
}

TEST(TestNetWorkOptions, NoSanityCheckNeedsNoRoom) {
  size_t asked[2] = {};
  for (bool on : {false, true}) {
    Config config;
    config.options.var_sanity_check_first_run = on;
    Stray s(config);
    const auto allocator = std::make_shared<Roomy>();
    Runtime::set_memory_allocator(s.network, allocator);
    s.load();
    EXPECT_EQ(s.error(1) == "", !on);
    asked[on] = allocator->asked;
  }
  EXPECT_GT(asked[1], asked[0]);
}

TEST(TestNetWorkOptions, AProgramThatWritesTooMuchIsNoticed) {
  auto network = std::make_shared<Network>();
  network->load_model(artifact("affine"));
  auto input = network->get_io_tensor("x");
  static_cast<float *>(input->get_memory_ptr())[input->get_tensor_total_size_in_byte() / sizeof(float)] = 1;
  EXPECT_CONTAINS(thrown([&] { runNetwork(*network); }), "affine: something wrote beyond the memory of 'x'");

  // Memory of the program is its own business.
  network->load_model(artifact("affine"));
  std::vector<float> mine(64, 0.0f);
  network->get_io_tensor("x")->reset(mine.data(), 4 * sizeof(float));
  mine[4] = 1;
  EXPECT_EQ(thrown([&] { runNetwork(*network); }), "");
}

TEST(TestNetWorkOptions, SanityCheckOfAnAsynchronousForward) {
  Config config;
  config.options.async_exec_level = 4;
  Stray s(config);
  s.load();
  EXPECT_CONTAINS(s.error(0), "wrote before its arena");
  EXPECT_EQ(s.error(-1), "");
}

TEST(TestNetWorkOptions, SetStrict) {
  // In a process of its own: what it decides stays decided.
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Config config;
    config.options.enable_nchw44 = true; // of code that was compiled for another layout
    const auto refused = [&] {
      return contains(thrown([&] { Network(config).load_model(classifier()); }), "compiled for another layout");
    };
    const bool before = refused();
    lite::mgec::set_strict(true);
    const bool on = refused();
    lite::mgec::set_strict(false);
    setenv("MGEC_LITE_STRICT", "1", 1);
    const bool off = refused();
    _exit(before * 4 + !on * 2 + off);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(TestNetWorkOptions, OutputMemoryThatKernelsCannotWriteTo) {
  Config config;
  config.options.force_output_use_user_specified_memory = true;
  Network network(config);
  network.load_model(artifact("affine"));
  float sum[1];
  alignas(8) char y[4 * sizeof(float) + 1];
  network.get_output_tensor(0)->reset(y + 1, 4 * sizeof(float));
  network.get_output_tensor(1)->reset(sum, sizeof(sum));
  set_log_level(LiteLogLevel::WARN);
  testing::internal::CaptureStderr();
  runNetwork(network);
  runNetwork(network);
  const std::string log = testing::internal::GetCapturedStderr();
  set_log_level(LiteLogLevel::ERROR);
  const size_t first = log.find("output 'y' is copied");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(log.find("is copied", first + 20), std::string::npos) << "once";
  float values[4];
  std::memcpy(values, y + 1, sizeof(values));
  EXPECT_EQ(values[3], 0.5f) << "of an input that counts as zeros";
  EXPECT_EQ(sum[0], 2.0f);
}

TEST(TestNetWorkOptions, OutputsThatNobodyConfiguredStayUnseen) {
  NetworkIO io;
  IO sum;
  sum.name = "sum";
  io.outputs.push_back(sum);
  auto network = std::make_shared<Network>(io);
  network->compute_only_configured_output();
  set_log_level(LiteLogLevel::WARN);
  testing::internal::CaptureStderr();
  network->load_model(artifact("affine"));
  EXPECT_CONTAINS(testing::internal::GetCapturedStderr(), "compute_only_configured_output as every output");
  set_log_level(LiteLogLevel::ERROR);
  size_t seen = 0;
  network->set_finish_callback(
      [&](const std::unordered_map<std::string, std::pair<IO, std::shared_ptr<Tensor>>> &outputs) {
        seen = outputs.size();
        EXPECT_EQ(outputs.count("sum"), 1u);
      });
  runNetwork(*network);
  EXPECT_EQ(seen, 1u);
  EXPECT_EQ(network->get_all_output_name(), std::vector<std::string>{"sum"});
  EXPECT_EQ(network->get_output_name(0), "sum");
  EXPECT_NE(thrown([&] { network->get_output_tensor(1); }), "");
  EXPECT_CONTAINS(thrown([&] { network->get_io_tensor("y"); }), "tensor name must be y");
}
