//===- CNetworkTest.cpp - networks for C, through the C headers ------------------------------------------------===//
//
// Names of the original library's tests, on the model `classify`; see README.md.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "ClassifySupport.h"

#include "lite-c/global_c.h"

#include <atomic>
#include <cstring>
#include <iterator>
#include <thread>

#define C_CHECK(call) ASSERT_EQ((call), 0) << LITE_get_last_error()

namespace {

/// Checks that a call failed with a text, and forgets the failure.
void expectFailure(int result, const std::string &part) {
  EXPECT_EQ(result, -1);
  EXPECT_CONTAINS(std::string(LITE_get_last_error()), part);
  EXPECT_CONTAINS(std::string(LITE_get_last_error()), ", Error Code: 1");
  EXPECT_EQ(LITE_get_last_error_code(), LITE_INTERNAL_ERROR);
  LITE_clear_last_error();
}

/// A network that is destroyed at the end, on the classifier once `load` is called.
class CNetwork {
public:
  explicit CNetwork(const LiteConfig &config = *default_config(), const LiteNetworkIO &io = *default_network_io()) {
    EXPECT_EQ(LITE_make_network(&handle_, config, io), 0) << LITE_get_last_error();
  }
  ~CNetwork() { EXPECT_EQ(LITE_destroy_network(handle_), 0); }
  CNetwork(const CNetwork &) = delete;
  CNetwork &operator=(const CNetwork &) = delete;
  operator LiteNetwork() const { return handle_; }

  void load() { C_CHECK(LITE_load_model_from_path(handle_, classifier().c_str())); }
  void setInput() {
    C_CHECK(LITE_get_io_tensor(handle_, "data", LITE_INPUT, &input));
    C_CHECK(LITE_reset_tensor_memory(input, image->get_memory_ptr(), image->get_tensor_total_size_in_byte()));
  }
  void run() {
    C_CHECK(LITE_forward(handle_));
    C_CHECK(LITE_wait(handle_));
  }
  std::vector<float> result() {
    const char *name = nullptr;
    void *memory = nullptr;
    EXPECT_EQ(LITE_get_output_name(handle_, 0, &name), 0);
    EXPECT_EQ(LITE_get_io_tensor(handle_, name, LITE_OUTPUT, &output), 0);
    EXPECT_EQ(LITE_get_tensor_memory(output, &memory), 0);
    return floats(memory, kClasses);
  }
  /// What most of the original's tests do.
  void expectResult() {
    load();
    setInput();
    run();
    EXPECT_EQ(result(), expectedClasses(*image));
  }

  std::shared_ptr<lite::Tensor> image = makeImage();
  LiteTensor input = nullptr, output = nullptr;

private:
  LiteNetwork handle_ = nullptr;
};

} // namespace

TEST(TestCapiNetWork, DefaultObjects) {
  EXPECT_EQ(default_option.var_sanity_check_first_run, 1);
  EXPECT_EQ(default_option.graph_opt_level, 2);
  EXPECT_EQ(default_option.async_exec_level, 1);
  int sum = 0;
  for (size_t i = 0; i < sizeof(LiteOptions) / sizeof(int); ++i)
    sum += reinterpret_cast<const int *>(&default_option)[i];
  EXPECT_EQ(sum, 4) << "all the others are 0";
  EXPECT_EQ(sizeof(LiteOptions), 20 * sizeof(int));
  EXPECT_EQ(default_config()->device_id, -1);
  EXPECT_EQ(default_config()->device_type, LITE_CPU);
  EXPECT_EQ(default_config()->bare_model_cryption_name, nullptr);
  EXPECT_EQ(default_config()->discrete_input_name, nullptr);
  EXPECT_EQ(std::memcmp(&default_config()->options, &default_option, sizeof(LiteOptions)), 0);
  EXPECT_EQ(default_network_io()->input_size + default_network_io()->output_size, 0u);
  EXPECT_EQ(default_io.is_host, 1);
  EXPECT_EQ(default_io.name, nullptr);
  EXPECT_EQ(default_layout.ndim, 0u);
  EXPECT_EQ(default_desc.layout.ndim, 0u);
}

TEST(TestCapiNetWork, BasicResetInput) {
  LiteNetwork network;
  C_CHECK(LITE_make_default_network(&network));
  int id = 7;
  C_CHECK(LITE_get_device_id(network, &id));
  EXPECT_EQ(id, 0) << "the default of C++";
  C_CHECK(LITE_destroy_network(network));
  CNetwork().expectResult();
}

TEST(TestCapiNetWork, GetAllName) {
  CNetwork network;
  network.load();
  size_t inputs = 0, outputs = 0;
  C_CHECK(LITE_get_all_input_name(network, &inputs, nullptr));
  C_CHECK(LITE_get_all_output_name(network, &outputs, nullptr));
  ASSERT_EQ(inputs, 1u);
  ASSERT_EQ(outputs, 1u);
  const char *input = nullptr, *output = nullptr;
  C_CHECK(LITE_get_all_input_name(network, nullptr, &input));
  C_CHECK(LITE_get_all_output_name(network, nullptr, &output));
  EXPECT_STREQ(input, "data");
  EXPECT_STREQ(output, kOutputName);
  C_CHECK(LITE_get_input_name(network, 0, &input));
  EXPECT_STREQ(input, "data");
  expectFailure(LITE_get_input_name(network, 1, &input),
                "The input tensor index is large than the total inputs number.");
  expectFailure(LITE_get_output_name(network, 1, &output),
                "The output tensor index is large than the total outputs number.");
  CNetwork unloaded;
  C_CHECK(LITE_get_all_input_name(unloaded, &inputs, nullptr));
  EXPECT_EQ(inputs, 0u);
  expectFailure(LITE_get_input_name(unloaded, 0, &input), "index is large");
}

TEST(TestCapiNetWork, GetAllNameAhead) {
  const std::string path = classifier();
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  LiteNetworkIO fromPath, fromMemory;
  C_CHECK(LITE_get_model_io_info_by_path(path.c_str(), *default_config(), &fromPath));
  C_CHECK(LITE_get_model_io_info_by_memory(bytes.data(), bytes.size(), *default_config(), &fromMemory));
  for (const LiteNetworkIO &io : {fromPath, fromMemory}) {
    ASSERT_EQ(io.input_size, 1u);
    ASSERT_EQ(io.output_size, 1u);
    EXPECT_STREQ(io.inputs->name, "data");
    EXPECT_EQ(io.inputs->config_layout.ndim, 4u);
    EXPECT_EQ(io.inputs->config_layout.shapes[3], 224u);
    EXPECT_STREQ(io.outputs->name, kOutputName);
    EXPECT_EQ(io.outputs->config_layout.ndim, 2u);
    EXPECT_EQ(io.outputs->config_layout.shapes[1], 1000u);
  }
  C_CHECK(LITE_get_model_io_info_by_path(path.c_str(), *default_config(), &fromPath)); // the same pointer again
  EXPECT_STREQ(fromPath.inputs->name, "data");
  expectFailure(LITE_get_model_io_info_by_path(nullptr, *default_config(), &fromPath), "The model_path pass to");
  expectFailure(LITE_get_model_io_info_by_path(path.c_str(), *default_config(), nullptr), "pass to LITE api is null");
  expectFailure(LITE_get_model_io_info_by_memory(nullptr, 1, *default_config(), &fromPath), "The model_mem pass to");
  expectFailure(LITE_get_model_io_info_by_path("/none", *default_config(), &fromPath), "failed to open /none: ");
}

TEST(TestCapiNetWork, LoadFromMemory) {
  std::ifstream file(classifier(), std::ios::binary);
  std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  CNetwork network;
  C_CHECK(LITE_load_model_from_mem(network, bytes.data(), bytes.size()));
  bytes.clear();
  network.setInput();
  network.run();
  EXPECT_EQ(network.result(), expectedClasses(*network.image));
  expectFailure(LITE_load_model_from_mem(network, nullptr, 10), "The model memory pass to LITE api is null");
  expectFailure(LITE_load_model_from_path(network, nullptr), "The model path pass to LITE api is null");
  expectFailure(LITE_load_model_from_path(network, "/none"), "failed to open /none: ");
}

TEST(TestCapiNetWork, Discrete_Input) {
  const auto whole = makeImage(3);
  LiteIO input = default_io;
  input.name = "data";
  input.config_layout = {{3, 3, 224, 224}, 4, LITE_FLOAT};
  LiteNetworkIO io = *default_network_io();
  io.inputs = &input;
  io.input_size = 1;
  LiteConfig config = *default_config();
  config.discrete_input_name = "data";
  CNetwork network(config, io);
  network.load();
  const size_t bytes = whole->get_tensor_total_size_in_byte() / 3;
  for (size_t i = 0; i < 3; ++i) {
    LiteTensor part;
    C_CHECK(LITE_get_discrete_tensor(network, "data", i, LITE_INPUT, &part));
    C_CHECK(LITE_reset_tensor_memory(part, static_cast<char *>(whole->get_memory_ptr()) + i * bytes, bytes));
  }
  LiteTensor part;
  expectFailure(LITE_get_discrete_tensor(network, "data", 3, LITE_INPUT, &part), "n_idx should be less than 3");
  expectFailure(LITE_get_io_tensor(network, "data", LITE_INPUT, &part), "input tensor is in discrete mode");
  network.run();
  LiteTensor output;
  void *memory;
  C_CHECK(LITE_get_io_tensor(network, kOutputName, LITE_IO, &output));
  C_CHECK(LITE_get_tensor_memory(output, &memory));
  EXPECT_EQ(floats(memory, 3 * kClasses), expectedClasses(*whole));
}

TEST(TestCapiNetWork, BasicResetOutput) {
  CNetwork network;
  network.load();
  network.setInput();
  std::vector<float> memory(kClasses);
  LiteTensor output;
  C_CHECK(LITE_get_io_tensor(network, kOutputName, LITE_IO, &output));
  C_CHECK(LITE_reset_tensor(output, LiteLayout{{1, 1000}, 2, LITE_FLOAT}, memory.data()));
  network.run();
  EXPECT_EQ(memory, expectedClasses(*network.image));
}

namespace {
std::atomic<int> affinityCalls{0};
std::vector<std::thread::id> affinityThreads(4);
int countAffinity(int) { return ++affinityCalls; }
int noteThread(int id) {
  affinityThreads[static_cast<size_t>(id)] = std::this_thread::get_id();
  return 0;
}
} // namespace

TEST(TestCapiNetWork, BasicInplaceAndSingleThreadAffinity) {
  CNetwork network;
  C_CHECK(LITE_set_cpu_inplace_mode(network));
  expectFailure(LITE_set_runtime_thread_affinity(network, countAffinity), "after model loaded.");
  network.load();
  affinityCalls = 0;
  C_CHECK(LITE_set_runtime_thread_affinity(network, countAffinity));
  EXPECT_EQ(affinityCalls, 1);
  expectFailure(LITE_set_runtime_thread_affinity(network, nullptr), "The ptr pass to LITE api is null");
  int inplace = 0, id = 0;
  C_CHECK(LITE_is_cpu_inplace_mode(network, &inplace));
  EXPECT_EQ(inplace, 1);
  C_CHECK(LITE_get_device_id(network, &id));
  EXPECT_EQ(id, -1024);
  network.setInput();
  network.run();
  EXPECT_EQ(network.result(), expectedClasses(*network.image));
}

namespace {
std::atomic<int> liveBlocks{0}, allBlocks{0};
void *allocateBlock(LiteDeviceType device, int, size_t size, size_t align) {
  EXPECT_EQ(device, LITE_CPU);
  ++liveBlocks, ++allBlocks;
  return aligned_alloc(align, (size + align - 1) / align * align);
}
void freeBlock(LiteDeviceType, int, void *memory) {
  --liveBlocks;
  free(memory);
}
} // namespace

TEST(TestCapiNetWork, UserAllocator) {
  liveBlocks = allBlocks = 0;
  {
    CNetwork network;
    C_CHECK(LITE_set_memory_allocator(network, allocateBlock, freeBlock));
    network.expectResult();
    EXPECT_GE(allBlocks, 1);
    expectFailure(LITE_set_memory_allocator(network, allocateBlock, nullptr), "The ptr pass to LITE api is null");
    expectFailure(LITE_set_memory_allocator(network, nullptr, freeBlock), "The ptr pass to LITE api is null");
  }
  EXPECT_EQ(liveBlocks, 0);
}

TEST(TestCapiNetWork, BasicMultiThread) {
  CNetwork network;
  C_CHECK(LITE_set_cpu_threads_number(network, 4));
  size_t threads = 0;
  C_CHECK(LITE_get_cpu_threads_number(network, &threads));
  EXPECT_EQ(threads, 4u);
  network.load();
  C_CHECK(LITE_set_runtime_thread_affinity(network, noteThread));
  for (size_t i = 0; i < 4; ++i)
    for (size_t j = i + 1; j < 4; ++j)
      EXPECT_NE(affinityThreads[i], affinityThreads[j]);
  network.setInput();
  network.run();
  EXPECT_EQ(network.result(), expectedClasses(*network.image));
  expectFailure(LITE_set_cpu_threads_number(network, 2), "set_cpu_threads_number should be used before model loaded.");
}

TEST(TestCapiNetWork, DeviceIO) {
  LiteIO input = default_io;
  input.name = "data";
  LiteNetworkIO io = *default_network_io();
  io.inputs = &input;
  io.input_size = 1;
  CNetwork(*default_config(), io).expectResult();
  input.name = nullptr;
  LiteNetwork network;
  expectFailure(LITE_make_network(&network, *default_config(), io), "input name of io tensor must set.");
  io.outputs = &input;
  std::swap(io.input_size, io.output_size);
  expectFailure(LITE_make_network(&network, *default_config(), io), "output name of io tensor must set.");
}

//===--- Callbacks ------------------------------------------------------------------------------------------===//

namespace {
std::atomic<int> started{0}, finished{0}, done{0};

int onStart(const LiteIO *inputs, const LiteTensor *tensors, size_t size) {
  ++started;
  LiteLayout layout = {};
  EXPECT_EQ(size, 1u);
  EXPECT_STREQ(inputs->name, "data");
  EXPECT_EQ(LITE_get_tensor_layout(*tensors, &layout), 0);
  EXPECT_EQ(layout.shapes[3], 224u);
  return -1; // not looked at
}
int onFinish(const LiteIO *outputs, const LiteTensor *tensors, size_t size) {
  ++finished;
  LiteLayout layout = {};
  EXPECT_EQ(size, 1u);
  EXPECT_STREQ(outputs->name, kOutputName);
  EXPECT_EQ(LITE_get_tensor_layout(*tensors, &layout), 0);
  EXPECT_EQ(layout.shapes[1], 1000u);
  return -1;
}
int onStartWithData(const LiteIO *inputs, const LiteTensor *tensors, size_t size, void *data) {
  ++*static_cast<int *>(data);
  return onStart(inputs, tensors, size);
}
int onFinishWithData(const LiteIO *outputs, const LiteTensor *tensors, size_t size, void *data) {
  ++*static_cast<int *>(data);
  return onFinish(outputs, tensors, size);
}
int onDone(void) { return ++done; }
int onDoneWithData(void *data) { return ++*static_cast<std::atomic<int> *>(data); }
} // namespace

TEST(TestCapiNetWork, StartCallBack) {
  started = 0;
  CNetwork network;
  C_CHECK(LITE_set_start_callback(network, onStart));
  network.expectResult();
  EXPECT_EQ(started, 1);
  C_CHECK(LITE_set_start_callback(network, nullptr));
  network.run();
  EXPECT_EQ(started, 1);
}

TEST(TestCapiNetWork, StartCallBackWithData) {
  int calls = 0;
  CNetwork network;
  C_CHECK(LITE_set_start_callback_with_userdata(network, onStartWithData, &calls));
  network.expectResult();
  EXPECT_EQ(calls, 1);
}

TEST(TestCapiNetWork, FinishCallBack) {
  finished = 0;
  CNetwork network;
  C_CHECK(LITE_set_finish_callback(network, onFinish));
  network.expectResult();
  EXPECT_EQ(finished, 1);
}

TEST(TestCapiNetWork, FinishCallBackWtihData) {
  int calls = 0;
  CNetwork network;
  C_CHECK(LITE_set_finish_callback_with_userdata(network, onFinishWithData, &calls));
  network.expectResult();
  EXPECT_EQ(calls, 1);
}

TEST(TestCapiNetWork, StartAndFinishTogether) {
  int starts = 0, finishes = 0;
  CNetwork network;
  C_CHECK(LITE_set_start_callback_with_userdata(network, onStartWithData, &starts));
  C_CHECK(LITE_set_finish_callback_with_userdata(network, onFinishWithData, &finishes));
  network.expectResult();
  for (int i = 2; i < 10; ++i) {
    network.run();
    C_CHECK(LITE_wait(network));
    EXPECT_EQ(starts, i);
    EXPECT_EQ(finishes, i);
  }
}

TEST(TestCapiNetWork, AsyncExec) {
  LiteConfig config = *default_config();
  config.options.var_sanity_check_first_run = 0;
  CNetwork network(config);
  C_CHECK(LITE_set_async_callback(network, onDone));
  expectFailure(LITE_set_async_callback(network, nullptr), "The ptr pass to LITE api is null");
  network.load();
  network.setInput();
  done = 0;
  C_CHECK(LITE_forward(network));
  while (done == 0)
    std::this_thread::yield();
  C_CHECK(LITE_wait(network));
  EXPECT_EQ(done, 1) << "once a forward";
  EXPECT_EQ(network.result(), expectedClasses(*network.image));
}

TEST(TestCapiNetWork, AsyncExecWithData) {
  std::atomic<int> calls{0};
  CNetwork network;
  C_CHECK(LITE_set_async_callback_with_userdata(network, onDoneWithData, &calls));
  expectFailure(LITE_set_async_callback_with_userdata(network, nullptr, &calls), "The ptr pass to LITE api is null");
  network.expectResult();
  EXPECT_EQ(calls, 1);
  CNetwork inplace;
  C_CHECK(LITE_set_cpu_inplace_mode(inplace));
  expectFailure(LITE_set_async_callback(inplace, onDone), "cpu inplace mode not support async mode");
}

TEST(TestCapiNetWork, OutputShapeOnly) {
  LiteIO output = default_io;
  output.name = kOutputName;
  output.io_type = LITE_IO_SHAPE;
  LiteNetworkIO io = *default_network_io();
  io.outputs = &output;
  io.output_size = 1;
  CNetwork network(*default_config(), io);
  network.load();
  network.setInput();
  network.run();
  LiteTensor tensor;
  size_t bytes = 0;
  C_CHECK(LITE_get_io_tensor(network, kOutputName, LITE_OUTPUT, &tensor));
  C_CHECK(LITE_get_tensor_total_size_in_byte(tensor, &bytes));
  EXPECT_EQ(bytes, kClasses * sizeof(float));
}

TEST(TestCapiNetWork, ProfileIOdump) {
  TemporaryFolder folder;
  CNetwork network;
  expectFailure(LITE_enable_profile_performance(network, nullptr), "The ptr pass to LITE api is null");
  expectFailure(LITE_enable_io_txt_dump(network, nullptr), "The ptr pass to LITE api is null");
  expectFailure(LITE_enable_io_bin_dump(network, nullptr), "The ptr pass to LITE api is null");
  expectFailure(LITE_get_static_memory_alloc_info(network, nullptr), "The ptr pass to LITE api is null");
  expectFailure(LITE_enable_profile_performance(network, (folder.path() + "/none/profile.json").c_str()),
                "failed to open " + folder.path() + "/none/profile.json");
  C_CHECK(LITE_enable_profile_performance(network, (folder.path() + "/profile.json").c_str()));
  network.expectResult();
  EXPECT_TRUE(std::ifstream(folder.path() + "/profile.json").good());
  C_CHECK(LITE_enable_io_txt_dump(network, (folder.path() + "/io.txt").c_str()));
  network.run();
  EXPECT_TRUE(std::ifstream(folder.path() + "/io.txt").good());
  C_CHECK(LITE_enable_io_bin_dump(network, folder.path().c_str()));
  network.run();
  EXPECT_TRUE(std::ifstream(folder.path() + "/000003").good());
}

TEST(TestCapiNetWork, GlabalLayoutTransform) {
  CNetwork network;
  C_CHECK(LITE_enable_global_layout_transform(network));
  network.load();
  expectFailure(LITE_dump_layout_transform_model(network, "after.mge"), "after.mge cannot be written");
  expectFailure(LITE_dump_layout_transform_model(network, nullptr), "The ptr pass to LITE api is null");
  network.setInput();
  network.run();
  EXPECT_EQ(network.result(), expectedClasses(*network.image));
}

TEST(TestCapiNetWork, GetDeviceType) {
  CNetwork network;
  network.load();
  LiteDeviceType type = LITE_NPU;
  C_CHECK(LITE_get_device_type(network, &type));
  EXPECT_EQ(type, LITE_CPU);
}

TEST(TestCapiNetWork, ExtraInfoOfAPlainModel) {
  CNetwork network;
  network.load();
  const char *info = nullptr;
  int size = 7;
  C_CHECK(LITE_get_model_extra_info(network, &info, &size));
  EXPECT_STREQ(info, "");
  EXPECT_EQ(size, 0);
  C_CHECK(LITE_get_model_extra_info(network, nullptr, &size));
  expectFailure(LITE_get_model_extra_info(network, nullptr, nullptr), "The info and info_size are all null");
}

TEST(TestCapiNetWork, TestWorkSpaceLimit) {
  CNetwork network;
  expectFailure(LITE_set_network_algo_workspace_limit(network, 1000), "should be used after model loaded.");
  network.load();
  C_CHECK(LITE_set_network_algo_workspace_limit(network, 1000));
  network.setInput();
  network.run();
}

TEST(TestCapiNetWork, AlgoPolicy) {
  CNetwork network;
  C_CHECK(LITE_set_network_algo_policy(network, LITE_ALGO_PROFILE));
  C_CHECK(LITE_set_network_algo_fastrun_config(network, 1, 1));
  C_CHECK(LITE_use_tensorrt(network));
  network.expectResult();
}

TEST(TestCapiNetWork, TestShareWeights) {
  CNetwork first, second;
  expectFailure(LITE_shared_weight_with_network(second, first), "should be used after the src network loaded.");
  first.expectResult();
  C_CHECK(LITE_set_cpu_inplace_mode(second));
  C_CHECK(LITE_shared_weight_with_network(second, first));
  second.setInput();
  second.run();
  EXPECT_EQ(second.result(), expectedClasses(*second.image));
  CNetwork third, fourth;
  C_CHECK(LITE_share_runtime_memroy(third, first));
  C_CHECK(LITE_share_runtime_memory(fourth, first));
  third.expectResult();
  fourth.expectResult();
  expectFailure(LITE_share_runtime_memroy(first, third), "before model loaded.");
}

TEST(TestCapiNetWork, GlobalHolder) {
  LiteNetwork first, second;
  C_CHECK(LITE_make_network(&first, *default_config(), *default_network_io()));
  C_CHECK(LITE_make_network_config(&second, *default_config()));
  C_CHECK(LITE_destroy_network(first));
  C_CHECK(LITE_destroy_network(first)); // gone already, which is no failure
  C_CHECK(LITE_destroy_network(second));
  expectFailure(LITE_destroy_network(nullptr), "The network pass to LITE api is null");
}

TEST(TestCapiNetWork, Options) {
  LiteConfig config = *default_config();
  config.options.force_output_use_user_specified_memory = 1;
  CNetwork network(config);
  network.load();
  network.setInput();
  expectFailure(LITE_forward(network), "has no memory: with force_output_use_user_specified_memory");
  std::vector<float> memory(kClasses);
  LiteTensor output;
  C_CHECK(LITE_get_io_tensor(network, kOutputName, LITE_OUTPUT, &output));
  C_CHECK(LITE_reset_tensor_memory(output, memory.data(), kClasses * sizeof(float)));
  network.run();
  EXPECT_EQ(memory, expectedClasses(*network.image));

  config.options.force_output_dynamic_alloc = 1;
  CNetwork both(config);
  expectFailure(LITE_load_model_from_path(both, classifier().c_str()), "at the same time");
  config = *default_config();
  config.options.const_shape = 1;
  CNetwork fixed(config);
  fixed.load();
  fixed.setInput();
  expectFailure(LITE_set_tensor_layout(fixed.input, LiteLayout{{2, 3, 224, 224}, 4, LITE_FLOAT}),
                "disallowed shape change");
  config = *default_config();
  config.bare_model_cryption_name = "ROT13";
  CNetwork locked(config);
  char bytes[64] = "nothing that could be recognised";
  expectFailure(LITE_load_model_from_mem(locked, bytes, sizeof bytes),
                "The decryption method ROT13 is not registed yet.");
  config = *default_config();
  config.device_type = LITE_CUDA;
  CNetwork device(config);
  expectFailure(LITE_load_model_from_path(device, classifier().c_str()), "LITE_CPU");
}

TEST(TestCapiNetWork, DeviceAndStreamId) {
  CNetwork network;
  C_CHECK(LITE_set_device_id(network, 4));
  C_CHECK(LITE_set_stream_id(network, 5));
  network.load();
  int device = 0, stream = 0;
  C_CHECK(LITE_get_device_id(network, &device));
  C_CHECK(LITE_get_stream_id(network, &stream));
  EXPECT_EQ(device, 4);
  EXPECT_EQ(stream, 5);
  expectFailure(LITE_set_device_id(network, 1), "set_device_id should be used before model loaded.");
  LiteExtraConfig extra = {0};
  expectFailure(LITE_extra_configure(network, extra), "should be configured before model loaded.");
  extra.disable_configure_by_model_info = 1;
  C_CHECK(LITE_extra_configure(network, extra));
}

TEST(TestCapiNetWork, NullHandles) {
  const LiteNetwork none = nullptr;
  CNetwork some;
  int number;
  size_t size;
  const char *name;
  LiteTensor tensor;
  LiteDeviceType device;
  const char *text = "The network pass to LITE api is null";
  expectFailure(LITE_make_default_network(nullptr), text);
  expectFailure(LITE_make_network(nullptr, *default_config(), *default_network_io()), text);
  expectFailure(LITE_make_network_config(nullptr, *default_config()), text);
  expectFailure(LITE_load_model_from_mem(none, &number, 4), text);
  expectFailure(LITE_load_model_from_path(none, "x"), text);
  expectFailure(LITE_shared_weight_with_network(none, some), text);
  expectFailure(LITE_shared_weight_with_network(some, none), text);
  expectFailure(LITE_share_runtime_memroy(none, some), text);
  expectFailure(LITE_share_runtime_memroy(some, none), text);
  expectFailure(LITE_extra_configure(none, LiteExtraConfig{1}), text);
  expectFailure(LITE_forward(none), text);
  expectFailure(LITE_wait(none), text);
  expectFailure(LITE_get_io_tensor(none, "x", LITE_IO, &tensor), text);
  expectFailure(LITE_get_io_tensor(some, nullptr, LITE_IO, &tensor), "The ptr pass to LITE api is null");
  expectFailure(LITE_get_io_tensor(some, "x", LITE_IO, nullptr), "The ptr pass to LITE api is null");
  expectFailure(LITE_get_discrete_tensor(none, "x", 0, LITE_INPUT, &tensor), text);
  expectFailure(LITE_get_discrete_tensor(some, nullptr, 0, LITE_INPUT, &tensor), "The ptr pass to LITE api is null");
  expectFailure(LITE_get_input_name(none, 0, &name), text);
  expectFailure(LITE_get_input_name(some, 0, nullptr), text);
  expectFailure(LITE_get_output_name(none, 0, &name), text);
  expectFailure(LITE_get_output_name(some, 0, nullptr), "The name ptr pass to LITE api is null");
  expectFailure(LITE_get_all_input_name(none, &size, nullptr), text);
  expectFailure(LITE_get_all_output_name(none, &size, nullptr), text);
  expectFailure(LITE_is_cpu_inplace_mode(none, &number), text);
  expectFailure(LITE_is_cpu_inplace_mode(some, nullptr), text);
  expectFailure(LITE_get_cpu_threads_number(none, &size), text);
  expectFailure(LITE_get_cpu_threads_number(some, nullptr), "The ptr pass to LITE api is null");
  expectFailure(LITE_get_device_id(none, &number), text);
  expectFailure(LITE_get_device_id(some, nullptr), "The device_id pass to LITE api is null");
  expectFailure(LITE_get_stream_id(none, &number), text);
  expectFailure(LITE_get_stream_id(some, nullptr), "The stream_id pass to LITE api is null");
  expectFailure(LITE_get_device_type(none, &device), text);
  expectFailure(LITE_get_device_type(some, nullptr), "The device_type pass to LITE api is null");
  expectFailure(LITE_get_model_extra_info(none, &name, &number), text);
  for (const auto call : {LITE_set_cpu_inplace_mode, LITE_use_tensorrt, LITE_enable_global_layout_transform})
    expectFailure(call(none), text);
  for (const auto call : {LITE_set_device_id, LITE_set_stream_id})
    expectFailure(call(none, 1), text);
  expectFailure(LITE_set_cpu_threads_number(none, 2), text);
  expectFailure(LITE_set_network_algo_policy(none, LITE_ALGO_HEURISTIC), text);
  expectFailure(LITE_set_network_algo_fastrun_config(none, 1, 0), text);
  expectFailure(LITE_set_network_algo_workspace_limit(none, 1), text);
  expectFailure(LITE_set_async_callback(none, onDone), text);
  expectFailure(LITE_set_async_callback_with_userdata(none, onDoneWithData, nullptr), text);
  expectFailure(LITE_set_start_callback(none, onStart), text);
  expectFailure(LITE_set_start_callback_with_userdata(none, onStartWithData, nullptr), text);
  expectFailure(LITE_set_finish_callback(none, onFinish), text);
  expectFailure(LITE_set_finish_callback_with_userdata(none, onFinishWithData, nullptr), text);
  expectFailure(LITE_set_runtime_thread_affinity(none, countAffinity), text);
  expectFailure(LITE_set_memory_allocator(none, allocateBlock, freeBlock), "The ptr pass to LITE api is null");
  for (const auto call : {LITE_enable_profile_performance, LITE_enable_io_txt_dump, LITE_enable_io_bin_dump,
                          LITE_get_static_memory_alloc_info, LITE_dump_layout_transform_model})
    expectFailure(call(none, "x"), text);
}

TEST(TestCapiNetWork, rknntest_set_info) { SKIP_NEEDS("an RK NPU, which mgec does not compile for"); }
TEST(TestCapiNetWork, rknntest_set_info_two_input) { SKIP_NEEDS("an RK NPU, which mgec does not compile for"); }

//===--- The whole process ----------------------------------------------------------------------------------===//

TEST(TestCapiGlobal, VersionAndLog) {
  int major = 0, minor = 0, patch = 0;
  C_CHECK(LITE_get_version(&major, &minor, &patch));
  EXPECT_EQ(major, 1);
  EXPECT_EQ(minor, 13);
  expectFailure(LITE_get_version(nullptr, &minor, &patch), "The ptr pass to LITE api is null");
  expectFailure(LITE_get_version(&major, &minor, nullptr), "The ptr pass to LITE api is null");
  EXPECT_STRNE(mgec_version(), "");
  LiteLogLevel level = DEBUG;
  C_CHECK(LITE_get_log_level(&level));
  EXPECT_EQ(level, ERROR);
  C_CHECK(LITE_set_log_level(INFO));
  C_CHECK(LITE_get_log_level(&level));
  EXPECT_EQ(level, INFO);
  C_CHECK(LITE_set_log_level(ERROR));
  expectFailure(LITE_get_log_level(nullptr), "The ptr pass to LITE api is null");
}

TEST(TestCapiGlobal, LogLevelWithoutAnArgument) {
  // The original's Python package calls the function without its argument: what it then writes to may be anywhere.
#if defined(__linux__) && !MGEC_SANITIZED
  EXPECT_EQ(LITE_get_log_level(reinterpret_cast<LiteLogLevel *>(16)), 0);
  EXPECT_EQ(LITE_get_log_level(reinterpret_cast<LiteLogLevel *>(~uintptr_t(0) / 3)), 0);
  static const LiteLogLevel constant = WARN;
  EXPECT_EQ(LITE_get_log_level(const_cast<LiteLogLevel *>(&constant)), 0);
#else
  SKIP_NEEDS("Linux without a sanitizer");
#endif
}

TEST(TestCapiGlobal, Devices) {
  size_t count = 0;
  C_CHECK(LITE_get_device_count(LITE_CPU, &count));
  EXPECT_GE(count, 1u);
  C_CHECK(LITE_get_device_count(LITE_CUDA, &count));
  EXPECT_EQ(count, 0u);
  expectFailure(LITE_get_device_count(LITE_NPU, &count), "lite unsupported compnode type: enum value: 4.");
  expectFailure(LITE_get_device_count(LITE_CPU, nullptr), "The ptr pass to LITE api is null");
  C_CHECK(LITE_try_coalesce_all_free_memory());
}

TEST(TestCapiGlobal, Caches) {
  TemporaryFolder folder;
  const std::string file = folder.path() + "/cache";
  C_CHECK(LITE_set_persistent_cache(file.c_str(), 1));
  C_CHECK(LITE_dump_persistent_cache(file.c_str()));
  EXPECT_TRUE(std::ifstream(file).good());
  C_CHECK(LITE_set_tensor_rt_cache(file.c_str()));
  C_CHECK(LITE_dump_tensor_rt_cache());
  expectFailure(LITE_dump_persistent_cache("/does/not/exist"), "failed to open /does/not/exist: ");
  expectFailure(LITE_set_loader_lib_path("/does/not/exist.so"), "failed to open c opr lib /does/not/exist.so: ");
  const char *text = "The ptr pass to LITE api is null";
  expectFailure(LITE_set_persistent_cache(nullptr, 0), text);
  expectFailure(LITE_dump_persistent_cache(nullptr), text);
  expectFailure(LITE_set_tensor_rt_cache(nullptr), text);
  expectFailure(LITE_set_loader_lib_path(nullptr), text);
}

TEST(TestCapiGlobal, MemoryPairs) {
  char one[8], two[8];
  void *found = nullptr;
  C_CHECK(LITE_register_memory_pair(one, two, 8, LITE_CPU, LITE_DEFAULT));
  C_CHECK(LITE_lookup_physic_ptr(one + 3, &found, LITE_CPU, LITE_DEFAULT));
  EXPECT_EQ(found, two + 3);
  C_CHECK(LITE_clear_memory_pair(one, two, LITE_CPU, LITE_DEFAULT));
  expectFailure(LITE_lookup_physic_ptr(one, &found, LITE_CPU, LITE_DEFAULT), "in no registered memory pair");
  expectFailure(LITE_lookup_physic_ptr(nullptr, &found, LITE_CPU, LITE_DEFAULT),
                "The ptr pass to vir and phy is nullptr");
  expectFailure(LITE_register_memory_pair(one, two, 8, LITE_ATLAS, LITE_DEFAULT), "is not implement yet!");
}

namespace {
size_t reverse(const void *input, size_t size, const uint8_t *key, size_t keySize, const void *output) {
  if (output && keySize == 1 && key[0] == 9)
    std::reverse_copy(static_cast<const char *>(input), static_cast<const char *>(input) + size,
                      static_cast<char *>(const_cast<void *>(output)));
  return size;
}
int parseNothing(const void *, size_t, const char *, LiteConfig *, LiteNetworkIO *, int *, size_t *, int *, int *) {
  return 1;
}
} // namespace

TEST(TestCapiGlobal, Registries) {
  const uint8_t wrong = 8, right = 9;
  const char *text = "The ptr pass to LITE api is null";
  C_CHECK(LITE_register_decryption_and_key("c_reverse", reverse, &wrong, 1));
  expectFailure(LITE_register_decryption_and_key("c_reverse", reverse, &wrong, 1),
                "The decryption method c_reverse is already registered.");
  C_CHECK(LITE_update_decryption_or_key("c_reverse", nullptr, &right, 1));
  C_CHECK(LITE_update_decryption_or_key("c_reverse", reverse, nullptr, 0));
  expectFailure(LITE_update_decryption_or_key("c_nothing", nullptr, &right, 1),
                "The decryption method c_nothing is not registered.");
  expectFailure(LITE_register_decryption_and_key(nullptr, reverse, &right, 1), text);
  expectFailure(LITE_register_decryption_and_key("c_other", nullptr, &right, 1), text);
  expectFailure(LITE_register_decryption_and_key("c_other", reverse, nullptr, 1), text);
  expectFailure(LITE_update_decryption_or_key(nullptr, reverse, &right, 1), text);
  C_CHECK(LITE_register_parse_info_func("c_parse", parseNothing));
  expectFailure(LITE_register_parse_info_func("c_parse", parseNothing),
                "The parse info method c_parse is already registered.");
  expectFailure(LITE_register_parse_info_func("c_parse", nullptr), text);
  expectFailure(LITE_register_parse_info_func(nullptr, parseNothing), text);
}
