//===- network_c.cpp - networks for C -----------------------------------------------------------------------------===//
#include "Border.h"

#include "../lite/NetworkImpl.h"
#include "lite/global.h"
#include "lite/misc.h"

using namespace lite::c;
using lite::Runtime;

const LiteOptions default_option = {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0};
const LiteIO default_io = {nullptr, 1, LITE_IO_VALUE, {{0, 0, 0, 0, 0, 0, 0}, 0, LITE_FLOAT}};

LiteConfig *default_config() {
  static LiteConfig config = {0, -1, LITE_CPU, LITE_DEFAULT, nullptr, default_option, 0, nullptr};
  return &config;
}

LiteNetworkIO *default_network_io() {
  static LiteNetworkIO io = {nullptr, nullptr, 0, 0};
  return &io;
}

//===--- Structures -----------------------------------------------------------------------------------------===//

namespace lite::c {

Config to_cpp(const LiteConfig &config) {
  Config result;
  result.has_compression = config.has_compression != 0;
  result.device_id = config.device_id;
  result.device_type = config.device_type;
  result.backend = config.backend;
  if (config.bare_model_cryption_name)
    result.bare_model_cryption_name = config.bare_model_cryption_name;
  result.auto_optimize_inference = config.auto_optimize_inference != 0;
  if (config.discrete_input_name)
    result.discrete_input_name = config.discrete_input_name;

  const LiteOptions &from = config.options;
  Options &to = result.options;
  to.weight_preprocess = from.weight_preprocess != 0;
  to.fuse_preprocess = from.fuse_preprocess != 0;
  to.fake_next_exec = from.fake_next_exec != 0;
  to.var_sanity_check_first_run = from.var_sanity_check_first_run != 0;
  to.const_shape = from.const_shape != 0;
  to.force_dynamic_alloc = from.force_dynamic_alloc != 0;
  to.force_output_dynamic_alloc = from.force_output_dynamic_alloc != 0;
  to.force_output_use_user_specified_memory = from.force_output_use_user_specified_memory != 0;
  to.no_profiling_on_shape_change = from.no_profiling_on_shape_change != 0;
  to.jit_level = static_cast<uint8_t>(from.jit_level);
  to.comp_node_seq_record_level = static_cast<uint8_t>(from.comp_node_seq_record_level);
  to.graph_opt_level = static_cast<uint8_t>(from.graph_opt_level);
  to.async_exec_level = static_cast<uint16_t>(from.async_exec_level);
  to.enable_nchw44 = from.enable_nchw44 != 0;
  to.enable_nchw44_dot = from.enable_nchw44_dot != 0;
  to.enable_nchw88 = from.enable_nchw88 != 0;
  to.enable_nhwcd4 = from.enable_nhwcd4 != 0;
  to.enable_nchw4 = from.enable_nchw4 != 0;
  to.enable_nchw32 = from.enable_nchw32 != 0;
  to.enable_nchw64 = from.enable_nchw64 != 0;
  return result;
}

LiteIO to_c(const IO &io) { return {io.name.c_str(), io.is_host, io.io_type, to_c(io.config_layout)}; }

static void append(const LiteIO *list, size_t size, const char *kind, std::vector<IO> &out) {
  out = std::vector<IO>(list ? size : 0);
  for (size_t i = 0; i < size; ++i) {
    if (!list || !list[i].name)
      fail("%s name of io tensor must set.", kind);
    IO &io = out[i];
    io.name = list[i].name;
    io.is_host = list[i].is_host != 0;
    io.io_type = list[i].io_type;
    io.config_layout = to_cpp(list[i].config_layout);
  }
}

NetworkIO to_cpp(const LiteNetworkIO &io) {
  NetworkIO result;
  append(io.inputs, io.input_size, "input", result.inputs);
  append(io.outputs, io.output_size, "output", result.outputs);
  return result;
}

} // namespace lite::c

namespace {

using NamedTensors = lite::Network::NetworkImpl::NamedTensors;

/// A start or finish callback: shows the tensors to C. Its arrays are kept, so that only the first call allocates.
struct Callback {
  LiteStartCallback plain;
  LiteStartCallbackWithData with_data;
  void *user_data;
  std::vector<LiteIO> ios;
  std::vector<LiteTensor> tensors;

  void operator()(const NamedTensors &named) {
    ios.clear();
    tensors.clear();
    for (const auto &row : named) {
      ios.push_back(to_c(row.second.first));
      tensors.push_back(row.second.second.get());
    }
    if (plain)
      plain(ios.data(), tensors.data(), ios.size());
    else
      with_data(ios.data(), tensors.data(), ios.size(), user_data);
  }
};

lite::StartCallback callback(LiteStartCallback plain, LiteStartCallbackWithData with_data, void *user_data) {
  if (!plain && !with_data)
    return nullptr;
  return Callback{plain, with_data, user_data, {}, {}};
}

class UserAllocator final : public lite::Allocator {
public:
  UserAllocator(LiteAllocate allocate, LiteFree free) : allocate_(allocate), free_(free) {}
  void *allocate(LiteDeviceType device_type, int device_id, size_t size, size_t align) override {
    return allocate_(device_type, device_id, size, align);
  }
  void free(LiteDeviceType device_type, int device_id, void *memory) override { free_(device_type, device_id, memory); }

private:
  LiteAllocate allocate_;
  LiteFree free_;
};

LiteNetwork give(const lite::Config &config, const lite::NetworkIO &io) {
  auto network = std::make_shared<lite::Network>(config, io);
  lite::Network *handle = network.get();
  hold(handle, std::move(network));
  return handle;
}

lite::Network::NetworkImpl &impl(LiteNetwork network) { return lite::NetworkHelper::impl(lite::c::network(network)); }

void describe(const void *key, lite::NetworkIO io, LiteNetworkIO *out) {
  require(out, "ios");
  const auto shared = std::make_shared<SharedIO>(std::move(io));
  hold(key, shared);
  *out = shared->view();
}

} // namespace

//===--- Making and loading ---------------------------------------------------------------------------------===//

int LITE_make_default_network(LiteNetwork *network) {
  LITE_C_BEGIN
  require(network, "network");
  *network = give({}, {});
  LITE_C_END
}

int LITE_make_network(LiteNetwork *network, const LiteConfig config, const LiteNetworkIO network_io) {
  LITE_C_BEGIN
  require(network, "network");
  *network = give(to_cpp(config), to_cpp(network_io));
  LITE_C_END
}

int LITE_make_network_config(LiteNetwork *network, const LiteConfig config) {
  LITE_C_BEGIN
  require(network, "network");
  *network = give(to_cpp(config), {});
  LITE_C_END
}

int LITE_destroy_network(LiteNetwork network) {
  LITE_C_BEGIN
  require(network, "network");
  let_go(network);
  LITE_C_END
}

int LITE_load_model_from_mem(LiteNetwork network, void *model_mem, size_t size) {
  LITE_C_BEGIN
  lite::Network &n = lite::c::network(network);
  require(model_mem, "model memory");
  n.load_model(model_mem, size);
  LITE_C_END
}

int LITE_load_model_from_path(LiteNetwork network, const char *model_path) {
  LITE_C_BEGIN
  lite::Network &n = lite::c::network(network);
  require(model_path, "model path");
  n.load_model(model_path);
  LITE_C_END
}

int LITE_shared_weight_with_network(LiteNetwork dst_network, const LiteNetwork src_network) {
  LITE_C_BEGIN
  Runtime::shared_weight_with_network(pointer(dst_network), pointer(src_network));
  LITE_C_END
}

int LITE_extra_configure(LiteNetwork network, LiteExtraConfig extra_config) {
  LITE_C_BEGIN
  lite::ExtraConfig extra;
  extra.disable_configure_by_model_info = extra_config.disable_configure_by_model_info != 0;
  lite::c::network(network).extra_configure(extra);
  LITE_C_END
}

int LITE_forward(const LiteNetwork network) {
  LITE_C_BEGIN
  lite::c::network(network).forward();
  LITE_C_END
}

int LITE_wait(const LiteNetwork network) {
  LITE_C_BEGIN
  lite::c::network(network).wait();
  LITE_C_END
}

//===--- Inputs and outputs ---------------------------------------------------------------------------------===//

int LITE_get_io_tensor(LiteNetwork network, const char *io_name, LiteTensorPhase phase, LiteTensor *tensor) {
  LITE_C_BEGIN
  lite::Network &n = lite::c::network(network);
  require(io_name && tensor ? io_name : nullptr);
  *tensor = n.get_io_tensor(io_name, phase).get();
  LITE_C_END
}

int LITE_get_discrete_tensor(LiteNetwork network, const char *io_name, size_t n_idx, LiteTensorPhase phase,
                             LiteTensor *tensor) {
  LITE_C_BEGIN
  lite::Network &n = lite::c::network(network);
  require(io_name && tensor ? io_name : nullptr);
  const auto tensors = n.get_discrete_tensors(io_name, phase);
  if (n_idx >= tensors.size())
    lite::fail("n_idx should be less than %zu", tensors.size());
  *tensor = tensors[n_idx].get();
  LITE_C_END
}

int LITE_get_input_name(const LiteNetwork network, size_t index, const char **name) {
  LITE_C_BEGIN
  require(network && name ? name : nullptr, "network");
  *name = impl(network).input(index).io.name.c_str();
  LITE_C_END
}

int LITE_get_output_name(const LiteNetwork network, size_t index, const char **name) {
  LITE_C_BEGIN
  lite::Network::NetworkImpl &n = impl(network);
  require(name, "name ptr");
  *name = n.output(index).io.name.c_str();
  LITE_C_END
}

int LITE_get_all_input_name(const LiteNetwork network, size_t *size, const char **name) {
  LITE_C_BEGIN
  const lite::Network::NetworkImpl &n = impl(network);
  if (size)
    *size = n.inputs().size();
  for (size_t i = 0; name && i < n.inputs().size(); ++i)
    name[i] = n.inputs()[i].io.name.c_str();
  LITE_C_END
}

int LITE_get_all_output_name(const LiteNetwork network, size_t *size, const char **name) {
  LITE_C_BEGIN
  const auto list = impl(network).listed_outputs();
  if (size)
    *size = list.size();
  for (size_t i = 0; name && i < list.size(); ++i)
    name[i] = list[i]->io.name.c_str();
  LITE_C_END
}

int LITE_get_model_io_info_by_path(const char *model_path, const LiteConfig config, LiteNetworkIO *ios) {
  LITE_C_BEGIN
  require(model_path, "model_path");
  describe(model_path, Runtime::get_model_io_info(std::string(model_path), to_cpp(config)), ios);
  LITE_C_END
}

int LITE_get_model_io_info_by_memory(const void *model_mem, size_t size, const LiteConfig config, LiteNetworkIO *ios) {
  LITE_C_BEGIN
  require(model_mem, "model_mem");
  describe(model_mem, Runtime::get_model_io_info(model_mem, size, to_cpp(config)), ios);
  LITE_C_END
}

//===--- What a network is set to ---------------------------------------------------------------------------===//

int LITE_is_cpu_inplace_mode(const LiteNetwork network, int *is_cpu_inplace_mode) {
  LITE_C_BEGIN
  require(is_cpu_inplace_mode, "network");
  *is_cpu_inplace_mode = impl(network).inplace;
  LITE_C_END
}

int LITE_get_cpu_threads_number(const LiteNetwork network, size_t *nr_threads) {
  LITE_C_BEGIN
  const lite::Network::NetworkImpl &n = impl(network);
  require(nr_threads);
  *nr_threads = n.threads;
  LITE_C_END
}

int LITE_get_device_id(const LiteNetwork network, int *device_id) {
  LITE_C_BEGIN
  const lite::Network &n = lite::c::network(network);
  require(device_id, "device_id");
  *device_id = n.get_device_id();
  LITE_C_END
}

int LITE_get_stream_id(const LiteNetwork network, int *stream_id) {
  LITE_C_BEGIN
  const lite::Network &n = lite::c::network(network);
  require(stream_id, "stream_id");
  *stream_id = n.get_stream_id();
  LITE_C_END
}

int LITE_get_device_type(const LiteNetwork network, LiteDeviceType *device_type) {
  LITE_C_BEGIN
  const lite::Network &n = lite::c::network(network);
  require(device_type, "device_type");
  *device_type = n.get_device_type();
  LITE_C_END
}

int LITE_get_model_extra_info(const LiteNetwork network, const char **info, int *info_size) {
  LITE_C_BEGIN
  const std::string &text = lite::c::network(network).get_model_extra_info();
  if (!info && !info_size)
    lite::fail("The info and info_size are all null");
  if (info_size)
    *info_size = static_cast<int>(text.size());
  if (info)
    *info = text.c_str();
  LITE_C_END
}

int LITE_set_cpu_inplace_mode(LiteNetwork network) {
  LITE_C_BEGIN
  impl(network).set_inplace();
  LITE_C_END
}

int LITE_set_cpu_threads_number(LiteNetwork network, size_t nr_threads) {
  LITE_C_BEGIN
  impl(network).set_threads(nr_threads);
  LITE_C_END
}

int LITE_set_device_id(LiteNetwork network, int device_id) {
  LITE_C_BEGIN
  lite::c::network(network).set_device_id(device_id);
  LITE_C_END
}

int LITE_set_stream_id(LiteNetwork network, int stream_id) {
  LITE_C_BEGIN
  lite::c::network(network).set_stream_id(stream_id);
  LITE_C_END
}

int LITE_use_tensorrt(LiteNetwork network) {
  LITE_C_BEGIN
  Runtime::use_tensorrt(pointer(network));
  LITE_C_END
}

int LITE_set_network_algo_policy(LiteNetwork network, LiteAlgoSelectStrategy strategy) {
  LITE_C_BEGIN
  Runtime::set_network_algo_policy(pointer(network), strategy);
  LITE_C_END
}

int LITE_set_network_algo_fastrun_config(LiteNetwork network, unsigned int shared_batch_size,
                                         int binary_equal_between_batch) {
  LITE_C_BEGIN
  Runtime::set_network_algo_policy(pointer(network), static_cast<LiteAlgoSelectStrategy>(0), shared_batch_size,
                                   binary_equal_between_batch != 0);
  LITE_C_END
}

int LITE_set_network_algo_workspace_limit(LiteNetwork network, size_t workspace_limit) {
  LITE_C_BEGIN
  Runtime::set_network_algo_workspace_limit(pointer(network), workspace_limit);
  LITE_C_END
}

//===--- Callbacks ------------------------------------------------------------------------------------------===//

int LITE_set_async_callback(LiteNetwork network, const LiteAsyncCallback async_callback) {
  LITE_C_BEGIN
  lite::Network &n = lite::c::network(network);
  require(reinterpret_cast<const void *>(async_callback));
  n.set_async_callback([async_callback] { async_callback(); });
  LITE_C_END
}

int LITE_set_async_callback_with_userdata(LiteNetwork network, const LiteAsyncCallbackWithData async_callback,
                                          void *user_data) {
  LITE_C_BEGIN
  lite::Network &n = lite::c::network(network);
  require(reinterpret_cast<const void *>(async_callback));
  n.set_async_callback([async_callback, user_data] { async_callback(user_data); });
  LITE_C_END
}

static int set_callback(LiteNetwork network, bool start, LiteStartCallback plain, LiteStartCallbackWithData with_data,
                        void *user_data) {
  LITE_C_BEGIN
  lite::Network::NetworkImpl &n = impl(network);
  (start ? n.start_callback : n.finish_callback) = callback(plain, with_data, user_data);
  LITE_C_END
}

int LITE_set_start_callback(LiteNetwork network, const LiteStartCallback start_callback) {
  return set_callback(network, true, start_callback, nullptr, nullptr);
}

int LITE_set_start_callback_with_userdata(LiteNetwork network, const LiteStartCallbackWithData start_callback,
                                          void *user_data) {
  return set_callback(network, true, nullptr, start_callback, user_data);
}

int LITE_set_finish_callback(LiteNetwork network, const LiteFinishCallback finish_callback) {
  return set_callback(network, false, finish_callback, nullptr, nullptr);
}

int LITE_set_finish_callback_with_userdata(LiteNetwork network, const LiteFinishCallbackWithData finish_callback,
                                           void *user_data) {
  return set_callback(network, false, nullptr, finish_callback, user_data);
}

//===--- Threads, memory, records ---------------------------------------------------------------------------===//

int LITE_set_runtime_thread_affinity(LiteNetwork network, const LiteThreadAffinityCallback thread_affinity_callback) {
  LITE_C_BEGIN
  lite::Network::NetworkImpl &n = impl(network);
  require(reinterpret_cast<const void *>(thread_affinity_callback));
  n.set_affinity([thread_affinity_callback](int id) { thread_affinity_callback(id); });
  LITE_C_END
}

int LITE_set_memory_allocator(LiteNetwork network, const LiteAllocate allocate_fun, const LiteFree free_fun) {
  LITE_C_BEGIN
  require(network && allocate_fun ? reinterpret_cast<const void *>(free_fun) : nullptr);
  impl(network).set_allocator(std::make_shared<UserAllocator>(allocate_fun, free_fun));
  LITE_C_END
}

int LITE_share_runtime_memory(LiteNetwork dst_network, LiteNetwork src_network) {
  LITE_C_BEGIN
  Runtime::share_runtime_memory_with(pointer(dst_network), pointer(src_network));
  LITE_C_END
}

int LITE_share_runtime_memroy(LiteNetwork dst_network, LiteNetwork src_network) {
  return LITE_share_runtime_memory(dst_network, src_network);
}

int LITE_enable_profile_performance(LiteNetwork network, const char *profile_json_file_path) {
  LITE_C_BEGIN
  lite::Network &n = lite::c::network(network);
  require(profile_json_file_path);
  n.enable_profile_performance(profile_json_file_path);
  LITE_C_END
}

int LITE_enable_io_txt_dump(LiteNetwork network, const char *io_txt_out_file) {
  LITE_C_BEGIN
  const auto n = pointer(network);
  require(io_txt_out_file);
  Runtime::enable_io_txt_dump(n, io_txt_out_file);
  LITE_C_END
}

int LITE_enable_io_bin_dump(LiteNetwork network, const char *io_bin_out_dir) {
  LITE_C_BEGIN
  const auto n = pointer(network);
  require(io_bin_out_dir);
  Runtime::enable_io_bin_dump(n, io_bin_out_dir);
  LITE_C_END
}

int LITE_get_static_memory_alloc_info(LiteNetwork network, const char *log_dir) {
  LITE_C_BEGIN
  const lite::Network &n = lite::c::network(network);
  require(log_dir);
  n.get_static_memory_alloc_info(log_dir);
  LITE_C_END
}

int LITE_enable_global_layout_transform(LiteNetwork network) {
  LITE_C_BEGIN
  Runtime::enable_global_layout_transform(pointer(network));
  LITE_C_END
}

int LITE_dump_layout_transform_model(LiteNetwork network, const char *dump_file_path) {
  LITE_C_BEGIN
  const auto n = pointer(network);
  require(dump_file_path);
  Runtime::dump_layout_transform_model(n, dump_file_path);
  LITE_C_END
}
