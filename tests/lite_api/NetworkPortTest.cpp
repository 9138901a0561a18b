//===- NetworkPortTest.cpp - the original library's tests of networks, by their names ----------------------------===//
//
// README.md says where each of the original's tests is. What they check is rewritten for the model `classify`.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "ClassifySupport.h"

#include "lite/global.h"
#include "lite/misc.h"

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

using namespace lite;

namespace {

/// A network on the classifier with an image as its input.
struct Loaded {
  explicit Loaded(const Config &config = {}, const NetworkIO &io = {})
      : network(std::make_shared<Network>(config, io)) {
    network->load_model(classifier());
    input = network->get_io_tensor("data");
    output = network->get_output_tensor(0);
  }

  void expectResult() {
    runNetwork(*network);
    EXPECT_EQ(floats(*output), expectedClasses(*image));
  }
  void borrowImage() { borrow(*input, *image); }

  std::shared_ptr<Tensor> image = makeImage(), input, output;
  std::shared_ptr<Network> network;
};

} // namespace

TEST(TestNetWork, RefCount) {
  // Networks of the original count themselves; here each is independent and the library remembers none.
  auto first = std::make_shared<Network>(Config()), second = std::make_shared<Network>(Config());
  const std::weak_ptr<Network> watch = first;
  first.reset();
  EXPECT_TRUE(watch.expired());
  second->load_model(classifier());
  auto output = second->get_output_tensor(0);
  second.reset();
  EXPECT_EQ(output.use_count(), 1) << "a network that is gone keeps no tensor";
}

TEST(TestNetWork, SetDeviceId) {
  auto network = std::make_shared<Network>();
  network->set_device_id(4);
  network->load_model(classifier());
  auto input = network->get_input_tensor(0), output = network->get_output_tensor(0);
  runNetwork(*network);
  EXPECT_EQ(input->get_device_id(), 4);
  EXPECT_EQ(output->get_device_id(), 4);
}

TEST(TestNetWork, MutliThreadLoad) {
  const int devices[] = {0, 0, 1, 1};
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int device : devices)
    threads.emplace_back([&right, device] {
      auto network = std::make_shared<Network>();
      network->set_device_id(device);
      network->load_model(classifier());
      runNetwork(*network);
      right += network->get_input_tensor(0)->get_device_id() == device &&
               network->get_output_tensor(0)->get_device_id() == device;
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(right, 4);
}

TEST(TestNetWork, GetAllName) {
  Loaded l;
  EXPECT_TRUE(l.output->get_layout() == makeLayout({1, 1000}));
  EXPECT_EQ(l.network->get_all_input_name(), std::vector<std::string>{"data"});
  EXPECT_EQ(l.network->get_all_output_name(), std::vector<std::string>{kOutputName});
}

TEST(TestNetWork, GetAllIoInfoAhead) {
  const NetworkIO ios = Runtime::get_model_io_info(classifier());
  std::ifstream file(classifier(), std::ios::binary);
  std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const NetworkIO fromMemory = Runtime::get_model_io_info(bytes.data(), bytes.size());
  for (const NetworkIO *io : {&ios, &fromMemory}) {
    ASSERT_EQ(io->inputs.size(), 1u);
    ASSERT_EQ(io->outputs.size(), 1u);
    EXPECT_EQ(io->inputs[0].name, "data");
    EXPECT_EQ(io->outputs[0].name, kOutputName);
    EXPECT_TRUE(io->inputs[0].config_layout == makeLayout({1, 3, 224, 224}));
    EXPECT_TRUE(io->outputs[0].config_layout == makeLayout({1, 1000}));
  }
}

TEST(TestNetWork, LoadFBSModel) {
  // A `.mge` file itself, bound to its compiled code by content.
  TemporaryFolder folder;
  folder.copy(classifier(), "classify.so");
  const std::string model = folder.write("model.mge", fake::modelV2(777));
  const ScopedEnvironment path("MGEC_MODEL_PATH", folder.path());
  auto network = std::make_shared<Network>();
  network->load_model(model);
  EXPECT_TRUE(network->get_output_tensor(0)->get_layout() == makeLayout({1, 1000}));
  std::vector<uint8_t> bytes = fake::modelV2(777);
  network->load_model(bytes.data(), bytes.size());
  EXPECT_TRUE(network->get_output_tensor(0)->get_layout() == makeLayout({1, 1000}));
}

TEST(TestNetWork, BasicInplaceAndSingleThreadAffinity) {
  auto network = std::make_shared<Network>();
  Runtime::set_cpu_inplace_mode(network);
  network->load_model(classifier());
  bool called = false;
  Runtime::set_runtime_thread_affinity(network, [&](int id) {
    EXPECT_EQ(id, 0);
    called = true;
  });
  const auto image = makeImage();
  borrow(*network->get_input_tensor(0), *image);
  EXPECT_THROW(network->set_async_callback([] {}), std::exception);
  runNetwork(*network);
  EXPECT_TRUE(called);
  EXPECT_EQ(floats(*network->get_output_tensor(0)), expectedClasses(*image));
}

namespace {
void expectTheCallerToWork(bool severalThreads) {
  const auto image = makeImage();
  for (int i = 0; i < 2; ++i)
    std::thread([&] {
      auto network = std::make_shared<Network>();
      Runtime::set_cpu_inplace_mode(network);
      if (severalThreads)
        Runtime::set_cpu_threads_number(network, 2);
      EXPECT_EQ(network->get_device_id(), severalThreads ? -1025 : -1024);
      network->load_model(classifier());
      std::thread::id main;
      Runtime::set_runtime_thread_affinity(network, [&](int id) {
        if (id == (severalThreads ? 1 : 0))
          main = std::this_thread::get_id();
      });
      EXPECT_EQ(main, std::this_thread::get_id());
      borrow(*network->get_input_tensor(0), *image);
      runNetwork(*network);
      EXPECT_EQ(floats(*network->get_output_tensor(0)), expectedClasses(*image));
    }).join();
}
} // namespace

TEST(TestNetWork, InplaceAndUserMultithreadThread) { expectTheCallerToWork(false); }
TEST(TestNetWork, InplaceAndMultithread) { expectTheCallerToWork(true); }

TEST(TestNetWork, NetworkShareWeights) {
  Loaded first;
  auto second = std::make_shared<Network>();
  Runtime::set_cpu_inplace_mode(second);
  Runtime::shared_weight_with_network(second, first.network);
  EXPECT_TRUE(Runtime::is_cpu_inplace_mode(second));
  auto input = second->get_input_tensor(0), output = second->get_output_tensor(0);
  EXPECT_NE(input, first.input);
  first.borrowImage();
  borrow(*input, *first.image);
  first.expectResult();
  runNetwork(*second);
  EXPECT_NE(output->get_memory_ptr(), first.output->get_memory_ptr());
  EXPECT_EQ(floats(*output), expectedClasses(*first.image));
}

TEST(TestNetWork, SharedRuntimeMem) {
  auto source = std::make_shared<Network>(), second = std::make_shared<Network>();
  Runtime::share_runtime_memory_with(second, source);
  source->load_model(classifier());
  second->load_model(classifier());
  const auto image = makeImage();
  for (const auto &network : {source, second, source}) {
    borrow(*network->get_input_tensor(0), *image);
    runNetwork(*network);
    EXPECT_EQ(floats(*network->get_output_tensor(0)), expectedClasses(*image));
  }
  EXPECT_CONTAINS(thrown([&] { Runtime::share_runtime_memory_with(second, source); }),
                  "share_runtime_memory_with should be used before model loaded.");
}

TEST(TestNetWork, BasicMultiThread) {
  auto network = std::make_shared<Network>();
  Runtime::set_cpu_threads_number(network, 2);
  network->load_model(classifier());
  const auto image = makeImage();
  borrow(*network->get_input_tensor(0), *image);
  runNetwork(*network);
  EXPECT_EQ(floats(*network->get_output_tensor(0)), expectedClasses(*image));
}

TEST(TestNetWork, ResetInput) {
  Loaded l;
  l.borrowImage();
  l.expectResult();
  EXPECT_EQ(l.input->get_memory_ptr(), l.image->get_memory_ptr());
}

TEST(TestNetWork, ChangeInputShape) {
  Loaded l;
  l.input->set_layout(makeLayout({2, 3, 200, 200}));
  EXPECT_EQ(l.input->get_memory_ptr(), l.network->get_io_tensor("data")->get_memory_ptr());
  l.input->fill_zero();
  runNetwork(*l.network);
  EXPECT_TRUE(l.output->get_layout() == makeLayout({2, 1000}));
  EXPECT_EQ(floats(*l.output)[1999], 999.0f);
}

TEST(TestNetWork, ResetOutput) {
  Loaded l;
  l.borrowImage();
  Tensor result(LITE_CPU, makeLayout({1, 1000}));
  l.output->reset(result.get_memory_ptr(), result.get_layout());
  l.expectResult();
  EXPECT_EQ(floats(result), expectedClasses(*l.image));
}

namespace {

void expectOutputsInPlace(uint8_t record) {
  Config config;
  config.options.force_output_use_user_specified_memory = true;
  config.options.comp_node_seq_record_level = record;
  Loaded l(config);
  l.borrowImage();
  std::vector<Tensor> results;
  for (int i = 0; i < 5; ++i)
    results.emplace_back(LITE_CPU, makeLayout({1, 1000}));
  for (Tensor &result : results) {
    l.output->reset(result.get_memory_ptr(), result.get_layout());
    l.expectResult();
    EXPECT_EQ(l.output->get_memory_ptr(), result.get_memory_ptr());
  }
  for (const Tensor &result : results)
    EXPECT_EQ(floats(result), expectedClasses(*l.image));
}

void expectBothInPlace(uint8_t record, bool constShape = false) {
  Config config;
  config.options.force_output_use_user_specified_memory = true;
  config.options.comp_node_seq_record_level = record;
  config.options.const_shape = constShape;
  Loaded l(config);
  for (uint32_t i = 1; i <= 3; ++i) {
    const auto image = makeImage(1, i);
    borrow(*l.input, *image);
    Tensor result(LITE_CPU, makeLayout({1, 1000}));
    l.output->reset(result.get_memory_ptr(), l.output->get_layout());
    runNetwork(*l.network);
    EXPECT_EQ(floats(result), expectedClasses(*image));
  }
}

} // namespace

TEST(TestNetWork, OutputNoCopy) { expectOutputsInPlace(0); }
TEST(TestNetWork, OutputNoCopyRecord) { expectOutputsInPlace(1); }
TEST(TestNetWork, IONoCopy) { expectBothInPlace(0); }
TEST(TestNetWork, IONoCopyRecord) { expectBothInPlace(1); }
TEST(TestNetWork, IONoCopyRecordAx) { expectBothInPlace(1, true); }

TEST(TestNetWork, OutputDynamicAlloc) {
  Config config;
  config.options.force_output_dynamic_alloc = true;
  Loaded l(config);
  l.borrowImage();
  for (int i = 0; i < 5; ++i)
    l.expectResult();
}

TEST(TestNetWork, CPUDeviceInput) {
  NetworkIO io;
  const bool is_host = false;
  io.inputs.push_back({"data", is_host});
  Loaded l({}, io);
  l.borrowImage();
  l.expectResult();
}

TEST(TestNetWork, ShareTensorWith) {
  Loaded l;
  l.input->share_memory_with(*l.image);
  l.expectResult();
}

TEST(TestNetWork, InputCallBack) {
  NetworkIO io;
  const bool is_host = false;
  io.inputs.push_back({"data", is_host});
  Loaded l({}, io);
  bool called = false;
  l.network->set_start_callback([&](const auto &inputs) {
    called = true;
    ASSERT_EQ(inputs.size(), 1u);
    ASSERT_EQ(inputs.count("data"), 1u);
    EXPECT_EQ(floats(*inputs.at("data").second), floats(*l.image));
  });
  l.input->copy_from(*l.image);
  l.expectResult();
  EXPECT_TRUE(called);
}

TEST(TestNetWork, OutputCallBack) {
  NetworkIO io;
  io.outputs.push_back({kOutputName, false});
  Loaded l({}, io);
  bool called = false;
  l.network->set_finish_callback([&](const auto &outputs) {
    called = true;
    ASSERT_EQ(outputs.size(), 1u);
    EXPECT_EQ(floats(*outputs.at(kOutputName).second), expectedClasses(*l.image));
  });
  l.borrowImage();
  l.expectResult();
  EXPECT_TRUE(called);
}

namespace {
std::string contentOf(const std::string &path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}
bool exists(const std::string &path) { return std::ifstream(path).good(); }
} // namespace

TEST(TestNetWork, ProfileIOdump) {
  TemporaryFolder folder;
  auto network = std::make_shared<Network>();
  network->enable_profile_performance(folder.path() + "/profile.json");
  network->load_model(classifier());
  const auto image = makeImage();
  borrow(*network->get_io_tensor("data"), *image);
  runNetwork(*network);
  EXPECT_CONTAINS(contentOf(folder.path() + "/profile.json"), "opr_footprint");
  Runtime::enable_io_txt_dump(network, folder.path() + "/io.txt");
  runNetwork(*network);
  EXPECT_CONTAINS(contentOf(folder.path() + "/io.txt"), "var3 produced");
  Runtime::enable_io_bin_dump(network, folder.path());
  runNetwork(*network);
  EXPECT_CONTAINS(contentOf(folder.path() + "/000003"), "var={id:3");
  EXPECT_EQ(floats(*network->get_output_tensor(0)), expectedClasses(*image));
}

TEST(TestNetWork, GetMemoryInfo) {
  const TemporaryFolder folder;
  const WorkingDirectory inside(folder.path());
  auto network = std::make_shared<Network>();
  EXPECT_CONTAINS(thrown([&] { network->get_static_memory_alloc_info(); }), "after model loaded");
  Runtime::set_cpu_threads_number(network, 2);
  network->load_model(classifier());
  network->get_static_memory_alloc_info("logs/test");
  EXPECT_CONTAINS(contentOf(folder.path() + "/logs/test/graph.json"), "comp_seq");
  const auto image = makeImage();
  borrow(*network->get_input_tensor(0), *image);
  runNetwork(*network);
  EXPECT_CONTAINS(contentOf(folder.path() + "/logs/test/StaticMemoryInfo.json"), "\"opr\"");
  EXPECT_EQ(floats(*network->get_output_tensor(0)), expectedClasses(*image));
}

TEST(TestNetWork, GlabalLayoutTransform) {
  auto network = std::make_shared<Network>();
  EXPECT_CONTAINS(thrown([&] { Runtime::dump_layout_transform_model(network, "x.mge"); }), "after model loaded");
  Runtime::enable_global_layout_transform(network);
  network->load_model(classifier());
  const auto image = makeImage();
  borrow(*network->get_io_tensor("data"), *image);
  // The original writes the transformed model; here there is compiled code instead, and the error says so.
  EXPECT_CONTAINS(thrown([&] { Runtime::dump_layout_transform_model(network, "after.mge"); }),
                  "after.mge cannot be written: classify runs as compiled code");
  runNetwork(*network);
  EXPECT_EQ(floats(*network->get_output_tensor(0)), expectedClasses(*image));
  EXPECT_CONTAINS(thrown([&] { Runtime::dump_layout_transform_model(Loaded().network, "x.mge"); }),
                  "dump layout transform model should call enable_global_layout_transform before");
  EXPECT_CONTAINS(thrown([&] { Runtime::enable_global_layout_transform(network); }), "before model loaded");
}

TEST(TestNetWork, GetDeviceType) { EXPECT_EQ(Loaded().network->get_device_type(), LITE_CPU); }

namespace {
/// One input of several images, as one tensor and as one an image.
void expectDiscreteLikeWhole(bool copy) {
  const auto whole = makeImage(3);
  NetworkIO io;
  io.inputs.push_back({"data", true, LITE_IO_VALUE, makeLayout({3, 3, 224, 224})});
  Loaded first({}, io);
  borrow(*first.input, *whole);
  runNetwork(*first.network);

  Config config;
  config.discrete_input_name = "data";
  auto second = std::make_shared<Network>(config, io);
  second->load_model(classifier());
  const auto parts = second->get_discrete_tensors("data");
  ASSERT_EQ(parts.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(parts[i]->get_layout() == makeLayout({1, 3, 224, 224}));
    const auto image = whole->slice({i}, {i + 1});
    copy ? parts[i]->copy_from(*image) : parts[i]->share_memory_with(*image);
  }
  runNetwork(*second);
  EXPECT_EQ(floats(*second->get_output_tensor(0)), floats(*first.output));
  EXPECT_EQ(floats(*first.output), expectedClasses(*whole));
}
} // namespace

TEST(TestNetWork, Discrete_Input) { expectDiscreteLikeWhole(false); }
TEST(TestNetWork, Discrete_Input_Concat) { expectDiscreteLikeWhole(true); }

TEST(TestNetWork, Discrete_Input_Device) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWork, BasicDevice) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWork, DeviceInput) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWork, ChangeInputShapeDevice) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWork, DeviceOutput) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWork, WrongIONameDevice) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWork, ConfigIONameDevice) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWork, SetDeviceIdDeviceTest) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWork, SetStreamIdDeviceTest) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWork, DeviceAsyncExec) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWork, AtlasLoadNoDevice) { SKIP_NEEDS("an Atlas device, which mgec does not compile for"); }
TEST(TestNetWork, AtlasLoadDeviceInput) { SKIP_NEEDS("an Atlas device, which mgec does not compile for"); }
TEST(TestNetWork, AtlasLoadAtlas) { SKIP_NEEDS("an Atlas device, which mgec does not compile for"); }
TEST(TestNetWork, AtlasLoadAtlasDeviceInput) { SKIP_NEEDS("an Atlas device, which mgec does not compile for"); }
TEST(TestNetWork, AtlasDeviceID) { SKIP_NEEDS("an Atlas device, which mgec does not compile for"); }
TEST(TestNetWork, AtlasCrossCompnodeStreamID) { SKIP_NEEDS("an Atlas device, which mgec does not compile for"); }
TEST(TestNetWork, CambriconLoadNoDevice) { SKIP_NEEDS("a Cambricon device, which mgec does not compile for"); }
TEST(TestNetWork, CambriconLoadDeviceInput) { SKIP_NEEDS("a Cambricon device, which mgec does not compile for"); }
TEST(TestNetWork, CambriconLoadCambricon) { SKIP_NEEDS("a Cambricon device, which mgec does not compile for"); }
TEST(TestNetWork, CambriconLoadCambriconDeviceInput) {
  SKIP_NEEDS("a Cambricon device, which mgec does not compile for");
}
TEST(TestNetWork, CambriconDeviceID) { SKIP_NEEDS("a Cambricon device, which mgec does not compile for"); }

//===--- Options --------------------------------------------------------------------------------------------===//

TEST(TestNetWorkOptions, no_var_sanity_check_and_record) {
  Config config;
  config.options.var_sanity_check_first_run = false;
  config.options.comp_node_seq_record_level = 1;
  Loaded l(config);
  l.borrowImage();
  l.expectResult();
  l.expectResult();
}

TEST(TestNetWorkOptions, auto_optimize_inference_layout) {
  Config config;
  config.auto_optimize_inference = true;
  Loaded l(config);
  l.borrowImage();
  l.expectResult();
}

TEST(TestNetWorkOptions, record2) {
  // The original insists on var_sanity_check_first_run = false here; compiled code does not mind.
  for (const bool check : {false, true}) {
    Config config;
    config.options.var_sanity_check_first_run = check;
    config.options.const_shape = true;
    config.options.comp_node_seq_record_level = 2;
    Loaded l(config);
    l.borrowImage();
    for (int i = 0; i < 3; ++i)
      l.expectResult();
  }
}

TEST(TestNetWorkOptions, NCHW44) {
  Config config;
  config.options.var_sanity_check_first_run = false;
  config.options.enable_nchw44 = true;
  Loaded l(config);
  Runtime::set_network_algo_policy(l.network, LITE_ALGO_PROFILE | LITE_ALGO_REPRODUCIBLE);
  l.borrowImage();
  l.expectResult();
}

namespace {
/// What is logged at WARN while `action` runs.
template <typename Action> std::string warnings(Action action) {
  set_log_level(WARN);
  testing::internal::CaptureStderr();
  action();
  set_log_level(ERROR);
  return testing::internal::GetCapturedStderr();
}
} // namespace

TEST(TestNetWorkOptions, LayoutsAreComparedWithTheCompiledOne) {
  Config config;
  config.options.enable_nchw88 = true;
  EXPECT_EQ(warnings([&] { Loaded l(config); }), "") << "that is what it was compiled for";
  config.options.enable_nchw44 = true;
  EXPECT_CONTAINS(warnings([&] { Loaded l(config); }), "enable_nchw44 as another layout");
  const ScopedEnvironment strict("MGEC_LITE_STRICT", "1");
  EXPECT_CONTAINS(thrown([&] { Loaded l(config); }), "classify: enable_nchw44 is 1, but the model was compiled for");
  config.options.enable_nchw44 = false;
  config.options.jit_level = 2;
  EXPECT_EQ(thrown([&] { Loaded l(config); }), "") << "what changes nothing is no error";
}

TEST(TestNetWorkOptions, OutputLayoutsAreChecked) {
  NetworkIO io;
  io.outputs.push_back({kOutputName, true, LITE_IO_VALUE, makeLayout({1, 1000})});
  EXPECT_EQ(warnings([&] { Loaded l({}, io); }), "");
  io.outputs[0].config_layout = makeLayout({1, 999});
  EXPECT_CONTAINS(warnings([&] { Loaded l({}, io); }), "is {1,1000} of LITE_FLOAT, not {1,999} of LITE_FLOAT");
  const ScopedEnvironment strict("MGEC_LITE_STRICT", "1");
  EXPECT_CONTAINS(thrown([&] { Loaded l({}, io); }), "as its config_layout says");
}

TEST(TestNetWorkOptions, WorkspaceLimit) {
  Loaded l;
  EXPECT_CONTAINS(thrown([] { Runtime::set_network_algo_workspace_limit(std::make_shared<Network>(), 1); }),
                  "set_network_algo_policy should be used after model loaded.");
  EXPECT_EQ(warnings([&] { Runtime::set_network_algo_workspace_limit(l.network, 1 << 20); }), "");
  EXPECT_CONTAINS(warnings([&] { Runtime::set_network_algo_workspace_limit(l.network, 10); }), "more than the limit");
  const ScopedEnvironment strict("MGEC_LITE_STRICT", "1");
  EXPECT_CONTAINS(thrown([&] { Runtime::set_network_algo_workspace_limit(l.network, 10); }), "needs 64 bytes");
}

TEST(TestNetWorkOptions, AsyncExecLevelInPlace) {
  Config config;
  config.options.async_exec_level = 4;
  auto network = std::make_shared<Network>(config);
  Runtime::set_cpu_inplace_mode(network);
  network->load_model(classifier());
  const auto image = makeImage();
  borrow(*network->get_input_tensor(0), *image);
  network->forward();
  EXPECT_EQ(floats(*network->get_output_tensor(0)), expectedClasses(*image)) << "in-place mode has no other thread";
  network->wait();
}

namespace {
void expectCacheIsHarmless(uint32_t batch, bool equal) {
  TemporaryFolder folder;
  const std::string file = folder.path() + "/algo_cache.txt";
  set_persistent_cache(file, true);
  EXPECT_TRUE(exists(file));
  Loaded l;
  Runtime::set_network_algo_policy(l.network, LITE_ALGO_PROFILE | LITE_ALGO_REPRODUCIBLE, batch, equal);
  l.borrowImage();
  l.expectResult();
  dump_persistent_cache(file);
  EXPECT_TRUE(exists(file));
  set_persistent_cache(file);
  l.expectResult();
}
} // namespace

TEST(TestNetWorkOptions, test_cache) { expectCacheIsHarmless(0, false); }
TEST(TestNetWorkOptions, FastRunIgnorBatch) { expectCacheIsHarmless(1, true); }

TEST(TestNetWorkOptions, NCHW4) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWorkOptions, NCHW32) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWorkOptions, jit_level) { SKIP_NEEDS("a CUDA device"); }
TEST(TestNetWorkOptions, TensorRT) { SKIP_NEEDS("TensorRT"); }
