//===- Unlock.cpp - taking a packed model apart ---------------------------------------------------------------===//
#include "Unlock.h"

#include "Info.h"
#include "Pack.h"
#include "lite/misc.h"

namespace mgec::crypto {

namespace {

constexpr char kNone[] = "NONE";

struct Unpacker {
  const std::string &name; // of the file
  const lite::UnlockHooks &hooks;
  const Pack &pack;

  /// Applies the information to `config` and `io`.
  void readInfo(lite::Config &config, lite::NetworkIO &io, lite::PackedInfo &out) const {
    lite::Secret storage;
    View text = pack.info;
    if (pack.infoMethod != kNone) {
      storage = hooks.decrypt(pack.infoMethod, text.data, text.size, name);
      text = {storage.bytes.data(), storage.bytes.size()};
    }
    if (const lite::ParseInfoFunc parse = hooks.parser(pack.infoParser, name)) {
      parse(text.data, text.size, pack.name, config, io, out.device, out.extra_info);
      return;
    }
    bool newer = false;
    if (!parseInfo(text.data, text.size, pack.name, config, io, out.device, out.extra_info, newer))
      LITE_LOG("%s: the packed information says that it is not valid, and is ignored", name.c_str());
    if (newer)
      LITE_WARN("Lite load the future version model !!!!!!!!!!!!!");
  }

  /// The cache of another library's algorithm choices: compiled code has made its own, so that only its form counts.
  void checkCache() const {
    if (!pack.algoPolicy.size)
      return;
    if (pack.cacheParser != "LITE_parse_cache")
      throw CryptoError("model cache parse function of  " + pack.cacheParser + " is not defined.");
    if (!pack.fastRunCache && !pack.binaryCache.size)
      throw CryptoError("opencl binary cache is not given");
  }
};

} // namespace

bool unlockPack(const void *data, size_t size, const std::string &name, const lite::ExtraConfig &extra,
                const lite::UnlockHooks &hooks, lite::Config &config, lite::NetworkIO &io, lite::PackedInfo &info,
                lite::Secret &plain, std::string &error) {
  try {
    lite::Secret aligned;
    if (reinterpret_cast<uintptr_t>(data) % 4 != 0) {
      const auto *bytes = static_cast<const uint8_t *>(data);
      aligned.bytes.assign(bytes, bytes + size);
      data = aligned.bytes.data();
    }
    const Pack pack = readPack(static_cast<const uint8_t *>(data), size);
    const Unpacker unpacker{name, hooks, pack};
    info.packed = true;
    info.name = pack.name;
    if (pack.hasInfo && extra.disable_configure_by_model_info) {
      // The text for the program is no configuration.
      lite::Config ignoredConfig = config;
      lite::NetworkIO ignoredIo = io;
      unpacker.readInfo(ignoredConfig, ignoredIo, info);
      info.device.clear();
      LITE_LOG("%s: the packed configuration is ignored, as the program asks", name.c_str());
    } else if (pack.hasInfo) {
      unpacker.readInfo(config, io, info);
    }
    if (!extra.disable_configure_by_model_info)
      unpacker.checkCache();
    if (pack.modelMethod == kNone)
      plain.bytes.assign(pack.model.data, pack.model.data + pack.model.size);
    else
      plain = hooks.decrypt(pack.modelMethod, pack.model.data, pack.model.size, name);
    return true;
  } catch (const CryptoError &problem) {
    error = problem.what();
  }
  return false;
}

} // namespace mgec::crypto
