//===- GenuineTest.cpp - files that MegEngine wrote -------------------------------------------------------------===//
//
// What the reader makes of genuine files in each form: both formats, operators in old and new versions, names kept and
// dropped, weights as constants, shared tensors and bundles, test cases.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/read/test/TestFiles.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

using namespace mgec::read;

namespace {

Model read(const std::string &name) { return readModelFile(dataPath(name)); }

std::vector<std::string> types(const Model &model) {
  std::vector<std::string> result;
  for (const Operator &op : model.operators)
    result.push_back(op.type);
  return result;
}

const Operator &first(const Model &model, const std::string &type) {
  auto it =
      std::find_if(model.operators.begin(), model.operators.end(), [&](const Operator &op) { return op.type == type; });
  if (it == model.operators.end())
    throw std::runtime_error("no operator " + type);
  return *it;
}

std::vector<float> floats(const TensorValue &tensor) {
  std::vector<float> values(tensor.data.size() / sizeof(float));
  std::memcpy(values.data(), tensor.data.data(), values.size() * sizeof(float));
  return values;
}

TEST(Genuine, PlainV2) {
  Model model = read("variants/plain_v2/model.mge");
  EXPECT_EQ(model.format, Format::V2);
  EXPECT_EQ(model.version, 101300u);
  EXPECT_EQ(model.versionText(), "1.13.0");
  EXPECT_EQ(model.operators.size(), 20u);
  EXPECT_TRUE(model.warnings.empty());
  ASSERT_EQ(model.inputs.size(), 1u);
  const TensorValue &input = model.operators[model.inputs[0]].tensors[0];
  EXPECT_EQ(input.name, "data");
  EXPECT_EQ(input.shape, (std::vector<int64_t>{1, 3, 32, 32}));
  EXPECT_EQ(input.dtype, DTypeDesc{});
  EXPECT_EQ(input.compNode, "xpux:0");
  EXPECT_FALSE(input.hasValue);
  ASSERT_EQ(model.outputs.size(), 1u);
  EXPECT_EQ(model.outputs[0].name, "output");
  EXPECT_EQ(model.variables[model.outputs[0].var].shape, (std::vector<int64_t>{1, 10}));
  const Operator &conv = first(model, "Convolution");
  EXPECT_EQ(conv.version, 2u);
  EXPECT_EQ(conv.param.table, "Convolution");
  EXPECT_EQ(field<std::string>(conv.param, "mode"), "CROSS_CORRELATION");
  EXPECT_EQ(field<std::string>(conv.param, "format"), "NCHW");
  EXPECT_EQ(field<int64_t>(conv.param, "dilate_h"), 1);
  ASSERT_EQ(conv.additionalParams.size(), 1u);
  EXPECT_EQ(conv.additionalParams[0].table, "ExecutionPolicy");
  EXPECT_EQ(field<uint64_t>(conv.additionalParams[0], "workspace_limit"), ~uint64_t(0));
  EXPECT_TRUE(model.metadata.present);
  EXPECT_EQ(model.metadata.optimizeOptions, 64u);
}

// The same network in both formats: V2 lists the ids that V1 leaves to be counted.
TEST(Genuine, V1EqualsV2) {
  Model v1 = read("variants/plain_v1/model.mge"), v2 = read("variants/plain_v2/model.mge");
  EXPECT_EQ(v1.format, Format::V1);
  ASSERT_EQ(v1.operators.size(), v2.operators.size());
  ASSERT_EQ(v1.variables.size(), v2.variables.size());
  for (size_t i = 0; i != v1.operators.size(); ++i) {
    const Operator &a = v1.operators[i], &b = v2.operators[i];
    EXPECT_EQ(a.version, 1u);
    EXPECT_TRUE(a.type == b.type || (a.type == "ConvolutionV2" && b.type == "Convolution")) << a.type << b.type;
    EXPECT_EQ(a.inputs, b.inputs);
    EXPECT_EQ(a.outputs, b.outputs);
    EXPECT_EQ(a.param.table, b.param.table);
    EXPECT_EQ(a.param.fields.size(), b.param.fields.size());
    ASSERT_EQ(a.tensors.size(), b.tensors.size());
    for (size_t k = 0; k != a.tensors.size(); ++k) {
      EXPECT_EQ(a.tensors[k].shape, b.tensors[k].shape);
      EXPECT_TRUE(std::equal(a.tensors[k].data.begin(), a.tensors[k].data.end(), b.tensors[k].data.begin(),
                             b.tensors[k].data.end()));
    }
  }
}

TEST(Genuine, Names) {
  EXPECT_EQ(read("variants/plain_v1/model.mge").outputs[0].name, "output");
  Model named = read("variants/plain_v1_names/model.mge");
  EXPECT_TRUE(std::all_of(named.variables.begin(), named.variables.end(),
                          [](const Variable &variable) { return !variable.name.empty(); }));
  Model all = read("read/v2_all_names.mge");
  EXPECT_TRUE(std::any_of(all.operators.begin(), all.operators.end(),
                          [](const Operator &op) { return !op.name.empty() && op.priority != 0; }));
  Model none = read("read/v2_unnamed.mge");
  EXPECT_TRUE(std::all_of(none.variables.begin(), none.variables.end(),
                          [](const Variable &variable) { return variable.name.empty(); }));
  EXPECT_EQ(none.outputs[0].name, "output0");
}

TEST(Genuine, Metadata) {
  EXPECT_FALSE(read("variants/plain_v2_nometa/model.mge").metadata.present);
  Model model = read("variants/plain_v2_userinfo/model.mge");
  EXPECT_TRUE(model.metadata.present);
  EXPECT_EQ(model.metadata.userInfo.size(), 340u);
  EXPECT_NE(model.metadata.userInfo.find('\0'), std::string::npos) << "any bytes may occur";
}

// Operators of V1 files whose number of outputs depends on what they are.
TEST(Genuine, V1CountsOutputs) {
  Model norm = read("read/v1_batchnorm.mge");
  const Operator &batchNorm = first(norm, "BatchNormV1");
  EXPECT_EQ(batchNorm.outputs, (std::vector<uint32_t>{5, 6, 7, 8}));
  EXPECT_EQ(norm.outputs[0].var, 8u);
  EXPECT_EQ(field<std::string>(batchNorm.param, "param_dim"), "DIM_1C11");
  Model lstm = read("read/v1_lstm.mge");
  EXPECT_EQ(first(lstm, "LSTMCellForward").outputs.size(), 3u);
}

TEST(Genuine, SharedTensors) {
  Model model = read("read/v2_shared_tensor.mge");
  EXPECT_EQ(types(model), (std::vector<std::string>{"Host2DeviceCopy", "SharedDeviceTensor", "Elemwise"}));
  EXPECT_TRUE(model.operators[1].tensors[0].hasValue);
}

TEST(Genuine, BundlesInEveryForm) {
  Model v2 = read("read/v2_bundle.mge"), v1 = read("read/v1_bundle.mge"), first = read("read/v2_first_forms.mge");
  EXPECT_EQ(v2.operators[1].version, 2u);
  EXPECT_EQ(first.operators[1].version, 1u);
  for (const Model *model : {&v2, &v1, &first}) {
    const Operator &bundle = model->operators[1];
    EXPECT_EQ(bundle.type, "MultipleDeviceTensorHolder");
    EXPECT_EQ(bundle.outputs, std::vector<uint32_t>{1});
    ASSERT_EQ(bundle.tensors.size(), 1u);
    EXPECT_EQ(floats(bundle.tensors[0]), floats(v2.operators[1].tensors[0]));
    EXPECT_EQ(bundle.tensors[0].format, TensorFormat::Default);
  }
}

TEST(Genuine, Quantised) {
  Model model = read("read/v2_int8_bundle.mge");
  const Operator &bundle = first(model, "MultipleDeviceTensorHolder");
  EXPECT_EQ(bundle.outputs.size(), bundle.tensors.size());
  const Operator &conv = first(model, "ConvBiasForward");
  ASSERT_TRUE(conv.outputDType);
  EXPECT_EQ(conv.outputDType->type, DType::QuantizedS8);
  EXPECT_GT(conv.outputDType->scale, 0);
  const Operator &convert = first(model, "TypeCvtV2");
  EXPECT_EQ(convert.param.table, "DType");
  ASSERT_TRUE(convert.param.dtype);
  EXPECT_EQ(convert.param.dtype->type, DType::QuantizedS8);
}

// Test cases: the values of each input in the order of the inputs' names. The V1 file has V2 values.
TEST(Genuine, TestCases) {
  for (const char *name : {"read/v1_testcase.mge", "read/v2_testcase.mge"}) {
    Model model = read(name);
    EXPECT_TRUE(model.testcase);
    EXPECT_TRUE(model.warnings.empty());
    EXPECT_EQ(model.operators.back().type, "AssertEqual");
    ASSERT_EQ(model.testInputs.size(), 1u);
    const auto &values = model.testInputs[0];
    ASSERT_EQ(values.size(), 3u);
    EXPECT_EQ(values[0].first, "out:expect");
    EXPECT_EQ(values[0].second.shape, (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(values[1].first, "scale");
    EXPECT_EQ(floats(values[1].second), std::vector<float>{2});
    EXPECT_EQ(values[2].first, "x");
    EXPECT_EQ(floats(values[2].second).front(), -1);
    EXPECT_EQ(floats(values[2].second).back(), 1);
  }
}

TEST(Genuine, TrailingBytesAreAWarning) {
  Model model = read("variants/trailing_garbage/model.mge");
  ASSERT_EQ(model.warnings.size(), 1u);
  EXPECT_EQ(model.warnings[0], "56 bytes follow the model and are ignored");
}

// Views point into the bytes that the model keeps, from wherever it was read and however it is moved.
TEST(Genuine, ValuesOutliveTheReader) {
  Model copy;
  {
    Model model = readModel(fileBytes("read/v1_testcase.mge"), "memory");
    copy = model;
  }
  EXPECT_EQ(floats(copy.testInputs[0][1].second), std::vector<float>{2});
  const uint8_t *begin = copy.bytes->data(), *end = begin + copy.bytes->size();
  for (const Operator &op : copy.operators)
    for (const TensorValue &tensor : op.tensors)
      if (!tensor.data.empty()) {
        EXPECT_TRUE(tensor.data.data() >= begin && tensor.data.data() + tensor.data.size() <= end);
      }
}

} // namespace
