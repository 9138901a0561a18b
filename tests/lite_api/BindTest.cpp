//===- BindTest.cpp - load_model finds the code that was compiled for a model ---------------------------------===//
//
// Each test is a process of its own under ctest: what is registered or open belongs to the process.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "TestSupport.h"

#include "lite/network.h"

#include <cstring>

using namespace lite;

namespace {

Layout layout(std::vector<size_t> shape) {
  Layout l = {};
  l.ndim = shape.size();
  std::copy(shape.begin(), shape.end(), l.shapes);
  return l;
}

/// y[0] for x = 1, which tells the builds apart: their factor and a half.
float result(Network &network) {
  auto input = network.get_input_tensor(0);
  input->fill_zero();
  static_cast<float *>(input->get_memory_ptr())[0] = 1;
  network.forward();
  network.wait();
  return static_cast<float *>(network.get_output_tensor(0)->get_memory_ptr())[0];
}

float load(const std::string &path, const NetworkIO &io = {}, const Config &config = {}) {
  Network network(config, io);
  network.load_model(path);
  return result(network);
}

} // namespace

TEST(Bind, RegisteredModelByPathAndFromMemory) {
  // Seed 100 is linked into this program with factor 10.
  const TemporaryFolder folder;
  std::vector<uint8_t> bytes = fake::modelV2(100);
  EXPECT_EQ(load(folder.write("net.mge", bytes)), 10.5f);
  Network network;
  network.load_model(bytes.data(), bytes.size());
  EXPECT_EQ(result(network), 10.5f);

  bytes.insert(bytes.end(), {'t', 'a', 'i', 'l'});
  EXPECT_EQ(load(folder.write("tail.mge", bytes)), 10.5f) << "what follows the model does not count";
  std::vector<uint8_t> wrapped = {'m', 'g', 'b', 't', 'e', 's', 't', '0', 1, 0, 0, 0};
  wrapped.insert(wrapped.end(), bytes.begin(), bytes.end());
  EXPECT_EQ(load(folder.write("test.mge", wrapped)), 10.5f) << "nor does the test-case wrapper";
}

TEST(Bind, LibraryByPath) {
  EXPECT_EQ(load(artifact("affine")), 2.5f);
  const TemporaryFolder folder;
  folder.copy(artifact("affine"), "net.so");
  ASSERT_EQ(chdir(folder.path().c_str()), 0);
  EXPECT_EQ(load("net.so"), 2.5f) << "a name without a folder is a file here, not one of the system's libraries";
  EXPECT_EQ(chdir("/"), 0);
  folder.copy(artifact("affine"), "net.mge");
  EXPECT_EQ(load(folder.path() + "/net.mge"), 2.5f) << "the content tells what it is";
}

TEST(Bind, LibraryFromMemory) {
  std::ifstream in(artifact("affine"), std::ios::binary);
  std::vector<char> bytes((std::istreambuf_iterator<char>(in)), {});
  Network first, second;
  first.load_model(bytes.data(), bytes.size());
  second.load_model(bytes.data(), bytes.size());
  std::fill(bytes.begin(), bytes.end(), 0);
  EXPECT_EQ(result(first), 2.5f);
  EXPECT_EQ(result(second), 2.5f);
}

TEST(Bind, OpenLibrary) {
  const TemporaryFolder folder;
  const std::string model = folder.write("net.mge", fake::modelV2(1));
  EXPECT_NE(thrown([&] { load(model); }), "");
  Network holder;
  holder.load_model(artifact("affine"));
  EXPECT_EQ(load(model), 2.5f);
}

TEST(Bind, ModelPath) {
  const TemporaryFolder folder, libraries;
  const std::string model = folder.write("net.mge", fake::modelV2(1));
  libraries.copy(artifact("plain"), "a.so"); // not ours: must not even be opened
  libraries.copy(artifact("types"), "b.so");
  libraries.copy(artifact("affine"), "c.so");
  {
    const ScopedEnvironment path("MGEC_MODEL_PATH", "/does/not/exist::" + libraries.path());
    EXPECT_EQ(load(model), 2.5f);
  }
  const ScopedEnvironment path("MGEC_MODEL_PATH", libraries.path() + "/c.so");
  EXPECT_EQ(load(model), 2.5f);
}

TEST(Bind, RegisteredComesBeforeThePath) {
  const TemporaryFolder folder;
  const std::string model = folder.write("net.mge", fake::modelV2(100));
  const ScopedEnvironment path("MGEC_MODEL_PATH", artifact("affine_seed100"));
  EXPECT_EQ(load(model), 10.5f);
  // … unless only the one on the path was compiled for the shape that is wanted.
  NetworkIO io;
  io.inputs.push_back({"x", true, LITE_IO_VALUE, layout({70, 4})});
  EXPECT_EQ(load(model, io), 20.5f);
}

TEST(Bind, UnknownModel) {
  const TemporaryFolder folder;
  const std::string model = folder.write("my net.mge", fake::modelV2(12345));
  const std::string text = thrown([&] { load(model); });
  EXPECT_CONTAINS(text, model + ": no compiled code for this model, fingerprint ");
  EXPECT_CONTAINS(text, "known are affine ");
  EXPECT_CONTAINS(text, "MGEC_MODEL_PATH is not set");
  EXPECT_CONTAINS(text, "mgec compile '" + model + "' -o '" + folder.path() + "/my net.so'");
  NetworkIO io;
  io.inputs.push_back({"x", true, LITE_IO_VALUE, layout({3, 4})});
  EXPECT_CONTAINS(thrown([&] { load(model, io); }), ".so' --shape x=3x4`");
  std::vector<uint8_t> bytes = fake::modelV2(12345);
  Network network;
  EXPECT_CONTAINS(thrown([&] { network.load_model(bytes.data(), bytes.size()); }),
                  "mgec compile MODEL.mge -o MODEL.so");
}

TEST(Bind, SeveralBuilds) {
  const TemporaryFolder folder;
  const std::string model = folder.write("net.mge", fake::modelV2(1));
  const auto path = [](std::vector<std::string> names) {
    std::string text;
    for (const std::string &name : names)
      text += (text.empty() ? "" : ":") + artifact(name);
    return text;
  };
  {
    // Precision: f32 unless asked.
    const ScopedEnvironment variable("MGEC_MODEL_PATH", path({"affine_f16", "affine"}));
    EXPECT_EQ(load(model), 2.5f);
    Config config;
    config.options.enable_f16_io_comp = true;
    EXPECT_EQ(load(model, {}, config), 4.5f);
  }
  {
    // The only build there is, whatever its precision.
    const ScopedEnvironment variable("MGEC_MODEL_PATH", path({"affine_f16"}));
    EXPECT_EQ(load(model), 4.5f);
  }
  {
    // The instruction set that this processor runs best.
    const ScopedEnvironment variable("MGEC_MODEL_PATH", path({"affine", "affine_native"}));
    EXPECT_EQ(load(model), -1.0f);
    const ScopedEnvironment isa("MGEC_ISA", "generic");
    EXPECT_NE(load(model), -1.0f) << "which the variable lowers";
  }
  {
    // A tie lists both, and a shape breaks it.
    const ScopedEnvironment variable("MGEC_MODEL_PATH", path({"affine", "affine_rows10"}));
    const std::string text = thrown([&] { load(model); });
    EXPECT_CONTAINS(text, "nothing tells them apart");
    EXPECT_CONTAINS(text, artifact("affine") + " (x=1x4; x=2x4; ");
    EXPECT_CONTAINS(text, artifact("affine_rows10") + " (x=100x4; x=101x4; ");
    NetworkIO io;
    io.inputs.push_back({"x", true, LITE_IO_VALUE, layout({101, 4})});
    EXPECT_EQ(load(model, io), 3.5f);
    io.inputs[0].config_layout = layout({2, 4});
    EXPECT_EQ(load(model, io), 2.5f);
  }
  {
    // A copy of a build is no second build.
    folder.copy(artifact("affine"), "copy.so");
    const ScopedEnvironment variable("MGEC_MODEL_PATH", path({"affine"}) + ":" + folder.path());
    EXPECT_EQ(load(model), 2.5f);
  }
}

TEST(Bind, WhatIsNoCompiledModel) {
  const TemporaryFolder folder;
  EXPECT_CONTAINS(thrown([&] { load(artifact("plain")); }), "not one that mgec compiled");
  EXPECT_CONTAINS(thrown([&] { load(artifact("affine_newer")); }), "compiled for a newer runtime (contract 99;");
  EXPECT_CONTAINS(thrown([&] { load(artifact("affine_older")); }), "compile the model again");
  EXPECT_CONTAINS(thrown([&] { load(artifact("affine_broken")); }), "table is incomplete");
  EXPECT_CONTAINS(thrown([&] { load(artifact("images_two")); }), "holds several models (images, second)");
  const std::string absent = thrown([&] { load(artifact("affine_absent")); });
  EXPECT_CONTAINS(absent, "affine (" + artifact("affine_absent") + ") has no code that this processor can run: ");
  EXPECT_CONTAINS(absent, "native needs no-such-feature, generic needs neither-this");
  EXPECT_CONTAINS(absent, "--target generic");

  EXPECT_CONTAINS(thrown([&] { load("/does/not/exist.mge"); }), "failed to open /does/not/exist.mge: No such file");
  EXPECT_CONTAINS(thrown([&] { load(folder.path()); }), "is not a file");
  const auto refusal = [&](const char *name, std::vector<uint8_t> bytes) {
    const std::string file = folder.write(name, bytes);
    const std::string text = thrown([&] { load(file); });
    EXPECT_CONTAINS(text, name);
    Network network;
    bytes.push_back(0); // keeps data() from being null
    EXPECT_NE(thrown([&] { network.load_model(bytes.data(), bytes.size() - 1); }), "");
    return text;
  };
  EXPECT_CONTAINS(refusal("empty.mge", {}), "is empty");
  EXPECT_CONTAINS(refusal("text.mge", {'h', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd', '!'}),
                  "is not a MegEngine model");
  std::string pack = "packed_model and more";
  EXPECT_CONTAINS(refusal("pack.mge", {pack.begin(), pack.end()}), "packed model");

  // An ELF header and nothing behind it, and every prefix of a real library: refused, never opened.
  std::ifstream in(artifact("affine"), std::ios::binary);
  const std::vector<char> chars((std::istreambuf_iterator<char>(in)), {});
  const std::vector<uint8_t> library(chars.begin(), chars.end());
  for (size_t size : {4u, 16u, 63u, 64u, 100u, 512u, 1000u, 4096u})
    EXPECT_NE(refusal("short.so", {library.begin(), library.begin() + size}), "");
  std::vector<uint8_t> other = library;
  other[18] = 0xf7; // another machine
  EXPECT_CONTAINS(refusal("other.so", other), "another kind of processor");
}

TEST(Bind, TruncatedModels) {
  for (const std::vector<uint8_t> &model :
       {fake::modelV2(5), fake::modelV1(5, 100, false), fake::modelV1(5, 100, true)})
    for (size_t size = 0; size < model.size(); ++size) {
      std::vector<uint8_t> bytes(model.begin(), model.begin() + size);
      Network network;
      const std::string text = thrown([&] { network.load_model(bytes.data(), bytes.size()); });
      EXPECT_FALSE(contains(text, "fingerprint")) << size << " bytes count as a whole model: " << text;
      EXPECT_NE(text, "");
    }
}

TEST(Bind, MgecIsa) {
  {
    const ScopedEnvironment variable("MGEC_ISA", "x86-64-v4");
    EXPECT_CONTAINS(thrown([&] { load(artifact("affine_only_native")); }),
                    "MGEC_ISA forbids native, generic needs neither-this; unset MGEC_ISA, or compile it");
  }
  const ScopedEnvironment variable("MGEC_ISA", "sse9");
  EXPECT_CONTAINS(thrown([&] { load(artifact("affine")); }),
                  "MGEC_ISA is \"sse9\"; it may be generic, x86-64-v3, x86-64-v4 or native");
}
