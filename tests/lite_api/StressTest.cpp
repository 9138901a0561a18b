//===- StressTest.cpp - many threads, each with a network of its own --------------------------------------------===//
//
// Meant for the thread sanitizer (target lite_stress_tsan); passes without it too.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "ClassifySupport.h"

#include "lite-c/global_c.h"
#include "lite/global.h"

#include <atomic>
#include <thread>

using namespace lite;

namespace {

constexpr int kThreads = 8, kForwards = 1000;

/// Runs `body(thread)` on eight threads.
template <typename Body> void onThreads(Body body) {
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&body, t] { body(t); });
  for (std::thread &thread : threads)
    thread.join();
}

/// y = 2 x + 0.5 on rows that depend on `value`; false when the network computes something else.
bool right(Network &network, float value) {
  const auto input = network.get_input_tensor(0), output = network.get_output_tensor(0);
  const size_t count = input->get_tensor_total_size_in_byte() / sizeof(float);
  float *x = static_cast<float *>(input->get_memory_ptr());
  for (size_t i = 0; i < count; ++i)
    x[i] = value + static_cast<float>(i);
  runNetwork(network);
  const float *y = static_cast<const float *>(output->get_memory_ptr());
  for (size_t i = 0; i < count; ++i)
    if (y[i] != 2 * x[i] + 0.5f)
      return false;
  return true;
}

} // namespace

TEST(Stress, SharedWeights) {
  auto source = std::make_shared<Network>();
  source->load_model(artifact("affine"));
  std::atomic<int> wrong{0};
  std::atomic<bool> stop{false};
  // Meanwhile others load and unload the same library and another one, and give idle memory back.
  std::thread churn([&] {
    while (!stop) {
      for (const char *name : {"affine", "images"}) {
        Network network;
        network.load_model(artifact(name));
        runNetwork(network);
      }
      try_coalesce_all_free_memory();
    }
  });
  onThreads([&](int t) {
    auto network = std::make_shared<Network>();
    Runtime::set_cpu_threads_number(network, static_cast<size_t>(1 + t % 3));
    if (t % 4 == 3)
      network->set_async_callback([] {});
    Runtime::shared_weight_with_network(network, source);
    network->get_input_tensor(0)->set_layout(makeLayout({static_cast<size_t>(3 + t), 4}));
    for (int i = 0; i < kForwards; ++i)
      wrong += !right(*network, static_cast<float>(t * 16 + i % 16));
  });
  stop = true;
  churn.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Stress, LoadAndUnload) {
  std::atomic<int> wrong{0};
  onThreads([&](int t) {
    for (int i = 0; i < 40; ++i) {
      auto network = std::make_shared<Network>();
      Runtime::set_cpu_threads_number(network, static_cast<size_t>(1 + (t + i) % 2));
      network->load_model(artifact("affine"));
      wrong += !right(*network, static_cast<float>(i));
      network->load_model(artifact("images"));
      runNetwork(*network);
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST(Stress, C) {
  std::atomic<int> wrong{0};
  onThreads([&](int) {
    for (int i = 0; i < 50; ++i) {
      LiteNetwork network = nullptr;
      LiteTensor input = nullptr, output = nullptr;
      float x[4] = {1, 2, 3, 4}, y[4] = {};
      wrong += LITE_make_network(&network, *default_config(), *default_network_io()) != 0;
      wrong += LITE_load_model_from_path(network, artifact("affine").c_str()) != 0;
      wrong += LITE_get_io_tensor(network, "x", LITE_INPUT, &input) != 0;
      wrong += LITE_get_io_tensor(network, "y", LITE_OUTPUT, &output) != 0;
      wrong += LITE_reset_tensor_memory(input, x, sizeof(x)) != 0;
      wrong += LITE_reset_tensor_memory(output, y, sizeof(y)) != 0;
      wrong += LITE_forward(network) != 0 || LITE_wait(network) != 0 || y[3] != 8.5f;
      wrong += LITE_load_model_from_path(network, "/none") != -1 || LITE_get_last_error_code() != LITE_INTERNAL_ERROR;
      wrong += LITE_destroy_network(network) != 0;
    }
  });
  EXPECT_EQ(wrong, 0);
}
