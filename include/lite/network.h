/**
 * lite/network.h: loading a compiled model and running it.
 *
 * `load_model` does not interpret a model: it binds it to code that `mgec compile` made of it, which is looked for in
 * this order: the path is itself an mgec library; a compiled model registered in this program has the file's content
 * fingerprint; a library on MGEC_MODEL_PATH (folders or libraries, colon-separated; ignored in set-uid programs) has
 * it; the mgec program, where it is found, compiles it now, for the shapes that are configured or stand in the file.
 *
 * One network must not be used by two threads at once. Different networks are independent, also when they run the same
 * model: each has activations and threads of its own, weights are shared. Failures are `lite::Error`; a network whose
 * load failed may be loaded again.
 */
#ifndef LITE_NETWORK_H
#define LITE_NETWORK_H

#include "common_enum_c.h"
#include "macro.h"
#include "tensor.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

/** Combines selection flags. */
inline LiteAlgoSelectStrategy operator|(LiteAlgoSelectStrategy x, LiteAlgoSelectStrategy y) {
    return static_cast<LiteAlgoSelectStrategy>(static_cast<uint32_t>(x) | static_cast<uint32_t>(y));
}

namespace lite {

/**
 * How to run a network.
 *
 * With `var_sanity_check_first_run` the first forward after a load fails if the compiled code wrote right before or
 * behind its arena or behind its scratch memory, or if anybody wrote right before or behind the memory of an input or
 * output tensor that the library allocated. (Memory of the program is not surrounded; that steps keep to their parts of
 * the arena is proved when a model is compiled.) Later forwards neither check nor allocate anything for it.
 *
 * Options that an interpreter would act on at load were decided when the model was compiled; they
 * are accepted, change no result, and are mentioned once in the log (marked "compiled" below). A layout other
 * than the compiled one is an error where lite::mgec::set_strict (lite/mgec.h) or MGEC_LITE_STRICT=1 in the environment
 * asks for that.
 */
struct LITE_API Options {
    bool weight_preprocess = false;          ///< compiled: weights are always stored in the kernels' order
    bool fuse_preprocess = false;            ///< compiled
    bool fake_next_exec = false;             ///< the next forward allocates and computes nothing; resets itself
    bool var_sanity_check_first_run = true;  ///< the first forward checks who writes where, see below
    bool const_shape = false;                ///< input shapes will not change; a later change is an error
    bool force_dynamic_alloc = false;        ///< compiled: the memory plan is part of the code
    bool force_output_dynamic_alloc = false; ///< outputs live in memory of the library; excludes the next option
    /// Outputs are written to the memory that `reset` gave their tensors, which must have been given before `forward`.
    bool force_output_use_user_specified_memory = false;
    bool no_profiling_on_shape_change = false; ///< compiled
    uint8_t jit_level = 0;                     ///< compiled
    uint8_t comp_node_seq_record_level = 0;    ///< compiled code is such a sequence
    uint8_t graph_opt_level = 2;               ///< compiled
    uint16_t async_exec_level = 1;             ///< 4 and above: `forward` returns at once, `wait` waits

    /// Layouts of intermediate tensors. compiled
    bool enable_nchw44 = false;
    bool enable_nchw44_dot = false;
    bool enable_nchw88 = false;
    bool enable_nhwcd4 = false;
    bool enable_nchw4 = false;
    bool enable_nchw32 = false;
    bool enable_nchw64 = false;

    bool enable_f16_io_comp = false; ///< run code that was compiled for precision f16; an error when there is none
};

/** How to load a network. */
struct LITE_API Config {
    bool has_compression = false; ///< compiled, for packed models whose information says so: weights are stored decoded
    int device_id = 0;            ///< remembered; a CPU network runs on the threads it is given
    LiteDeviceType device_type = LiteDeviceType::LITE_CPU;
    LiteBackend backend = LiteBackend::LITE_DEFAULT;
    std::string bare_model_cryption_name = {}; ///< decryption method of the model file; "" when it is plain
    Options options = {};
    bool auto_optimize_inference = false; ///< compiled code always is
    std::string discrete_input_name =
            {}; ///< the input that is given as one tensor an image, see `get_discrete_tensors`
};

/** What a program may set besides Config. */
struct LITE_API ExtraConfig {
    bool disable_configure_by_model_info = false; ///< ignore the configuration packed with a model
};

/** One input or output as the program wants it. */
struct LITE_API IO {
    std::string name;
    bool is_host = true; ///< the CPU has only host tensors
    LiteIOType io_type = LiteIOType::LITE_IO_VALUE;
    /// Input: the first layout (another may be set later); without one the first compiled shape is used. Output: what
    /// the network is expected to compute; a difference is logged.
    Layout config_layout = {};
};

/** The inputs and outputs to configure; names that the model does not have are ignored and logged. */
struct LITE_API NetworkIO {
    std::vector<IO> inputs = {};
    std::vector<IO> outputs = {};
};

/**
 * Memory for activations, given by the program. A network asks for one block, and for a larger one when a shape needs
 * it. Calls come from the thread that runs `forward`, destroys the network or calls `try_coalesce_all_free_memory`; the
 * network has a share in the allocator.
 */
class LITE_API Allocator {
public:
    virtual ~Allocator() = default;
    /** At least `size` bytes aligned to `align`, a power of two; null when there are none, which fails the forward. */
    virtual void* allocate(LiteDeviceType device_type, int device_id, size_t size, size_t align) = 0;
    virtual void free(LiteDeviceType device_type, int device_id, void* ptr) = 0;
};

/** Called on each thread of a network with its number; the highest one is the thread that calls `forward`. */
using ThreadAffinityCallback = std::function<void(int thread_id)>;
/** Called when an asynchronous forward is done, on a thread of the library. */
using AsyncCallback = std::function<void(void)>;
/** Called before a forward with the inputs by name, on the thread that calls `forward`. */
using StartCallback =
        std::function<void(const std::unordered_map<std::string, std::pair<IO, std::shared_ptr<Tensor>>>&)>;
/** Called after a forward with the outputs by name, inside `wait`, or after the AsyncCallback on its thread. */
using FinishCallback =
        std::function<void(const std::unordered_map<std::string, std::pair<IO, std::shared_ptr<Tensor>>>&)>;

/**
 * A model with its inputs, outputs, threads and memory.
 *
 * Tensors that it hands out are shared: they may outlive the network, which then no longer reads or writes them. What
 * must be called before or after `load_model` says so when it is called at the wrong time.
 */
class LITE_API Network {
public:
    class NetworkImpl;

    Network(const Config& config = {}, const NetworkIO& networkio = {});
    Network(const NetworkIO& networkio, const Config& config = {});
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    /** Binds the model in memory: a `.mge` file's bytes, or those of an mgec library. They are not kept. */
    void load_model(void* model_mem, size_t size);
    /** Binds the model, or opens the mgec library, at a path. */
    void load_model(std::string model_path);

    /**
     * Before load. Only outputs that NetworkIO names are offered; there must be one. What is computed was decided when
     * the model was compiled: the code still computes the others, into memory that nobody sees.
     */
    void compute_only_configured_output();

    /** The tensor of an input or output. Inputs are searched first. */
    std::shared_ptr<Tensor> get_io_tensor(std::string io_name, LiteTensorPhase phase = LiteTensorPhase::LITE_IO);
    /** The tensors, of shape (1, c, h, w), of the input that Config::discrete_input_name names: one an image. */
    std::vector<std::shared_ptr<Tensor>> get_discrete_tensors(std::string io_name,
                                                              LiteTensorPhase phase = LiteTensorPhase::LITE_INPUT);
    /** The input of an index, in the order of `get_all_input_name`. */
    std::shared_ptr<Tensor> get_input_tensor(size_t index);
    /** The same for the input that is given as discrete tensors. */
    std::vector<std::shared_ptr<Tensor>> get_input_tensors(size_t index);
    /** The output of an index, in the order of the model. */
    std::shared_ptr<Tensor> get_output_tensor(size_t index);

    /** Makes `forward` return at once; the callback is called once for each, when its outputs are there. Null ends it.
     */
    Network& set_async_callback(const AsyncCallback& async_callback);
    /** Null removes it. */
    Network& set_start_callback(const StartCallback& start_callback);
    /** Null removes it. Called once a forward. */
    Network& set_finish_callback(const FinishCallback& finish_callback);

    /**
     * Runs the model on what the input tensors hold, into the memory of the output tensors. It picks the code that was
     * compiled for the inputs' shapes; where there is none, the error lists the compiled shapes and the flag to add.
     * An input that was never given memory counts as zeros. After the first forward of a shape nothing is allocated.
     */
    void forward();
    /** Returns when the last forward is done, then calls the finish callback. Throws what an asynchronous one threw. */
    void wait();

    std::string get_input_name(size_t index) const;
    std::string get_output_name(size_t index) const;
    std::vector<std::string> get_all_input_name() const;
    /** Outputs that NetworkIO names, in its order, then the others. */
    std::vector<std::string> get_all_output_name() const;

    /** Before load. Remembered, and told to the network's tensors. */
    Network& set_device_id(int device_id);
    int get_device_id() const;
    /** Before load. */
    Network& set_stream_id(int stream_id);
    int get_stream_id() const;
    LiteDeviceType get_device_type() const;

    /**
     * Any time. A profile of the steps of the last forward is written to the file, as JSON, at each `wait`. Throws when
     * the build of the library has no profiles.
     */
    void enable_profile_performance(std::string profile_file_path);

    /** Text that its maker packed with the model; "" when there is none. */
    const std::string& get_model_extra_info();

    /**
     * After load. Writes how the compiled memory plan uses memory to `log_dir`, which is made: graph.json and
     * StaticMemoryInfo.json. Throws when the build of the library does not write them.
     */
    void get_static_memory_alloc_info(const std::string& log_dir = "logs/test") const;

    /** Disabling must come before load. */
    void extra_configure(const ExtraConfig& extra_config);

private:
    friend class NetworkHelper;
    std::unique_ptr<NetworkImpl> m_impl;
};

/** Settings of a network, as static functions. A null network is an error. */
class LITE_API Runtime {
public:
    /** Before load. Threads that share the work of one forward, the caller included; results never depend on it. */
    static void set_cpu_threads_number(std::shared_ptr<Network> dst_network, size_t nr_threads);
    static size_t get_cpu_threads_number(std::shared_ptr<Network> dst_network);
    /** After load. Calls back at once, on each thread. The library itself never binds threads to processors. */
    static void set_runtime_thread_affinity(std::shared_ptr<Network> network,
                                            const ThreadAffinityCallback& thread_affinity_callback);

    /** Before load. Everything runs on the thread that calls `forward`, as it does anyway unless asked otherwise. */
    static void set_cpu_inplace_mode(std::shared_ptr<Network> dst_network);
    static bool is_cpu_inplace_mode(std::shared_ptr<Network> dst_network);

    /** Before load. Accepted and logged: a model runs the code it was compiled to. */
    static void use_tensorrt(std::shared_ptr<Network> dst_network);

    /**
     * Accepted: kernels were picked at compile time, and compiled code is reproducible and treats each image of a batch
     * alike. No flag leaves the strategy as it is.
     */
    static void set_network_algo_policy(std::shared_ptr<Network> dst_network, LiteAlgoSelectStrategy strategy,
                                        uint32_t shared_batch_size = 0, bool binary_equal_between_batch = false);
    /**
     * After load. Logged when the compiled code needs more than `workspace_limit` bytes besides its tensors; an error
     * in strict mode (lite/mgec.h).
     */
    static void set_network_algo_workspace_limit(std::shared_ptr<Network> dst_network, size_t workspace_limit);

    /** Before load. */
    static void set_memory_allocator(std::shared_ptr<Network> dst_network, std::shared_ptr<Allocator> user_allocator);
    /**
     * Before load of `dst`. Both use one block of activation memory; they must not run at the same time: a forward that
     * starts while the other one runs throws.
     */
    static void share_runtime_memory_with(std::shared_ptr<Network> dst_network, std::shared_ptr<Network> src_network);

    /** Loads `dst` with the model of `src`, which must be loaded. The two may run at the same time. */
    static void shared_weight_with_network(std::shared_ptr<Network> dst_network,
                                           const std::shared_ptr<Network> src_network);

    /**
     * Any time. What every step of a forward reads and writes goes to a text file, or to a file a tensor in a folder
     * that exists. Throws when the build of the library has no dumps.
     */
    static void enable_io_txt_dump(std::shared_ptr<Network> dst_network, std::string io_txt_out_file);
    static void enable_io_bin_dump(std::shared_ptr<Network> dst_network, std::string io_bin_out_dir);

    /** Before load. Accepted and logged: layouts of intermediate tensors were chosen at compile time. */
    static void enable_global_layout_transform(std::shared_ptr<Network> network);
    /**
     * After load, of a network that `enable_global_layout_transform` was called for. Throws: what was transformed is
     * compiled code, of which there is no model file.
     */
    static void dump_layout_transform_model(std::shared_ptr<Network> network, std::string optimized_model_path);

    /** Names and first layouts of the inputs and outputs of a model. Finds compiled code for it as `load_model` does.
     */
    static NetworkIO get_model_io_info(const std::string& model_path, const Config& config = {});
    static NetworkIO get_model_io_info(const void* model_mem, size_t size, const Config& config = {});
};

} // namespace lite

#endif
