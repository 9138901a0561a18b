//===- Unlock.h - from what a program loads to a plain model --------------------------------------------------===//
//
// A packed model is taken apart, its information read, and what is encrypted decrypted, with the methods and keys that
// are registered in this process. `mgec` unlocks the files that it compiles with the same code.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Cryption.h"

namespace lite {

/// The type of CryptoTable::readInfo. `valid` is what a ParseInfoFunc returns; `newer`: packed for a newer library.
using LiteInfoFunc = bool (*)(const void *data, size_t size, const std::string &model_name, Config &config,
                              NetworkIO &io, std::unordered_map<std::string, LiteAny> &device, std::string &extra_info,
                              bool &valid, bool &newer, std::string &error);

/// What the information packed with a model asks for.
struct PackedInfo {
  bool packed = false;
  std::string name; // of the model
  std::unordered_map<std::string, LiteAny> device;
  std::string extra_info;
};

/// Bytes at the start of a file that `is_packed` wants to see.
constexpr size_t kPackMagic = 12;
bool is_packed(const void *data, size_t size);

/// The plain model of a packed or, with `config.bare_model_cryption_name`, an encrypted one. Information that comes with
/// it changes `config` and `io`, unless `extra` disables that. `name` is that of the file, for messages.
Secret unlock(const void *data, size_t size, const std::string &name, const ExtraConfig &extra, Config &config,
              NetworkIO &io, PackedInfo &info);

/// The bytes of a file; they are overwritten when they go.
Secret read_file(const std::string &path);

} // namespace lite
