//===- SyntheticTest.cpp - one thing wrong at a time ------------------------------------------------------------===//
//
// Each test takes a sound model, changes one fact, and expects the one sentence that says so - or, where MegEngine
// accepts the change, the model that results.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/read/test/Synthetic.h"
#include "compiler/read/test/TestFiles.h"

using namespace mgec::read;
using namespace mgec::read::synthetic;
namespace schema = mgec::schema;

namespace {

Model read(const ModelSpec &spec) { return readModel(buildV2(spec), "model.mge"); }
Model readOld(const ModelSpec &spec) { return readModel(buildV1(spec), "model.mge"); }

ModelSpec changed(const std::function<void(ModelSpec &)> &change) {
  ModelSpec spec = smallModel();
  change(spec);
  return spec;
}

std::string errorV2(const std::function<void(ModelSpec &)> &change) { return errorOf(buildV2(changed(change))); }
std::string errorV1(const std::function<void(ModelSpec &)> &change) { return errorOf(buildV1(changed(change))); }

TEST(Synthetic, SmallModelInEveryForm) {
  ModelSpec old = smallModel();
  ModelSpec older = smallModel();
  older.shortIds = true;
  for (const Model &model : {read(smallModel()), readOld(old), readOld(older)}) {
    ASSERT_EQ(model.operators.size(), 4u);
    EXPECT_EQ(model.operators[2].type, "Elemwise");
    EXPECT_EQ(field<std::string>(model.operators[2].param, "mode"), "ADD");
    EXPECT_EQ(model.operators[3].inputs, std::vector<uint32_t>{2});
    EXPECT_EQ(model.operators[1].tensors[0].data.size(), 12u);
    EXPECT_EQ(model.inputs, std::vector<uint32_t>{0});
    ASSERT_EQ(model.outputs.size(), 1u);
    EXPECT_EQ(model.outputs[0].var, 3u);
    EXPECT_EQ(model.outputs[0].originalId, 77u);
    EXPECT_EQ(model.outputs[0].name, "output0");
    EXPECT_TRUE(model.warnings.empty());
  }
}

TEST(Synthetic, OperandsMustComeEarlier) {
  auto change = [](ModelSpec &spec) { spec.ops[2].inputs[1] = 2; };
  const char *expected = "model.mge: operator 2 (Elemwise) reads variable 2, which no earlier operator computes.";
  EXPECT_EQ(errorV2(change), expected);
  EXPECT_EQ(errorV1(change), expected);
}

TEST(Synthetic, OutputsAreNumberedInOrder) {
  EXPECT_EQ(errorV2([](ModelSpec &spec) { spec.ops[2].outputs[0] = 3; }),
            "model.mge: operator 2 (Elemwise) computes variable 3 where 2 is next.");
}

TEST(Synthetic, GraphOutputsExist) {
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.outputs[0].first = 4; }), "output 0 is variable 4"));
  EXPECT_TRUE(contains(errorV1([](ModelSpec &spec) { spec.outputs[0].first = 4; }), "output 0 is variable 4"));
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.outputs.clear(); }), "no outputs"));
}

TEST(Synthetic, AVariableMayBeAnOutputTwice) {
  Model model = read(changed([](ModelSpec &spec) { spec.outputs = {{3, 77}, {3, 77}, {2, 70}}; }));
  ASSERT_EQ(model.outputs.size(), 3u);
  EXPECT_EQ(model.outputs[1].var, 3u);
  EXPECT_EQ(model.outputs[2].name, "output2");
}

TEST(Synthetic, AliasesReplaceTheOutputs) {
  Model model = read(changed([](ModelSpec &spec) {
    spec.outputs = {{3, 77}, {2, 70}};
    spec.aliases = {{70, "sum"}, {77, "relu"}};
  }));
  ASSERT_EQ(model.outputs.size(), 2u);
  EXPECT_EQ(model.outputs[0].name, "sum");
  EXPECT_EQ(model.outputs[0].var, 2u);
  EXPECT_EQ(model.outputs[1].name, "relu");
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.aliases = {{5, "none"}}; }), "alias \"none\""));
}

TEST(Synthetic, VariablesKeepTheirNames) {
  Model model = read(changed([](ModelSpec &spec) { spec.names = {"x", "c", "sum", "relu"}; }));
  EXPECT_EQ(model.variables[2].name, "sum");
  EXPECT_EQ(model.outputs[0].name, "relu");
  Model fewer = read(changed([](ModelSpec &spec) { spec.names = {"x"}; }));
  EXPECT_EQ(fewer.outputs[0].name, "output0");
  ASSERT_EQ(fewer.warnings.size(), 1u);
}

TEST(Synthetic, InputsHaveDistinctNames) {
  auto change = [](ModelSpec &spec) {
    OpSpec second = spec.ops[0];
    second.outputs = {4};
    spec.ops.push_back(second);
  };
  EXPECT_EQ(errorV2(change), "model.mge: operators 0 and 4 are both the input \"x\".");
}

TEST(Synthetic, ConstantsNeedTheirValue) {
  auto change = [](ModelSpec &spec) { spec.ops[1].tensors[0].data.reset(); };
  EXPECT_EQ(errorV2(change), "model.mge: tensor 0 of operator 1 (ImmutableTensor) has no value.");
  EXPECT_EQ(errorV1(change), "model.mge: tensor 0 of operator 1 (ImmutableTensor) has no value.");
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.ops[1].tensors.clear(); }), "0 tensors instead of one"));
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.ops[0].tensors.clear(); }), "0 tensors instead of one"));
}

TEST(Synthetic, ValuesHaveTheirSize) {
  auto change = [](ModelSpec &spec) { spec.ops[1].tensors[0].data->pop_back(); };
  EXPECT_TRUE(contains(errorV2(change), "has a value of 11 bytes where Float32 [3] takes 12"));
  EXPECT_TRUE(contains(errorV1(change), "has a value of 11 bytes where Float32 [3] takes 12"));
}

TEST(Synthetic, ValuesMayBeCompressed) {
  // The constant of relu(x + c), three floats, as 0.5 q + 10 with q = 2, 4, 258.
  const std::vector<float> plain = {11, 12, 139};
  std::vector<uint8_t> dense(12), head(8), bytes = {1}, words = {2}, as_is = {0};
  const float scale[] = {0.5f, 10.0f}, low = 10.5f;
  std::memcpy(dense.data(), plain.data(), 12);
  std::memcpy(head.data(), scale, 8);
  bytes.insert(bytes.end(), head.begin(), head.end());
  words.insert(words.end(), head.begin(), head.end());
  as_is.insert(as_is.end(), dense.begin(), dense.end());
  bytes.insert(bytes.end(), {2, 4, 1});
  words.insert(words.end(), {2, 0, 4, 0, 2, 1});
  const auto read = [](const std::vector<uint8_t> &value, bool v1, bool compressed = true) {
    ModelSpec spec = smallModel();
    spec.ops[1].tensors[0].data = value;
    Model model = readModel(v1 ? buildV1(spec) : buildV2(spec), "test", compressed);
    const Model moved = std::move(model);
    return std::vector<uint8_t>(moved.operators[1].tensors[0].data.begin(), moved.operators[1].tensors[0].data.end());
  };
  for (bool v1 : {false, true}) {
    EXPECT_EQ(read(as_is, v1), dense);
    EXPECT_EQ(read(words, v1), dense);
    std::vector<uint8_t> coarse = dense;
    std::memcpy(coarse.data() + 8, &low, 4);
    EXPECT_EQ(read(bytes, v1), coarse);
    const auto error = [&](std::vector<uint8_t> value, bool compressed = true) -> std::string {
      try {
        read(value, v1, compressed);
      } catch (const ReadError &problem) {
        return problem.what();
      }
      return "";
    };
    EXPECT_NE(error(words, false).find("has_compression"), std::string::npos);
    words.pop_back();
    EXPECT_NE(error(words).find("13 compressed bytes where 3 elements take 14"), std::string::npos);
    words.push_back(1);
    EXPECT_NE(error({3, 0}).find("unknown method 3"), std::string::npos);
    EXPECT_NE(error({0}).find("a value of 0 bytes"), std::string::npos);
  }
}

TEST(Synthetic, AnInputMayHaveADefault) {
  Model model = read(changed([](ModelSpec &spec) { spec.ops[0].tensors[0].data.emplace(24, 0); }));
  EXPECT_TRUE(model.operators[0].tensors[0].hasValue);
  Model empty = read(changed([](ModelSpec &spec) { spec.ops[0].tensors[0].data.emplace(); }));
  EXPECT_FALSE(empty.operators[0].tensors[0].hasValue);
}

TEST(Synthetic, EmptyConstantsHaveAValue) {
  auto change = [](ModelSpec &spec) {
    spec.ops[1].tensors[0].shape = {0, 3};
    spec.ops[1].tensors[0].data.reset();
  };
  for (const Model &model : {read(changed(change)), readOld(changed(change))}) {
    EXPECT_TRUE(model.operators[1].tensors[0].hasValue);
    EXPECT_TRUE(model.operators[1].tensors[0].data.empty());
  }
}

TEST(Synthetic, ShapesAreSane) {
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.ops[1].tensors[0].shape.clear(); }), "has no shape"));
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.ops[1].tensors[0].shape.assign(8, 1); }), "8 dimensions"));
  auto huge = [](ModelSpec &spec) { spec.ops[1].tensors[0].shape.assign(3, 0x80000000u); };
  EXPECT_TRUE(contains(errorV2(huge), "impossible shape, 2147483648x2147483648x2147483648"));
  // Even where no value is stored.
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.ops[0].tensors[0].shape.assign(7, 0xffffffffu); }),
                       "impossible shape"));
}

TEST(Synthetic, ElementTypesAreDefined) {
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.ops[1].tensors[0].dtype = 22; }), "element type"));
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.ops[1].tensors[0].dtype = -1; }), "element type"));
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.ops[1].tensors[0].dtype = 13; }), "without a scale"));
}

TEST(Synthetic, FourBitRowsFillBytes) {
  auto change = [](ModelSpec &spec) {
    TensorSpec &tensor = spec.ops[1].tensors[0];
    tensor.shape = {3, 5};
    tensor.dtype = static_cast<int>(DType::Quantized4Asymm);
    tensor.scale = 0.5f;
    tensor.zeroPoint = 8;
    tensor.data.emplace(9, 0x21);
    tensor.format = 3;
  };
  Model model = read(changed(change));
  const TensorValue &tensor = model.operators[1].tensors[0];
  EXPECT_EQ(tensor.dtype, (DTypeDesc{DType::Quantized4Asymm, 0.5f, 8}));
  EXPECT_EQ(tensor.format, TensorFormat::LowbitsAligned);
  EXPECT_EQ(tensor.data.size(), 9u);
  auto dense = [&](ModelSpec &spec) {
    change(spec);
    spec.ops[1].tensors[0].data.emplace(8, 0);
  };
  EXPECT_TRUE(contains(errorV2(dense), "takes 9"));
}

TEST(Synthetic, TensorFormatsAreDefined) {
  EXPECT_TRUE(contains(errorV2([](ModelSpec &spec) { spec.ops[1].tensors[0].format = 9; }), "unknown format 9"));
}

TEST(Synthetic, UnknownOperatorsOfV2AreKept) {
  Model model = read(changed([](ModelSpec &spec) {
    spec.ops[2].type = "NewThing";
    spec.ops[2].id = 4711;
    spec.ops[3].version = 3;
  }));
  EXPECT_EQ(model.operators[2].type, "unknown:4711");
  EXPECT_EQ(model.operators[2].declaredType, "NewThing");
  EXPECT_EQ(model.operators[2].outputs.size(), 1u);
  EXPECT_EQ(model.operators[3].declaredType, "Elemwise");
  EXPECT_TRUE(contains(model.operators[3].type, "unknown:"));
}

TEST(Synthetic, UnknownOperatorsOfV1EndTheReading) {
  auto change = [](ModelSpec &spec) {
    spec.ops[2].type = "";
    spec.ops[2].id = 4711;
  };
  EXPECT_TRUE(contains(errorV1(change), "operator 2 has the unknown type id 4711"));
  // Unless names tell how many outputs there are.
  ModelSpec named = changed(change);
  named.ops[2].outputNames = {"sum"};
  Model model = readOld(named);
  EXPECT_EQ(model.operators[2].type, "unknown:4711");
  EXPECT_EQ(model.variables[2].name, "sum");
  EXPECT_TRUE(contains(errorV1([](ModelSpec &spec) { spec.ops[2].type = "TensorRTRuntimeOpr"; }),
                       "operator 2 (TensorRTRuntimeOpr) is not supported"));
}

TEST(Synthetic, ForeignParametersAreAnErrorInV1AndTheDefaultInV2) {
  auto change = [](ModelSpec &spec) { spec.ops[2].param = host2Device(); };
  EXPECT_EQ(errorV1(change), "model.mge: operator 2 (Elemwise) needs Elemwise parameters and has Host2DeviceCopy.");
  Model model = read(changed(change));
  EXPECT_EQ(field<std::string>(model.operators[2].param, "mode"), "RELU");
  ASSERT_EQ(model.warnings.size(), 1u);
  EXPECT_TRUE(contains(model.warnings[0], "operator 2 (Elemwise)"));
}

TEST(Synthetic, TagsBeyondTheSchemaAreNotFollowed) {
  Model model = read(changed([](ModelSpec &spec) { spec.ops[2].additional = {{200, host2Device().make}}; }));
  EXPECT_EQ(model.operators[2].additionalParams.at(0).table, "unknown:200");
}

TEST(Synthetic, EnumeratorsBeyondTheSchemaAreNamedSo) {
  Model model = read(
      changed([](ModelSpec &spec) { spec.ops[2].param = elemwise(static_cast<schema::param::ElemwiseMode>(250)); }));
  EXPECT_EQ(field<std::string>(model.operators[2].param, "mode"), "unknown:250");
}

TEST(Synthetic, FlagsAreListed) {
  Model model = read(changed([](ModelSpec &spec) {
    spec.ops[2].additional = {{static_cast<uint8_t>(schema::OperatorParam::ExecutionPolicy), [](FlatBufferBuilder &b) {
                                 auto flags = static_cast<schema::param::ExecutionPolicyStrategy>(2 | 4 | 64);
                                 return schema::param::CreateExecutionPolicy(b, flags, 5).Union();
                               }}};
  }));
  const Param &policy = model.operators[2].additionalParams.at(0);
  EXPECT_EQ(field<std::string>(policy, "strategy"), "PROFILE REPRODUCIBLE unknown:64");
  EXPECT_EQ(field<uint64_t>(policy, "workspace_limit"), 5u);
}

TEST(Synthetic, VectorsAndStructsOfParameters) {
  Model model = read(changed([](ModelSpec &spec) {
    OpSpec shuffle = op("Dimshuffle");
    shuffle.param = {
        static_cast<uint8_t>(schema::OperatorParam::Dimshuffle), [](FlatBufferBuilder &b) {
          return schema::param::CreateDimshuffle(b, b.CreateVector(std::vector<int32_t>{1, -1, 0}), 2).Union();
        }};
    shuffle.inputs = {3};
    shuffle.outputs = {4};
    OpSpec part = op("Subtensor");
    part.param = {static_cast<uint8_t>(schema::OperatorParam::IndexDescMaskDump), [](FlatBufferBuilder &b) {
                    std::vector<schema::param::IndexDescMaskItem> items = {{-2, true, false, true, false}};
                    return schema::param::CreateIndexDescMaskDump(b, b.CreateVectorOfStructs(items)).Union();
                  }};
    part.inputs = {4};
    part.outputs = {5};
    OpSpec update = op("AddUpdate");
    update.param = {static_cast<uint8_t>(schema::OperatorParam::MGBAddUpdate), [](FlatBufferBuilder &b) {
                      uint8_t storage[4] = {0, 0, 128, 63};
                      schema::param::PersistentDTypeScalar alpha(schema::DTypeEnum::Float32, storage);
                      return schema::param::CreateMGBAddUpdate(b, &alpha).Union();
                    }};
    update.inputs = {5};
    update.outputs = {6};
    spec.ops.insert(spec.ops.end(), {shuffle, part, update});
  }));
  EXPECT_EQ(field<std::vector<int64_t>>(model.operators[4].param, "pattern"), (std::vector<int64_t>{1, -1, 0}));
  EXPECT_EQ(field<int64_t>(model.operators[4].param, "ndim"), 2);
  const auto &items = field<std::vector<Param::Record>>(model.operators[5].param, "items");
  ASSERT_EQ(items.size(), 1u);
  ASSERT_EQ(items[0].fields.size(), 5u);
  EXPECT_EQ(items[0].fields[0].first, "axis");
  EXPECT_EQ(std::get<int64_t>(items[0].fields[0].second), -2);
  EXPECT_TRUE(std::get<bool>(items[0].fields[1].second));
  EXPECT_EQ(items[0].fields[4].first, "idx");
  EXPECT_FALSE(std::get<bool>(items[0].fields[4].second));
  const auto &alpha = field<std::vector<Param::Record>>(model.operators[6].param, "alpha");
  ASSERT_EQ(alpha.size(), 1u);
  EXPECT_EQ(std::get<std::string>(alpha[0].fields[0].second), "Float32");
  EXPECT_EQ(std::get<std::vector<int64_t>>(alpha[0].fields[1].second), (std::vector<int64_t>{0, 0, 128, 63}));
  EXPECT_TRUE(field<std::vector<Param::Record>>(model.operators[6].param, "beta").empty());
}

TEST(Synthetic, NewerVersionsAreAWarning) {
  Model model = read(changed([](ModelSpec &spec) {
    spec.version = 109900;
    spec.modelVersion = 3;
  }));
  EXPECT_EQ(model.versionText(), "1.99.0");
  EXPECT_EQ(model.warnings.size(), 2u);
  Model known = read(changed([](ModelSpec &spec) { spec.version = 101304; }));
  EXPECT_TRUE(known.warnings.empty());
}

TEST(Synthetic, V1NeedsAHash) {
  EXPECT_TRUE(contains(errorV1([](ModelSpec &spec) { spec.hash = 0; }), "no hash"));
}

TEST(Synthetic, V1SkipsBytesBeforeValues) {
  Model model = readOld(changed([](ModelSpec &spec) { spec.ops[1].tensors[0].skipped = 5; }));
  EXPECT_EQ(model.operators[1].tensors[0].data[0], 1);
  EXPECT_EQ(model.operators[1].tensors[0].data.size(), 12u);
}

TEST(Synthetic, V1TensorRegionIsUsedUp) {
  std::vector<uint8_t> bytes = buildV1(smallModel());
  bytes[16] -= 1; // of the region's 12 bytes
  bytes.erase(bytes.begin() + 24);
  EXPECT_TRUE(contains(errorOf(bytes), "takes 12 bytes, of which 11 are left"));
  bytes = buildV1(smallModel());
  bytes[16] += 8;
  bytes.insert(bytes.begin() + 24, 8, 0);
  Model model = readModel(bytes, "model.mge");
  ASSERT_EQ(model.warnings.size(), 1u);
  EXPECT_TRUE(contains(model.warnings[0], "8 bytes of its tensor region belong to no tensor"));
}

TEST(Synthetic, BundlesOfTheFirstForm) {
  auto bundle = [](std::vector<std::vector<uint8_t>> blobs) {
    return changed([&](ModelSpec &spec) {
      spec.ops[1].type = "MultipleDeviceTensorWithFormatHolder";
      spec.ops[1].id = op(spec.ops[1].type).id;
      spec.ops[1].tensors.push_back(spec.ops[1].tensors[0]);
      spec.ops[1].outputs = {1, 2};
      spec.ops[1].blobs = blobs;
      spec.ops[2].outputs = {3};
      spec.ops[3].outputs = {4};
    });
  };
  ModelSpec sound = bundle({{2, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0, 3}});
  for (const Model &model : {read(sound), readOld(sound)}) {
    EXPECT_EQ(model.operators[1].outputs, (std::vector<uint32_t>{1, 2}));
    EXPECT_EQ(model.operators[1].tensors[0].format, TensorFormat::Default);
    EXPECT_EQ(model.operators[1].tensors[1].format, TensorFormat::Image2DPacked);
  }
  EXPECT_TRUE(contains(errorOf(buildV1(bundle({{3, 0, 0, 0}}))), "announces 3 tensors and has 2"));
  EXPECT_TRUE(contains(errorOf(buildV1(bundle({{2, 0, 0, 0}, {0, 0, 0, 0}}))), "lacks blob 2"));
  EXPECT_TRUE(contains(errorOf(buildV1(bundle({{2, 0, 0}}))), "lacks blob 0"));
  EXPECT_TRUE(contains(errorOf(buildV1(bundle({{2, 0, 0, 0}, {7, 0, 0, 0}, {0, 0, 0, 0}}))), "unknown format 7"));
  ModelSpec uneven = sound;
  uneven.ops[1].outputs = {1};
  EXPECT_TRUE(contains(errorOf(buildV2(uneven)), "computes variable 3 where 2 is next") ||
              contains(errorOf(buildV2(uneven)), "1 outputs for 2 tensors"));
}

// A vector of operators that all are the same table, each of which lists the same long vector of operands: a hundred
// kilobytes that describe gigabytes.
TEST(Synthetic, SharedTablesDoNotExplode) {
  namespace v2 = schema::v2;
  FlatBufferBuilder b;
  auto inputs = b.CreateVector(std::vector<uint32_t>(10000, 0));
  v2::OperatorBuilder builder(b);
  builder.add_inputs(inputs);
  builder.add_opr_version(1);
  auto shared = builder.Finish();
  OpSpec x = smallModel().ops[0];
  auto name = b.CreateString("x");
  auto shape = b.CreateVector(std::vector<uint32_t>{1});
  auto type = schema::CreateDType(b);
  auto tensors = b.CreateVector(std::vector<Offset<v2::Tensor>>{v2::CreateTensor(b, name, shape, 0, type)});
  auto outputs = b.CreateVector(std::vector<uint32_t>{0});
  v2::OperatorBuilder input(b);
  input.add_type_id(x.id);
  input.add_opr_version(1);
  input.add_tensors(tensors);
  input.add_outputs(outputs);
  std::vector<Offset<v2::Operator>> ops = {input.Finish()};
  ops.insert(ops.end(), 10000, shared);
  auto opVector = b.CreateVector(ops);
  b.FinishSizePrefixed(v2::CreateModel(b, 101300, 2, opVector), v2::ModelIdentifier());
  EXPECT_TRUE(contains(errorOf({b.GetBufferPointer(), b.GetBufferPointer() + b.GetSize()}),
                       "describes more than its bytes can hold"));
}

// The same with the names of outputs, over which the verifier itself would stay for hours.
TEST(Synthetic, SharedNamesDoNotStallTheVerifier) {
  namespace v1 = schema::v1;
  FlatBufferBuilder b;
  auto text = b.CreateString("name");
  auto names = b.CreateVector(std::vector<Offset<flatbuffers::String>>(1000000, text));
  v1::OperatorBuilder builder(b);
  builder.add_output_name(names);
  auto shared = builder.Finish();
  auto opVector = b.CreateVector(std::vector<Offset<v1::Operator>>(1000000, shared));
  b.FinishSizePrefixed(v1::CreateGraph(b, 101300, 1, 0, opVector), v1::GraphIdentifier());
  std::vector<uint8_t> bytes = {'M', 'G', 'B', 'C', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  bytes.insert(bytes.end(), b.GetBufferPointer(), b.GetBufferPointer() + b.GetSize());
  EXPECT_TRUE(contains(errorOf(bytes), "verification of its structure failed"));
}

TEST(Synthetic, NamesInMessagesAreHarmless) {
  std::string message = errorV2([](ModelSpec &spec) {
    spec.ops[2].type = "\x1b[31mred\nline";
    spec.ops[2].id = 1;
    spec.ops[2].inputs = {9};
  });
  EXPECT_TRUE(contains(message, "(\\x1b[31mred\\x0aline)"));
}

TEST(Synthetic, TestCasesNeedAValueForEachInput) {
  std::vector<uint8_t> bytes = {'m', 'g', 'b', 't', 'e', 's', 't', '0', 1, 0, 0, 0};
  std::vector<uint8_t> model = buildV2(smallModel());
  bytes.insert(bytes.end(), model.begin(), model.end());
  EXPECT_TRUE(contains(errorOf(bytes), "announces 1 test cases"));
  std::vector<uint8_t> wrong = bytes;
  wrong.insert(wrong.end(), model.begin(), model.end());
  EXPECT_TRUE(contains(errorOf(wrong), "test case 0 has no value for the input \"x\""));
  ModelSpec values;
  values.ops = {smallModel().ops[1]};
  values.ops[0].outputs = {0};
  values.outputs = {{0, 1}};
  std::vector<uint8_t> tail = buildV2(values);
  bytes.insert(bytes.end(), tail.begin(), tail.end());
  Model read = readModel(bytes, "model.mge");
  EXPECT_TRUE(read.testcase);
  ASSERT_EQ(read.testInputs.size(), 1u);
  EXPECT_EQ(read.testInputs[0].at(0).first, "x");
  // A second one, and then one that is announced and not there.
  bytes[8] = 2;
  std::vector<uint8_t> two = bytes;
  two.insert(two.end(), tail.begin(), tail.end());
  EXPECT_EQ(readModel(two, "model.mge").testInputs.size(), 2u);
  EXPECT_TRUE(contains(errorOf(bytes), "test case 1 is too short"));
  bytes[11] = 0x7f;
  EXPECT_TRUE(contains(errorOf(bytes), "announces 2130706434 test cases"));
}

} // namespace
