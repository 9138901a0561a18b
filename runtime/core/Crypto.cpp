//===- Crypto.cpp - the optional object that unlocks models ---------------------------------------------------===//
#include "Crypto.h"

#include "Env.h"
#include "mgec/security.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>

#include <dlfcn.h>

extern "C" __attribute__((weak)) const mgec::core::CryptoTable *mgec_lite_crypto(void);

namespace mgec::core {

namespace {

constexpr char kLibrary[] = "libmgec_lite_crypto.so";
constexpr char kGcm[] = "MGEC_AES_256_GCM";

struct Object {
  const CryptoTable *table = nullptr;
  std::string problem;
};

Object openObject() {
  Object object;
  if (mgec_lite_crypto) {
    object.table = mgec_lite_crypto();
  } else {
    // Beside the library or program that holds this code, and nowhere else.
    Dl_info self;
    std::string path;
    if (dladdr(reinterpret_cast<void *>(&cryptoTable), &self) && self.dli_fname) {
      path = self.dli_fname;
      const size_t slash = path.rfind('/');
      path = slash == std::string::npos ? std::string("./") + kLibrary : path.substr(0, slash + 1) + kLibrary;
    }
    void *handle = path.empty() ? nullptr : dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      const char *why = dlerror();
      object.problem = format("this needs the optional part of the runtime, which is not there: put %s beside the "
                              "library, or link libmgec_lite_crypto.a (%s)",
                              kLibrary, why ? why : "its place is not known");
      return object;
    }
    const auto entry = reinterpret_cast<const CryptoTable *(*)()>(dlsym(handle, "mgec_lite_crypto"));
    object.table = entry ? entry() : nullptr;
  }
  if (!object.table || std::strcmp(object.table->build, kCryptoBuild) != 0) {
    object.table = nullptr;
    object.problem = format("%s was built for another version of this library", kLibrary);
  }
  return object;
}

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
  static const Object *const object = new Object(openObject());
  out = object->table;
  return out ? Status() : Status::error(object->problem);
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
