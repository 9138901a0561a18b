//===- Unlock.cpp - from what a program loads to a plain model ------------------------------------------------===//
#include "Unlock.h"

#include "TensorImpl.h"
#include "lite/misc.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <sys/stat.h>

namespace lite {

namespace {

constexpr char kNone[] = "NONE";

using mgec::core::PackView;

/// The bytes of a part, decrypted where `method` is one; `storage` holds them then.
PackView::Part open_part(const std::string &method, const PackView::Part &part, const std::string &name,
                         Secret &storage) {
  if (method == kNone)
    return part;
  storage = decrypt(method, part.data, part.size, name);
  return {storage.bytes.data(), storage.bytes.size()};
}

void read_info(const mgec::core::CryptoTable &table, const PackView &pack, const std::string &name, Config &config,
               NetworkIO &io, PackedInfo &info) {
  Secret storage;
  const PackView::Part part = open_part(pack.infoMethod, pack.info, name, storage);
  if (const ParseInfoFunc parse = parse_info_func(pack.infoParser, name)) {
    parse(part.data, part.size, pack.name, config, io, info.device, info.extra_info);
    return;
  }
  bool valid = false, newer = false;
  std::string error;
  const auto parse = reinterpret_cast<LiteInfoFunc>(table.readInfo);
  if (!parse(part.data, part.size, pack.name, config, io, info.device, info.extra_info, valid, newer, error))
    fail("%s: %s", name.c_str(), error.c_str());
  if (newer)
    LITE_WARN("Lite load the future version model !!!!!!!!!!!!!");
  if (!valid)
    LITE_LOG("%s: the packed information says that it is not valid, and is ignored", name.c_str());
}

/// The cache of another library's algorithm choices: compiled code has made its own, so that only its form counts.
void check_cache(const PackView &pack, const std::string &name) {
  if (!pack.algoPolicy.size)
    return;
  if (pack.cacheParser != "LITE_parse_cache")
    fail("%s: model cache parse function of  %s is not defined.", name.c_str(), pack.cacheParser.c_str());
  if (!pack.fastRunCache && !pack.binaryCache.size)
    fail("%s: opencl binary cache is not given", name.c_str());
}

} // namespace

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
  std::vector<uint8_t> copy;
  if (reinterpret_cast<uintptr_t>(data) % 4 != 0) {
    const auto *bytes = static_cast<const uint8_t *>(data);
    copy.assign(bytes, bytes + size);
    data = copy.data();
  }
  PackView pack;
  std::string error;
  if (!table->readPack(data, size, pack, error))
    fail("%s: %s", name.c_str(), error.c_str());
  info.packed = true;
  info.name = pack.name;
  if (pack.hasInfo && extra.disable_configure_by_model_info) {
    // The text for the program is no configuration.
    Config ignored_config = config;
    NetworkIO ignored_io = io;
    read_info(*table, pack, name, ignored_config, ignored_io, info);
    info.device.clear();
    LITE_LOG("%s: the packed configuration is ignored, as the program asks", name.c_str());
  } else if (pack.hasInfo) {
    read_info(*table, pack, name, config, io, info);
  }
  if (!extra.disable_configure_by_model_info)
    check_cache(pack, name);
  if (pack.modelMethod != kNone)
    return decrypt(pack.modelMethod, pack.model.data, pack.model.size, name);
  const auto *bytes = static_cast<const uint8_t *>(pack.model.data);
  return Secret(std::vector<uint8_t>(bytes, bytes + pack.model.size));
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
