//===- CryptionPortTest.cpp - the original's tests of encrypted and packed models, by their names -----------------===//
//
// From C++ and from C. README.md says where each of the original's tests is; their files are made here, of the model
// file that the compiled model `classify` belongs to.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "ClassifySupport.h"

#include "lite-c/global_c.h"
#include "lite/global.h"

using namespace lite;

#if defined(MGEC_TEST_WITHOUT_CRYPTO)
#define NEEDS_CRYPTO GTEST_SKIP() << "this build has no encrypted and packed models (MGEC_CRYPTO is off)"

TEST(TestNetWork, BasicCryptAes) { NEEDS_CRYPTO; }
TEST(TestNetWork, BasicCryptRc4) { NEEDS_CRYPTO; }
TEST(TestNetWork, BasicCryptSfRc4) { NEEDS_CRYPTO; }
TEST(TestNetWork, PackedCryptRc4) { NEEDS_CRYPTO; }
TEST(TestNetWork, LoadPackedModel) { NEEDS_CRYPTO; }
TEST(TestNetWork, LoadPackedCacheModel) { NEEDS_CRYPTO; }
TEST(TestNetWork, GetModelExtraInfo) { NEEDS_CRYPTO; }
TEST(TestNetWorkOptions, DisableModelInfo) { NEEDS_CRYPTO; }
TEST(TestCapiNetWork, BasicCryptAes) { NEEDS_CRYPTO; }
TEST(TestCapiNetWork, PackedCryptRc4) { NEEDS_CRYPTO; }
TEST(TestCapiNetWork, GetModelExtraInfo) { NEEDS_CRYPTO; }
#else

#include "lite/pack_model.h"
#include "runtime/lite/Cryption.h"
#include "runtime/crypto/Cipher.h"

namespace {

using Bytes = std::vector<uint8_t>;

const char kInfo[] = R"({"valid": true, "name": "classify", "version": "1.0.0",
  "device": {"type": "CPU", "number_threads": 2, "enable_inplace_model": true},
  "IO": {"inputs": [{"name": "data", "dtype": "float32", "shape": {"dim0": 3, "dim1": 3, "dim2": 224, "dim3": 224}}]},
  "extra_info": {"classes": 1000, "by": "hand"}})";
const char kExtraInfo[] = R"({"by":"hand","classes":1000})";

/// Encrypted with the key that every copy of the original library carries.
Bytes lock(const std::string &method, const Bytes &plain) {
  return mgec::crypto::encrypt(method, plain.data(), plain.size(), key_of(method).bytes);
}

/// A file that is found by its content only.
class Files {
public:
  Files() { folder.copy(classifier(), "classify.so"); }

  std::string bare(const std::string &method) const { return folder.write("bare.mge", lock(method, model)); }

  std::string packed(const std::string &method, const std::string &information, const Bytes &cache = {}) const {
    const std::string file = folder.path() + "/packed.lite";
    const Bytes info(information.begin(), information.end());
    const bool plain = method == "NONE";
    ModelPacker packer(plain ? model : lock(method, model), file, plain ? info : lock(method, info), cache);
    packer.set_header(method, method, true);
    packer.set_name("classify");
    packer.pack_model();
    return file;
  }

private:
  const Bytes model = fake::modelV2(777);
  TemporaryFolder folder;
  ScopedEnvironment path{"MGEC_MODEL_PATH", folder.path()};
};

void expectRight(Network &network, size_t batch) {
  const auto image = makeImage(batch);
  borrow(*network.get_io_tensor("data"), *image);
  runNetwork(network);
  EXPECT_EQ(floats(*network.get_output_tensor(0)), expectedClasses(*image));
}

void expectCrypt(const std::string &method) {
  const Files files;
  Config config;
  config.bare_model_cryption_name = method;
  Network network(config);
  network.load_model(files.bare(method));
  expectRight(network, 1);
  Network without;
  EXPECT_NE(thrown([&] { without.load_model(files.bare(method)); }), "") << "it is really encrypted";
}

/// A fast-run cache of one category, as the original library writes them.
Bytes cache() {
  Bytes bytes;
  fake::put32(bytes, 1);
  const std::string name = "profile:plat=cpu:none";
  fake::put32(bytes, static_cast<uint32_t>(name.size()));
  bytes.insert(bytes.end(), name.begin(), name.end());
  fake::put32(bytes, 0);
  return bytes;
}

} // namespace

TEST(TestNetWork, BasicCryptAes) { expectCrypt("AES_default"); }
TEST(TestNetWork, BasicCryptRc4) { expectCrypt("RC4_default"); }
TEST(TestNetWork, BasicCryptSfRc4) { expectCrypt("SIMPLE_FAST_RC4_default"); }

TEST(TestNetWork, PackedCryptRc4) {
  const Files files;
  Network network;
  network.load_model(files.packed("RC4_default", kInfo));
  EXPECT_EQ(network.get_input_tensor(0)->get_layout().shapes[0], 3u) << "the information was encrypted, too";
  expectRight(network, 3);
}

TEST(TestNetWork, LoadPackedModel) {
  const Files files;
  Network network;
  network.load_model(files.packed("NONE", kInfo));
  expectRight(network, 3);
}

TEST(TestNetWork, LoadPackedCacheModel) {
  const Files files;
  Network network;
  network.load_model(files.packed("NONE", kInfo, cache()));
  expectRight(network, 3);
}

TEST(TestNetWork, GetModelExtraInfo) {
  const Files files;
  Network network;
  network.load_model(files.packed("RC4_default", kInfo));
  EXPECT_EQ(network.get_model_extra_info(), kExtraInfo);
}

TEST(TestNetWorkOptions, DisableModelInfo) {
  const Files files;
  const std::string file = files.packed("NONE", kInfo, cache());
  const auto network = std::make_shared<Network>();
  ExtraConfig extra;
  extra.disable_configure_by_model_info = true;
  network->extra_configure(extra);
  Runtime::set_cpu_threads_number(network, 3);
  network->load_model(file);
  EXPECT_FALSE(Runtime::is_cpu_inplace_mode(network));
  EXPECT_EQ(Runtime::get_cpu_threads_number(network), 3u);
  expectRight(*network, 1);

  const auto second = std::make_shared<Network>();
  second->load_model(file);
  EXPECT_TRUE(Runtime::is_cpu_inplace_mode(second));
  EXPECT_EQ(Runtime::get_cpu_threads_number(second), 2u);
  extra.disable_configure_by_model_info = false;
  EXPECT_CONTAINS(thrown([&] { second->extra_configure(extra); }),
                  "disable_configure_by_model_info should be configured before model loaded.");
}

//===--- From C ---------------------------------------------------------------------------------------------===//

namespace {

/// What a C program sees of a file.
struct Answer {
  std::vector<float> classes;
  std::string extraInfo;
};

Answer runFromC(const std::string &file, const char *method, const Tensor &image) {
  Answer answer;
  LiteConfig config = *default_config();
  config.bare_model_cryption_name = method;
  LiteNetwork network = nullptr;
  LiteTensor input = nullptr, output = nullptr;
  void *memory = nullptr;
  size_t size = 0;
  const char *name = nullptr, *info = nullptr;
  int infoSize = 0;
  EXPECT_EQ(LITE_make_network(&network, config, *default_network_io()), 0);
  EXPECT_EQ(LITE_load_model_from_path(network, file.c_str()), 0) << LITE_get_last_error();
  EXPECT_EQ(LITE_get_io_tensor(network, "data", LITE_INPUT, &input), 0) << LITE_get_last_error();
  EXPECT_EQ(LITE_reset_tensor_memory(input, image.get_memory_ptr(), image.get_tensor_total_size_in_byte()), 0);
  EXPECT_EQ(LITE_forward(network), 0) << LITE_get_last_error();
  EXPECT_EQ(LITE_wait(network), 0) << LITE_get_last_error();
  EXPECT_EQ(LITE_get_output_name(network, 0, &name), 0);
  EXPECT_EQ(LITE_get_io_tensor(network, name, LITE_OUTPUT, &output), 0);
  EXPECT_EQ(LITE_get_tensor_memory(output, &memory), 0);
  EXPECT_EQ(LITE_get_tensor_total_size_in_byte(output, &size), 0);
  answer.classes = floats(memory, size / sizeof(float));
  EXPECT_EQ(LITE_get_model_extra_info(network, &info, &infoSize), 0);
  answer.extraInfo.assign(info, static_cast<size_t>(infoSize));
  EXPECT_EQ(LITE_destroy_network(network), 0);
  return answer;
}

} // namespace

TEST(TestCapiNetWork, BasicCryptAes) {
  const Files files;
  const auto image = makeImage();
  EXPECT_EQ(runFromC(files.bare("AES_default"), "AES_default", *image).classes, expectedClasses(*image));
}

TEST(TestCapiNetWork, PackedCryptRc4) {
  const Files files;
  const auto image = makeImage(3);
  EXPECT_EQ(runFromC(files.packed("RC4_default", kInfo), nullptr, *image).classes, expectedClasses(*image));
}

TEST(TestCapiNetWork, GetModelExtraInfo) {
  const Files files;
  const auto image = makeImage(3);
  EXPECT_EQ(runFromC(files.packed("RC4_default", kInfo), nullptr, *image).extraInfo, kExtraInfo);
}

#endif

//===--- Methods of the program -----------------------------------------------------------------------------===//

namespace {
/// What a network makes of a file that a method of the program unlocks: the error, "" for none.
std::string loadWith(const std::string &method) {
  const TemporaryFolder folder;
  folder.copy(classifier(), "classify.so");
  const ScopedEnvironment path("MGEC_MODEL_PATH", folder.path());
  Config config;
  config.bare_model_cryption_name = method;
  Network network(config);
  return thrown([&] { network.load_model(folder.write("any.mge", {1, 2, 3})); });
}
} // namespace

TEST(TestMisc, DecryptionRegister) {
  EXPECT_CONTAINS(loadWith("AllForTest0"), "The decryption method AllForTest0 is not registed yet.");
  const DecryptionFunc none;
  EXPECT_TRUE(register_decryption_and_key("AllForTest0", none, {}));
  EXPECT_CONTAINS(thrown([&] { register_decryption_and_key("AllForTest0", none, {}); }),
                  "The decryption method AllForTest0 is already registered.");
  EXPECT_NE(loadWith("AllForTest0"), "") << "its function is still to come";
}

TEST(TestMisc, DecryptionUpdate) {
  // The original looks at the table of methods; here each entry is seen by what it does.
  EXPECT_TRUE(register_decryption_and_key("AllForTest1", DecryptionFunc(), {}));
  size_t keyBytes = 100;
  EXPECT_TRUE(update_decryption_or_key("AllForTest1",
                                       [&](const void *, size_t, const std::vector<uint8_t> &key) {
                                         keyBytes = key.size();
                                         return fake::modelV2(777);
                                       },
                                       {}));
  EXPECT_EQ(loadWith("AllForTest1"), "");
  EXPECT_EQ(keyBytes, 0u);
  EXPECT_TRUE(update_decryption_or_key("AllForTest1", {}, {1, 2, 3}));
  EXPECT_EQ(loadWith("AllForTest1"), "") << "the function stays where a key alone is given";
  EXPECT_EQ(keyBytes, 3u);
}
