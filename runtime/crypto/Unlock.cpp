//===- Unlock.cpp - taking a packed model apart ---------------------------------------------------------------===//
#include "Unlock.h"

#include "Info.h"
#include "Pack.h"
#include "lite/misc.h"

namespace mgec::crypto {

namespace {

constexpr char kNone[] = "NONE";

/// Applies information of LITE_default; false where it is not valid.
bool applyInfo(View text, const std::string &modelName, const std::string &file, lite::Config &config,
               lite::NetworkIO &io, lite::PackedInfo &out) {
  bool newer = false;
  const bool valid = parseInfo(text.data, text.size, modelName, config, io, out.device, out.extra_info, newer);
  if (!valid)
    LITE_LOG("%s: the packed information says that it is not valid, and is ignored", file.c_str());
  if (newer)
    LITE_WARN("Lite load the future version model !!!!!!!!!!!!!");
  return valid;
}

/// Calls `read(config, io)`, with copies where the program wants no configuration of the model. The text for the
/// program is none.
template <typename Read>
void readUnlessDisabled(const lite::ExtraConfig &extra, const std::string &file, lite::Config &config,
                        lite::NetworkIO &io, lite::PackedInfo &info, Read read) {
  if (!extra.disable_configure_by_model_info)
    return read(config, io);
  lite::Config ignoredConfig = config;
  lite::NetworkIO ignoredIo = io;
  read(ignoredConfig, ignoredIo);
  info.device.clear();
  LITE_LOG("%s: the packed configuration is ignored, as the program asks", file.c_str());
}

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
    if (applyInfo(text, pack.name, name, config, io, out) && out.text)
      out.text->assign(reinterpret_cast<const char *>(text.data), text.size);
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
    if (pack.hasInfo)
      readUnlessDisabled(extra, name, config, io, info, [&](lite::Config &intoConfig, lite::NetworkIO &intoIo) {
        unpacker.readInfo(intoConfig, intoIo, info);
      });
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

bool readInfo(const std::string &text, const std::string &name, const lite::ExtraConfig &extra, lite::Config &config,
              lite::NetworkIO &io, lite::PackedInfo &info, std::string &error) {
  try {
    const View view = {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
    readUnlessDisabled(extra, name, config, io, info, [&](lite::Config &intoConfig, lite::NetworkIO &intoIo) {
      // That the name is the header's was checked when the model was compiled.
      applyInfo(view, nameInInfo(view.data, view.size), name, intoConfig, intoIo, info);
    });
    return true;
  } catch (const CryptoError &problem) {
    error = problem.what();
  }
  return false;
}

} // namespace mgec::crypto
