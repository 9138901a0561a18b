//===- Cipher.h - encrypting and decrypting bytes -------------------------------------------------------------===//
//
// The methods that MegEngine Lite defines, bit for bit, and one that is sound. What each protects against, and what
// not, is in docs/SECURITY.md. Every function is pure and may be called from any thread; failures are `CryptoError`,
// whose text names the method and does not name a file. Intermediate copies of keys and plain text are overwritten.
//
//   AES_default              IV[16], AES-256-CBC with PKCS#7 padding, plain size as a big-endian u64; OpenSSL
//   RC4_default              a stream cipher keyed by the hash of the plain text and a key, then a check word
//   SIMPLE_FAST_RC4_default  the same stream keyed by the key alone, then a hash of the body
//   MGEC_AES_256_GCM         Seal.h
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace mgec::crypto {

using Bytes = std::vector<uint8_t>;

struct CryptoError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Overwrites bytes in a way that the compiler keeps.
void cleanse(void *data, size_t size);
inline void cleanse(Bytes &bytes) { cleanse(bytes.data(), bytes.size()); }

/// Bytes that nobody can guess.
Bytes randomBytes(size_t count);

/// Whether `method` is one of the four.
bool isBuiltIn(const std::string &method);

/// A method's key must be 32 bytes (AES), or at least 16 (RC4: a hash key and a stream key, both little-endian).
Bytes encrypt(const std::string &method, const uint8_t *data, size_t size, const Bytes &key);
Bytes decrypt(const std::string &method, const uint8_t *data, size_t size, const Bytes &key);

Bytes aesEncrypt(const uint8_t *data, size_t size, const Bytes &key, const uint8_t iv[16]);

/// The key stream and the hash behind the RC4 methods; neither is RC4 or a hash that is known elsewhere.
class KeyStream {
public:
  explicit KeyStream(uint64_t key);
  ~KeyStream() { cleanse(state, sizeof(state)); }
  uint8_t next();
  uint64_t nextWord();

private:
  uint8_t state[256];
  uint8_t i = 0, j = 0;
};

class WordHash {
public:
  explicit WordHash(uint64_t seed) : hash(seed) {}
  void add(uint64_t word);
  uint64_t value() const { return hash; }

private:
  uint64_t hash;
};

} // namespace mgec::crypto
