//===- Crypto.cpp - the optional object that unlocks models ---------------------------------------------------===//
#include "Crypto.h"

#include "Env.h"
#include "Object.h"
#include "mgec/security.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>

extern "C" __attribute__((weak)) const void *mgec_lite_crypto(void);

namespace mgec::core {

namespace {

constexpr char kGcm[] = "MGEC_AES_256_GCM";

std::atomic<KeySource> keySource{nullptr};

struct Trusted {
  std::mutex mutex;
  std::string pem;
};

Trusted &trusted() {
  static Trusted *const instance = new Trusted;
  return *instance;
}

} // namespace

Status cryptoTable(const CryptoTable *&out) {
  return partTable("libmgec_lite_crypto", "mgec_lite_crypto", mgec_lite_crypto, kCryptoBuild, out);
}

void setKeySource(KeySource source) { keySource.store(source); }

Secret sealKey(const std::string &keyId) {
  const KeySource source = keySource.load();
  if (!source)
    return Secret();
  if (!keyId.empty()) {
    Secret key = source(std::string(kGcm) + ':' + keyId);
    if (!key.bytes.empty())
      return key;
  }
  return source(kGcm);
}

void setTrustedKey(std::string pem) {
  const std::lock_guard<std::mutex> lock(trusted().mutex);
  trusted().pem = std::move(pem);
}

Status trustedKey(std::string &pem) {
  {
    const std::lock_guard<std::mutex> lock(trusted().mutex);
    pem = trusted().pem;
  }
  const char *path = environment("MGEC_TRUSTED_KEY");
  if (!pem.empty() || !path || !*path)
    return Status();
  FILE *file = std::fopen(path, "re");
  if (!file)
    return Status::errorf("MGEC_TRUSTED_KEY: cannot open %s: %s", path, std::strerror(errno));
  char buffer[4096];
  const size_t size = std::fread(buffer, 1, sizeof(buffer), file);
  std::fclose(file);
  pem.assign(buffer, size);
  return pem.empty() ? Status::errorf("MGEC_TRUSTED_KEY: %s is empty", path) : Status();
}

} // namespace mgec::core

extern "C" __attribute__((visibility("default"))) void mgec_set_trusted_key(const char *public_key_pem) {
  mgec::core::setTrustedKey(public_key_pem ? public_key_pem : "");
}
