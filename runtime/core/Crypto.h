//===- Crypto.h - the optional object that unlocks models -----------------------------------------------------===//
//
// Ciphers, seals, signatures and packed models need OpenSSL, flatbuffers and a JSON parser, and most programs need none
// of them. They are an object of their own (runtime/crypto; see Object.h). A program that loads plain models never
// opens it; without it, what needs it fails and says so.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Status.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mgec::core {

/// Overwrites bytes in a way that the compiler keeps.
inline void wipe(void *data, size_t size) {
  volatile unsigned char *byte = static_cast<unsigned char *>(data);
  while (size--)
    *byte++ = 0;
}

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

/// What the object offers. Each function returns false and sets `error` where it fails; none throws, except
/// the last two.
struct CryptoTable {
  /// kCryptoBuild of the object: it was built with this very runtime.
  const char *build;

  /// One of the methods that the library brings along.
  bool (*decrypt)(const std::string &method, const void *data, size_t size, const std::vector<uint8_t> &key,
                  std::vector<uint8_t> &out, std::string &error);

  /// What is known of sealed weights before the key is: their size and the id of the key.
  bool (*readSeal)(const void *data, size_t size, uint64_t &plainBytes, std::string &keyId, std::string &error);
  /// `fingerprint` is the model's; `out` has room for the plain bytes.
  bool (*unseal)(const void *data, size_t size, const std::vector<uint8_t> &key, const uint8_t *fingerprint,
                 uint8_t *out, std::string &error);

  /// Whether `signature` is one over the bytes, of the key in `publicPem`.
  bool (*verify)(const void *data, size_t size, const std::vector<uint8_t> &signature, const std::string &publicPem,
                 std::string &error);

  /// Takes a packed model apart. A lite::UnlockPackFunc (lite/Unlock.h): the core knows no Lite type.
  void (*unlockPack)();
  /// Reads the information of one. A lite::ReadInfoFunc.
  void (*readInfo)();
};

constexpr char kCryptoBuild[] = "mgec-crypto-2 " __VERSION__;

/// The table. Opens the object at the first call; every later call gives the same answer.
Status cryptoTable(const CryptoTable *&out);

/// Gives the present key of a method; an empty one where there is none.
using KeySource = Secret (*)(const std::string &method);
void setKeySource(KeySource source);

/// The key that sealed weights of a key id are opened with: of the method "MGEC_AES_256_GCM:ID", else of
/// "MGEC_AES_256_GCM".
Secret sealKey(const std::string &keyId);

/// The PEM text of the public key that every library must be signed with before it is opened: what `setTrustedKey` was
/// given, else the file that MGEC_TRUSTED_KEY names. Empty: libraries are opened without a signature.
Status trustedKey(std::string &pem);
void setTrustedKey(std::string pem);

} // namespace mgec::core

/// Defined by the object; the library's own reference to it is weak.
extern "C" const void *mgec_lite_crypto(void);
