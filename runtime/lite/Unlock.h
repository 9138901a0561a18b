//===- Unlock.h - from what a program loads to a plain model --------------------------------------------------===//
//
// A packed model is taken apart, its information read, and what is encrypted decrypted, with the methods and keys that
// are registered in this process. `mgec` unlocks the files that it compiles with the same code.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Cryption.h"

namespace lite {

/// What the information packed with a model asks for.
struct PackedInfo {
  bool packed = false;
  std::string name; // of the model
  std::unordered_map<std::string, LiteAny> device;
  std::string extra_info;
  std::string *text = nullptr; // given: where the text itself goes, if it is LITE_default's and valid
};

/// What the optional object needs of this library while it takes a packed model apart.
struct UnlockHooks {
  Secret (*decrypt)(const std::string &method, const void *data, size_t size, const std::string &name);
  ParseInfoFunc (*parser)(const std::string &info_type, const std::string &name);
};

/// The type of CryptoTable::unlockPack. False and `error` where the file is at fault; throws what hooks and functions
/// of the program throw.
using UnlockPackFunc = bool (*)(const void *data, size_t size, const std::string &name, const ExtraConfig &extra,
                                const UnlockHooks &hooks, Config &config, NetworkIO &io, PackedInfo &info,
                                Secret &plain, std::string &error);

/// The type of CryptoTable::readInfo, for information of LITE_default that is known to be valid.
using ReadInfoFunc = bool (*)(const std::string &text, const std::string &name, const ExtraConfig &extra,
                              Config &config, NetworkIO &io, PackedInfo &info, std::string &error);

/// Bytes at the start of a file that `is_packed` wants to see.
constexpr size_t kPackMagic = 12;
bool is_packed(const void *data, size_t size);

/// The plain model of a packed or, with `config.bare_model_cryption_name`, an encrypted one. Information that comes
/// with it changes `config` and `io`, unless `extra` disables that. `name` is that of the file, for messages.
Secret unlock(const void *data, size_t size, const std::string &name, const ExtraConfig &extra, Config &config,
              NetworkIO &io, PackedInfo &info);

/// The same for what a compiled library's manifest says of the packed model that it was compiled from; false where it
/// was compiled from another one.
bool compiled_info(const char *manifest, const char *name, const ExtraConfig &extra, Config &config, NetworkIO &io,
                   PackedInfo &info);

/// The bytes of a file; they are overwritten when they go.
Secret read_file(const std::string &path);

} // namespace lite
