//===- Seal.h - authenticated encryption, and signatures ------------------------------------------------------===//
//
// A seal is AES-256-GCM over the plain bytes, with the header as additional authenticated data: a wrong key, or any
// bit that changed anywhere, is an error and gives no plain bytes. All numbers are little-endian.
//
//   0   "MGECSEAL"       24  u32 length of the key id, at most 255     44  context[16]
//   8   u32 version 1    28  u32 0                                     60  key id
//   12  u32 purpose      32  nonce[12], random                             cipher text, as long as the plain text
//   16  u64 plain size                                                     tag[16]
//
// The context binds what is sealed to something outside: the fingerprint of the model, for its weights.
//
// A signature is Ed25519 over "mgec artifact 1\0" and the SHA-512 of the artifact:
//
//   0   "MGECSIGN"       8  u32 version 1       12  u32 0       16  key[8], first bytes of SHA-256 of the public key
//   24  signature[64]
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Cipher.h"

#include <array>

namespace mgec::crypto {

constexpr char kSealMethod[] = "MGEC_AES_256_GCM";

struct SealHeader {
  enum Purpose : uint32_t { File = 1, Weights = 2 };

  uint32_t purpose = File;
  uint64_t plainBytes = 0; // set by `seal`
  std::string keyId;
  std::array<uint8_t, 16> context = {};
};

/// Whether the bytes begin like a seal.
bool isSeal(const uint8_t *data, size_t size);

/// The key must have 32 bytes.
Bytes seal(const uint8_t *data, size_t size, const Bytes &key, const SealHeader &header);

/// The header, not authenticated yet, checked against the size of the whole.
SealHeader readSeal(const uint8_t *data, size_t size);

/// Size of a seal.
size_t sealedBytes(const SealHeader &header);

/// Writes `header.plainBytes` bytes to `out`, which is overwritten where the seal does not hold.
void unseal(const uint8_t *data, size_t size, const Bytes &key, const SealHeader &header, uint8_t *out);

/// A file of PEM text holds the key. Signatures are of the layout above.
Bytes sign(const uint8_t *data, size_t size, const std::string &privatePem);
/// Throws where the signature is not one of this key over these bytes.
void verify(const uint8_t *data, size_t size, const Bytes &signature, const std::string &publicPem);

} // namespace mgec::crypto
