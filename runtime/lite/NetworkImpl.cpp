//===- NetworkImpl.cpp - what a lite::Network is inside -------------------------------------------------------===//
#include "NetworkImpl.h"

#include "../core/Env.h"
#include "Unlock.h"
#include "lite/misc.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace lite {

using mgec::core::Shape;

void check(const mgec::core::Status &status) {
  if (!status.ok())
    throw Error(status.message());
}

namespace {
/// The program's allocator as the core knows one.
class UserBlocks final : public mgec::core::BlockSource {
public:
  UserBlocks(std::shared_ptr<Allocator> allocator, int device_id)
      : allocator_(std::move(allocator)), device_id_(device_id) {}
  void *allocate(size_t size, size_t align) override { return allocator_->allocate(LITE_CPU, device_id_, size, align); }
  void release(void *block) override { allocator_->free(LITE_CPU, device_id_, block); }

private:
  std::shared_ptr<Allocator> allocator_;
  int device_id_;
};
} // namespace

namespace {

bool sub_byte(const mgec_tensor_desc &desc) { return desc.dtype == MGEC_QS4 || desc.dtype == MGEC_QU4; }

/// The element type that stores a tensor of the model.
LiteDataType lite_type(int32_t dtype) {
  switch (dtype) {
  case MGEC_F32:
    return LITE_FLOAT;
  case MGEC_F16:
    return LITE_HALF;
  case MGEC_BF16:
  case MGEC_U16:
    return LITE_UINT16;
  case MGEC_I8:
  case MGEC_QS8:
    return LITE_INT8;
  case MGEC_I16:
  case MGEC_QS16:
    return LITE_INT16;
  case MGEC_I32:
  case MGEC_QS32:
    return LITE_INT;
  default: // u8, bool, qu8, and 4-bit types, two a byte
    return LITE_UINT8;
  }
}

Layout lite_layout(const mgec_tensor_desc &desc, const Shape &shape) {
  Layout layout = {};
  layout.ndim = static_cast<size_t>(shape.ndim);
  layout.data_type = lite_type(desc.dtype);
  for (int32_t i = 0; i < shape.ndim; ++i)
    layout.shapes[i] = static_cast<size_t>(shape.dims[i]);
  if (sub_byte(desc) && shape.ndim)
    layout.shapes[shape.ndim - 1] = (layout.shapes[shape.ndim - 1] + 1) / 2;
  return layout;
}

Shape core_shape(const mgec_tensor_desc &desc, const Layout &layout) {
  Shape shape;
  shape.ndim = static_cast<int32_t>(std::min<size_t>(layout.ndim, MGEC_MAX_NDIM));
  for (int32_t i = 0; i < shape.ndim; ++i)
    shape.dims[i] = static_cast<int64_t>(layout.shapes[i]);
  if (sub_byte(desc) && shape.ndim) { // bytes to elements: the compiled extent tells an odd one
    const int32_t last = shape.ndim - 1;
    const int64_t compiled = desc.ndim == shape.ndim ? desc.dims[last] : -1;
    shape.dims[last] = compiled >= 0 && (compiled + 1) / 2 == shape.dims[last] ? compiled : shape.dims[last] * 2;
  }
  return shape;
}

bool aligned(const void *memory, const mgec_tensor_desc &desc) {
  return reinterpret_cast<uintptr_t>(memory) % mgec::core::dtypeAlignment(desc.dtype) == 0;
}

bool overlap(const void *a, uint64_t a_bytes, const void *b, uint64_t b_bytes) {
  const auto x = reinterpret_cast<uintptr_t>(a), y = reinterpret_cast<uintptr_t>(b);
  return x < y + b_bytes && y < x + a_bytes;
}

const IO *find_io(const std::vector<IO> &list, const char *name) {
  for (const IO &io : list)
    if (io.name == name)
      return &io;
  return nullptr;
}

} // namespace

Network::NetworkImpl::NetworkImpl(const Config &config, const NetworkIO &io)
    : Settings{config, io, config.device_id, 1, false} {}

Network::NetworkImpl::~NetworkImpl() {
  if (dispatcher_.joinable()) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return !job_; });
      stop_ = true;
    }
    changed_.notify_all();
    dispatcher_.join();
  }
  unload();
}

void Network::NetworkImpl::require_before(const char *name) const {
  if (loaded())
    fail("%s should be used before model loaded.", name);
}

void Network::NetworkImpl::require_after(const char *name) const {
  if (!loaded())
    fail("%s should be used after model loaded.", name);
}

//===--- Loading --------------------------------------------------------------------------------------------===//

void Network::NetworkImpl::check_config() const {
  if (config.device_type != LITE_CPU && config.device_type != LITE_DEVICE_DEFAULT)
    fail("device type %d is not available: this library runs networks on LITE_CPU",
         static_cast<int>(config.device_type));
  if (config.backend != LITE_DEFAULT)
    fail("backend %d is not available; use LITE_DEFAULT", static_cast<int>(config.backend));
#if defined(MGEC_LITE_WITHOUT_CRYPTO)
  if (!config.bare_model_cryption_name.empty())
    fail("The decryption method %s is not in this build.", config.bare_model_cryption_name.c_str());
#endif
  const Options &o = config.options;
  if (o.force_output_use_user_specified_memory && o.force_output_dynamic_alloc)
    fail("Can't set force_output_use_user_specified_memory and force_output_dynamic_alloc at the same time.");
  if (o.force_output_use_user_specified_memory && asynchronous())
    fail("Async mode can't run with force_output_use_user_specified_memory which output data is written to use "
         "specific memory.");
}

/// The option that asks for another layout than the code was compiled for; null when none does.
const char *Network::NetworkImpl::unlike_compiled_layout() const {
  const Options &o = config.options;
  const struct {
    bool set;
    int block; // channels that stand together
    const char *name;
  } rows[] = {{o.enable_nchw44, 4, "enable_nchw44"}, {o.enable_nchw44_dot, 4, "enable_nchw44_dot"},
              {o.enable_nchw88, 8, "enable_nchw88"}, {o.enable_nhwcd4, 0, "enable_nhwcd4"},
              {o.enable_nchw4, 4, "enable_nchw4"},   {o.enable_nchw32, 32, "enable_nchw32"},
              {o.enable_nchw64, 64, "enable_nchw64"}};
  static const char key[] = "\"channel_block\":";
  const char *text = std::strstr(executor_->model().abi().manifest, key);
  const int block = text ? static_cast<int>(std::strtoul(text + sizeof(key) - 1, nullptr, 10)) : -1;
  for (const auto &row : rows)
    if (row.set && row.block != block)
      return row.name;
  return nullptr;
}

void Network::NetworkImpl::check_compiled_options() const {
  const Options &o = config.options;
  const char *layout = unlike_compiled_layout();
  if (layout && strict())
    fail(
        "%s: %s is 1, but the model was compiled for another layout (strict mode); compile it again with a "
        "--target whose layout that is, or leave the option at 0",
        executor_->model().name(), layout);
  const std::pair<bool, const char *> rows[] = {
      {o.weight_preprocess, "weight_preprocess as 1"},
      {o.fuse_preprocess, "fuse_preprocess as 1"},
      {o.force_dynamic_alloc, "force_dynamic_alloc as 0"},
      {o.no_profiling_on_shape_change, "no_profiling_on_shape_change as 1"},
      {o.jit_level != 0, "jit_level as 2"},
      {o.graph_opt_level != 2, "graph_opt_level as 3"},
      {config.auto_optimize_inference, "auto_optimize_inference as 1"},
      {only_configured, "compute_only_configured_output as every output"},
      {layout != nullptr, layout},
  };
  std::string names;
  for (const auto &row : rows)
    if (row.first)
      names += mgec::core::format(names.empty() ? "%s" : ", %s", row.second);
  if (!names.empty())
    LITE_WARN("honoured at compile time: %s%s", names.c_str(), layout ? " as another layout" : "");
}

mgec::core::Wanted Network::NetworkImpl::wanted() const {
  mgec::core::Wanted result;
  result.compile = compile_on_load;
  if (config.has_compression) // which mgec learns from a packed file alone, and not of bytes that it is handed
    result.compile = [](const mgec::core::ModelSource &, const mgec::core::Wanted &, mgec::core::ModelPtr &) {
      return mgec::core::Status::error("has_compression is not compiled at load");
    };
  if (config.options.enable_f16_io_comp)
    result.precision = "f16";
  for (const IO &io : network_io.inputs) {
    if (io.config_layout.ndim == 0)
      continue;
    Shape shape;
    shape.ndim = static_cast<int32_t>(std::min<size_t>(io.config_layout.ndim, MGEC_MAX_NDIM));
    for (int32_t i = 0; i < shape.ndim; ++i)
      shape.dims[i] = static_cast<int64_t>(io.config_layout.shapes[i]);
    result.shapes.emplace_back(io.name, shape);
  }
  return result;
}

/// Everything that comes before looking for a model. Whatever was loaded is given up, also when the new one fails, and
/// with it what its packed information had changed.
void Network::NetworkImpl::begin_load() {
  await();
  if (loaded())
    LITE_WARN("the network gives up the model that it had loaded");
  unload();
#if !defined(MGEC_LITE_WITHOUT_CRYPTO)
  if (given_)
    static_cast<Settings &>(*this) = *given_;
  given_.reset();
  extra_info.clear();
#endif
  check_config();
}

#if !defined(MGEC_LITE_WITHOUT_CRYPTO)
/// Applies what the information packed with the model asks for, besides what it did to the configuration.
void Network::NetworkImpl::apply(PackedInfo &info) {
  const auto read = [&](const char *key, auto &out) {
    const auto it = info.device.find(key);
    if (it != info.device.end())
      out = it->second.safe_cast<std::decay_t<decltype(out)>>();
  };
  uint32_t count = 0;
  bool on = false, tensorrt = false;
  read("device_id", device_id);
  read("number_threads", count);
  read("enable_inplace_model", on);
  read("use_tensorrt", tensorrt);
  if (count > 1)
    threads = count;
  inplace = inplace || on;
  if (tensorrt)
    LITE_WARN("use_tensorrt: the network runs the code that its model was compiled to");
  extra_info = std::move(info.extra_info);
  check_config();
}

/// A library that was compiled from a packed model carries its information.
void Network::NetworkImpl::apply_compiled(const mgec::core::Model &model) {
  const auto given = std::make_shared<Settings>(*this);
  PackedInfo info;
  if (!compiled_info(model.abi().manifest, model.name(), extra, config, network_io, info))
    return;
  given_ = given;
  apply(info);
}

/// `path` is "" for a model in memory.
void Network::NetworkImpl::load_locked(const void *data, size_t size, const std::string &path) {
  const auto given = std::make_shared<Settings>(*this);
  PackedInfo info;
  const Secret plain =
      unlock(data, size, path.empty() ? "the model in memory" : path, extra, config, network_io, info);
  given_ = given;
  apply(info);
  mgec::core::Wanted want = wanted();
  want.secret = true;
  want.file = path.empty() ? nullptr : &path;
  want.method = info.packed ? nullptr : &config.bare_model_cryption_name;
  mgec::core::ModelPtr model;
  check(mgec::core::bindBytes(plain.bytes.data(), plain.bytes.size(), want, model));
  start(std::move(model));
}

bool Network::NetworkImpl::is_locked(const void *data, size_t size) const {
  return is_packed(data, size) ||
         (!config.bare_model_cryption_name.empty() && !mgec::core::looksLikeLibrary(data, size));
}
#endif

void Network::NetworkImpl::load(const std::string &path) {
  begin_load();
#if !defined(MGEC_LITE_WITHOUT_CRYPTO)
  char head[kPackMagic] = {};
  if (FILE *file = std::fopen(path.c_str(), "rbe")) {
    const size_t count = std::fread(head, 1, sizeof(head), file);
    std::fclose(file);
    if (is_locked(head, count)) {
      const Secret bytes = read_file(path);
      load_locked(bytes.bytes.data(), bytes.bytes.size(), path);
      return;
    }
  }
#endif
  mgec::core::ModelPtr model;
  check(mgec::core::bindFile(path, wanted(), model));
#if !defined(MGEC_LITE_WITHOUT_CRYPTO)
  if (mgec::core::looksLikeLibrary(path))
    apply_compiled(*model);
#endif
  start(std::move(model));
}

void Network::NetworkImpl::load(const void *data, size_t size) {
  begin_load();
#if !defined(MGEC_LITE_WITHOUT_CRYPTO)
  if (data && is_locked(data, size)) {
    load_locked(data, size, "");
    return;
  }
#endif
  mgec::core::ModelPtr model;
  check(mgec::core::bindBytes(data, size, wanted(), model));
#if !defined(MGEC_LITE_WITHOUT_CRYPTO)
  if (mgec::core::looksLikeLibrary(data, size))
    apply_compiled(*model);
#endif
  start(std::move(model));
}

void Network::NetworkImpl::load_shared(const NetworkImpl &source) {
  if (!source.loaded())
    fail("shared_weight_with_network should be used after the src network loaded.");
  if (&source == this)
    return;
  begin_load();
  start(source.executor_->modelPtr());
}

void Network::NetworkImpl::unload() {
  for (Port &port : inputs_)
    if (port.tensor)
      port.impl().observe(nullptr);
  inputs_.clear();
  outputs_.clear();
  named_inputs_.clear();
  named_outputs_.clear();
  finish_pending_ = false;
  executor_.reset();
}

void Network::NetworkImpl::start(mgec::core::ModelPtr model) {
  const mgec::core::Wanted want = wanted();
  auto executor = std::make_unique<mgec::core::Executor>(model, want.precision);
  if (want.precision != executor->precision() && want.precision != "f32")
    fail("%s was compiled for precision %s, not for %s, which enable_f16_io_comp asks for", model->name(),
         executor->precision(), want.precision.c_str());
  executor->setMemory(memory_);
  executor->setRecorder(recorder_.get());
  executor->setDeferred(config.options.comp_node_seq_record_level > 0);
  if (config.options.var_sanity_check_first_run)
    executor->guardFirstRun();
  check(executor->setThreads(static_cast<unsigned>(threads)));

  std::vector<const Shape *> shapes(model->inputs(), nullptr);
  std::vector<Shape> configured(model->inputs());
  for (uint32_t i = 0; i < model->inputs(); ++i) {
    const mgec_tensor_desc &desc = executor->input(i);
    const IO *io = find_io(network_io.inputs, desc.name);
    if (!io || io->config_layout.ndim == 0)
      continue;
    if (io->config_layout.ndim > MGEC_MAX_NDIM || io->config_layout.data_type != lite_type(desc.dtype))
      fail("input '%s' of %s has element type %s and at most %d dimensions; its config_layout says %s and %zu",
           desc.name, model->name(), data_type_name(lite_type(desc.dtype)), MGEC_MAX_NDIM,
           data_type_name(io->config_layout.data_type), io->config_layout.ndim);
    configured[i] = core_shape(desc, io->config_layout);
    shapes[i] = &configured[i];
  }
  check(executor->selectSome(shapes.data()));

  executor_ = std::move(executor);
  try {
    check_compiled_options();
    make_ports();
  } catch (...) {
    unload();
    throw;
  }
}

static void name_port(Network::NetworkImpl::NamedTensors &named, const Network::NetworkImpl::Port &port) {
  auto &entry = named[port.io.name];
  entry.first = port.io;
  entry.second = port.tensor;
}

void Network::NetworkImpl::make_ports() {
  const mgec::core::Executor &e = *executor_;
  const mgec::core::Model &model = e.model();
  const auto fill = [&](Port &port, const mgec_tensor_desc &desc, const Shape &shape, const std::vector<IO> &list) {
    const IO *io = find_io(list, desc.name);
    port.configured = io != nullptr;
    if (io)
      port.io = *io;
    port.io.name = desc.name;
    port.io.is_host = true;
    port.tensor = std::make_shared<Tensor>(LITE_DEFAULT, LITE_CPU, device_id, lite_layout(desc, shape), false);
  };
  inputs_ = std::vector<Port>(model.inputs());
  outputs_ = std::vector<Port>(model.outputs());
  for (uint32_t i = 0; i < model.inputs(); ++i) {
    Port &port = inputs_[i];
    fill(port, e.input(i), e.inputShape(i), network_io.inputs);
    if (const void *value = model.defaultValue(e.input(i)))
      std::memcpy(port.impl().data(), value, port.impl().bytes());
    if (!config.discrete_input_name.empty() && port.io.name == config.discrete_input_name) {
      Layout one = port.impl().layout();
      if (one.ndim != 4)
        fail("input '%s' cannot be given as discrete tensors: it has %zu dimensions, not 4", port.io.name.c_str(),
             one.ndim);
      const size_t count = one.shapes[0];
      one.shapes[0] = 1;
      for (size_t k = 0; k < count; ++k)
        port.discrete.push_back(std::make_shared<Tensor>(device_id, LITE_CPU, one));
    }
  }
  bool any = false;
  for (uint32_t i = 0; i < model.outputs(); ++i) {
    fill(outputs_[i], e.output(i), e.outputShape(i), network_io.outputs);
    any = any || outputs_[i].configured;
  }
  if (only_configured) {
    if (!any)
      fail("compute configured output only with no configure output.");
    for (Port &port : outputs_)
      port.visible = port.configured;
  }
  for (const IO &io : network_io.inputs)
    if (!find_input(io.name))
      LITE_LOG("the model has no input '%s'; its configuration is ignored", io.name.c_str());
  for (const IO &io : network_io.outputs)
    if (!find_output(io.name))
      LITE_LOG("the model has no output '%s'; its configuration is ignored", io.name.c_str());
  for (const Port &port : outputs_)
    if (port.io.config_layout.ndim && !(port.io.config_layout == port.impl().layout())) {
      refuse_or_warn(ssprintf("output '%s' is %s of %s, not %s of %s as its config_layout says", port.io.name.c_str(),
                              layout_text(port.impl().layout()).c_str(), data_type_name(port.impl().layout().data_type),
                              layout_text(port.io.config_layout).c_str(),
                              data_type_name(port.io.config_layout.data_type)));
    }

  for (Port &port : inputs_) {
    if (port.discrete.empty())
      port.impl().observe(this);
    name_port(named_inputs_, port);
  }
  for (Port &port : outputs_)
    if (port.visible)
      name_port(named_outputs_, port);
  shapes_.resize(inputs_.size());
  input_pointers_.resize(inputs_.size());
  output_pointers_.resize(outputs_.size());
  collect_shapes();
  first_shapes_ = shapes_;
}

//===--- Looking up -----------------------------------------------------------------------------------------===//

Network::NetworkImpl::Port &Network::NetworkImpl::input(size_t index) {
  if (index >= inputs_.size())
    fail("The input tensor index is large than the total inputs number.");
  return inputs_[index];
}

Network::NetworkImpl::Port &Network::NetworkImpl::output(size_t index) {
  for (Port &port : outputs_)
    if (port.visible && index-- == 0)
      return port;
  fail("The output tensor index is large than the total outputs number.");
}

std::vector<const Network::NetworkImpl::Port *> Network::NetworkImpl::listed_outputs() const {
  std::vector<const Port *> list;
  for (const IO &io : network_io.outputs)
    for (const Port &port : outputs_)
      if (port.visible && port.io.name == io.name)
        list.push_back(&port);
  for (const Port &port : outputs_)
    if (port.visible && !port.configured)
      list.push_back(&port);
  return list;
}

Network::NetworkImpl::Port *Network::NetworkImpl::find_input(const std::string &name) {
  for (Port &port : inputs_)
    if (port.io.name == name)
      return &port;
  return nullptr;
}

Network::NetworkImpl::Port *Network::NetworkImpl::find_output(const std::string &name) {
  for (Port &port : outputs_)
    if (port.visible && port.io.name == name)
      return &port;
  return nullptr;
}

//===--- Shapes ---------------------------------------------------------------------------------------------===//

void Network::NetworkImpl::before_layout(const Tensor::TensorImpl &tensor, const Layout &layout) {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (&inputs_[i].impl() != &tensor)
      continue;
    const mgec_tensor_desc &desc = executor_->input(static_cast<uint32_t>(i));
    if (layout.data_type != lite_type(desc.dtype))
      fail("input '%s' of %s has element type %s, not %s", desc.name, executor_->model().name(),
           data_type_name(lite_type(desc.dtype)), data_type_name(layout.data_type));
    const Shape shape = core_shape(desc, layout);
    collect_shapes();
    shapes_[i] = shape;
    if (config.options.const_shape && shape != first_shapes_[i])
      fail("disallowed shape change: input '%s' %s vs %s; Options::const_shape is set", desc.name,
           first_shapes_[i].text().c_str(), shape.text().c_str());
    if (layout.ndim > MGEC_MAX_NDIM || !executor_->acceptsInput(static_cast<uint32_t>(i), shape))
      check(executor_->noVariant(shapes_.data()));
  }
}

/// Makes the outputs' layouts known as soon as the inputs' fit together; until then the outputs stay as they are.
void Network::NetworkImpl::after_layout(const Tensor::TensorImpl &) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (job_)
      return; // the forward that runs keeps its choice; the next one looks again
  }
  collect_shapes();
  if (executor_->select(shapes_.data()).ok())
    update_outputs(false);
}

void Network::NetworkImpl::collect_shapes() {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const mgec_tensor_desc &desc = executor_->input(static_cast<uint32_t>(i));
    shapes_[i] = core_shape(desc, inputs_[i].impl().layout());
  }
}

/// Gives the output tensors the layouts of the present choice. `strict` fails where the program's memory is too small;
/// otherwise such an output keeps its layout.
void Network::NetworkImpl::update_outputs(bool strict) {
  for (size_t i = 0; i < outputs_.size(); ++i) {
    Port &port = outputs_[i];
    const Layout layout =
        lite_layout(executor_->output(static_cast<uint32_t>(i)), executor_->outputShape(static_cast<uint32_t>(i)));
    Tensor::TensorImpl &tensor = port.impl();
    if (layout == tensor.layout() && (!tensor.has_memory() || tensor.capacity() >= tensor.bytes()))
      continue;
    if (!strict && tensor.external())
      continue;
    tensor.set_computed_layout(layout, port.io.name);
  }
}

//===--- Running --------------------------------------------------------------------------------------------===//

/// Copies the discrete tensors of an input one after another.
void Network::NetworkImpl::gather(Port &port, size_t index) {
  if (!port.staging)
    port.staging = std::make_unique<mgec::core::Memory>();
  check(port.staging->ensure(executor_->inputBytes(static_cast<uint32_t>(index))));
  uint8_t *to = port.staging->data();
  for (const auto &tensor : port.discrete) {
    Tensor::TensorImpl &part = TensorHelper::impl(*tensor);
    Layout one = port.impl().layout();
    one.shapes[0] = 1;
    if (!(part.layout() == one))
      fail("a discrete tensor of input '%s' is %s of %s, not %s of %s", port.io.name.c_str(),
           layout_text(part.layout()).c_str(), data_type_name(part.layout().data_type), layout_text(one).c_str(),
           data_type_name(one.data_type));
    copy_strided(one, part.strides(), part.data(true), to, true);
    to += part.bytes();
  }
}

const void *Network::NetworkImpl::input_memory(Port &port, size_t index) {
  if (!port.discrete.empty()) {
    gather(port, index);
    return port.staging->data();
  }
  Tensor::TensorImpl &tensor = port.impl();
  void *memory = tensor.data(true);
  if (tensor.contiguous() && aligned(memory, executor_->input(static_cast<uint32_t>(index))))
    return memory;
  if (!port.staging)
    port.staging = std::make_unique<mgec::core::Memory>();
  check(port.staging->ensure(tensor.bytes()));
  copy_strided(tensor.layout(), tensor.strides(), memory, port.staging->data(), true);
  return port.staging->data();
}

void *Network::NetworkImpl::output_memory(Port &port, size_t index) {
  const auto i = static_cast<uint32_t>(index);
  const uint64_t bytes = executor_->outputBytes(i);
  port.staged = false;
  if (port.visible && port.io.io_type == LITE_IO_VALUE) {
    Tensor::TensorImpl &tensor = port.impl();
    if (config.options.force_output_use_user_specified_memory && !tensor.external())
      fail("output '%s' has no memory: with force_output_use_user_specified_memory its tensor must be reset to memory "
           "before forward",
           port.io.name.c_str());
    void *memory = tensor.data();
    bool direct = tensor.contiguous() && aligned(memory, executor_->output(i));
    for (size_t k = 0; direct && k < inputs_.size(); ++k)
      direct = !overlap(memory, bytes, input_pointers_[k], executor_->inputBytes(static_cast<uint32_t>(k)));
    for (size_t k = 0; direct && k < index; ++k)
      direct = !overlap(memory, bytes, output_pointers_[k], executor_->outputBytes(static_cast<uint32_t>(k)));
    if (direct)
      return memory;
    port.staged = true;
  }
  if (!port.staging) {
    port.staging = std::make_unique<mgec::core::Memory>();
    if (port.staged && config.options.force_output_use_user_specified_memory)
      LITE_WARN("output '%s' is copied to its memory, which is not dense, not aligned, or overlaps another tensor",
                port.io.name.c_str());
  }
  check(port.staging->ensure(bytes ? bytes : 1));
  return port.staging->data();
}

void Network::NetworkImpl::forward() {
  require_after("forward");
  await();
  if (on_dispatcher())
    call_finish(); // a callback starts the next forward: the one it was called for is over
  if (start_callback)
    start_callback(named_inputs_);
  collect_shapes();
  check(executor_->select(shapes_.data()));
  update_outputs(true);
  bool values = false;
  for (const Port &port : outputs_)
    values = values || (port.visible && port.io.io_type == LITE_IO_VALUE);
  finish_pending_ = true;
  if (!values)
    return; // the shapes are all that was wanted
  for (size_t i = 0; i < inputs_.size(); ++i)
    input_pointers_[i] = input_memory(inputs_[i], i);
  for (size_t i = 0; i < outputs_.size(); ++i)
    output_pointers_[i] = output_memory(outputs_[i], i);
  if (config.options.fake_next_exec) {
    config.options.fake_next_exec = false;
    check(executor_->touch());
    return;
  }
  if (asynchronous())
    submit();
  else
    run();
}

/// What lies around a network's tensors; `executor_` has looked at its own memory.
void Network::NetworkImpl::check_first_run() const {
  for (const auto *ports : {&inputs_, &outputs_})
    for (const Port &port : *ports)
      if (!port.impl().intact())
        fail("%s: something wrote beyond the memory of '%s'", executor_->model().name(), port.io.name.c_str());
}

void Network::NetworkImpl::run() {
  const bool first = executor_->watching();
  check(executor_->forward(input_pointers_.data(), output_pointers_.data()));
  if (first)
    check_first_run();
  for (Port &port : outputs_)
    if (port.staged)
      copy_strided(port.impl().layout(), port.impl().strides(), port.impl().data(), port.staging->data(), false);
}

void Network::NetworkImpl::call_finish() {
  const bool pending = finish_pending_;
  finish_pending_ = false;
  if (pending && finish_callback)
    finish_callback(named_outputs_);
}

void Network::NetworkImpl::wait() {
  require_after("wait");
  if (on_dispatcher())
    return; // the forward whose callback this is has finished
  await();
  mgec::core::Status recorded;
  if (recorder_)
    recorded = recorder_->wait();
  call_finish();
  check(recorded);
}

//===--- Asynchronous forwards ------------------------------------------------------------------------------===//

void Network::NetworkImpl::submit() {
  if (on_dispatcher()) {
    again_ = true;
    return;
  }
  if (!dispatcher_.joinable())
    dispatcher_ = std::thread(&NetworkImpl::dispatch, this);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    job_ = true;
  }
  changed_.notify_all();
}

void Network::NetworkImpl::dispatch() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return job_ || stop_; });
    if (stop_)
      return;
    lock.unlock();
    std::exception_ptr error;
    do {
      again_ = false;
      try {
        run();
        if (async_callback_) {
          async_callback_();
          if (!again_)
            call_finish();
        }
      } catch (...) {
        error = std::current_exception();
      }
    } while (again_ && !error);
    lock.lock();
    error_ = error;
    job_ = false;
    changed_.notify_all();
  }
}

/// Returns when no asynchronous forward is under way, and throws what the last one threw.
void Network::NetworkImpl::await() {
  if (!dispatcher_.joinable() || on_dispatcher())
    return;
  std::exception_ptr error;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !job_; });
    std::swap(error, error_);
  }
  if (error)
    std::rethrow_exception(error);
}

//===--- Settings -------------------------------------------------------------------------------------------===//

void Network::NetworkImpl::set_async_callback(const AsyncCallback &callback) {
  if (callback && inplace)
    fail("cpu inplace mode not support async mode");
  if (callback && config.options.force_output_use_user_specified_memory)
    fail("Async mode can't run with force_output_use_user_specified_memory which output data is written to use "
         "specific memory.");
  await();
  async_callback_ = callback;
}

void Network::NetworkImpl::set_threads(size_t count) {
  require_before("set_cpu_threads_number");
  if (config.device_type != LITE_CPU && config.device_type != LITE_DEVICE_DEFAULT)
    fail("multi threads mode is only avaliable in CPU.");
  constexpr size_t kMost = 1024;
  if (count > kMost)
    fail("set_cpu_threads_number: %zu threads are more than the %zu that a network may have", count, kMost);
  if (count > 1)
    threads = count;
}

void Network::NetworkImpl::set_inplace() {
  require_before("set_cpu_inplace_mode");
  if (async_callback_)
    fail("cpu inplace mode not support async mode");
  if (config.device_type != LITE_CPU && config.device_type != LITE_DEVICE_DEFAULT)
    fail("cpu inplace mode is only avaliable in CPU.");
  inplace = true;
}

void Network::NetworkImpl::set_allocator(std::shared_ptr<Allocator> allocator) {
  require_before("set_memory_allocator");
  if (!allocator)
    fail("set_memory_allocator: the allocator is null");
  memory_ = std::make_shared<mgec::core::Memory>(std::make_unique<UserBlocks>(std::move(allocator), device_id));
}

void Network::NetworkImpl::set_affinity(const ThreadAffinityCallback &callback) {
  require_after("set_runtime_thread_affinity");
  if (!callback)
    fail("set_runtime_thread_affinity: the callback is null");
  await();
  // Lite numbers the caller last, the pool first.
  const unsigned count = executor_->threads();
  const std::exception_ptr error =
      executor_->pool().callOnEach([&](unsigned id) { callback(static_cast<int>(id == 0 ? count - 1 : id - 1)); });
  if (error)
    std::rethrow_exception(error);
}

} // namespace lite
