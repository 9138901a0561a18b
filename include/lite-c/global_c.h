/**
 * lite-c/global_c.h: errors, and functions of the MegEngine Lite API for C that concern the whole process.
 *
 * Functions return 0, or -1 when they could not do what their comment says. The last failure is remembered for each
 * thread by itself. All may be called from any thread; what they do is said in lite/global.h.
 */
#ifndef LITE_GLOBAL_C_H
#define LITE_GLOBAL_C_H

#include "macro.h"
#include "network_c.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Of the calling thread's last failure; OK when there was none since `LITE_clear_last_error`. */
LITE_API ErrorCode LITE_get_last_error_code(void);
/** Its text, "" without one; valid until the thread's next failure. */
LITE_API const char* LITE_get_last_error(void);
LITE_API void LITE_clear_last_error(void);

/** The version of the API. */
LITE_API int LITE_get_version(int* major, int* minor, int* patch);
/** The version of mgec that the library belongs to. */
LITE_API const char* mgec_version(void);

LITE_API int LITE_set_log_level(LiteLogLevel level);
LITE_API int LITE_get_log_level(LiteLogLevel* level);
LITE_API int LITE_get_device_count(LiteDeviceType device_type, size_t* count);
LITE_API int LITE_try_coalesce_all_free_memory(void);

/**
 * Decrypts `input_data` with a key. With a null `output_data` it returns the number of bytes that the result has;
 * otherwise it writes them there.
 */
typedef size_t (*LiteDecryptionFunc)(const void* input_data, size_t input_size, const uint8_t* key_data,
                                     size_t key_size, const void* output_data);

/**
 * Reads the information packed with a model. `config` and `network_io` hold the present configuration and may be
 * changed; what they point to must last until the function returns to the loader. The other four hold 0, 1, 0, 0.
 * Returns 0 when the information does not count.
 */
typedef int (*LiteParseInfoFunc)(const void* info_data, size_t info_size, const char* model_name, LiteConfig* config,
                                 LiteNetworkIO* network_io, int* device_id, size_t* nr_threads,
                                 int* is_cpu_inplace_mode, int* use_tensorrt);

/** The key is copied. Fails when there is a method of that name. */
LITE_API int LITE_register_decryption_and_key(const char* decrypt_name, const LiteDecryptionFunc func,
                                              const uint8_t* key_data, size_t key_size);
/** A null function or an empty key stays as it is. */
LITE_API int LITE_update_decryption_or_key(const char* decrypt_name, const LiteDecryptionFunc func,
                                           const uint8_t* key_data, size_t key_size);
LITE_API int LITE_register_parse_info_func(const char* info_type, const LiteParseInfoFunc parse_func);

LITE_API int LITE_set_loader_lib_path(const char* loader_path);
LITE_API int LITE_set_persistent_cache(const char* cache_path, int always_sync);
LITE_API int LITE_dump_persistent_cache(const char* cache_path);
LITE_API int LITE_set_tensor_rt_cache(const char* cache_path);
LITE_API int LITE_dump_tensor_rt_cache(void);

LITE_API int LITE_register_memory_pair(void* vir_ptr, void* phy_ptr, size_t length, LiteDeviceType device,
                                       LiteBackend backend);
LITE_API int LITE_clear_memory_pair(void* vir_ptr, void* phy_ptr, LiteDeviceType device, LiteBackend backend);
LITE_API int LITE_lookup_physic_ptr(void* vir_ptr, void** phy_ptr, LiteDeviceType device, LiteBackend backend);

#ifdef __cplusplus
}
#endif

#endif
