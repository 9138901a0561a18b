//===- Unlock.cpp - models that are packed or encrypted ---------------------------------------------------------===//
#include "compiler/tools/Unlock.h"

#include "runtime/lite/Unlock.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

#include <malloc.h>
#include <sys/resource.h>

using namespace mgec;
using namespace mgec::tools;
using llvm::StringRef;

void UnlockFlags::add(CLI::App &app) {
  app.add_option(
      "--decrypt", method,
      "how the model file is encrypted: AES_default, RC4_default, SIMPLE_FAST_RC4_default or MGEC_AES_256_GCM");
  app.add_option(
      "--key", keys,
      "[METHOD=]HEX: the key of a method, where it is not the method's default; METHOD is that of --decrypt, "
      "else MGEC_AES_256_GCM");
  app.add_option("--key-file", keyFiles, "[METHOD=]FILE: the same from a file, as bytes or as hexadecimal digits");
}

void tools::keepSecrets() {
  const rlimit none = {0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
#ifdef M_PERTURB
  // Copies of a model's weights are in the attributes, constants and sources of the compiler, whose memory is not ours
  // to wipe.
  (void)mallopt(M_PERTURB, 0xA5);
#endif
}

static std::vector<uint8_t> fromHex(StringRef text, const std::string &what) {
  std::string bytes;
  if (text.empty() || text.size() % 2 || !llvm::tryGetFromHex(text, bytes))
    throw std::runtime_error(what + ": a key is an even number of hexadecimal digits");
  return {bytes.begin(), bytes.end()};
}

std::vector<uint8_t> tools::readKeyFile(const std::string &path) {
  std::vector<uint8_t> bytes = withRuntimeErrors([&] { return std::move(lite::read_file(path).bytes); });
  StringRef text = StringRef(reinterpret_cast<const char *>(bytes.data()), bytes.size()).trim();
  std::string decoded;
  if (text.size() >= 32 && text.size() % 2 == 0 && llvm::tryGetFromHex(text, decoded)) {
    std::vector<uint8_t> key(decoded.begin(), decoded.end());
    core::wipe(bytes.data(), bytes.size());
    core::wipe(decoded.data(), decoded.size());
    return key;
  }
  if (bytes.empty())
    throw std::runtime_error(path + ": the key file is empty");
  return bytes;
}

static std::pair<std::string, std::string> methodAndValue(const std::string &text, const std::string &method) {
  size_t at = text.find('=');
  if (at == std::string::npos)
    return {method.empty() ? "MGEC_AES_256_GCM" : method, text};
  return {text.substr(0, at), text.substr(at + 1)};
}

void UnlockFlags::apply() const {
  withRuntimeErrors([&] {
    if (!keys.empty() || !keyFiles.empty())
      keepSecrets();
    auto set = [](const std::string &name, std::vector<uint8_t> bytes) {
      const lite::Secret secret(std::move(bytes));
      const std::vector<uint8_t> &key = secret.bytes;
      // The key of an id belongs to a method of its own, which is not there yet.
      if (StringRef(name).starts_with("MGEC_AES_256_GCM:"))
        lite::register_decryption_and_key(name, nullptr, key);
      else
        lite::update_decryption_or_key(name, nullptr, key);
    };
    for (const std::string &text : keys) {
      auto [name, value] = methodAndValue(text, method);
      set(name, fromHex(value, "--key " + name));
    }
    for (const std::string &text : keyFiles) {
      auto [name, value] = methodAndValue(text, method);
      set(name, readKeyFile(value));
    }
  });
}

/// "data=1x3x224x224" for the inputs that the information gives a whole shape.
static std::vector<std::string> shapesOf(const lite::NetworkIO &io, const read::Model &model) {
  std::vector<std::string> shapes;
  for (const lite::IO &input : io.inputs) {
    bool known = llvm::any_of(model.inputs,
                              [&](uint32_t index) { return model.operators[index].tensors[0].name == input.name; });
    if (!known || input.config_layout.ndim == 0)
      continue;
    std::string dims;
    for (size_t i = 0; i < input.config_layout.ndim; ++i)
      dims += (i ? "x" : "") + std::to_string(input.config_layout.shapes[i]);
    shapes.push_back(input.name + "=" + dims);
  }
  return shapes;
}

bool tools::isLocked(const std::string &path, const std::string &method) {
  char head[lite::kPackMagic] = {};
  std::ifstream file(path, std::ios::binary);
  file.read(head, sizeof head);
  return !method.empty() || lite::is_packed(head, static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
}

PlainModel tools::readPlain(const std::string &path, const std::string &method) {
  PlainModel result;
  if (StringRef(path).starts_with(
          "/proc/self/fd/")) // the runtime hands one over that way, and it may have been encrypted
    keepSecrets();
  if (!isLocked(path, method)) {
    result.model = read::readModelFile(path);
    return result;
  }
  keepSecrets();
  lite::Config config;
  config.bare_model_cryption_name = method;
  lite::NetworkIO io;
  lite::PackedInfo info;
  info.text = &result.info;
  std::vector<uint8_t> plain = withRuntimeErrors([&] {
    lite::Secret bytes = lite::read_file(path);
    return std::move(lite::unlock(bytes.bytes.data(), bytes.bytes.size(), path, {}, config, io, info).bytes);
  });
  result.model = read::readModel(std::move(plain), path, config.has_compression);
  if (!result.info.empty())
    result.info = nlohmann::ordered_json::parse(result.info).dump(-1, ' ', /*ensure_ascii=*/true);
  result.locked = true;
  result.shapes = shapesOf(io, result.model);
  return result;
}
