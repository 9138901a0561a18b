//===- cryption_c.cpp - decryption methods and readers of packed information, for C -----===//
#include "Border.h"

#include "lite/global.h"

using namespace lite::c;

namespace {

lite::DecryptionFunc decryption(LiteDecryptionFunc func) {
  if (!func)
    return nullptr;
  return [func](const void *data, size_t size, const std::vector<uint8_t> &key) {
    std::vector<uint8_t> output(func(data, size, key.data(), key.size(), nullptr));
    func(data, size, key.data(), key.size(), output.data());
    return output;
  };
}

std::vector<uint8_t> key(const uint8_t *data, size_t size) {
  if (size)
    require(data);
  return size ? std::vector<uint8_t>(data, data + size) : std::vector<uint8_t>();
}

} // namespace

int LITE_register_decryption_and_key(const char *decrypt_name, const LiteDecryptionFunc func, const uint8_t *key_data,
                                     size_t key_size) {
  LITE_C_BEGIN
  require(decrypt_name && key_data ? reinterpret_cast<const void *>(func) : nullptr);
  lite::register_decryption_and_key(decrypt_name, decryption(func), key(key_data, key_size));
  LITE_C_END
}

int LITE_update_decryption_or_key(const char *decrypt_name, const LiteDecryptionFunc func, const uint8_t *key_data,
                                  size_t key_size) {
  LITE_C_BEGIN
  require(decrypt_name);
  lite::update_decryption_or_key(decrypt_name, decryption(func), key(key_data, key_size));
  LITE_C_END
}

/// The present configuration goes to the C function, and what it made of it comes back.
static bool parse_info(LiteParseInfoFunc parse, const void *data, size_t size, const std::string &name,
                       lite::Config &config, lite::NetworkIO &network_io,
                       std::unordered_map<std::string, lite::LiteAny> &isolated) {
  const lite::Options &o = config.options;
  LiteConfig c_config = {config.has_compression,
                         config.device_id,
                         config.device_type,
                         config.backend,
                         config.bare_model_cryption_name.c_str(),
                         {o.weight_preprocess,
                          o.fuse_preprocess,
                          o.fake_next_exec,
                          o.var_sanity_check_first_run,
                          o.const_shape,
                          o.force_dynamic_alloc,
                          o.force_output_dynamic_alloc,
                          o.force_output_use_user_specified_memory,
                          o.no_profiling_on_shape_change,
                          o.jit_level,
                          o.comp_node_seq_record_level,
                          o.graph_opt_level,
                          o.async_exec_level,
                          o.enable_nchw44,
                          o.enable_nchw44_dot,
                          o.enable_nchw88,
                          o.enable_nhwcd4,
                          o.enable_nchw4,
                          o.enable_nchw32,
                          o.enable_nchw64},
                         config.auto_optimize_inference,
                         config.discrete_input_name.c_str()};
  SharedIO shared(network_io);
  LiteNetworkIO c_io = shared.view();
  int device_id = 0, inplace = 0, tensorrt = 0;
  size_t threads = 1;
  if (!parse(data, size, name.c_str(), &c_config, &c_io, &device_id, &threads, &inplace, &tensorrt))
    return false;
  lite::Config changed = to_cpp(c_config);
  changed.options.enable_f16_io_comp = o.enable_f16_io_comp;
  network_io = to_cpp(c_io);
  config = std::move(changed);
  if (device_id != 0)
    isolated["device_id"] = device_id;
  if (threads != 1)
    isolated["number_threads"] = static_cast<uint32_t>(threads);
  if (inplace)
    isolated["enable_inplace_model"] = true;
  if (tensorrt)
    isolated["use_tensorrt"] = true;
  return true;
}

int LITE_register_parse_info_func(const char *info_type, const LiteParseInfoFunc parse_func) {
  LITE_C_BEGIN
  require(info_type ? reinterpret_cast<const void *>(parse_func) : nullptr);
  lite::register_parse_info_func(
      info_type,
      [parse_func](const void *data, size_t size, const std::string name, lite::Config &config, lite::NetworkIO &io,
                   std::unordered_map<std::string, lite::LiteAny> &isolated,
                   std::string &) { return parse_info(parse_func, data, size, name, config, io, isolated); });
  LITE_C_END
}
