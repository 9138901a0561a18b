//===- PackTest.cpp - packed models: made, loaded, damaged ----------------------------------------------------===//
#include "TestSupport.h"

#include "lite/global.h"
#include "lite/pack_model.h"
#include "runtime/crypto/Pack.h"

using namespace lite;
using mgec::crypto::Bytes;

namespace {

Bytes text(const std::string &value) { return {value.begin(), value.end()}; }

/// A process with the library of the fake model on its path.
class Packed : public testing::Test {
protected:
  std::string pack(const std::string &info, const std::string &name = "mini") {
    const std::string file = folder.path() + "/packed.mge";
    ModelPacker packer(fake::modelV2(1), file, text(info));
    packer.set_name(name);
    packer.pack_model();
    return file;
  }
  static std::string load_error(const std::string &path) {
    Network network;
    return thrown([&] { network.load_model(path); });
  }

  TemporaryFolder folder;
  ScopedEnvironment path{"MGEC_MODEL_PATH", artifact("affine")}, jit{"MGEC_JIT", "0"};
};

const char kInfo[] = R"({"valid": true, "name": "mini", "version": "1.0.0",
  "device": {"type": "CPU", "device_id": 3, "number_threads": 2, "enable_inplace_model": false},
  "options": {"const_shape": true, "jit_level": 2, "unknown": 5},
  "IO": {"inputs": [{"name": "x", "dtype": "float32", "shape": {"dim0": 2, "dim1": 4}}],
         "outputs": [{"name": "sum", "io_type": "value", "shape": {"dim0": 0}}]},
  "extra_info": {"labels": ["a", "b"]}})";

} // namespace

TEST_F(Packed, InformationIsApplied) {
  const auto network = std::make_shared<Network>();
  network->load_model(pack(kInfo));
  EXPECT_EQ(network->get_model_extra_info(), R"({"labels":["a","b"]})");
  EXPECT_EQ(network->get_device_id(), 3);
  EXPECT_EQ(Runtime::get_cpu_threads_number(network), 2u);
  EXPECT_EQ(network->get_input_tensor(0)->get_layout().shapes[0], 2u);
  EXPECT_EQ(network->get_all_output_name(), (std::vector<std::string>{"sum", "y"}));
  Layout other = network->get_input_tensor(0)->get_layout();
  other.shapes[0] = 5;
  EXPECT_CONTAINS(thrown([&] { network->get_input_tensor(0)->set_layout(other); }), "disallowed shape change");

  // Another load starts from what the program had set.
  network->load_model(pack(R"({"valid": false})"));
  EXPECT_EQ(network->get_model_extra_info(), "");
  EXPECT_EQ(network->get_device_id(), 0);
  EXPECT_EQ(Runtime::get_cpu_threads_number(network), 1u);
  EXPECT_EQ(network->get_input_tensor(0)->get_layout().shapes[0], 1u);
}

TEST_F(Packed, InformationCanBeIgnored) {
  const auto network = std::make_shared<Network>();
  ExtraConfig extra;
  extra.disable_configure_by_model_info = true;
  network->extra_configure(extra);
  network->load_model(pack(kInfo));
  EXPECT_EQ(Runtime::get_cpu_threads_number(network), 1u);
  EXPECT_EQ(network->get_input_tensor(0)->get_layout().shapes[0], 1u);
  EXPECT_EQ(network->get_model_extra_info(), R"({"labels":["a","b"]})") << "this is no configuration";
}

TEST_F(Packed, InformationOfACompiledLibrary) {
  std::ifstream stream(artifact("affine_packed"), std::ios::binary);
  Bytes bytes((std::istreambuf_iterator<char>(stream)), {});
  for (bool memory : {false, true}) {
    const auto network = std::make_shared<Network>();
    const auto load = [&] {
      memory ? network->load_model(bytes.data(), bytes.size()) : network->load_model(artifact("affine_packed"));
    };
    load();
    EXPECT_EQ(network->get_model_extra_info(), "{\"text\":\"a \\\"b\\\" \xc3\xa4\"}");
    EXPECT_EQ(network->get_device_id(), 3);
    EXPECT_EQ(Runtime::get_cpu_threads_number(network), 2u);
    EXPECT_EQ(network->get_input_tensor(0)->get_layout().shapes[0], 2u);
    EXPECT_EQ(network->get_all_output_name(), (std::vector<std::string>{"sum", "y"}));
    Layout other = network->get_input_tensor(0)->get_layout();
    other.shapes[0] = 5;
    EXPECT_CONTAINS(thrown([&] { network->get_input_tensor(0)->set_layout(other); }), "disallowed shape change");
    network->load_model(artifact("affine"));
    EXPECT_EQ(network->get_model_extra_info(), "");
    EXPECT_EQ(Runtime::get_cpu_threads_number(network), 1u) << "the next model does not have it";

    ExtraConfig extra;
    extra.disable_configure_by_model_info = true;
    const auto plain = std::make_shared<Network>();
    plain->extra_configure(extra);
    plain->load_model(artifact("affine_packed"));
    EXPECT_EQ(Runtime::get_cpu_threads_number(plain), 1u);
    EXPECT_EQ(plain->get_device_id(), 0);
    EXPECT_EQ(plain->get_input_tensor(0)->get_layout().shapes[0], 1u);
    EXPECT_NE(plain->get_model_extra_info(), "");
  }
  EXPECT_EQ(Runtime::get_model_io_info(artifact("affine_packed")).inputs.at(0).config_layout.shapes[0], 2u);

  // A plain model that is bound to that library by its content brings no information.
  const ScopedEnvironment path("MGEC_MODEL_PATH", artifact("affine_packed"));
  Network bound;
  bound.load_model(folder.write("plain.mge", fake::modelV2(1)));
  EXPECT_EQ(bound.get_model_extra_info(), "");
  EXPECT_EQ(bound.get_input_tensor(0)->get_layout().shapes[0], 1u);
}

TEST_F(Packed, FromMemoryAtAnyAddressAndWithoutLoading) {
  const std::string file = pack(kInfo);
  std::ifstream stream(file, std::ios::binary);
  Bytes bytes((std::istreambuf_iterator<char>(stream)), {});
  for (size_t shift = 0; shift < 4; ++shift) {
    Bytes moved(shift);
    moved.insert(moved.end(), bytes.begin(), bytes.end());
    Network network;
    network.load_model(moved.data() + shift, bytes.size());
    EXPECT_EQ(network.get_all_input_name().size(), 1u);
  }
  EXPECT_EQ(Runtime::get_model_io_info(file).inputs.at(0).config_layout.shapes[0], 2u);
}

TEST_F(Packed, BadInformation) {
  const auto error = [&](const std::string &info) { return load_error(pack(info)); };
  EXPECT_CONTAINS(error("{"), "cannot be read");
  EXPECT_CONTAINS(error("{}"), "does not say whether it is valid");
  EXPECT_CONTAINS(error(R"({"valid":true,"name":"other","version":"1.0.0"})"),
                  "infomation of model name is not match, packed model is mini, but json info get other.");
  EXPECT_CONTAINS(error(R"({"valid":true,"name":"mini"})"), "version");
  EXPECT_CONTAINS(error(R"({"valid":true,"name":"mini","version":"one"})"), "not of the form");
  EXPECT_CONTAINS(error(R"({"valid":true,"name":"mini","version":"1.0.0","device":{"type":"TPU"}})"),
                  "LITE not support device type of TPU.");
  EXPECT_CONTAINS(error(R"({"valid":true,"name":"mini","version":"1.0.0","device":{"type":"CUDA"}})"),
                  "device type 1 is not available");
  EXPECT_CONTAINS(error(R"({"valid":true,"name":"mini","version":"1.0.0","options":{"jit_level":1e300}})"),
                  "jit_level must be an integer");
  EXPECT_CONTAINS(error(R"({"valid":true,"name":"mini","version":"1.0.0","options":{"jit_level":256}})"),
                  "jit_level is out of range");
  EXPECT_CONTAINS(error(R"({"valid":true,"name":"mini","version":"1.0.0","extra_info":)" + std::string(100000, '[')),
                  "nested too deeply");
  EXPECT_EQ(error(R"({"valid":true,"name":"mini","version":"9.0.0"})"), "") << "newer: a warning only";
}

TEST_F(Packed, Headers) {
  mgec::crypto::Pack parts;
  const Bytes model = fake::modelV2(1), info = text(kInfo), cache = {0, 0, 0, 0};
  parts.name = "mini";
  parts.model = {model.data(), model.size()};
  parts.info = {info.data(), info.size()};
  parts.hasInfo = true;
  parts.infoParser = "LITE_default";
  const auto error = [&] { return load_error(folder.write("p.mge", writePack(parts))); };
  EXPECT_EQ(error(), "");
  parts.infoParser = "NO_SUCH";
  EXPECT_CONTAINS(error(), "can't find model info parse function NO_SUCH.");
  parts.infoParser = "LITE_default";
  parts.infoMethod = "ROT13";
  EXPECT_CONTAINS(error(), "The decryption method ROT13 is not registed yet.");
  parts.infoMethod = "NONE";
  parts.algoPolicy = {cache.data(), cache.size()};
  EXPECT_CONTAINS(error(), "model cache parse function of   is not defined.");
  parts.cacheParser = "LITE_parse_cache";
  EXPECT_CONTAINS(error(), "opencl binary cache is not given");
  parts.fastRunCache = true;
  EXPECT_EQ(error(), "");
  parts.hasInfo = false;
  parts.info = {};
  EXPECT_EQ(error(), "") << "information is optional";
}

TEST_F(Packed, EncryptedPartsAndParsersOfTheProgram) {
  const Bytes key(32, 9), model = fake::modelV2(1);
  update_decryption_or_key("AES_default", nullptr, key);
  const Bytes locked = mgec::crypto::encrypt("AES_default", model.data(), model.size(), key);
  const Bytes info =
      mgec::crypto::encrypt("AES_default", reinterpret_cast<const uint8_t *>(kInfo), sizeof(kInfo) - 1, key);
  const std::string file = folder.path() + "/locked.mge";
  ModelPacker packer(locked, file, info);
  packer.set_header("AES_default", "AES_default", false);
  packer.set_name("mini");
  packer.pack_model();
  EXPECT_EQ(load_error(file), "");

  // Packing it once more keeps what it says of the model.
  const std::string again = folder.path() + "/again.mge";
  ModelPacker second(file, again);
  second.set_header("NONE", "NONE", true);
  second.pack_model();
  Network network;
  network.load_model(again);
  EXPECT_EQ(network.get_model_extra_info(), R"({"labels":["a","b"]})");

  register_parse_info_func("test-own", [](const void *data, size_t size, const std::string name, Config &, NetworkIO &,
                                          std::unordered_map<std::string, LiteAny> &device, std::string &extra) {
    extra = name + ":" + std::string(static_cast<const char *>(data), size);
    device["number_threads"] = static_cast<uint32_t>(3);
    return true;
  });
  mgec::crypto::Pack parts;
  parts.name = "mine";
  parts.model = {model.data(), model.size()};
  parts.info = {reinterpret_cast<const uint8_t *>("hello"), 5};
  parts.hasInfo = true;
  parts.infoParser = "test-own";
  const auto own = std::make_shared<Network>();
  own->load_model(folder.write("own.mge", writePack(parts)));
  EXPECT_EQ(own->get_model_extra_info(), "mine:hello");
  EXPECT_EQ(Runtime::get_cpu_threads_number(own), 3u);
}

TEST_F(Packed, DamageIsFoundBeforeItIsRead) {
  std::ifstream stream(pack(kInfo), std::ios::binary);
  const Bytes bytes((std::istreambuf_iterator<char>(stream)), {});
  const auto read = [](const Bytes &damaged) {
    // On the heap in exactly its size, so that a sanitizer sees what is read behind it.
    try {
      const mgec::crypto::Pack pack = mgec::crypto::readPack(damaged.data(), damaged.size());
      uint8_t sum = 0;
      for (const auto &view : {pack.info, pack.algoPolicy, pack.binaryCache, pack.model})
        for (size_t i = 0; i < view.size; ++i)
          sum = static_cast<uint8_t>(sum + view.data[i]);
      return static_cast<int>(sum);
    } catch (const mgec::crypto::CryptoError &) {
      return -1;
    }
  };
  EXPECT_NE(read(bytes), -1);
  for (size_t size = 0; size < bytes.size(); ++size)
    read(Bytes(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size)));
  for (size_t at = 12; at < bytes.size(); ++at)
    for (uint8_t value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      Bytes damaged = bytes;
      damaged[at] = value;
      read(damaged);
    }
}

TEST(Packer, CachesBecomeOne) {
  const Bytes one = {1, 0, 0, 0, 'a'}, two = {2, 0, 0, 0, 'b', 'c'};
  EXPECT_EQ(mgec::crypto::mergeCaches({one.data(), one.size()}, {two.data(), two.size()}),
            (Bytes{3, 0, 0, 0, 'a', 'b', 'c'}));
  EXPECT_CONTAINS(thrown([] { ModelPacker("/nowhere/model.mge", "/nowhere/out.mge"); }), "failed to open /nowhere");
}
