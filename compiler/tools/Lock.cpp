//===- Lock.cpp - sealing the weights of artifacts, and signing them --------------------------------------------===//
#include "compiler/tools/Lock.h"

#include "compiler/tools/Unlock.h"

#include "runtime/core/Artifact.h"
#include "runtime/lite/Unlock.h"
#if MGEC_CRYPTO
#include "runtime/crypto/Seal.h"
#endif

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/raw_ostream.h"

#include <stdexcept>

using namespace mgec;
using namespace mgec::tools;

std::vector<uint8_t> tools::registeredSealKey(const std::string &keyId) {
  core::Secret key = core::sealKey(keyId);
  if (key.bytes.size() != 32)
    throw std::runtime_error("sealed weights need a key of 32 bytes" +
                             (key.bytes.empty() ? std::string(": --key-file FILE")
                                                : ", not " + std::to_string(key.bytes.size())));
  return std::move(key.bytes);
}

#if MGEC_CRYPTO

std::function<std::string(std::string_view)> SealCommand::sealer(const std::string &fingerprint) const {
  if (key.empty())
    return nullptr;
  return [fingerprint, *this](std::string_view weights) {
    mgec::crypto::SealHeader header;
    header.purpose = mgec::crypto::SealHeader::Weights;
    header.keyId = keyId;
    std::string bytes = llvm::fromHex(fingerprint);
    std::copy_n(bytes.begin(), std::min(bytes.size(), header.context.size()), header.context.begin());
    auto sealed = mgec::crypto::seal(reinterpret_cast<const uint8_t *>(weights.data()), weights.size(), key, header);
    return std::string(sealed.begin(), sealed.end());
  };
}

std::vector<uint8_t> tools::randomKey() { return mgec::crypto::randomBytes(32); }

void tools::signArtifact(const std::string &artifact, const std::string &privateKeyFile) {
  if (llvm::sys::fs::is_directory(artifact))
    throw std::runtime_error(
        artifact + ": only a shared library is asked for its signature; sign what these sources are built to");
  keepSecrets();
  auto [library, pem] = withRuntimeErrors(
      [&] { return std::make_pair(lite::read_file(artifact), lite::read_file(privateKeyFile)); });
  if (!core::looksLikeLibrary(library.bytes.data(), library.bytes.size()))
    throw std::runtime_error(artifact +
                             ": only a shared library is asked for its signature; what is linked into a program is as "
                             "trusted as that");
  std::vector<uint8_t> signature;
  std::string key(pem.bytes.begin(), pem.bytes.end());
  llvm::scope_exit wiped([&] { core::wipe(key.data(), key.size()); });
  try {
    signature = mgec::crypto::sign(library.bytes.data(), library.bytes.size(), key);
  } catch (const mgec::crypto::CryptoError &error) {
    throw std::runtime_error(privateKeyFile + ": " + error.what());
  }
  auto written = llvm::writeToOutput(artifact + ".sig", [&](llvm::raw_ostream &os) {
    os.write(reinterpret_cast<const char *>(signature.data()), signature.size());
    return llvm::Error::success();
  });
  if (written)
    throw std::runtime_error("cannot write " + artifact + ".sig: " + llvm::toString(std::move(written)));
}

#else

static const char *const kAbsent = "this build of mgec has no ciphers (it was configured with MGEC_CRYPTO off)";

std::function<std::string(std::string_view)> SealCommand::sealer(const std::string &) const {
  if (key.empty())
    return nullptr;
  throw std::runtime_error(kAbsent);
}
std::vector<uint8_t> tools::randomKey() { return {}; }
void tools::signArtifact(const std::string &, const std::string &) { throw std::runtime_error(kAbsent); }

#endif
