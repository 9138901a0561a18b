//===- Info.cpp - the information packed with a model ---------------------------------------------------------===//
#include "Info.h"

#include <nlohmann/json.hpp>

#include <limits>

namespace mgec::crypto {

namespace {

using json = nlohmann::json;

constexpr int kDeepest = 64; // nesting; more would only be there to exhaust the stack

[[noreturn]] void fail(const std::string &text) { throw CryptoError(text); }

json parse(const void *data, size_t size) {
  const char *begin = static_cast<const char *>(data);
  const auto shallow = [](int depth, json::parse_event_t, json &) {
    if (depth > kDeepest)
      fail("the packed information is nested too deeply");
    return true;
  };
  return json::parse(begin, begin + size, shallow);
}

template <typename T> T number(const json &value, const char *key) {
  if (!value.is_number_integer() && !value.is_boolean())
    fail(std::string("the packed information: ") + key + " must be an integer");
  if (value.is_boolean())
    return static_cast<T>(value.get<bool>());
  const bool fits = value.is_number_unsigned()
                        ? value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<T>::max())
                        : value.get<int64_t>() >= static_cast<int64_t>(std::numeric_limits<T>::min());
  if (!fits)
    fail(std::string("the packed information: ") + key + " is out of range");
  return value.is_number_unsigned() ? static_cast<T>(value.get<uint64_t>()) : static_cast<T>(value.get<int64_t>());
}

void take(const json &from, const char *key, bool &out) {
  if (from.contains(key))
    out = from.at(key).is_boolean() ? from.at(key).get<bool>() : number<int64_t>(from.at(key), key) != 0;
}

template <typename T> void take(const json &from, const char *key, T &out) {
  if (from.contains(key))
    out = number<T>(from.at(key), key);
}

template <typename T> struct Named {
  const char *name;
  T value;
};

template <typename T, size_t N> T lookUp(const Named<T> (&rows)[N], const std::string &name, const char *what) {
  for (const Named<T> &row : rows)
    if (name == row.name)
      return row.value;
  fail(std::string("LITE not support ") + what + " of " + name + ".");
}

constexpr Named<LiteDeviceType> kDevices[] = {
    {"CPU", LITE_CPU}, {"CUDA", LITE_CUDA}, {"ATLAS", LITE_ATLAS}, {"CAMBRICON", LITE_CAMBRICON}, {"NPU", LITE_NPU}};
constexpr Named<LiteIOType> kIoTypes[] = {{"value", LITE_IO_VALUE}, {"shape", LITE_IO_SHAPE}};
constexpr Named<LiteDataType> kTypes[] = {{"float32", LITE_FLOAT}, {"float16", LITE_HALF}, {"int32", LITE_INT},
                                          {"int16", LITE_INT16},   {"int8", LITE_INT8},    {"uint8", LITE_UINT8}};

/// "1.13.0" as one number that grows with it.
uint64_t versionNumber(const std::string &text) {
  uint64_t parts[3] = {};
  size_t at = 0;
  for (unsigned i = 0; i < 3; ++i) {
    const size_t begin = at;
    while (at < text.size() && at - begin < 9 && text[at] >= '0' && text[at] <= '9')
      parts[i] = parts[i] * 10 + static_cast<uint64_t>(text[at++] - '0');
    if (at == begin || (i < 2 && (at == text.size() || text[at++] != '.')))
      fail("the packed information: version '" + text + "' is not of the form 1.2.3");
  }
  return (parts[0] * 10000 + parts[1]) * 100 + parts[2];
}

void readOptions(const json &from, lite::Options &o) {
  take(from, "weight_preprocess", o.weight_preprocess);
  take(from, "fuse_preprocess", o.fuse_preprocess);
  take(from, "fake_next_exec", o.fake_next_exec);
  take(from, "var_sanity_check_first_run", o.var_sanity_check_first_run);
  take(from, "const_shape", o.const_shape);
  take(from, "force_dynamic_alloc", o.force_dynamic_alloc);
  take(from, "force_output_dynamic_alloc", o.force_output_dynamic_alloc);
  take(from, "no_profiling_on_shape_change", o.no_profiling_on_shape_change);
  take(from, "jit_level", o.jit_level);
  take(from, "comp_node_seq_record_level", o.comp_node_seq_record_level);
  take(from, "graph_opt_level", o.graph_opt_level);
  take(from, "async_exec_level", o.async_exec_level);
}

void readPort(const json &from, lite::IO &io) {
  take(from, "is_host", io.is_host);
  if (from.contains("io_type"))
    io.io_type = lookUp(kIoTypes, from.at("io_type").get<std::string>(), "IO type");
  if (from.contains("dtype"))
    io.config_layout.data_type = lookUp(kTypes, from.at("dtype").get<std::string>(), "data type");
  if (!from.contains("shape"))
    return;
  const json &shape = from.at("shape");
  static const char *const names[] = {"dim0", "dim1", "dim2", "dim3"};
  io.config_layout.ndim = 0;
  for (const char *name : names) {
    if (!shape.contains(name))
      break;
    io.config_layout.shapes[io.config_layout.ndim++] = number<uint32_t>(shape.at(name), name);
  }
  // Packers write zeros where they do not know.
  for (size_t i = 0; i < io.config_layout.ndim; ++i)
    if (io.config_layout.shapes[i] == 0)
      io.config_layout.ndim = 0;
}

void readPorts(const json &from, const char *key, std::vector<lite::IO> &list) {
  if (!from.contains(key))
    return;
  for (const json &entry : from.at(key)) {
    const auto name = entry.at("name").get<std::string>();
    bool found = false;
    for (lite::IO &io : list)
      if (io.name == name) {
        readPort(entry, io);
        found = true;
      }
    if (found)
      continue;
    lite::IO io;
    io.name = name;
    readPort(entry, io);
    list.push_back(std::move(io));
  }
}

} // namespace

bool parseInfo(const void *data, size_t size, const std::string &modelName, lite::Config &config, lite::NetworkIO &io,
               std::unordered_map<std::string, lite::LiteAny> &device, std::string &extraInfo, bool &newer) {
  try {
    const json info = parse(data, size);
    newer = false;
    if (!info.is_object() || !info.contains("valid"))
      fail("the packed information does not say whether it is valid");
    bool valid = false;
    take(info, "valid", valid);
    if (!valid)
      return false;
    const auto name = info.at("name").get<std::string>();
    if (name != modelName)
      fail("infomation of model name is not match, packed model is " + modelName + ", but json info get " + name + ".");
    newer = versionNumber(info.at("version").get<std::string>()) > versionNumber("1.13.0");

    take(info, "has_compression", config.has_compression);
    if (info.contains("backend") && info.at("backend") == "MGE")
      config.backend = LITE_DEFAULT;
    if (info.contains("device")) {
      const json &from = info.at("device");
      config.device_type = lookUp(kDevices, from.at("type").get<std::string>(), "device type");
      if (from.contains("device_id"))
        device["device_id"] = number<int>(from.at("device_id"), "device_id");
      if (from.contains("number_threads"))
        device["number_threads"] = number<uint32_t>(from.at("number_threads"), "number_threads");
      for (const char *key : {"enable_inplace_model", "use_tensorrt"})
        if (from.contains(key)) {
          bool on = false;
          take(from, key, on);
          device[key] = on;
        }
    }
    if (info.contains("options"))
      readOptions(info.at("options"), config.options);
    if (info.contains("IO")) {
      readPorts(info.at("IO"), "inputs", io.inputs);
      readPorts(info.at("IO"), "outputs", io.outputs);
    }
    if (info.contains("extra_info"))
      extraInfo = info.at("extra_info").dump();
    return true;
  } catch (const json::exception &error) {
    fail(std::string("the packed information cannot be read: ") + error.what());
  }
}

std::string nameInInfo(const void *data, size_t size) {
  try {
    const json info = parse(data, size);
    return info.is_object() && info.contains("name") ? info.at("name").get<std::string>() : std::string();
  } catch (const std::exception &) {
    return "";
  }
}

} // namespace mgec::crypto
