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
 * there from the start.
 */
LITE_API bool register_decryption_and_key(std::string decrypt_name, const DecryptionFunc& func,
                                          const std::vector<uint8_t>& key);
/** Replaces the function, the key, or both, of a known method; a null function or an empty key stays as it is. */
LITE_API bool update_decryption_or_key(std::string decrypt_name, const DecryptionFunc& func,
                                       const std::vector<uint8_t>& key);
/** Makes a format of packed information known by a name. LITE_default is there from the start. */
LITE_API bool register_parse_info_func(std::string info_type, const ParseInfoFunc& parse_func);

} // namespace lite

#endif
