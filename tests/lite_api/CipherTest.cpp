//===- CipherTest.cpp - known answers, tampering, seals and signatures ----------------------------------------===//
#include "TestSupport.h"

#include "mgec/security.h"
#include "runtime/core/Crypto.h"
#include "runtime/core/Executor.h"
#include "runtime/crypto/Seal.h"

#include "lite/global.h"

#include <cstring>
#include <numeric>

#include <dlfcn.h>

using namespace mgec::crypto;

namespace {

const std::string kText = "The quick brown fox jumps over";

Bytes hex(const std::string &text) {
  Bytes out;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return out;
}

const uint8_t *bytes(const std::string &text) { return reinterpret_cast<const uint8_t *>(text.data()); }

Bytes countingKey() {
  Bytes key(32);
  std::iota(key.begin(), key.end(), uint8_t(0));
  return key;
}

const Bytes kWords = hex("6c69656a67666b687c7f7e79787d7b7a"); // a hash key and a stream key

std::string decryptError(const std::string &method, const Bytes &data, const Bytes &key) {
  return thrown([&] { decrypt(method, data.data(), data.size(), key); });
}

const char kPrivate[] = "-----BEGIN PRIVATE KEY-----\n"
                        "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                        "-----END PRIVATE KEY-----\n";
const char kPublic[] = "-----BEGIN PUBLIC KEY-----\n"
                       "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
                       "-----END PUBLIC KEY-----\n";
const char kOtherPublic[] = "-----BEGIN PUBLIC KEY-----\n"
                            "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
                            "-----END PUBLIC KEY-----\n";

} // namespace

TEST(Cipher, KnownAnswers) {
  EXPECT_EQ(encrypt("RC4_default", bytes(kText), kText.size(), kWords),
            hex("65e5a9534c2a34e7db384067e06006e8ae187d752ff5a0513d7df7e706b6a69a6bb00bdc21d7a1a3"));
  EXPECT_EQ(encrypt("SIMPLE_FAST_RC4_default", bytes(kText), kText.size(), kWords),
            hex("fe1ecb82d99144bcfde4533aef14495a5606335ac980378ba4e5ee0b34492a06b747fea927d6936e"));
  EXPECT_EQ(aesEncrypt(bytes(kText), kText.size(), countingKey(), countingKey().data()),
            hex("000102030405060708090a0b0c0d0e0f4846f83aa211e239aa62a21f527f089e59c2a3c9abe79a5124d5c525a4872bf6"
                "000000000000001e"));
  KeyStream stream(0x7a7b7d78797e7f7c), zero(0);
  Bytes first, second;
  for (int i = 0; i < 16; ++i) {
    first.push_back(stream.next());
    second.push_back(zero.next());
  }
  EXPECT_EQ(first, hex("aa76aea2a8e42ddf96c431488063277a"));
  EXPECT_EQ(second, hex("c339fdc62dafd93cb58a84fcd404476f"));
  WordHash hash(0x686b66676a65696c);
  hash.add(0x0807060504030201);
  EXPECT_EQ(hash.value(), 0x50063f365466bf3fu);
}

TEST(Cipher, EverySizeComesBack) {
  for (const char *method : {"AES_default", "RC4_default", "SIMPLE_FAST_RC4_default", kSealMethod})
    for (size_t size = 0; size < 70; ++size) {
      Bytes plain(size);
      std::iota(plain.begin(), plain.end(), uint8_t(size));
      const Bytes locked = encrypt(method, plain.data(), size, countingKey());
      if (size == 0 && std::string(method).find("RC4") != std::string::npos)
        continue; // a check word alone
      const Bytes opened = decrypt(method, locked.data(), locked.size(), countingKey());
      ASSERT_GE(opened.size(), size) << method;
      EXPECT_TRUE(std::equal(plain.begin(), plain.end(), opened.begin())) << method << ' ' << size;
    }
}

TEST(Cipher, WrongKeysAndDamage) {
  Bytes other = countingKey();
  other[0] ^= 1;
  for (const char *method : {"AES_default", "RC4_default", "SIMPLE_FAST_RC4_default", kSealMethod}) {
    const Bytes locked = encrypt(method, bytes(kText), kText.size(), countingKey());
    if (std::string(method) != "AES_default") // one wrong key in 256 has sound padding: nothing there tells
      EXPECT_NE(decryptError(method, locked, other), "") << method;
    EXPECT_CONTAINS(decryptError(method, locked, {1, 2, 3}), "bytes, not 3");
    for (size_t size = 0; size < locked.size(); ++size)
      EXPECT_NE(decryptError(method, Bytes(locked.begin(), locked.begin() + size), countingKey()), "")
          << method << size;
  }
  Bytes huge = encrypt("AES_default", bytes(kText), kText.size(), countingKey());
  std::fill(huge.end() - 8, huge.end(), uint8_t(0xff));
  EXPECT_CONTAINS(decryptError("AES_default", huge, countingKey()), "announces");
}

TEST(Seal, EveryBitCounts) {
  SealHeader header;
  header.purpose = SealHeader::Weights;
  header.keyId = "prod-7";
  header.context[3] = 9;
  const Bytes sealed = seal(bytes(kText), kText.size(), countingKey(), header);
  const SealHeader read = readSeal(sealed.data(), sealed.size());
  EXPECT_EQ(read.keyId, "prod-7");
  EXPECT_EQ(read.context, header.context);
  EXPECT_EQ(read.plainBytes, kText.size());
  Bytes out(kText.size());
  unseal(sealed.data(), sealed.size(), countingKey(), read, out.data());
  EXPECT_EQ(std::string(out.begin(), out.end()), kText);
  for (size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    Bytes damaged = sealed;
    damaged[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_NE(thrown([&] {
                const SealHeader header = readSeal(damaged.data(), damaged.size());
                Bytes out(header.plainBytes);
                unseal(damaged.data(), damaged.size(), countingKey(), header, out.data());
              }),
              "")
        << "bit " << bit;
  }
}

TEST(Seal, PlainTextIsOverwrittenWhereTheSealDoesNotHold) {
  Bytes sealed = seal(bytes(kText), kText.size(), countingKey(), {});
  sealed.back() ^= 1;
  Bytes out(kText.size(), 7);
  const SealHeader header = readSeal(sealed.data(), sealed.size());
  EXPECT_NE(thrown([&] { unseal(sealed.data(), sealed.size(), countingKey(), header, out.data()); }), "");
  EXPECT_EQ(out, Bytes(kText.size(), 0));
}

TEST(Seal, TwoSealsDiffer) {
  EXPECT_NE(seal(bytes(kText), kText.size(), countingKey(), {}), seal(bytes(kText), kText.size(), countingKey(), {}));
}

TEST(Signature, OfOneKeyOverOneText) {
  const Bytes signature = sign(bytes(kText), kText.size(), kPrivate);
  verify(bytes(kText), kText.size(), signature, kPublic);
  EXPECT_CONTAINS(thrown([&] { verify(bytes(kText), kText.size(), signature, kOtherPublic); }), "the trusted one is");
  EXPECT_CONTAINS(thrown([&] { verify(bytes(kText), kText.size() - 1, signature, kPublic); }), "was changed");
  for (size_t i = 0; i < signature.size(); ++i) {
    Bytes damaged = signature;
    damaged[i] ^= 1;
    if (i < 12 || i >= 16) // 12 to 15 are not used
      EXPECT_NE(thrown([&] { verify(bytes(kText), kText.size(), damaged, kPublic); }), "") << i;
  }
  EXPECT_CONTAINS(thrown([&] { verify(bytes(kText), kText.size(), signature, "nonsense"); }), "no public key");
  EXPECT_CONTAINS(thrown([&] { sign(bytes(kText), kText.size(), kPublic); }), "no private key");
}

//===--- In the runtime -------------------------------------------------------------------------------------===//

namespace {

/// The fake model, with its weights sealed.
struct SealedModel {
  explicit SealedModel(const std::string &keyId, const Bytes &key) {
    handle = dlopen(artifact("affine").c_str(), RTLD_NOW | RTLD_LOCAL);
    uint32_t count = 0;
    model = **reinterpret_cast<mgec_artifact_models_fn>(dlsym(handle, MGEC_ARTIFACT_SYMBOL))(&count);
    SealHeader header;
    header.purpose = SealHeader::Weights;
    header.keyId = keyId;
    std::copy(model.fingerprint, model.fingerprint + 16, header.context.begin());
    const Bytes sealed = seal(model.weights, model.weights_bytes, key, header);
    storage.resize(sealed.size() + MGEC_ALIGNMENT);
    uint8_t *aligned = storage.data();
    while (reinterpret_cast<uintptr_t>(aligned) % MGEC_ALIGNMENT)
      ++aligned;
    std::copy(sealed.begin(), sealed.end(), aligned);
    model.weights = aligned;
    model.weights_bytes = sealed.size();
    model.flags = MGEC_WEIGHTS_SEALED;
  }

  std::string bind(mgec::core::ModelPtr &out) const {
    const auto made = std::make_shared<mgec::core::Model>(model, nullptr);
    const mgec::core::Status status = made->unseal();
    out = made;
    return status.message();
  }

  void *handle;
  mgec_model model = {};
  Bytes storage;
};

} // namespace

TEST(SealedWeights, OpenWithTheRegisteredKey) {
  const SealedModel sealed("test-key", countingKey());
  mgec::core::ModelPtr model, again;
  EXPECT_CONTAINS(sealed.bind(model), "sealed with the key 'test-key'");
  lite::update_decryption_or_key(kSealMethod, nullptr, Bytes(32, 1));
  EXPECT_CONTAINS(sealed.bind(model), "'test-key' is not the one that sealed this");
  lite::register_decryption_and_key("MGEC_AES_256_GCM:test-key", nullptr, countingKey());
  ASSERT_EQ(sealed.bind(model), "");
  ASSERT_EQ(sealed.bind(again), "");
  EXPECT_EQ(model->weights(), again->weights()) << "one copy for all";

  mgec::core::Executor executor(model);
  mgec::core::Shape shape;
  shape.ndim = 2;
  shape.dims[0] = 1;
  shape.dims[1] = 4;
  ASSERT_TRUE(executor.select(&shape).ok());
  const float x[4] = {1, 2, 3, 4};
  float y[4], sum[1];
  const void *in[] = {x};
  void *out[] = {y, sum};
  ASSERT_TRUE(executor.forward(in, out).ok());
  EXPECT_EQ(y[1], 4.5f);
}

TEST(SealedWeights, BelongToOneModel) {
  SealedModel sealed("", countingKey());
  lite::update_decryption_or_key(kSealMethod, nullptr, countingKey());
  sealed.model.fingerprint[0] ^= 1;
  mgec::core::ModelPtr model;
  EXPECT_CONTAINS(sealed.bind(model), "are not the weights of this model");
}

TEST(TrustedKey, LibrariesNeedItsSignature) {
  const TemporaryFolder folder;
  folder.copy(artifact("affine"), "net.so");
  const std::string file = folder.path() + "/net.so";
  std::ifstream stream(file, std::ios::binary);
  Bytes library((std::istreambuf_iterator<char>(stream)), {});
  const auto load = [](const std::string &path) {
    mgec::core::ModelPtr model;
    return mgec::core::bindLibrary(path, "", model).message();
  };
  EXPECT_EQ(load(file), "");
  mgec_set_trusted_key(kPublic);
  EXPECT_CONTAINS(load(file), "has no signature");
  folder.write("net.so.sig", sign(library.data(), library.size(), kPrivate));
  EXPECT_EQ(load(file), "");
  mgec::core::ModelPtr model;
  EXPECT_CONTAINS(mgec::core::bindLibrary(library.data(), library.size(), model).message(),
                  "only a file can have a signature");

  library[library.size() / 2] ^= 1;
  folder.write("net.so", library);
  EXPECT_CONTAINS(load(file), "was changed");
  mgec_set_trusted_key(kOtherPublic);
  EXPECT_CONTAINS(load(file), "the trusted one is");
  mgec_set_trusted_key(nullptr);

  const ScopedEnvironment variable("MGEC_TRUSTED_KEY", folder.path() + "/none.pem");
  EXPECT_CONTAINS(load(artifact("affine")), "none.pem") << "a key that cannot be read trusts nothing";
}
