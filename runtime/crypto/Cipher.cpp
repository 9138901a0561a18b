//===- Cipher.cpp - encrypting and decrypting bytes -----------------------------------------------------------===//
#include "Cipher.h"

#include "Seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace mgec::crypto {

namespace {

constexpr size_t kIv = 16, kBlock = 16, kTrailer = 8, kWord = 8;
constexpr size_t kChunk = size_t(1) << 30; // OpenSSL counts in int

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

[[noreturn]] void fail(const std::string &text) { throw CryptoError(text); }

void requireAesKey(const Bytes &key) {
  if (key.size() != 32)
    fail("AES_default: the key must have 32 bytes, not " + std::to_string(key.size()));
}

uint64_t loadWord(const uint8_t *bytes) {
  uint64_t word = 0;
  for (unsigned i = 0; i < kWord; ++i)
    word |= static_cast<uint64_t>(bytes[i]) << (8 * i);
  return word;
}

void storeWord(uint8_t *bytes, uint64_t word) {
  for (unsigned i = 0; i < kWord; ++i)
    bytes[i] = static_cast<uint8_t>(word >> (8 * i));
}

//===--- AES_default ----------------------------------------------------------------------------------------===//

/// One pass of AES-256-CBC with padding; `out` has room for size + kBlock bytes. False where the padding is wrong.
bool cbc(bool encrypting, const uint8_t *data, size_t size, const Bytes &key, const uint8_t *iv, uint8_t *out,
         size_t &written) {
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  if (!context || !EVP_CipherInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key.data(), iv, encrypting))
    fail("AES_default: OpenSSL cannot set up AES-256-CBC");
  written = 0;
  for (size_t at = 0; at < size;) {
    const size_t count = std::min(size - at, kChunk);
    int made = 0;
    if (!EVP_CipherUpdate(context.get(), out + written, &made, data + at, static_cast<int>(count)))
      fail("AES_default: OpenSSL fails");
    at += count;
    written += static_cast<size_t>(made);
  }
  int made = 0;
  const bool sound = EVP_CipherFinal_ex(context.get(), out + written, &made) == 1;
  written += static_cast<size_t>(made);
  return sound;
}

Bytes aesDecrypt(const uint8_t *data, size_t size, const Bytes &key) {
  requireAesKey(key);
  if (size < kIv + kBlock + kTrailer || (size - kIv - kTrailer) % kBlock != 0)
    fail("AES_default: " + std::to_string(size) + " bytes are not the size of an encrypted file");
  uint64_t length = 0;
  for (size_t i = size - kTrailer; i < size; ++i)
    length = length << 8 | data[i];
  const size_t body = size - kIv - kTrailer;
  if (length >= body) // padding takes a byte at least
    fail("AES_default: the file is truncated or damaged: it announces " + std::to_string(length) + " plain bytes");
  Bytes plain(body + kBlock);
  size_t written = 0;
  if (!cbc(false, data + kIv, body, key, data, plain.data(), written) || written < length) {
    cleanse(plain);
    fail("AES_default: the key is wrong or the file is damaged");
  }
  cleanse(plain.data() + length, plain.size() - length);
  plain.resize(length);
  return plain;
}

//===--- RC4_default, SIMPLE_FAST_RC4_default ---------------------------------------------------------------===//

struct WordKeys {
  uint64_t hash, stream;

  WordKeys(const char *method, const Bytes &key) {
    if (key.size() < 2 * kWord)
      fail(std::string(method) + ": the key must have at least 16 bytes, not " + std::to_string(key.size()));
    hash = loadWord(key.data());
    stream = loadWord(key.data() + kWord);
  }
  ~WordKeys() { cleanse(this, sizeof(*this)); }
};

/// The plain text as whole words, with room for the check word.
Bytes padded(const uint8_t *data, size_t size) {
  Bytes out((size + kWord - 1) / kWord * kWord + kWord);
  if (size)
    std::memcpy(out.data(), data, size);
  return out;
}

void requireWords(const char *method, size_t size) {
  if (size < 2 * kWord || size % kWord != 0)
    fail(std::string(method) + ": " + std::to_string(size) + " bytes are not the size of an encrypted file");
}

template <typename F> void eachWord(Bytes &bytes, F change) {
  for (size_t at = 0; at + kWord < bytes.size(); at += kWord)
    storeWord(bytes.data() + at, change(loadWord(bytes.data() + at)));
}

Bytes rc4Encrypt(const uint8_t *data, size_t size, const Bytes &key) {
  const WordKeys keys("RC4_default", key);
  Bytes out = padded(data, size);
  WordHash plain(keys.hash), masked(keys.hash);
  eachWord(out, [&](uint64_t word) {
    plain.add(word);
    return word;
  });
  KeyStream inner(plain.value()), outer(keys.stream);
  eachWord(out, [&](uint64_t word) {
    word ^= inner.nextWord();
    masked.add(word);
    return word ^ outer.nextWord();
  });
  storeWord(&out[out.size() - kWord], plain.value() ^ masked.value() ^ outer.nextWord());
  return out;
}

Bytes rc4Decrypt(const uint8_t *data, size_t size, const Bytes &key) {
  const WordKeys keys("RC4_default", key);
  requireWords("RC4_default", size);
  Bytes out(data, data + size);
  WordHash masked(keys.hash);
  KeyStream outer(keys.stream);
  eachWord(out, [&](uint64_t word) {
    word ^= outer.nextWord();
    masked.add(word);
    return word;
  });
  const uint64_t hash = loadWord(&out[size - kWord]) ^ masked.value() ^ outer.nextWord();
  KeyStream inner(hash);
  WordHash plain(keys.hash);
  eachWord(out, [&](uint64_t word) {
    word ^= inner.nextWord();
    plain.add(word);
    return word;
  });
  // Whatever the check word says, the result starts with the plain text; the loader would find out later and less
  // clearly that it is not one.
  if (plain.value() != hash) {
    cleanse(out);
    fail("RC4_default: the key is wrong or the file is damaged");
  }
  return out;
}

Bytes fastEncrypt(const uint8_t *data, size_t size, const Bytes &key) {
  const WordKeys keys("SIMPLE_FAST_RC4_default", key);
  Bytes out = padded(data, size);
  KeyStream stream(keys.stream);
  WordHash body(keys.hash);
  eachWord(out, [&](uint64_t word) {
    word ^= stream.nextWord();
    body.add(word);
    return word;
  });
  storeWord(&out[out.size() - kWord], body.value());
  return out;
}

Bytes fastDecrypt(const uint8_t *data, size_t size, const Bytes &key) {
  const WordKeys keys("SIMPLE_FAST_RC4_default", key);
  requireWords("SIMPLE_FAST_RC4_default", size);
  WordHash body(keys.hash);
  for (size_t at = 0; at + kWord < size; at += kWord)
    body.add(loadWord(data + at));
  if (body.value() != loadWord(data + size - kWord))
    fail("The checksum of the file cannot be verified. The file may be encrypted in the wrong algorithm or different "
         "keys.");
  Bytes out(data, data + size);
  KeyStream stream(keys.stream);
  eachWord(out, [&](uint64_t word) { return word ^ stream.nextWord(); });
  return out;
}

} // namespace

void cleanse(void *data, size_t size) {
  if (size)
    OPENSSL_cleanse(data, size);
}

Bytes randomBytes(size_t count) {
  Bytes out(count);
  if (count > kChunk || RAND_bytes(out.data(), static_cast<int>(count)) != 1)
    fail("OpenSSL has no random numbers");
  return out;
}

KeyStream::KeyStream(uint64_t key) {
  for (unsigned k = 0; k < 256; ++k)
    state[k] = static_cast<uint8_t>(k);
  for (unsigned k = 0; k < 256; ++k) {
    j = static_cast<uint8_t>(j + state[k] + static_cast<uint8_t>(key >> (8 * (k % 8))));
    std::swap(state[k], state[j]);
  }
  j = 0;
  for (unsigned k = 0; k < 768; ++k)
    next();
  for (unsigned k = next(); k > 0; --k)
    next();
}

uint8_t KeyStream::next() {
  const uint8_t a = state[++i];
  j = static_cast<uint8_t>(j + a);
  const uint8_t b = state[j];
  state[i] = b;
  state[j] = a;
  const uint8_t c = static_cast<uint8_t>(state[((i << 5) ^ (j >> 3)) & 255] + state[((j << 5) ^ (i >> 3)) & 255]);
  return static_cast<uint8_t>(
      static_cast<uint8_t>(state[static_cast<uint8_t>(a + b)] + state[c ^ 0xAA]) ^ state[static_cast<uint8_t>(j + b)]);
}

uint64_t KeyStream::nextWord() {
  uint64_t word = 0;
  for (unsigned k = 0; k < kWord; ++k)
    word |= static_cast<uint64_t>(next()) << (8 * k);
  return word;
}

void WordHash::add(uint64_t v) {
  v ^= v >> 23;
  v *= 0x2127599bf4325c37u;
  v ^= v >> 47;
  hash ^= v;
  hash *= 0x880355f21e6d1965u;
}

Bytes aesEncrypt(const uint8_t *data, size_t size, const Bytes &key, const uint8_t iv[16]) {
  requireAesKey(key);
  Bytes out(kIv + size + kBlock + kTrailer);
  std::memcpy(out.data(), iv, kIv);
  size_t written = 0;
  if (!cbc(true, data, size, key, iv, out.data() + kIv, written))
    fail("AES_default: OpenSSL fails");
  out.resize(kIv + written + kTrailer);
  for (size_t i = 0; i < kTrailer; ++i)
    out[out.size() - 1 - i] = static_cast<uint8_t>(static_cast<uint64_t>(size) >> (8 * i));
  return out;
}

bool isBuiltIn(const std::string &method) {
  return method == "AES_default" || method == "RC4_default" || method == "SIMPLE_FAST_RC4_default" ||
         method == kSealMethod;
}

Bytes encrypt(const std::string &method, const uint8_t *data, size_t size, const Bytes &key) {
  if (method == "AES_default")
    return aesEncrypt(data, size, key, randomBytes(kIv).data());
  if (method == "RC4_default")
    return rc4Encrypt(data, size, key);
  if (method == "SIMPLE_FAST_RC4_default")
    return fastEncrypt(data, size, key);
  if (method == kSealMethod)
    return seal(data, size, key, SealHeader());
  fail("there is no encryption method " + method);
}

Bytes decrypt(const std::string &method, const uint8_t *data, size_t size, const Bytes &key) {
  if (method == "AES_default")
    return aesDecrypt(data, size, key);
  if (method == "RC4_default")
    return rc4Decrypt(data, size, key);
  if (method == "SIMPLE_FAST_RC4_default")
    return fastDecrypt(data, size, key);
  if (method == kSealMethod) {
    const SealHeader header = readSeal(data, size);
    if (header.purpose != SealHeader::File)
      fail(std::string(kSealMethod) + ": what is sealed here is not a model file");
    Bytes out(header.plainBytes);
    unseal(data, size, key, header, out.data());
    return out;
  }
  fail("The decryption method " + method + " is not registed yet.");
}

} // namespace mgec::crypto
