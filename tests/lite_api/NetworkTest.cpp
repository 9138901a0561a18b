//===- NetworkTest.cpp - lite::Network does what its documentation says ---------------------------------------===//
//
// On compiled models written by hand (folder `fake`), through the shared library alone.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "TestSupport.h"

#include "lite/global.h"
#include "lite/misc.h"
#include "lite/network.h"

#include <atomic>
#include <cmath>
#include <cstring>
#include <mutex>
#include <thread>

using namespace lite;

namespace {

Layout layout(std::vector<size_t> shape, LiteDataType type = LITE_FLOAT) {
  Layout l = {};
  l.ndim = shape.size();
  l.data_type = type;
  std::copy(shape.begin(), shape.end(), l.shapes);
  return l;
}

std::shared_ptr<Network> load(const std::string &name, const Config &config = {}, const NetworkIO &io = {}) {
  auto network = std::make_shared<Network>(config, io);
  network->load_model(artifact(name));
  return network;
}

float *data(const std::shared_ptr<Tensor> &tensor) { return static_cast<float *>(tensor->get_memory_ptr()); }

/// Fills x with 1, 2, 3 … and returns what y must be.
std::vector<float> fill(Network &network) {
  auto input = network.get_input_tensor(0);
  const size_t count = input->get_tensor_total_size_in_byte() / sizeof(float);
  std::vector<float> expected(count);
  for (size_t i = 0; i < count; ++i) {
    data(input)[i] = static_cast<float>(i + 1);
    expected[i] = 2 * static_cast<float>(i + 1) + 0.5f;
  }
  return expected;
}

std::vector<float> values(const std::shared_ptr<Tensor> &tensor) {
  return std::vector<float>(data(tensor), data(tensor) + tensor->get_tensor_total_size_in_byte() / sizeof(float));
}

void run(Network &network) {
  network.forward();
  network.wait();
}

} // namespace

TEST(TestNetWork, Basic) {
  auto network = load("affine");
  EXPECT_EQ(network->get_all_input_name(), std::vector<std::string>{"x"});
  EXPECT_EQ(network->get_all_output_name(), (std::vector<std::string>{"y", "sum"}));
  EXPECT_EQ(network->get_input_name(0), "x");
  EXPECT_EQ(network->get_output_name(1), "sum");
  EXPECT_EQ(network->get_device_type(), LITE_CPU);
  EXPECT_EQ(network->get_model_extra_info(), "");
  auto output = network->get_output_tensor(0);
  EXPECT_TRUE(output->get_layout() == layout({1, 4})) << "known after load";
  EXPECT_EQ(network->get_io_tensor("y"), output);
  EXPECT_EQ(network->get_io_tensor("x"), network->get_input_tensor(0));

  const std::vector<float> expected = fill(*network);
  run(*network);
  EXPECT_EQ(values(output), expected);
  EXPECT_EQ(values(network->get_output_tensor(1)), std::vector<float>{2.5f + 4.5f + 6.5f + 8.5f});
}

TEST(TestNetWork, NamesAndIndices) {
  auto network = load("affine");
  EXPECT_CONTAINS(thrown([&] { network->get_input_tensor(1); }),
                  "The input tensor index is large than the total inputs number.");
  EXPECT_CONTAINS(thrown([&] { network->get_output_name(2); }),
                  "The output tensor index is large than the total outputs number.");
  const std::string text = thrown([&] { network->get_io_tensor("nothing"); });
  EXPECT_CONTAINS(text, "tensor name must be nothing input tensor name or the registered output tensor name");
  EXPECT_CONTAINS(text,
                  "or the output tensor is only the registered tensor. (the inputs of affine: x; its outputs: y, sum)");
  EXPECT_NE(thrown([&] { network->get_io_tensor("x", LITE_OUTPUT); }), "");
  EXPECT_NE(thrown([&] { network->get_io_tensor("y", LITE_INPUT); }), "");
  Network unloaded;
  EXPECT_TRUE(unloaded.get_all_input_name().empty());
  EXPECT_CONTAINS(thrown([&] { unloaded.get_input_name(0); }), "index is large");
  EXPECT_CONTAINS(thrown([&] { unloaded.forward(); }), "forward should be used after model loaded.");
  EXPECT_CONTAINS(thrown([&] { unloaded.wait(); }), "wait should be used after model loaded.");
  EXPECT_CONTAINS(thrown([&] { unloaded.get_io_tensor("x"); }), "after model loaded");
}

TEST(TestNetWork, BorrowedMemoryIsUsedInPlace) {
  auto network = load("affine");
  float in[4] = {1, 2, 3, 4}, out[4] = {};
  network->get_input_tensor(0)->reset(in, sizeof(in));
  network->get_output_tensor(0)->reset(out, sizeof(out));
  run(*network);
  EXPECT_EQ(out[3], 8.5f);
  EXPECT_EQ(network->get_output_tensor(0)->get_memory_ptr(), out);
  in[3] = 10;
  run(*network);
  EXPECT_EQ(out[3], 20.5f);
}

TEST(TestNetWork, ShapesSelectVariants) {
  auto network = load("affine");
  auto input = network->get_input_tensor(0), y = network->get_output_tensor(0), sum = network->get_output_tensor(1);
  for (size_t rows : {1, 2, 3, 64, 7, 1}) {
    input->set_layout(layout({rows, 4}));
    EXPECT_TRUE(y->get_layout() == layout({rows, 4})) << "at once";
    EXPECT_TRUE(sum->get_layout() == layout({rows}));
    const std::vector<float> expected = fill(*network);
    run(*network);
    EXPECT_EQ(values(y), expected);
    EXPECT_EQ(values(sum)[rows - 1],
              expected[rows * 4 - 1] + expected[rows * 4 - 2] + expected[rows * 4 - 3] + expected[rows * 4 - 4]);
  }
}

TEST(TestNetWork, WrongShape) {
  auto network = load("affine");
  auto input = network->get_input_tensor(0);
  for (const auto &shape : std::vector<std::vector<size_t>>{{65, 4}, {1, 5}, {4}, {1, 1, 4}, {0, 4}}) {
    const std::string text = thrown([&] { input->set_layout(layout(shape)); });
    EXPECT_CONTAINS(text, "affine was not compiled for x=");
    EXPECT_CONTAINS(text, "it was compiled for x=1x4; x=2x4; x=Nx4 with N=3..64");
    // Advice where it can help.
    if (shape.size() == 2 && shape[0] > 0)
      EXPECT_CONTAINS(text, "; compile it again with --shape x=");
    else
      EXPECT_FALSE(contains(text, "compile it again"));
  }
  EXPECT_CONTAINS(thrown([&] { input->set_layout(layout({65, 4})); }), "compile it again with --shape x=65x4 added");
  float memory[400];
  EXPECT_CONTAINS(thrown([&] { input->reset(memory, layout({100, 4})); }), "--shape x=100x4");
  EXPECT_CONTAINS(thrown([&] { input->copy_from(Tensor(LITE_CPU, layout({100, 4}))); }), "--shape x=100x4");
  EXPECT_CONTAINS(thrown([&] { input->share_memory_with(Tensor(LITE_CPU, layout({100, 4}))); }), "--shape x=100x4");
  EXPECT_TRUE(input->get_layout() == layout({1, 4})) << "a refused layout changes nothing";
  const std::vector<float> expected = fill(*network);
  run(*network);
  EXPECT_EQ(values(network->get_output_tensor(0)), expected);
}

TEST(TestNetWork, WrongType) {
  auto network = load("affine");
  auto input = network->get_input_tensor(0);
  const std::string text = thrown([&] { input->set_layout(layout({1, 4}, LITE_INT8)); });
  EXPECT_CONTAINS(text, "input 'x' of affine has element type LITE_FLOAT, not LITE_INT8");
  EXPECT_NE(thrown([&] { input->copy_from(Tensor(LITE_CPU, layout({1, 4}, LITE_HALF))); }), "");
}

TEST(TestNetWork, AnInputThatWasNeverFilledCountsAsZeros) {
  auto network = load("affine");
  run(*network);
  EXPECT_EQ(values(network->get_output_tensor(0)), std::vector<float>(4, 0.5f));
}

TEST(TestNetWork, StridedAndOverlappingMemory) {
  auto network = load("affine");
  // An input that is a view with gaps, an output that is one too.
  Tensor wide(LITE_CPU, layout({2, 8}));
  for (int i = 0; i < 16; ++i)
    static_cast<float *>(wide.get_memory_ptr())[i] = static_cast<float>(i);
  network->get_input_tensor(0)->share_memory_with(*wide.slice({0, 0}, {2, 8}, {1, 2}));
  Tensor target(LITE_CPU, layout({2, 8}));
  target.fill_zero();
  network->get_output_tensor(0)->share_memory_with(*target.slice({0, 4}, {2, 8}));
  run(*network);
  const float *got = static_cast<const float *>(target.get_memory_ptr());
  EXPECT_EQ(std::vector<float>(got, got + 16),
            (std::vector<float>{0, 0, 0, 0, 0.5f, 4.5f, 8.5f, 12.5f, 0, 0, 0, 0, 16.5f, 20.5f, 24.5f, 28.5f}));
  EXPECT_CONTAINS(thrown([&] {
                    network->get_input_tensor(0)->set_layout(layout({1, 4}));
                    run(*network);
                  }),
                  "view of shape {2,4}, but the output is {1,4}");

  // Output on top of the input, one element further: as if computed aside.
  auto other = load("affine");
  float memory[5] = {1, 2, 3, 4, 5};
  other->get_input_tensor(0)->reset(memory, 16);
  other->get_output_tensor(0)->reset(memory + 1, 16);
  run(*other);
  EXPECT_EQ(memory[1], 2.5f);
  EXPECT_EQ(memory[4], 8.5f);

  // Memory that is not aligned to its elements.
  auto third = load("affine");
  alignas(8) char raw[40] = {};
  const float one = 1;
  std::memcpy(raw + 1, &one, sizeof(one));
  third->get_input_tensor(0)->reset(raw + 1, 16);
  third->get_output_tensor(0)->reset(raw + 19, 16);
  run(*third);
  float first;
  std::memcpy(&first, raw + 19, sizeof(first));
  EXPECT_EQ(first, 2.5f);
}

TEST(TestNetWork, OutputMemoryTooSmall) {
  auto network = load("affine");
  float out[4];
  network->get_output_tensor(0)->reset(out, sizeof(out));
  network->get_input_tensor(0)->set_layout(layout({2, 4}));
  EXPECT_CONTAINS(thrown([&] { network->forward(); }),
                  "the memory that output 'y' was reset to holds 16 bytes, but the output has 32: {2,4}");
  float large[8];
  network->get_output_tensor(0)->reset(large, layout({2, 4}));
  fill(*network);
  run(*network);
  EXPECT_EQ(large[7], 16.5f);
}

TEST(TestNetWork, ErrorOfTheModel) {
  auto network = load("affine");
  fill(*network);
  data(network->get_input_tensor(0))[0] = nanf("");
  EXPECT_EQ(thrown([&] { run(*network); }), "Error: affine: the first element of x is not a number");
  const std::vector<float> expected = fill(*network);
  run(*network);
  EXPECT_EQ(values(network->get_output_tensor(0)), expected);
}

TEST(TestNetWork, EveryElementType) {
  auto network = load("types");
  EXPECT_EQ(network->get_all_input_name(), (std::vector<std::string>{"data", "data:0", "scale", "mask", "q", "n"}));
  EXPECT_TRUE(network->get_io_tensor("data:0")->get_layout() == layout({2, 2}, LITE_INT8));
  EXPECT_TRUE(network->get_io_tensor("mask")->get_layout() == layout({4}, LITE_UINT8));
  EXPECT_TRUE(network->get_io_tensor("q")->get_layout() == layout({3}, LITE_UINT8));
  EXPECT_TRUE(network->get_io_tensor("n")->get_layout() == layout({2, 2}, LITE_UINT8)) << "two elements a byte";
  EXPECT_TRUE(network->get_io_tensor("wide")->get_layout() == layout({3}, LITE_INT));
  EXPECT_TRUE(network->get_io_tensor("sign")->get_layout() == layout({2, 3}, LITE_HALF));
  EXPECT_NE(network->get_io_tensor("n", LITE_INPUT), network->get_io_tensor("n", LITE_OUTPUT));
  EXPECT_EQ(network->get_io_tensor("n"), network->get_io_tensor("n", LITE_INPUT));

  for (int i = 0; i < 6; ++i)
    data(network->get_io_tensor("data"))[i] = static_cast<float>(i - 2);
  const uint8_t mask[4] = {0, 1, 1, 0}, q[3] = {0, 128, 255}, n[4] = {0x21, 0x03, 0x54, 0x06};
  std::memcpy(network->get_io_tensor("mask")->get_memory_ptr(), mask, 4);
  std::memcpy(network->get_io_tensor("q")->get_memory_ptr(), q, 3);
  std::memcpy(network->get_io_tensor("n")->get_memory_ptr(), n, 4);
  network->get_io_tensor("n")->set_layout(layout({2, 2}, LITE_UINT8));
  run(*network);
  EXPECT_EQ(data(network->get_io_tensor("scaled"))[5], 9) << "scale has the default 3";
  EXPECT_EQ(static_cast<uint8_t *>(network->get_io_tensor("inverse")->get_memory_ptr())[0], 1);
  EXPECT_EQ(static_cast<int32_t *>(network->get_io_tensor("wide")->get_memory_ptr())[2], 127);
  EXPECT_EQ(static_cast<uint16_t *>(network->get_io_tensor("sign")->get_memory_ptr())[0], 0xbc00);
  EXPECT_EQ(std::memcmp(network->get_io_tensor("n", LITE_OUTPUT)->get_memory_ptr(), n, 4), 0);
  data(network->get_io_tensor("scale"))[0] = 10;
  run(*network);
  EXPECT_EQ(data(network->get_io_tensor("scaled"))[5], 30);
}

TEST(TestNetWork, ConfiguredShapes) {
  NetworkIO io;
  io.inputs.push_back({"x", true, LITE_IO_VALUE, layout({5, 4})});
  io.inputs.push_back({"absent", true, LITE_IO_VALUE, layout({5})});
  io.outputs.push_back({"sum", true, LITE_IO_VALUE, {}});
  auto network = std::make_shared<Network>(io);
  network->load_model(artifact("affine"));
  EXPECT_TRUE(network->get_input_tensor(0)->get_layout() == layout({5, 4}));
  EXPECT_TRUE(network->get_output_tensor(0)->get_layout() == layout({5, 4}));
  EXPECT_EQ(network->get_all_output_name(), (std::vector<std::string>{"sum", "y"})) << "configured ones first";
  EXPECT_EQ(network->get_output_name(0), "y") << "the model's order";

  io.inputs[0].config_layout = layout({99, 4});
  EXPECT_CONTAINS(thrown([&] { load("affine", {}, io); }), "--shape x=99x4");
  io.inputs[0].config_layout = layout({5, 4}, LITE_INT);
  EXPECT_CONTAINS(thrown([&] { load("affine", {}, io); }), "config_layout");
}

TEST(TestNetWork, OutputShapeOnly) {
  NetworkIO io;
  io.outputs.push_back({"y", true, LITE_IO_SHAPE, {}});
  auto network = load("affine", {}, io);
  fill(*network);
  network->get_input_tensor(0)->set_layout(layout({3, 4}));
  fill(*network);
  run(*network);
  EXPECT_TRUE(network->get_output_tensor(0)->get_layout() == layout({3, 4}));
  EXPECT_EQ(values(network->get_output_tensor(1))[0], 22);
}

TEST(TestNetWork, ComputeOnlyConfiguredOutput) {
  Network none;
  none.compute_only_configured_output();
  EXPECT_CONTAINS(thrown([&] { none.load_model(artifact("affine")); }),
                  "compute configured output only with no configure output.");
  NetworkIO io;
  io.outputs.push_back({"sum", true, LITE_IO_VALUE, {}});
  Network network(io);
  network.compute_only_configured_output();
  network.load_model(artifact("affine"));
  EXPECT_EQ(network.get_all_output_name(), std::vector<std::string>{"sum"});
  EXPECT_EQ(network.get_output_name(0), "sum");
  EXPECT_NE(thrown([&] { network.get_io_tensor("y"); }), "");
  fill(network);
  run(network);
  EXPECT_EQ(values(network.get_output_tensor(0))[0], 22);
  EXPECT_CONTAINS(thrown([&] { network.compute_only_configured_output(); }), "before model loaded");
}

TEST(TestNetWork, Callbacks) {
  auto network = load("affine");
  int started = 0, finished = 0;
  network->set_start_callback([&](const auto &inputs) {
    ++started;
    EXPECT_EQ(inputs.size(), 1u);
    EXPECT_EQ(inputs.at("x").second, network->get_input_tensor(0));
    EXPECT_EQ(inputs.at("x").first.name, "x");
  });
  network->set_finish_callback([&](const auto &outputs) {
    ++finished;
    EXPECT_EQ(outputs.size(), 2u);
    EXPECT_EQ(values(outputs.at("y").second)[0], 2.5f);
  });
  for (int i = 1; i <= 3; ++i) {
    fill(*network);
    network->forward();
    EXPECT_EQ(finished, i - 1);
    network->wait();
    network->wait();
    EXPECT_EQ(started, i);
    EXPECT_EQ(finished, i);
  }
  network->set_start_callback([](const auto &) { throw Error("no"); });
  EXPECT_EQ(thrown([&] { network->forward(); }), "Error: no");
  network->set_start_callback(nullptr);
  network->set_finish_callback(nullptr);
  run(*network);
  EXPECT_EQ(started, 3);
}

TEST(TestNetWork, AsyncExec) {
  auto network = load("affine");
  std::atomic<int> done{0}, finished{0};
  std::thread::id where;
  network->set_async_callback([&] {
    where = std::this_thread::get_id();
    ++done;
  });
  network->set_finish_callback([&](const auto &) { finished += done == finished + 1; });
  for (int i = 1; i <= 100; ++i) {
    const std::vector<float> expected = fill(*network);
    network->forward();
    network->wait();
    EXPECT_EQ(done, i);
    EXPECT_EQ(finished, i);
    EXPECT_EQ(values(network->get_output_tensor(0)), expected);
  }
  EXPECT_NE(where, std::this_thread::get_id());

  data(network->get_input_tensor(0))[0] = nanf("");
  network->forward();
  EXPECT_CONTAINS(thrown([&] { network->wait(); }), "not a number");
  EXPECT_EQ(done, 100);
  fill(*network);
  run(*network);
  EXPECT_EQ(done, 101);
  network->set_async_callback(nullptr);
  run(*network);
  EXPECT_EQ(done, 101);
}

TEST(TestNetWork, AsyncChain) {
  auto network = load("affine");
  fill(*network);
  std::atomic<int> done{0}, finished{0};
  network->set_finish_callback([&](const auto &) { ++finished; });
  network->set_async_callback([&] {
    if (++done < 10) {
      network->wait();
      network->forward();
    }
  });
  network->forward();
  network->wait();
  EXPECT_EQ(done, 10);
  EXPECT_EQ(finished, 10);
}

TEST(TestNetWork, AsyncExecLevel) {
  Config config;
  config.options.async_exec_level = 4;
  auto network = load("affine", config);
  int finished = 0;
  network->set_finish_callback([&](const auto &) { ++finished; });
  const std::vector<float> expected = fill(*network);
  network->forward();
  network->wait();
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(values(network->get_output_tensor(0)), expected);
}

TEST(TestNetWork, DestroyedWhileRunning) {
  std::atomic<int> done{0};
  for (int i = 0; i < 20; ++i) {
    auto network = load("affine");
    network->set_async_callback([&] { ++done; });
    network->forward();
  }
  EXPECT_EQ(done, 20);
}

TEST(TestNetWork, TensorsOutliveTheNetwork) {
  std::shared_ptr<Tensor> input, output;
  {
    auto network = load("affine");
    input = network->get_input_tensor(0);
    output = network->get_output_tensor(0);
    fill(*network);
    run(*network);
  }
  EXPECT_EQ(values(output)[0], 2.5f);
  input->set_layout(layout({99, 3})); // no longer anybody's input
  input->fill_zero();
}

TEST(TestNetWork, LoadAgain) {
  auto network = load("affine");
  auto old = network->get_input_tensor(0);
  network->load_model(artifact("types"));
  EXPECT_EQ(network->get_input_name(0), "data");
  old->set_layout(layout({99, 3}));
  EXPECT_NE(thrown([&] { network->load_model("/does/not/exist"); }), "");
  EXPECT_TRUE(network->get_all_input_name().empty());
  EXPECT_CONTAINS(thrown([&] { network->forward(); }), "after model loaded");
  network->load_model(artifact("affine"));
  fill(*network);
  run(*network);
}

TEST(TestNetWork, ThreadsNeverChangeResults) {
  std::vector<float> first;
  for (size_t threads : {1, 2, 3, 8}) {
    auto network = std::make_shared<Network>();
    Runtime::set_cpu_threads_number(network, threads);
    EXPECT_EQ(Runtime::get_cpu_threads_number(network), threads);
    network->load_model(artifact("affine"));
    network->get_input_tensor(0)->set_layout(layout({64, 4}));
    for (int repeat = 0; repeat < 50; ++repeat) {
      for (int i = 0; i < 256; ++i)
        data(network->get_input_tensor(0))[i] = 0.1f * static_cast<float>(i * (repeat + 1));
      run(*network);
    }
    std::vector<float> got = values(network->get_output_tensor(0)), sums = values(network->get_output_tensor(1));
    got.insert(got.end(), sums.begin(), sums.end());
    if (first.empty())
      first = got;
    EXPECT_EQ(got, first) << threads << " threads";
    EXPECT_CONTAINS(thrown([&] { Runtime::set_cpu_threads_number(network, 2); }),
                    "set_cpu_threads_number should be used before model loaded.");
  }
  EXPECT_CONTAINS(thrown([] { Runtime::set_cpu_threads_number(nullptr, 2); }), "null");
  EXPECT_CONTAINS(thrown([] { Runtime::set_cpu_threads_number(std::make_shared<Network>(), 1u << 20); }), "1024");
}

TEST(TestNetWork, ThreadAffinity) {
  auto network = std::make_shared<Network>();
  EXPECT_CONTAINS(thrown([&] { Runtime::set_runtime_thread_affinity(network, [](int) {}); }), "after model loaded");
  Runtime::set_cpu_threads_number(network, 4);
  network->load_model(artifact("affine"));
  std::mutex mutex;
  std::vector<std::thread::id> who(4);
  Runtime::set_runtime_thread_affinity(network, [&](int id) {
    const std::lock_guard<std::mutex> lock(mutex);
    who.at(static_cast<size_t>(id)) = std::this_thread::get_id();
  });
  EXPECT_EQ(who[3], std::this_thread::get_id()) << "the caller has the last number";
  for (int i = 0; i < 3; ++i)
    EXPECT_NE(who[i], std::thread::id());
  EXPECT_EQ(thrown([&] {
              Runtime::set_runtime_thread_affinity(network, [](int id) {
                if (id == 1)
                  throw Error("no such processor");
              });
            }),
            "Error: no such processor");
  fill(*network);
  run(*network);
}

TEST(TestNetWork, EightThreadsOwnNetworks) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int reload = 0; reload < 5; ++reload) {
        auto network = std::make_shared<Network>();
        Runtime::set_cpu_threads_number(network, 1 + t % 3);
        network->load_model(artifact("affine"));
        const size_t rows = static_cast<size_t>(1 + t);
        network->get_input_tensor(0)->set_layout(layout({rows, 4}));
        for (int i = 0; i < 30; ++i) {
          const std::vector<float> expected = fill(*network);
          run(*network);
          wrong += values(network->get_output_tensor(0)) != expected;
        }
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(TestNetWork, InplaceMode) {
  auto network = std::make_shared<Network>();
  EXPECT_FALSE(Runtime::is_cpu_inplace_mode(network));
  Runtime::set_cpu_inplace_mode(network);
  EXPECT_TRUE(Runtime::is_cpu_inplace_mode(network));
  EXPECT_EQ(network->get_device_id(), -1024);
  EXPECT_CONTAINS(thrown([&] { network->set_async_callback([] {}); }), "cpu inplace mode not support async mode");
  network->load_model(artifact("affine"));
  const std::vector<float> expected = fill(*network);
  run(*network);
  EXPECT_EQ(values(network->get_output_tensor(0)), expected);
}

TEST(TestNetWork, DeviceAndStreamId) {
  auto network = std::make_shared<Network>();
  network->set_device_id(4).set_stream_id(5);
  network->load_model(artifact("affine"));
  run(*network);
  EXPECT_EQ(network->get_device_id(), 4);
  EXPECT_EQ(network->get_stream_id(), 5);
  EXPECT_EQ(network->get_input_tensor(0)->get_device_id(), 4);
  EXPECT_EQ(network->get_output_tensor(0)->get_device_id(), 4);
  EXPECT_CONTAINS(thrown([&] { network->set_device_id(1); }), "set_device_id should be used before model loaded.");
  EXPECT_CONTAINS(thrown([&] { network->set_stream_id(1); }), "set_stream_id should be used before model loaded.");
}

namespace {
class CountingAllocator : public Allocator {
public:
  void *allocate(LiteDeviceType device, int, size_t size, size_t align) override {
    EXPECT_EQ(device, LITE_CPU);
    ++calls;
    ++live;
    return size < limit ? aligned_alloc(align, (size + align - 1) / align * align) : nullptr;
  }
  void free(LiteDeviceType, int, void *memory) override {
    --live;
    ::free(memory);
  }
  int calls = 0, live = 0;
  size_t limit = size_t(1) << 40;
};
} // namespace

TEST(TestNetWork, UserAllocator) {
  auto allocator = std::make_shared<CountingAllocator>();
  {
    auto network = std::make_shared<Network>();
    Runtime::set_memory_allocator(network, allocator);
    network->load_model(artifact("affine"));
    for (int i = 0; i < 3; ++i)
      run(*network);
    EXPECT_EQ(allocator->calls, 1);
    network->get_input_tensor(0)->set_layout(layout({64, 4}));
    run(*network);
    EXPECT_EQ(allocator->calls, 2);
    EXPECT_EQ(allocator->live, 1);
    EXPECT_CONTAINS(thrown([&] { Runtime::set_memory_allocator(network, allocator); }), "before model loaded");
  }
  EXPECT_EQ(allocator->live, 0);
  allocator->limit = 1;
  auto network = std::make_shared<Network>();
  Runtime::set_memory_allocator(network, allocator);
  network->load_model(artifact("affine"));
  EXPECT_CONTAINS(thrown([&] { network->forward(); }), "cannot allocate");
}

TEST(TestNetWork, SharedRuntimeMemoryAndWeights) {
  auto allocator = std::make_shared<CountingAllocator>();
  auto source = std::make_shared<Network>(), second = std::make_shared<Network>();
  Runtime::set_memory_allocator(source, allocator);
  Runtime::share_runtime_memory_with(second, source);
  EXPECT_CONTAINS(thrown([&] { Runtime::shared_weight_with_network(second, source); }),
                  "shared_weight_with_network should be used after the src network loaded.");
  source->load_model(artifact("affine"));
  Runtime::shared_weight_with_network(second, source);
  for (int i = 0; i < 3; ++i)
    for (const auto &network : {source, second}) {
      if (i == 1)
        second->get_input_tensor(0)->set_layout(layout({64, 4}));
      const std::vector<float> expected = fill(*network);
      run(*network);
      EXPECT_EQ(values(network->get_output_tensor(0)), expected);
    }
  EXPECT_EQ(allocator->calls, 2) << "one block, which grew once";
  source.reset();
  const std::vector<float> expected = fill(*second);
  run(*second);
  EXPECT_EQ(values(second->get_output_tensor(0)), expected);
}

TEST(TestNetWorkOptions, fake_next_exec) {
  Config config;
  config.options.fake_next_exec = true;
  auto network = load("affine", config);
  const std::vector<float> expected = fill(*network);
  data(network->get_output_tensor(0))[0] = 7;
  run(*network);
  EXPECT_EQ(data(network->get_output_tensor(0))[0], 7);
  run(*network);
  EXPECT_EQ(values(network->get_output_tensor(0)), expected);
}

TEST(TestNetWorkOptions, const_shape) {
  Config config;
  config.options.const_shape = true;
  auto network = load("affine", config);
  EXPECT_CONTAINS(thrown([&] {
                    network->get_input_tensor(0)->set_layout(layout({2, 4}));
                  }),
                  "disallowed shape change: input 'x' 1x4 vs 2x4");
  network->get_input_tensor(0)->set_layout(layout({1, 4}));
  run(*network);
}

TEST(TestNetWorkOptions, force_output_use_user_specified_memory) {
  Config config;
  config.options.force_output_use_user_specified_memory = true;
  auto network = load("affine", config);
  fill(*network);
  EXPECT_CONTAINS(thrown([&] { network->forward(); }), "output 'y' has no memory");
  EXPECT_CONTAINS(thrown([&] { network->set_async_callback([] {}); }), "Async mode can't run with");
  float y[2][4], sum[1];
  network->get_output_tensor(1)->reset(sum, sizeof(sum));
  for (auto &memory : y) {
    network->get_output_tensor(0)->reset(memory, sizeof(memory));
    run(*network);
    EXPECT_EQ(network->get_output_tensor(0)->get_memory_ptr(), memory);
    EXPECT_EQ(memory[0], 2.5f);
  }
  config.options.force_output_dynamic_alloc = true;
  EXPECT_CONTAINS(thrown([&] { load("affine", config); }), "at the same time");
}

TEST(TestNetWorkOptions, OptionsDecidedAtCompileTimeAreAccepted) {
  Config config;
  config.options.weight_preprocess = config.options.enable_nchw44 = config.options.enable_nchw88 = true;
  config.options.graph_opt_level = 3;
  config.options.jit_level = 2;
  config.options.comp_node_seq_record_level = 2;
  config.auto_optimize_inference = true;
  set_log_level(WARN);
  testing::internal::CaptureStderr();
  auto network = load("affine", config);
  Runtime::use_tensorrt(std::make_shared<Network>());
  Runtime::set_network_algo_policy(network, LITE_ALGO_PROFILE | LITE_ALGO_REPRODUCIBLE);
  Runtime::set_network_algo_workspace_limit(network, 1);
  Runtime::enable_global_layout_transform(std::make_shared<Network>());
  const std::string log = testing::internal::GetCapturedStderr();
  set_log_level(ERROR);
  EXPECT_CONTAINS(log, "LITE[WRN] ");
  EXPECT_CONTAINS(log, "honoured at compile time: weight_preprocess as 1, jit_level as 2, graph_opt_level as 3, "
                       "auto_optimize_inference as 1, enable_nchw44 as another layout");
  EXPECT_CONTAINS(log, "use_tensorrt");
  EXPECT_CONTAINS(log, "needs 64 bytes, more than the limit of 1");
  const std::vector<float> expected = fill(*network);
  run(*network);
  EXPECT_EQ(values(network->get_output_tensor(0)), expected);
}

TEST(TestNetWorkOptions, WhatIsNotAvailableIsAnError) {
  Config config;
  config.device_type = LITE_CUDA;
  EXPECT_CONTAINS(thrown([&] { load("affine", config); }), "LITE_CPU");
  config = {};
  config.bare_model_cryption_name = "ROT13";
  std::vector<uint8_t> locked(64, 7); // nothing that could be recognised
  EXPECT_CONTAINS(thrown([&] { Network(config).load_model(locked.data(), locked.size()); }),
                  "The decryption method ROT13 is not registed yet.");
  config = {};
  config.options.enable_f16_io_comp = true;
  EXPECT_CONTAINS(thrown([&] { load("affine", config); }), "compiled for precision f32");
  auto network = load("affine");
  EXPECT_CONTAINS(thrown([&] { network->extra_configure({}); }), "should be configured before model loaded.");
  ExtraConfig extra;
  extra.disable_configure_by_model_info = true;
  network->extra_configure(extra);
}

TEST(TestNetWork, DiscreteInput) {
  Config config;
  config.discrete_input_name = "x";
  EXPECT_CONTAINS(thrown([&] { load("affine", config); }), "it has 2 dimensions, not 4");
  config.discrete_input_name = "images";
  NetworkIO io;
  io.inputs.push_back({"images", true, LITE_IO_VALUE, layout({3, 1, 2, 2})});
  auto network = load("images", config, io);
  EXPECT_CONTAINS(thrown([&] { network->get_io_tensor("images"); }), "input tensor is in discrete mode");
  EXPECT_CONTAINS(thrown([&] { network->get_discrete_tensors("nothing"); }),
                  "tensor name must be nothing input tensor name.");
  auto parts = network->get_discrete_tensors("images");
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(network->get_input_tensors(0), parts);
  float memory[4] = {5, 6, 7, 8};
  parts[1]->reset(memory, sizeof(memory));
  data(parts[2])[3] = 9;
  for (int i = 0; i < 3; ++i)
    data(parts[2])[i] = 0;
  run(*network);
  EXPECT_EQ(values(network->get_output_tensor(0)), (std::vector<float>{0, 0, 0, 0, 5, 6, 7, 8, 0, 0, 0, 9}));
  parts[0]->set_layout(layout({1, 1, 2, 3}));
  EXPECT_CONTAINS(thrown([&] { network->forward(); }), "a discrete tensor of input 'images' is {1,1,2,3}");
}

TEST(TestNetWork, ModelIoInfo) {
  const NetworkIO info = Runtime::get_model_io_info(artifact("types"));
  ASSERT_EQ(info.inputs.size(), 6u);
  EXPECT_EQ(info.inputs[1].name, "data:0");
  EXPECT_TRUE(info.inputs[1].config_layout == layout({2, 2}, LITE_INT8));
  EXPECT_TRUE(info.outputs[2].config_layout == layout({3}, LITE_INT));
}

TEST(TestMisc, Version) {
  int major, minor, patch;
  get_version(major, minor, patch);
  EXPECT_EQ(major, 1);
  EXPECT_EQ(minor, 13);
  EXPECT_GE(patch, 0);
}

TEST(TestMisc, Log) {
  EXPECT_EQ(get_log_level(), ERROR) << "the level at first";
  testing::internal::CaptureStderr();
  LITE_WARN("unheard");
  LITE_ERROR("heard %d", 5);
  set_log_level(DEBUG);
  LITE_DEBUG("%s", std::string(3000, 'x').c_str());
  { ScopedTimer timer("scope"); }
  set_log_level(ERROR);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(contains(log, "unheard"));
  EXPECT_CONTAINS(log, " heard 5\n");
  EXPECT_EQ(log.find("LITE[ERR] "), 0u);
  EXPECT_CONTAINS(log, std::string(3000, 'x') + "\n");
  EXPECT_CONTAINS(log, "scope used time");
}

TEST(TestMisc, ErrorAndAssert) {
  EXPECT_EQ(thrown([] { LITE_THROW("why"); }), "Error: why");
  const std::string text = thrown([] { LITE_ASSERT(1 == 2, "because of %d", 7); });
  EXPECT_CONTAINS(text, "Assert ' 1 == 2 ' failed at file : ");
  EXPECT_CONTAINS(text, ",\nextra message: because of 7");
  LITE_ASSERT(true, "not %s", "this");
  EXPECT_EQ(ssprintf("%d-%s", 3, "x"), "3-x");
}

TEST(TestMisc, DeviceCount) {
  EXPECT_GE(get_device_count(LITE_CPU), 1u);
  EXPECT_EQ(get_device_count(LITE_CUDA), 0u);
  EXPECT_CONTAINS(thrown([] { get_device_count(LITE_NPU); }), "lite unsupported compnode type: enum value: 4.");
}
