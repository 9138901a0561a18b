//===- Seal.cpp - authenticated encryption, and signatures ----------------------------------------------------===//
#include "Seal.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <memory>

namespace mgec::crypto {

namespace {

constexpr char kSealMagic[] = "MGECSEAL", kSignMagic[] = "MGECSIGN", kSignDomain[] = "mgec artifact 1";
constexpr size_t kHeader = 60, kNonce = 12, kNonceAt = 32, kContextAt = 44, kTag = 16, kMostKeyId = 255;
constexpr size_t kSignature = 64, kSignHeader = 24, kKeyName = 8;
constexpr size_t kChunk = size_t(1) << 30;               // OpenSSL counts in int
constexpr uint64_t kMostPlain = (uint64_t(1) << 36) - 32; // what GCM allows under one nonce

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

[[noreturn]] void fail(const std::string &text) { throw CryptoError(text); }

void putWord(uint8_t *out, uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    out[i] = static_cast<uint8_t>(value >> (8 * i));
}

uint64_t getWord(const uint8_t *in, unsigned bytes) {
  uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i)
    value |= static_cast<uint64_t>(in[i]) << (8 * i);
  return value;
}

/// A context that has been told the key, the nonce and the header.
Context begin(bool encrypting, const Bytes &key, const uint8_t *header, size_t headerBytes) {
  if (key.size() != 32)
    fail(std::string(kSealMethod) + ": the key must have 32 bytes, not " + std::to_string(key.size()));
  Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int ignored = 0;
  if (!context ||
      !EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), header + kNonceAt, encrypting) ||
      !EVP_CipherUpdate(context.get(), nullptr, &ignored, header, static_cast<int>(headerBytes)))
    fail(std::string(kSealMethod) + ": OpenSSL cannot set up AES-256-GCM");
  return context;
}

void process(EVP_CIPHER_CTX *context, const uint8_t *data, size_t size, uint8_t *out) {
  for (size_t at = 0; at < size;) {
    const size_t count = std::min(size - at, kChunk);
    int made = 0;
    if (!EVP_CipherUpdate(context, out + at, &made, data + at, static_cast<int>(count)) ||
        static_cast<size_t>(made) != count)
      fail(std::string(kSealMethod) + ": OpenSSL fails");
    at += count;
  }
}

Bytes signedMessage(const uint8_t *data, size_t size) {
  Bytes message(sizeof(kSignDomain) + EVP_MAX_MD_SIZE);
  std::memcpy(message.data(), kSignDomain, sizeof(kSignDomain));
  unsigned length = 0;
  if (!EVP_Digest(data, size, message.data() + sizeof(kSignDomain), &length, EVP_sha512(), nullptr))
    fail("OpenSSL cannot compute SHA-512");
  message.resize(sizeof(kSignDomain) + length);
  return message;
}

Key readKey(const std::string &pem, bool isPrivate) {
  const char *kind = isPrivate ? "private" : "public";
  if (pem.size() > INT_MAX)
    fail(std::string("this is no ") + kind + " key");
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  // No callback that would ask a terminal for a password.
  const auto none = [](char *, int, int, void *) { return 0; };
  Key key(!bio        ? nullptr
          : isPrivate ? PEM_read_bio_PrivateKey(bio.get(), nullptr, none, nullptr)
                      : PEM_read_bio_PUBKEY(bio.get(), nullptr, none, nullptr),
          EVP_PKEY_free);
  if (!key)
    fail(std::string("this is no ") + kind + " key in PEM form" + (isPrivate ? " without a password" : ""));
  if (EVP_PKEY_base_id(key.get()) != EVP_PKEY_ED25519)
    fail(std::string("this ") + kind + " key is not an Ed25519 key");
  return key;
}

/// The first bytes of a hash of the public key, which tell keys apart in messages.
std::array<uint8_t, kKeyName> keyName(EVP_PKEY *key) {
  uint8_t raw[32], hash[EVP_MAX_MD_SIZE];
  size_t size = sizeof(raw);
  if (!EVP_PKEY_get_raw_public_key(key, raw, &size) || !EVP_Digest(raw, size, hash, nullptr, EVP_sha256(), nullptr))
    fail("OpenSSL cannot hash the public key");
  std::array<uint8_t, kKeyName> name;
  std::copy(hash, hash + kKeyName, name.begin());
  return name;
}

std::string hex(const uint8_t *bytes, size_t size) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < size; ++i)
    text += {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
  return text;
}

} // namespace

bool isSeal(const uint8_t *data, size_t size) { return size >= 8 && std::memcmp(data, kSealMagic, 8) == 0; }

size_t sealedBytes(const SealHeader &header) { return kHeader + header.keyId.size() + header.plainBytes + kTag; }

Bytes seal(const uint8_t *data, size_t size, const Bytes &key, const SealHeader &header) {
  if (header.keyId.size() > kMostKeyId)
    fail("a key id has at most 255 characters");
  if (size > kMostPlain)
    fail(std::string(kSealMethod) + ": too much for one seal");
  const size_t headerBytes = kHeader + header.keyId.size();
  Bytes out(headerBytes + size + kTag);
  std::memcpy(out.data(), kSealMagic, 8);
  putWord(&out[8], 1, 4);
  putWord(&out[12], header.purpose, 4);
  putWord(&out[16], size, 8);
  putWord(&out[24], header.keyId.size(), 4);
  const Bytes nonce = randomBytes(kNonce);
  std::copy(nonce.begin(), nonce.end(), &out[kNonceAt]);
  std::copy(header.context.begin(), header.context.end(), &out[kContextAt]);
  std::copy(header.keyId.begin(), header.keyId.end(), out.begin() + kHeader);
  const Context context = begin(true, key, out.data(), headerBytes);
  process(context.get(), data, size, out.data() + headerBytes);
  int made = 0;
  if (!EVP_CipherFinal_ex(context.get(), &out[headerBytes + size], &made) || made != 0 ||
      !EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTag, &out[headerBytes + size]))
    fail(std::string(kSealMethod) + ": OpenSSL fails");
  return out;
}

SealHeader readSeal(const uint8_t *data, size_t size) {
  const std::string method = kSealMethod;
  if (!isSeal(data, size))
    fail(method + ": these bytes are not sealed");
  if (size < kHeader + kTag || getWord(data + 8, 4) != 1 || getWord(data + 28, 4) != 0)
    fail(method + ": the seal is damaged, or of a newer version");
  SealHeader header;
  header.purpose = static_cast<uint32_t>(getWord(data + 12, 4));
  header.plainBytes = getWord(data + 16, 8);
  const uint64_t idBytes = getWord(data + 24, 4);
  if (idBytes > kMostKeyId || size < kHeader + kTag + idBytes || header.plainBytes != size - kHeader - kTag - idBytes)
    fail(method + ": the seal is truncated or damaged");
  header.keyId.assign(reinterpret_cast<const char *>(data) + kHeader, idBytes);
  std::copy(data + kContextAt, data + kContextAt + 16, header.context.begin());
  return header;
}

void unseal(const uint8_t *data, size_t size, const Bytes &key, const SealHeader &header, uint8_t *out) {
  if (sealedBytes(header) != size)
    fail(std::string(kSealMethod) + ": the seal is truncated or damaged");
  const size_t headerBytes = kHeader + header.keyId.size(), plain = header.plainBytes;
  try {
    const Context context = begin(false, key, data, headerBytes);
    process(context.get(), data + headerBytes, plain, out);
    uint8_t tag[kTag], rest[16];
    std::memcpy(tag, data + headerBytes + plain, kTag);
    int made = 0;
    if (!EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTag, tag) ||
        EVP_CipherFinal_ex(context.get(), rest, &made) != 1)
      fail(std::string(kSealMethod) + ": the key" + (header.keyId.empty() ? "" : " '" + header.keyId + "'") +
           " is not the one that sealed this, or the file was changed");
  } catch (...) {
    cleanse(out, plain);
    throw;
  }
}

Bytes sign(const uint8_t *data, size_t size, const std::string &privatePem) {
  const Key key = readKey(privatePem, true);
  const Bytes message = signedMessage(data, size);
  const auto name = keyName(key.get());
  Bytes out(kSignHeader + kSignature);
  std::memcpy(out.data(), kSignMagic, 8);
  putWord(&out[8], 1, 4);
  std::copy(name.begin(), name.end(), &out[16]);
  const Digest context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  size_t length = kSignature;
  if (!context || !EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) ||
      !EVP_DigestSign(context.get(), &out[kSignHeader], &length, message.data(), message.size()) ||
      length != kSignature)
    fail("OpenSSL cannot sign");
  return out;
}

void verify(const uint8_t *data, size_t size, const Bytes &signature, const std::string &publicPem) {
  const Key key = readKey(publicPem, false);
  if (signature.size() != kSignHeader + kSignature || std::memcmp(signature.data(), kSignMagic, 8) != 0 ||
      getWord(&signature[8], 4) != 1)
    fail("the signature file is damaged");
  const auto name = keyName(key.get());
  if (!std::equal(name.begin(), name.end(), &signature[16]))
    fail("it is signed with the key " + hex(&signature[16], kKeyName) + ", and the trusted one is " +
         hex(name.data(), kKeyName));
  const Bytes message = signedMessage(data, size);
  const Digest context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!context || !EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) ||
      EVP_DigestVerify(context.get(), &signature[kSignHeader], kSignature, message.data(), message.size()) != 1)
    fail("the signature does not belong to it: it was changed, or the signature was");
}

} // namespace mgec::crypto
