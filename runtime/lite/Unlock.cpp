//===- Unlock.cpp - from what a program loads to a plain model ------------------------------------------------===//
#include "Unlock.h"

#include "TensorImpl.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <sys/stat.h>

namespace lite {

bool is_packed(const void *data, size_t size) {
  return size >= kPackMagic && std::memcmp(data, "packed_model", kPackMagic) == 0;
}

Secret unlock(const void *data, size_t size, const std::string &name, const ExtraConfig &extra, Config &config,
              NetworkIO &io, PackedInfo &info) {
  if (!is_packed(data, size))
    return decrypt(config.bare_model_cryption_name, data, size, name);
  const mgec::core::CryptoTable *table = nullptr;
  const mgec::core::Status status = mgec::core::cryptoTable(table);
  if (!status.ok())
    fail("%s: a packed model: %s", name.c_str(), status.message().c_str());
  Secret plain;
  std::string error;
  const UnlockHooks hooks = {&decrypt, &parse_info_func};
  const auto unlock_pack = reinterpret_cast<UnlockPackFunc>(table->unlockPack);
  if (!unlock_pack(data, size, name, extra, hooks, config, io, info, plain, error))
    fail("%s: %s", name.c_str(), error.c_str());
  return plain;
}

bool compiled_info(const char *manifest, const char *name, const ExtraConfig &extra, Config &config, NetworkIO &io,
                   PackedInfo &info) {
  // A JSON string of a JSON text that is ASCII: quotes and backslashes alone are escaped.
  static const char key[] = "\"packed_info\": \"";
  const char *at = std::strstr(manifest, key);
  if (!at)
    return false;
  std::string text;
  for (at += sizeof(key) - 1; *at && *at != '"'; ++at) {
    if (*at == '\\' && at[1])
      ++at;
    text += *at;
  }
  const mgec::core::CryptoTable *table = nullptr;
  const mgec::core::Status status = mgec::core::cryptoTable(table);
  if (!status.ok())
    fail("%s was compiled from a packed model: %s", name, status.message().c_str());
  std::string error;
  if (!reinterpret_cast<ReadInfoFunc>(table->readInfo)(text, name, extra, config, io, info, error))
    fail("%s: %s", name, error.c_str());
  return true;
}

Secret read_file(const std::string &path) {
  const std::unique_ptr<FILE, int (*)(FILE *)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  struct stat status;
  if (!file || fstat(fileno(file.get()), &status) != 0)
    fail("failed to open %s: %s", path.c_str(), std::strerror(errno));
  if (!S_ISREG(status.st_mode))
    fail("failed to open %s: it is not a regular file", path.c_str());
  Secret result;
  result.bytes.resize(static_cast<size_t>(status.st_size));
  const size_t count = std::fread(result.bytes.data(), 1, result.bytes.size(), file.get());
  if (count != result.bytes.size())
    fail("failed to read %s: %zu of %zu bytes came", path.c_str(), count, result.bytes.size());
  return result;
}

} // namespace lite
