//===- InfoTest.cpp - the page that `mgec info` prints ----------------------------------------------------------===//
#include "compiler/tools/Info.h"
#include "compiler/read/test/Synthetic.h"
#include "compiler/read/test/TestFiles.h"

using namespace mgec;
using namespace mgec::read;
using namespace mgec::read::synthetic;

namespace {

TEST(Info, TextHasTheFacts) {
  Model model = readModelFile(dataPath("read/v2_int8_bundle.mge"));
  std::string text = infoText(model);
  for (const char *part :
       {"V2, written by MegEngine 1.13.0", "f8f79a1023156c106877bac3ddf5649b", "10 tensors, 7,680 elements, 8.16 kB",
        "x  Float32  2x3x16x16", "2x64x8x8", "Operators (51)", "ConvBiasForward                 5", "QuantizedS32",
        "fuse_conv_bias_nonlinearity, fuse_grain, nchw4"})
    EXPECT_TRUE(contains(text, part));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(infoText(model, {}, true).find("\x1b[1m"), std::string::npos);
  EXPECT_EQ(text.find("MACs"), std::string::npos);
}

TEST(Info, ExtrasAreShown) {
  Model model = readModelFile(dataPath("read/v2_int8_bundle.mge"));
  InfoExtras extras;
  extras.macs = {{5, 1500000}, {6, 0}};
  extras.totalMacs = 1500000;
  extras.shapes = "x=2x3x16x16";
  extras.variables = {{model.outputs[0].var, DTypeDesc{DType::Quantized8Asymm, 0.25f, 128}, {4, 64, 8, 8}}};
  std::string text = infoText(model, extras);
  EXPECT_TRUE(contains(text, "1.50 MMACs for x=2x3x16x16"));
  EXPECT_TRUE(contains(text, "Quantized8Asymm(scale=0.25, zero_point=128)  4x64x8x8"));
  nlohmann::json json = infoJson(model, extras);
  EXPECT_EQ(json["macs"], 1500000);
  EXPECT_EQ(json["outputs"][0]["dtype"], "Quantized8Asymm");
  EXPECT_EQ(json["outputs"][0]["zero_point"], 128);
}

TEST(Info, Json) {
  nlohmann::json json = infoJson(readModelFile(dataPath("read/v1_testcase.mge")));
  EXPECT_EQ(json["format"], "V1");
  EXPECT_EQ(json["version"], "1.13.0");
  EXPECT_EQ(json["operator_count"], 21);
  EXPECT_EQ(json["inputs"].size(), 3u);
  EXPECT_EQ(json["test_cases"][0][2]["name"], "x");
  EXPECT_EQ(json["parameters"]["tensors"], 4);
  EXPECT_EQ(json["dtypes"]["Int32"]["elements"], 1);
  EXPECT_FALSE(json.contains("macs"));
}

TEST(Info, StrangeNamesAndUnknownOperators) {
  ModelSpec spec = smallModel();
  spec.ops[0].tensors[0].name = "in\xff\x1b[2J";
  spec.ops[2].type = "NewThing";
  spec.ops[2].id = 1;
  Model model = readModel(buildV2(spec), "model.mge");
  std::string text = infoText(model);
  EXPECT_TRUE(contains(text, "in\\xff\\x1b[2J"));
  EXPECT_TRUE(contains(text, "NewThing"));
  EXPECT_TRUE(contains(text, "unknown"));
  nlohmann::json json = infoJson(model);
  EXPECT_NO_THROW(json.dump());
}

} // namespace
