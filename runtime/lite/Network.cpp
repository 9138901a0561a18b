//===- Network.cpp - the border of lite::Network and lite::Runtime --------------------------------------------===//
#include "lite/network.h"

#include "NetworkImpl.h"
#include "lite/misc.h"

namespace lite {

Network::NetworkImpl &NetworkHelper::impl(const std::shared_ptr<Network> &network) {
  if (!network)
    fail("The network pass to LITE api is null");
  return *network->m_impl;
}

Network::Network(const Config &config, const NetworkIO &networkio)
    : m_impl(std::make_unique<NetworkImpl>(config, networkio)) {}

Network::Network(const NetworkIO &networkio, const Config &config) : Network(config, networkio) {}

Network::~Network() = default;

void Network::load_model(void *model_mem, size_t size) { m_impl->load(model_mem, size); }

void Network::load_model(std::string model_path) { m_impl->load(model_path); }

void Network::compute_only_configured_output() {
  m_impl->require_before("compute_only_configured_output");
  m_impl->only_configured = true;
}

std::shared_ptr<Tensor> Network::get_io_tensor(std::string io_name, LiteTensorPhase phase) {
  m_impl->require_after("get_io_tensor");
  if (phase != LITE_OUTPUT)
    if (NetworkImpl::Port *port = m_impl->find_input(io_name)) {
      if (!port->discrete.empty())
        fail("%s input tensor is in discrete mode, you can use get_discrete_tensors to get this input.",
             io_name.c_str());
      return port->tensor;
    }
  if (phase != LITE_INPUT)
    if (NetworkImpl::Port *port = m_impl->find_output(io_name))
      return port->tensor;
  const auto joined = [](const std::vector<std::string> &names) {
    std::string text;
    for (const std::string &name : names)
      text += ssprintf(text.empty() ? "%s" : ", %s", name.c_str());
    return text;
  };
  fail(
      "tensor name must be %s input tensor name or the registered output tensor name if NetworkIO is set, if NetworkIO "
      "is not set, the output tensor is all the network output tensor, or the output tensor is only the registered "
      "tensor. "
      "(the inputs of %s: %s; its outputs: %s)",
      io_name.c_str(), m_impl->executor().model().name(), joined(get_all_input_name()).c_str(),
      joined(get_all_output_name()).c_str());
}

std::vector<std::shared_ptr<Tensor>> Network::get_discrete_tensors(std::string io_name, LiteTensorPhase phase) {
  m_impl->require_after("get_discrete_tensors");
  NetworkImpl::Port *port = phase == LITE_OUTPUT ? nullptr : m_impl->find_input(io_name);
  if (!port)
    fail("tensor name must be %s input tensor name.", io_name.c_str());
  if (port->discrete.empty())
    fail("input '%s' is not given as discrete tensors: Config::discrete_input_name does not name it", io_name.c_str());
  return port->discrete;
}

std::shared_ptr<Tensor> Network::get_input_tensor(size_t index) {
  m_impl->require_after("get_input_tensor");
  return get_io_tensor(m_impl->input(index).io.name, LITE_INPUT);
}

std::vector<std::shared_ptr<Tensor>> Network::get_input_tensors(size_t index) {
  m_impl->require_after("get_input_tensors");
  return get_discrete_tensors(m_impl->input(index).io.name);
}

std::shared_ptr<Tensor> Network::get_output_tensor(size_t index) {
  m_impl->require_after("get_output_tensor");
  return m_impl->output(index).tensor;
}

Network &Network::set_async_callback(const AsyncCallback &async_callback) {
  m_impl->set_async_callback(async_callback);
  return *this;
}

Network &Network::set_start_callback(const StartCallback &start_callback) {
  m_impl->start_callback = start_callback;
  return *this;
}

Network &Network::set_finish_callback(const FinishCallback &finish_callback) {
  m_impl->finish_callback = finish_callback;
  return *this;
}

void Network::forward() { m_impl->forward(); }

void Network::wait() { m_impl->wait(); }

std::string Network::get_input_name(size_t index) const { return m_impl->input(index).io.name; }

std::string Network::get_output_name(size_t index) const { return m_impl->output(index).io.name; }

std::vector<std::string> Network::get_all_input_name() const {
  std::vector<std::string> names;
  for (const NetworkImpl::Port &port : m_impl->inputs())
    names.push_back(port.io.name);
  return names;
}

std::vector<std::string> Network::get_all_output_name() const {
  std::vector<std::string> names;
  for (const NetworkImpl::Port *port : m_impl->listed_outputs())
    names.push_back(port->io.name);
  return names;
}

Network &Network::set_device_id(int device_id) {
  m_impl->require_before("set_device_id");
  m_impl->device_id = device_id;
  return *this;
}

// The genuine library shows the two in-place modes as devices of these numbers.
int Network::get_device_id() const {
  return !m_impl->inplace ? m_impl->device_id : m_impl->threads > 1 ? -1025 : -1024;
}

Network &Network::set_stream_id(int stream_id) {
  m_impl->require_before("set_stream_id");
  m_impl->stream_id = stream_id;
  return *this;
}

int Network::get_stream_id() const { return m_impl->stream_id; }

LiteDeviceType Network::get_device_type() const { return m_impl->config.device_type; }

const std::string &Network::get_model_extra_info() { return m_impl->extra_info; }

void Network::extra_configure(const ExtraConfig &extra_config) {
  if (m_impl->loaded() && !extra_config.disable_configure_by_model_info)
    fail("disable_configure_by_model_info should be configured before model loaded.");
  m_impl->extra = extra_config;
}

//===--- Runtime --------------------------------------------------------------------------------------------===//

void Runtime::set_cpu_threads_number(std::shared_ptr<Network> dst_network, size_t nr_threads) {
  NetworkHelper::impl(dst_network).set_threads(nr_threads);
}

size_t Runtime::get_cpu_threads_number(std::shared_ptr<Network> dst_network) {
  return NetworkHelper::impl(dst_network).threads;
}

void Runtime::set_runtime_thread_affinity(std::shared_ptr<Network> network,
                                          const ThreadAffinityCallback &thread_affinity_callback) {
  NetworkHelper::impl(network).set_affinity(thread_affinity_callback);
}

void Runtime::set_cpu_inplace_mode(std::shared_ptr<Network> dst_network) {
  NetworkHelper::impl(dst_network).set_inplace();
}

bool Runtime::is_cpu_inplace_mode(std::shared_ptr<Network> dst_network) {
  return NetworkHelper::impl(dst_network).inplace;
}

void Runtime::use_tensorrt(std::shared_ptr<Network> dst_network) {
  NetworkHelper::impl(dst_network).require_before("use_tensorrt");
  LITE_WARN(
      "use_tensorrt: TensorRT is disable at compile time; the network runs the code that its model was compiled to");
}

void Runtime::set_network_algo_policy(std::shared_ptr<Network> dst_network, LiteAlgoSelectStrategy strategy, uint32_t,
                                      bool) {
  if (NetworkHelper::impl(dst_network).loaded())
    LITE_WARN("set_network_algo_policy maybe cause error after loaded network!!!!");
  if (static_cast<uint32_t>(strategy) & ~static_cast<uint32_t>(LITE_ALGO_REPRODUCIBLE))
    LITE_WARN("set_network_algo_policy: honoured at compile time, when kernels are picked");
}

void Runtime::set_network_algo_workspace_limit(std::shared_ptr<Network> dst_network, size_t workspace_limit) {
  Network::NetworkImpl &impl = NetworkHelper::impl(dst_network);
  impl.require_after("set_network_algo_policy");
  const uint64_t need = impl.executor().sizes().scratch_bytes * impl.executor().threads();
  if (need <= workspace_limit)
    return;
  refuse_or_warn(
      ssprintf("set_network_algo_workspace_limit: the compiled code needs %llu bytes, more than the limit of "
               "%zu; fewer threads need less",
               static_cast<unsigned long long>(need), workspace_limit));
}

void Runtime::set_memory_allocator(std::shared_ptr<Network> dst_network, std::shared_ptr<Allocator> user_allocator) {
  NetworkHelper::impl(dst_network).set_allocator(std::move(user_allocator));
}

void Runtime::share_runtime_memory_with(std::shared_ptr<Network> dst_network, std::shared_ptr<Network> src_network) {
  Network::NetworkImpl &impl = NetworkHelper::impl(dst_network);
  impl.require_before("share_runtime_memory_with");
  impl.share_memory(NetworkHelper::impl(src_network));
}

void Runtime::shared_weight_with_network(std::shared_ptr<Network> dst_network,
                                         const std::shared_ptr<Network> src_network) {
  NetworkHelper::impl(dst_network).load_shared(NetworkHelper::impl(src_network));
}

void Runtime::enable_global_layout_transform(std::shared_ptr<Network> network) {
  Network::NetworkImpl &impl = NetworkHelper::impl(network);
  impl.require_before("enable_global_layout_transform");
  impl.layout_transform = true;
  LITE_WARN("enable_global_layout_transform: honoured at compile time, when layouts are chosen");
}

void Runtime::dump_layout_transform_model(std::shared_ptr<Network> network, std::string optimized_model_path) {
  Network::NetworkImpl &impl = NetworkHelper::impl(network);
  impl.require_after("dump_layout_transform_model");
  if (!impl.layout_transform)
    fail("dump layout transform model should call enable_global_layout_transform before");
  fail("%s cannot be written: %s runs as compiled code, whose layouts no model file holds; keep the library that `mgec "
       "compile` made",
       optimized_model_path.c_str(), impl.executor().model().name());
}

static NetworkIO describe(const Network::NetworkImpl &impl) {
  NetworkIO result;
  const auto add = [](const Network::NetworkImpl::Port &port, std::vector<IO> &list) {
    IO io = port.io;
    io.config_layout = port.impl().layout();
    list.push_back(std::move(io));
  };
  for (const auto &port : impl.inputs())
    add(port, result.inputs);
  for (const auto &port : impl.outputs())
    add(port, result.outputs);
  return result;
}

NetworkIO Runtime::get_model_io_info(const std::string &model_path, const Config &config) {
  const auto network = std::make_shared<Network>(config);
  network->load_model(model_path);
  return describe(NetworkHelper::impl(network));
}

NetworkIO Runtime::get_model_io_info(const void *model_mem, size_t size, const Config &config) {
  const auto network = std::make_shared<Network>(config);
  NetworkHelper::impl(network).load(model_mem, size);
  return describe(NetworkHelper::impl(network));
}

} // namespace lite
