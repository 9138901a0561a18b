//===- CryptionTest.cpp - the registries of lite/global.h, and encrypted model files --------------------------===//
//
// Built three ways: against the shared library, which opens its optional part when it is needed; against the static one
// with that part linked in; and, with MGEC_TEST_WITHOUT_CRYPTO, against the static one alone.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "TestSupport.h"

#include "lite/global.h"

using namespace lite;

namespace {

using Bytes = std::vector<uint8_t>;

Bytes flip(const void *data, size_t size, const Bytes &key) {
  Bytes out(static_cast<const uint8_t *>(data), static_cast<const uint8_t *>(data) + size);
  for (uint8_t &byte : out)
    byte ^= key.at(0);
  return out;
}

Config locked_with(const std::string &method) {
  Config config;
  config.bare_model_cryption_name = method;
  return config;
}

std::string load_error(const std::string &path, const Config &config) {
  Network network(config);
  return thrown([&] { network.load_model(path); });
}

} // namespace

TEST(Cryption, Registry) {
  EXPECT_TRUE(register_decryption_and_key("test-registry", flip, {1}));
  EXPECT_CONTAINS(thrown([] { register_decryption_and_key("test-registry", flip, {1}); }),
                  "The decryption method test-registry is already registered.");
  EXPECT_CONTAINS(thrown([] { register_decryption_and_key("AES_default", flip, {1}); }),
                  "The decryption method AES_default is already registered.");
  EXPECT_CONTAINS(thrown([] { update_decryption_or_key("nobody", flip, {1}); }),
                  "The decryption method nobody is not registered.");
  EXPECT_TRUE(update_decryption_or_key("test-registry", nullptr, {2}));
  EXPECT_TRUE(update_decryption_or_key("test-registry", flip, {}));

  const ParseInfoFunc parse = [](const void *, size_t, const std::string, Config &, NetworkIO &,
                                 std::unordered_map<std::string, LiteAny> &, std::string &) { return true; };
  EXPECT_TRUE(register_parse_info_func("test-parser", parse));
  EXPECT_CONTAINS(thrown([&] { register_parse_info_func("test-parser", parse); }),
                  "The parse info method test-parser is already registered.");
  EXPECT_CONTAINS(thrown([&] { register_parse_info_func("LITE_default", parse); }),
                  "The parse info method LITE_default is already registered.");
}

TEST(Cryption, UnknownMethodAndFailedLoad) {
  const TemporaryFolder folder;
  const std::string file = folder.write("net.mge", fake::modelV2(1));
  const std::string text = load_error(file, locked_with("ROT13"));
  EXPECT_CONTAINS(text, "The decryption method ROT13 is not registed yet.");
  EXPECT_CONTAINS(text, file);
}

TEST(Cryption, MethodOfTheProgram) {
  // The key decides: the fake library belongs to the file that key 0x5a gives.
  const ScopedEnvironment path("MGEC_MODEL_PATH", artifact("affine"));
  const ScopedEnvironment jit("MGEC_JIT", "0");
  const TemporaryFolder folder;
  const Bytes plain = fake::modelV2(1);
  const std::string file = folder.write("net.bin", flip(plain.data(), plain.size(), {0x5a}));
  register_decryption_and_key("test-flip", flip, {0x11});
  EXPECT_NE(load_error(file, locked_with("test-flip")), "");
  update_decryption_or_key("test-flip", nullptr, {0x5a});
  EXPECT_EQ(load_error(file, locked_with("test-flip")), "");

  Bytes bytes = flip(plain.data(), plain.size(), {0x5a});
  Network network(locked_with("test-flip"));
  network.load_model(bytes.data(), bytes.size());
  EXPECT_EQ(network.get_all_input_name(), std::vector<std::string>{"x"});
  EXPECT_EQ(Runtime::get_model_io_info(file, locked_with("test-flip")).outputs.size(), 2u);
  EXPECT_CONTAINS(thrown([] {
                    register_decryption_and_key("test-throws",
                                                [](const void *, size_t, const Bytes &) -> Bytes {
                                                  throw std::runtime_error("no licence for this");
                                                },
                                                {1});
                    Network network(locked_with("test-throws"));
                    Bytes bytes = fake::modelV2(1);
                    network.load_model(bytes.data(), bytes.size());
                  }),
                  "no licence for this");
}

TEST(Cryption, NoCodeForAnEncryptedModelNamesTheCommand) {
  const ScopedEnvironment jit("MGEC_JIT", "0");
  const TemporaryFolder folder;
  const Bytes plain = fake::modelV2(77);
  const std::string file = folder.write("net.bin", flip(plain.data(), plain.size(), {7}));
  register_decryption_and_key("test-command", flip, {7});
  EXPECT_CONTAINS(load_error(file, locked_with("test-command")), file + " --decrypt test-command -o");
}

TEST(Cryption, LibrariesAreNeverDecrypted) {
  EXPECT_EQ(load_error(artifact("affine"), locked_with("AES_default")), "");
}

TEST(Cryption, BuiltInMethodsAndPackedModels) {
  const TemporaryFolder folder;
  const std::string file = folder.write("net.mge", Bytes(40, 1));
  const std::string packed =
      folder.write("packed.mge", {'p', 'a', 'c', 'k', 'e', 'd', '_', 'm', 'o', 'd', 'e', 'l', 9});
#if defined(MGEC_TEST_WITHOUT_CRYPTO)
  EXPECT_CONTAINS(load_error(file, locked_with("AES_default")), "AES_default: this needs an optional part");
  EXPECT_CONTAINS(load_error(packed, {}), "a packed model: this needs an optional part");
  // It is looked for beside the program, and never in the working directory.
  EXPECT_CONTAINS(load_error(packed, {}), "(/");
#else
  EXPECT_CONTAINS(load_error(file, locked_with("AES_default")), "AES_default: the file is truncated or damaged");
  EXPECT_CONTAINS(load_error(file, locked_with("RC4_default")), "RC4_default: the key is wrong");
  EXPECT_CONTAINS(load_error(file, locked_with("SIMPLE_FAST_RC4_default")),
                  "The checksum of the file cannot be verified. The file may be encrypted in the wrong algorithm or "
                  "different keys.");
  EXPECT_CONTAINS(load_error(packed, {}), packed + ": the packed model is truncated or damaged");
  update_decryption_or_key("AES_default", nullptr, {1, 2, 3});
  EXPECT_CONTAINS(load_error(file, locked_with("AES_default")), "must have 32 bytes, not 3");
#endif
}
