//===- SchemaTest.cpp - tables that must agree with each other --------------------------------------------------===//
#include "compiler/read/Operators.h"
#include "compiler/read/Params.h"
#include "compiler/read/test/Synthetic.h"
#include "compiler/read/test/TestFiles.h"

#include <set>

#define XXH_INLINE_ALL
#include <xxhash.h>

using namespace mgec::read;
namespace schema = mgec::schema;

namespace {

// Ids are hashes of names: the full one of the name and a zero byte, the short one of the name without "V<digit>".
uint64_t idOf(const std::string &text) {
  uint64_t hash = XXH64(text.data(), text.size(), 20160701);
  return hash ? hash : 1;
}

TEST(Operators, IdsAreHashesOfNames) {
  std::set<std::string> names;
  std::set<uint64_t> ids, shortIds;
  for (const OperatorInfo &info : allOperators()) {
    std::string name = info.name;
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(ids.insert(info.id).second) << name;
    // What stands in for operators of user-supplied loaders has an id of its own.
    if (name == "<dynamic>")
      continue;
    EXPECT_EQ(info.id, idOf(name + '\0')) << name;
    EXPECT_EQ((info.forms & R1) != 0, info.shortId != 0) << name;
    if (!info.shortId)
      continue;
    EXPECT_TRUE(shortIds.insert(info.shortId).second) << name;
    bool revised = name.size() > 2 && name[name.size() - 2] == 'V' && isdigit(static_cast<unsigned char>(name.back()));
    EXPECT_EQ(info.shortId, idOf(revised ? name.substr(0, name.size() - 2) : name)) << name;
  }
  EXPECT_EQ(names.size(), 197u);
}

TEST(Operators, AreFoundInTheirForms) {
  for (const OperatorInfo &info : allOperators()) {
    EXPECT_EQ(findOperator(V1, false, info.id), info.forms & V1 ? &info : nullptr) << info.name;
    EXPECT_EQ(findOperator(R2, false, info.id), info.forms & R2 ? &info : nullptr) << info.name;
    if (info.shortId) {
      EXPECT_EQ(findOperator(R1, true, info.shortId), info.forms & R1 ? &info : nullptr) << info.name;
    }
    if (*info.param) {
      EXPECT_NE(paramTag(info.param), 0) << info.name;
    }
  }
  EXPECT_EQ(findOperator(V1, false, 0), nullptr);
}

TEST(Operators, CountTheirOutputs) {
  auto count = [](const char *name, const std::function<void(Operator &)> &change) {
    for (const OperatorInfo &info : allOperators())
      if (info.name == std::string(name)) {
        Operator op;
        op.param = decodeParam(paramTag(info.param), nullptr);
        change(op);
        return countOutputs(info, op);
      }
    return std::optional<size_t>(99);
  };
  auto set = [](const char *name, Param::Value value) {
    return [=](Operator &op) {
      op.inputs.resize(4);
      for (auto &[key, held] : op.param.fields)
        if (key == name)
          held = value;
    };
  };
  auto nothing = [](Operator &) {};
  EXPECT_EQ(count("Argsort", nothing), size_t(2));
  EXPECT_EQ(count("TopK", nothing), size_t(1));
  EXPECT_EQ(count("TopK", set("mode", std::string("VALUE_IDX_SORTED"))), size_t(2));
  EXPECT_EQ(count("BatchNormV1", nothing), size_t(6)) << "the default is training";
  EXPECT_EQ(count("BatchNormV1", set("fwd_mode", std::string("INFERENCE"))), size_t(4));
  EXPECT_EQ(count("Split", [](Operator &op) { op.inputs.resize(4); }), size_t(3));
  EXPECT_EQ(count("Split", nothing), size_t(0));
  EXPECT_EQ(count("MultipleDeviceTensorHolder", [](Operator &op) { op.tensors.resize(5); }), size_t(5));
  EXPECT_EQ(count("CondExecPred", set("mode", std::string("CASE"))), size_t(3));
  EXPECT_EQ(count("CondExecPred", set("mode", std::string("PIECEWISE"))), size_t(4));
  EXPECT_EQ(count("CondExecMerge", set("nr_output", int64_t(2))), size_t(2));
  EXPECT_EQ(count("CheckNonFinite", set("", false)), size_t(5));
  EXPECT_EQ(count("Loop", nothing), std::nullopt);
}

// Every table decodes, and to what the generated accessors say.
TEST(Params, EveryTableHasItsDefaults) {
  EXPECT_EQ(paramTags().size(), 99u);
  std::set<std::string> names;
  for (uint8_t tag : paramTags()) {
    Param param = decodeParam(tag, nullptr);
    EXPECT_TRUE(names.insert(param.table).second) << param.table;
    EXPECT_EQ(paramTag(param.table), tag);
  }
  EXPECT_EQ(decodeParam(0, nullptr).table, "");

  Param policy = decodeParam(paramTag("ExecutionPolicy"), nullptr);
  EXPECT_EQ(field<uint64_t>(policy, "workspace_limit"), ~uint64_t(0));
  EXPECT_EQ(field<std::string>(policy, "strategy"), "HEURISTIC");
  Param conv = decodeParam(paramTag("Convolution"), nullptr);
  EXPECT_EQ(conv.fields[0].first, "mode") << "fields keep the schema's order";
  EXPECT_EQ(field<int64_t>(conv, "stride_h"), 1);
  EXPECT_EQ(field<std::string>(conv, "sparse"), "DENSE");
  Param pooling = decodeParam(paramTag("Pooling"), nullptr);
  EXPECT_EQ(field<std::string>(pooling, "mode"), "MAX_");
  EXPECT_EQ(field<int64_t>(pooling, "window_w"), 2);
  EXPECT_EQ(field<int64_t>(decodeParam(paramTag("Reduce"), nullptr), "axis"), 2147483647);
  EXPECT_EQ(field<double>(decodeParam(paramTag("BN"), nullptr), "epsilon"), 1e-4);
  EXPECT_EQ(field<double>(decodeParam(paramTag("CondTake"), nullptr), "eps"), static_cast<double>(1e-6f));
  EXPECT_EQ(field<bool>(decodeParam(paramTag("Host2DeviceCopy"), nullptr), "enable_value_infer"), true);
  EXPECT_EQ(field<std::string>(decodeParam(paramTag("Eye"), nullptr), "dtype"), "Float32");
  EXPECT_EQ(field<std::string>(decodeParam(paramTag("param.DType"), nullptr), "dtype"), "Byte");
  EXPECT_TRUE(field<std::vector<int64_t>>(decodeParam(paramTag("Dimshuffle"), nullptr), "pattern").empty());
  EXPECT_EQ(decodeParam(paramTag("DType"), nullptr).dtype, DTypeDesc{});
}

TEST(DTypes, NamesAreTheSchemas) {
  for (auto type : schema::EnumValuesDTypeEnum())
    EXPECT_STREQ(dtypeName(static_cast<DType>(type)), schema::EnumNameDTypeEnum(type));
  EXPECT_EQ(dtypeBits(DType::Complex64), 64u);
  EXPECT_EQ(dtypeBits(DType::QuantizedS4), 4u);
  EXPECT_EQ(dtypeBits(DType::Bool), 8u);
  EXPECT_TRUE(isQuantized(DType::Quantized8Asymm));
  EXPECT_FALSE(isQuantized(DType::Int8));
}

TEST(Printable, EscapesWhatTerminalsObey) {
  EXPECT_EQ(printable("conv1:weight"), "conv1:weight");
  EXPECT_EQ(printable("\xe5\x8d\xb7\xe7\xa7\xaf"), "\xe5\x8d\xb7\xe7\xa7\xaf");
  EXPECT_EQ(printable(std::string("a\0b\x1b[0m\x7f", 8)), "a\\x00b\\x1b[0m\\x7f");
  EXPECT_EQ(printable("\xff\xc0\xaf"), "\\xff\\xc0\\xaf");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "a control character of two bytes";
  EXPECT_EQ(printable("\xe5\x8d"), "\\xe5\\x8d") << "cut short";
}

} // namespace
