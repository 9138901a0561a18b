//===- Cryption.h - the methods that unlock models ------------------------------------------------------------===//
//
// Two process-wide tables: decryption methods with their keys, and readers of the information packed with a model.
// Methods of the library itself are in the tables from the start, as names with a key; their code is in an object of
// its own (runtime/crypto), which is opened when the first of them is used. Callable from any thread.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "lite/global.h"

namespace lite {

constexpr char kNoCryption[] = "NONE";
constexpr char kDefaultParser[] = "LITE_default";
constexpr char kGcmMethod[] = "MGEC_AES_256_GCM";

/// Overwrites bytes in a way that the compiler keeps.
void wipe(void *data, size_t size);

/// Bytes that are overwritten when they go: keys and plain models.
class Secret {
public:
  Secret() = default;
  explicit Secret(std::vector<uint8_t> value) : bytes(std::move(value)) {}
  Secret(Secret &&) = default;
  Secret &operator=(Secret &&other) {
    wipe(bytes.data(), bytes.size());
    bytes = std::move(other.bytes);
    return *this;
  }
  ~Secret() { wipe(bytes.data(), bytes.size()); }

  std::vector<uint8_t> bytes;
};

/// What `method` makes of the bytes. Throws for a method that is not registered, and what the method throws.
Secret decrypt(const std::string &method, const void *data, size_t size);

/// The present key of a method, for a use other than `decrypt`; empty when it has none.
Secret decryption_key(const std::string &method);

/// The reader of a kind of information. Throws for one that is not registered.
ParseInfoFunc parse_info_func(const std::string &info_type);

} // namespace lite
