//===- Table.cpp - the object's functions, as the runtime knows them ------------------------------------------===//
#include "Seal.h"
#include "Unlock.h"

#include "../core/Crypto.h"

#include <algorithm>
#include <new>

using namespace mgec::crypto;
using mgec::core::CryptoTable;

namespace {

/// Runs `body`; what it throws becomes the error.
template <typename F> bool guarded(std::string &error, F &&body) {
  try {
    body();
    return true;
  } catch (const std::bad_alloc &) {
    error = "there is not enough memory";
  } catch (const std::exception &exception) {
    error = exception.what();
  }
  return false;
}

const uint8_t *bytes(const void *data) { return static_cast<const uint8_t *>(data); }

bool decryptBytes(const std::string &method, const void *data, size_t size, const Bytes &key, Bytes &out,
                  std::string &error) {
  return guarded(error, [&] { out = decrypt(method, bytes(data), size, key); });
}

bool readSealOf(const void *data, size_t size, uint64_t &plainBytes, std::string &keyId, std::string &error) {
  return guarded(error, [&] {
    const SealHeader header = readSeal(bytes(data), size);
    plainBytes = header.plainBytes;
    keyId = header.keyId;
  });
}

bool unsealBytes(const void *data, size_t size, const Bytes &key, const uint8_t *fingerprint, uint8_t *out,
                 std::string &error) {
  return guarded(error, [&] {
    const SealHeader header = readSeal(bytes(data), size);
    if (header.purpose != SealHeader::Weights || !std::equal(header.context.begin(), header.context.end(), fingerprint))
      throw CryptoError("what is sealed here are not the weights of this model");
    unseal(bytes(data), size, key, header, out);
  });
}

bool verifySignature(const void *data, size_t size, const Bytes &signature, const std::string &publicPem,
                     std::string &error) {
  return guarded(error, [&] { verify(bytes(data), size, signature, publicPem); });
}

const lite::UnlockPackFunc kUnlockPack = &unlockPack;
const lite::ReadInfoFunc kReadInfo = &readInfo;

} // namespace

extern "C" __attribute__((visibility("default"))) const void *mgec_lite_crypto(void) {
  static const CryptoTable table = {
      mgec::core::kCryptoBuild,
      &decryptBytes,
      &readSealOf,
      &unsealBytes,
      &verifySignature,
      reinterpret_cast<void (*)()>(kUnlockPack),
      reinterpret_cast<void (*)()>(kReadInfo),
  };
  return &table;
}
