//===- FingerprintTest.cpp - what identifies a model ------------------------------------------------------------===//
#include "compiler/read/Fingerprint.h"
#include "compiler/read/GraphHash.h"
#include "compiler/read/test/Synthetic.h"
#include "compiler/read/test/TestFiles.h"

using namespace mgec::read;
using namespace mgec::read::synthetic;

namespace {

TEST(Fingerprint, KnownAnswers) {
  // XXH3-128 of nothing, as its authors publish it.
  EXPECT_EQ(hex(digest({})), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(hex(readModelFile(dataPath("variants/plain_v2/model.mge")).fingerprint),
            hex(digest(fileBytes("variants/plain_v2/model.mge"))));
  EXPECT_EQ(hex(readModelFile(dataPath("variants/plain_v1/model.mge")).fingerprint),
            hex(digest(fileBytes("variants/plain_v1/model.mge"))));
}

TEST(Fingerprint, TrailingBytesDoNotCount) {
  auto plain = fingerprint(fileBytes("variants/plain_v2/model.mge"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(fingerprint(fileBytes("variants/trailing_garbage/model.mge")), plain);
  std::vector<uint8_t> longer = fileBytes("variants/plain_v1/model.mge");
  auto v1 = fingerprint(longer);
  longer.resize(longer.size() + 100);
  EXPECT_EQ(fingerprint(longer), v1);
}

TEST(Fingerprint, WrappersDoNotCount) {
  for (const char *name : {"read/v1_testcase.mge", "read/v2_testcase.mge"}) {
    std::vector<uint8_t> bytes = fileBytes(name);
    auto wrapped = fingerprint(bytes);
    ASSERT_TRUE(wrapped);
    EXPECT_EQ(readModel(bytes, name).fingerprint, *wrapped);
    bytes.erase(bytes.begin(), bytes.begin() + 12);
    EXPECT_EQ(fingerprint(bytes), wrapped);
    EXPECT_EQ(readModel(bytes, name).fingerprint, *wrapped);
  }
}

TEST(Fingerprint, NoModelHasNone) {
  EXPECT_FALSE(fingerprint({}));
  EXPECT_FALSE(fingerprint(fileBytes("variants/err_text/model.mge")));
  EXPECT_FALSE(fingerprint(fileBytes("variants/err_truncated_1000/model.mge")));
}

TEST(GraphHash, WeightsDoNotCount) {
  Model plain = readModelFile(dataPath("variants/plain_v2/model.mge"));
  Model flipped = readModelFile(dataPath("variants/flip_2_at_16752/model.mge"));
  EXPECT_NE(plain.fingerprint, flipped.fingerprint);
  EXPECT_EQ(plain.graphHash, flipped.graphHash);
  Model named = readModelFile(dataPath("variants/plain_v2_fullnames/model.mge"));
  EXPECT_NE(plain.fingerprint, named.fingerprint);
  EXPECT_EQ(plain.graphHash, named.graphHash);
}

TEST(GraphHash, EverythingElseCounts) {
  auto hashOf = [](const std::function<void(ModelSpec &)> &change) {
    ModelSpec spec = smallModel();
    change(spec);
    return readModel(buildV2(spec), "model.mge").graphHash;
  };
  Digest original = hashOf([](ModelSpec &) {});
  EXPECT_EQ(original, hashOf([](ModelSpec &spec) { (*spec.ops[1].tensors[0].data)[3] = 9; }));
  EXPECT_NE(original, hashOf([](ModelSpec &spec) { spec.ops[0].tensors[0].name = "y"; }));
  EXPECT_NE(original, hashOf([](ModelSpec &spec) { spec.ops[0].tensors[0].shape = {3, 3}; }));
  EXPECT_NE(original, hashOf([](ModelSpec &spec) { spec.ops[2].inputs = {1, 0}; }));
  EXPECT_NE(original, hashOf([](ModelSpec &spec) { spec.outputs[0].first = 2; }));
  EXPECT_NE(original,
            hashOf([](ModelSpec &spec) { spec.ops[2].param = elemwise(mgec::schema::param::ElemwiseMode::SUB); }));
  // Values of plain integers steer compilation: they are shapes and axes.
  auto integers = [](uint8_t value) {
    return [value](ModelSpec &spec) {
      spec.ops[1].tensors[0].dtype = static_cast<int>(DType::Int32);
      (*spec.ops[1].tensors[0].data)[0] = value;
    };
  };
  EXPECT_NE(hashOf(integers(1)), hashOf(integers(2)));
}

} // namespace
