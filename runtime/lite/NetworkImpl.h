//===- NetworkImpl.h - what a lite::Network is inside ---------------------------------------------------------===//
//
// Binds the core's Executor to Lite tensors: which memory the executor reads and writes, when it runs, and who is
// called back. Failures of the core become lite::Error here and nowhere else.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "../core/Executor.h"
#include "Strict.h"
#include "TensorImpl.h"
#include "lite/network.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace lite {

struct PackedInfo;

/// What a program sets, and the information packed with a model may change while that is loaded.
struct Settings {
  Config config;
  NetworkIO network_io;
  int device_id = 0;
  size_t threads = 1;
  bool inplace = false;
};

/// Throws the message of a failure.
void check(const mgec::core::Status &status);

/// The optional part for development; throws where it is not there.
const mgec::core::ToolsTable &tools();

/// Compiles a model that no code was found for; a mgec::core::CompileOnLoad.
mgec::core::Status compile_on_load(const mgec::core::ModelSource &source, const mgec::core::Wanted &wanted,
                                   mgec::core::ModelPtr &out);

class __attribute__((visibility("hidden"))) Network::NetworkImpl final : public Settings, Tensor::TensorImpl::Observer {
public:
  using NamedTensors = std::unordered_map<std::string, std::pair<IO, std::shared_ptr<Tensor>>>;

  /// An input or output of the loaded model.
  struct Port {
    IO io;
    std::shared_ptr<Tensor> tensor;
    std::vector<std::shared_ptr<Tensor>> discrete; // one an image, for the input that is given so
    std::unique_ptr<mgec::core::Memory> staging;   // where the tensor's own memory cannot be used
    bool staged = false;                           // the present forward writes to `staging`
    bool configured = false, visible = true;

    Tensor::TensorImpl &impl() const { return TensorHelper::impl(*tensor); }
  };

  NetworkImpl(const Config &config, const NetworkIO &io);
  ~NetworkImpl();

  void load(const std::string &path);
  void load(const void *data, size_t size);
  void load_shared(const NetworkImpl &source);

  void forward();
  void wait();

  bool loaded() const { return executor_ != nullptr; }
  /// Throw "`name` should be used before|after model loaded.".
  void require_before(const char *name) const;
  void require_after(const char *name) const;

  Port &input(size_t index);
  Port &output(size_t index);
  /// The input or output of a name; null when there is none.
  Port *find_input(const std::string &name);
  Port *find_output(const std::string &name);
  const std::vector<Port> &inputs() const { return inputs_; }
  const std::vector<Port> &outputs() const { return outputs_; }
  /// The outputs in the order of `get_all_output_name`.
  std::vector<const Port *> listed_outputs() const;

  void set_async_callback(const AsyncCallback &callback);
  void set_threads(size_t count);
  void set_inplace();
  void set_allocator(std::shared_ptr<Allocator> allocator);
  void share_memory(const NetworkImpl &source) { memory_ = source.memory_; }
  /// Begins a record of the forwards, which goes on until the network goes.
  void record(mgec::core::Recorder::Kind kind, const std::string &path);
  void set_affinity(const ThreadAffinityCallback &callback);

  mgec::core::Executor &executor() { return *executor_; }

  ExtraConfig extra;
  int stream_id = 0;
  bool only_configured = false, layout_transform = false;
  StartCallback start_callback;
  FinishCallback finish_callback;
  std::string extra_info; // plain models carry none

private:
  void before_layout(const Tensor::TensorImpl &tensor, const Layout &layout) override;
  void after_layout(const Tensor::TensorImpl &tensor) override;

  void begin_load();
  void load_locked(const void *data, size_t size, const std::string &path);
  void apply(PackedInfo &info);
  void apply_compiled(const mgec::core::Model &model);
  bool is_locked(const void *data, size_t size) const;
  void check_config() const;
  void check_compiled_options() const;
  const char *unlike_compiled_layout() const;
  mgec::core::Wanted wanted() const;
  void unload();
  void start(mgec::core::ModelPtr model);
  void make_ports();
  void collect_shapes();
  void update_outputs(bool strict);
  const void *input_memory(Port &port, size_t index);
  void *output_memory(Port &port, size_t index);
  void gather(Port &port, size_t index);
  void run();
  void check_first_run() const;
  void call_finish();
  bool asynchronous() const { return async_callback_ || (!inplace && (config.options.async_exec_level & 4)); }
  bool on_dispatcher() const { return dispatcher_.get_id() == std::this_thread::get_id(); }
  void submit();
  void dispatch();
  void await();

  std::unique_ptr<mgec::core::Recorder> recorder_; // null until a record begins
  std::unique_ptr<mgec::core::Executor> executor_;
  std::shared_ptr<mgec::core::Memory> memory_ = std::make_shared<mgec::core::Memory>();
  std::vector<Port> inputs_, outputs_;
  NamedTensors named_inputs_, named_outputs_;
  std::vector<mgec::core::Shape> shapes_, first_shapes_;
  std::vector<const void *> input_pointers_;
  std::vector<void *> output_pointers_;
  bool finish_pending_ = false;
  std::shared_ptr<const Settings> given_; // while those of a packed model are in force

  // The thread that runs asynchronous forwards, made when the first one comes.
  AsyncCallback async_callback_;
  std::thread dispatcher_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool job_ = false, again_ = false, stop_ = false; // a forward is under way; another one follows; the thread ends
  std::exception_ptr error_;
};

/// Lets Runtime at the private part of a Network.
class NetworkHelper {
public:
  static Network::NetworkImpl &impl(const std::shared_ptr<Network> &network);
  static Network::NetworkImpl &impl(const Network &network) { return *network.m_impl; }
};

} // namespace lite
