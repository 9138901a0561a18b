/**
 * lite/global.h: functions that concern the whole process. Callable from any thread.
 */
#ifndef LITE_GLOBAL_H
#define LITE_GLOBAL_H

#include "common_enum_c.h"
#include "macro.h"
#include "network.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace lite {

/**
 * Turns encrypted bytes into plain ones, with the key that the method was registered with. Called while a model is
 * loaded, on the thread that loads; what it throws becomes the failure of the load.
 */
using DecryptionFunc = std::function<std::vector<uint8_t>(const void*, size_t, const std::vector<uint8_t>&)>;

/**
 * Reads the information packed with the model `model_name` into the four last arguments: `isolated_config_map` takes
 * device_id (int), number_threads (uint32_t), enable_inplace_model (bool) and use_tensorrt (bool), `extra_info` what
 * `Network::get_model_extra_info` returns. False: the information does not count.
 */
using ParseInfoFunc = std::function<bool(const void*, size_t, const std::string model_name, Config& config,
                                         NetworkIO& network_io,
                                         std::unordered_map<std::string, LiteAny>& isolated_config_map,
                                         std::string& extra_info)>;

/** The version of the MegEngine Lite API that this library offers. */
LITE_API void get_version(int& major, int& minor, int& patch);

/** Messages below `level` are not printed. The level is ERROR at first. */
LITE_API void set_log_level(LiteLogLevel level);
LITE_API LiteLogLevel get_log_level();

/** Devices of a kind: processors that this process may use for LITE_CPU, 0 for LITE_CUDA. Throws for other kinds. */
LITE_API size_t get_device_count(LiteDeviceType device_type);

/**
 * Makes a decryption method known by a name, which packed models carry and Config::bare_model_cryption_name takes.
 * Throws when there is one of that name: AES_default, RC4_default, SIMPLE_FAST_RC4_default and MGEC_AES_256_GCM are
 * there from the start. Without a function the name holds a key - "MGEC_AES_256_GCM:ID" that of a key id - or waits for
 * its function; a model that needs it is an error until then.
 */
LITE_API bool register_decryption_and_key(std::string decrypt_name, const DecryptionFunc& func,
                                          const std::vector<uint8_t>& key);
/** Replaces the function, the key, or both, of a known method; a null function or an empty key stays as it is. */
LITE_API bool update_decryption_or_key(std::string decrypt_name, const DecryptionFunc& func,
                                       const std::vector<uint8_t>& key);
/** Makes a format of packed information known by a name. LITE_default is there from the start. */
LITE_API bool register_parse_info_func(std::string info_type, const ParseInfoFunc& parse_func);

/**
 * Gives memory that is kept for later forwards back to the system: the activations of networks that do not run now.
 * They ask for it again when they run. Networks may run meanwhile.
 */
LITE_API void try_coalesce_all_free_memory();

/**
 * Opens an mgec library and keeps it open, so that models compiled into it are found by `load_model`. Throws for any
 * other library: operators are compiled into models here, not loaded beside them.
 */
LITE_API void set_loader_lib_path(const std::string& loader_path);

/**
 * Names the file of kernel choices of a profiling interpreter. Compiled code has made its choices: the file is read, so
 * that `dump_persistent_cache` writes what it held, and nothing else depends on it. `always_sync` writes it at once.
 * Throws when it cannot be written.
 */
LITE_API void set_persistent_cache(const std::string& cache_path, bool always_sync = false);
/** Writes the choices that were read, an empty file of the same format when there are none. */
LITE_API void dump_persistent_cache(const std::string& cache_path);

/** Accepted and logged: there is no TensorRT here. */
LITE_API void set_tensor_rt_cache(std::string tensorrt_cache_path);
LITE_API void dump_tensor_rt_cache();

/**
 * Notes that `length` bytes at `vir_ptr` are those at `phy_ptr` for a device, LITE_CPU or LITE_CUDA. One table for the
 * process; the memory stays the program's. True, or throws: for a null pointer, an empty range, or one that overlaps
 * another. The same pair again is harmless.
 */
LITE_API bool register_memory_pair(void* vir_ptr, void* phy_ptr, size_t length, LiteDeviceType device,
                                   LiteBackend backend = LiteBackend::LITE_DEFAULT);
/** Forgets a pair. Throws when it is not in the table. */
LITE_API bool clear_memory_pair(void* vir_ptr, void* phy_ptr, LiteDeviceType device,
                                LiteBackend backend = LiteBackend::LITE_DEFAULT);
/** The physical address of a byte of a registered range. Throws when no range has it. */
LITE_API void* lookup_physic_ptr(void* vir_ptr, LiteDeviceType device, LiteBackend backend = LiteBackend::LITE_DEFAULT);

} // namespace lite

/** The version of mgec that this library belongs to, "0.1.0"; `lite::get_version` tells that of the API. */
extern "C" LITE_API const char* mgec_version(void);

#endif
