//===- Synthetic.h - model files made to order ------------------------------------------------------------------===//
//
// Writes V1 and V2 files from a description, so that tests can put any single thing wrong. `smallModel` is a sound one:
// relu(x + c) with a constant c.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/read/Operators.h"

#include "v1_generated.h"
#include "v2_generated.h"

#include <flatbuffers/flatbuffers.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mgec::read::synthetic {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

struct TensorSpec {
  std::string name;
  std::vector<uint32_t> shape;
  int dtype = 0;
  std::optional<float> scale;
  int zeroPoint = 0;
  std::optional<std::vector<uint8_t>> data;
  uint8_t format = 1;   // V2's union tag
  uint32_t skipped = 0; // V1: bytes before the value
};

struct ParamSpec {
  uint8_t tag = 0;
  std::function<Offset<void>(FlatBufferBuilder &)> make;
};

struct OpSpec {
  std::string type;
  uint64_t id = 0;
  uint32_t version = 1;
  ParamSpec param;
  std::vector<ParamSpec> additional;
  std::vector<uint32_t> inputs, outputs;
  std::vector<TensorSpec> tensors;
  std::vector<std::vector<uint8_t>> blobs;
  std::vector<std::string> outputNames; // V1
};

struct ModelSpec {
  uint32_t version = 101300;
  uint32_t modelVersion = 2;
  uint64_t hash = 1;
  bool shortIds = false; // V1: the form for MegBrain 8.14
  std::vector<OpSpec> ops;
  std::vector<std::pair<uint32_t, uint32_t>> outputs;
  std::vector<std::pair<uint32_t, std::string>> aliases;
  std::vector<std::string> names; // of variables, V2
};

inline ParamSpec elemwise(schema::param::ElemwiseMode mode) {
  return {static_cast<uint8_t>(schema::OperatorParam::Elemwise),
          [mode](FlatBufferBuilder &b) { return schema::param::CreateElemwise(b, mode).Union(); }};
}

inline ParamSpec host2Device() {
  return {static_cast<uint8_t>(schema::OperatorParam::Host2DeviceCopy),
          [](FlatBufferBuilder &b) { return schema::param::CreateHost2DeviceCopy(b).Union(); }};
}

/// An operator of the registry, in version 1 form with its short id.
inline OpSpec op(const std::string &name) {
  for (const OperatorInfo &info : allOperators())
    if (info.name == name) {
      OpSpec spec;
      spec.type = name;
      spec.version = info.forms & R1 ? 1 : 2;
      spec.id = info.forms & R1 ? info.shortId : info.id;
      return spec;
    }
  return {};
}

inline ModelSpec smallModel() {
  OpSpec x = op("Host2DeviceCopy");
  x.param = host2Device();
  x.outputs = {0};
  x.tensors = {{"x", {2, 3}, 0, {}, 0, {}, 1, 0}};
  OpSpec c = op("ImmutableTensor");
  c.outputs = {1};
  c.tensors = {{"", {3}, 0, {}, 0, std::vector<uint8_t>(12, 1), 1, 0}};
  OpSpec add = op("Elemwise");
  add.param = elemwise(schema::param::ElemwiseMode::ADD);
  add.inputs = {0, 1};
  add.outputs = {2};
  OpSpec relu = op("Elemwise");
  relu.param = elemwise(schema::param::ElemwiseMode::RELU);
  relu.inputs = {2};
  relu.outputs = {3};
  ModelSpec model;
  model.ops = {x, c, add, relu};
  model.outputs = {{3, 77}};
  return model;
}

inline Offset<schema::DType> dtype(FlatBufferBuilder &b, const TensorSpec &tensor) {
  auto type = static_cast<schema::DTypeEnum>(tensor.dtype);
  if (!tensor.scale)
    return schema::CreateDType(b, type);
  auto param = schema::CreateLinearQuantizationParam(b, *tensor.scale, static_cast<uint8_t>(tensor.zeroPoint));
  return schema::CreateDType(b, type, schema::DTypeParam::LinearQuantizationParam, param.Union());
}

inline Offset<void> make(const ParamSpec &spec, FlatBufferBuilder &b) {
  return spec.make ? spec.make(b) : Offset<void>();
}

struct Params {
  Offset<flatbuffers::Vector<schema::OperatorParam>> types;
  Offset<flatbuffers::Vector<Offset<void>>> values;
};

inline Params additional(const OpSpec &op, FlatBufferBuilder &b) {
  if (op.additional.empty())
    return {};
  std::vector<uint8_t> types;
  std::vector<Offset<void>> values;
  for (const ParamSpec &param : op.additional) {
    types.push_back(param.tag);
    values.push_back(make(param, b));
  }
  auto offset = b.CreateVector(types);
  return {offset.o, b.CreateVector(values)};
}

inline std::vector<uint8_t> buildV2(const ModelSpec &spec) {
  namespace v2 = schema::v2;
  FlatBufferBuilder b;
  std::vector<Offset<v2::Operator>> ops;
  for (const OpSpec &op : spec.ops) {
    std::vector<Offset<v2::Tensor>> tensors;
    for (const TensorSpec &tensor : op.tensors) {
      auto name = b.CreateString(tensor.name);
      auto shape = b.CreateVector(tensor.shape);
      auto type = dtype(b, tensor);
      auto format = v2::CreateDefaultTensorFormat(b);
      Offset<flatbuffers::Vector<uint8_t>> data;
      if (tensor.data)
        data = b.CreateVector(*tensor.data);
      tensors.push_back(v2::CreateTensor(b, name, shape, 0, type, static_cast<v2::TensorFormat>(tensor.format),
                                         format.Union(), data));
    }
    std::vector<Offset<v2::Blob>> blobs;
    for (const auto &blob : op.blobs)
      blobs.push_back(v2::CreateBlob(b, b.CreateVector(blob)));
    auto type = b.CreateString(op.type);
    auto param = make(op.param, b);
    Params more = additional(op, b);
    auto inputs = b.CreateVector(op.inputs);
    auto outputs = b.CreateVector(op.outputs);
    auto tensorVector = b.CreateVector(tensors);
    auto blobVector = b.CreateVector(blobs);
    ops.push_back(v2::CreateOperator(b, type, op.id, 0, static_cast<schema::OperatorParam>(op.param.tag), param,
                                     more.types, more.values, inputs, outputs, 0, 0, tensorVector, op.version, 0,
                                     blobVector));
  }
  std::vector<Offset<v2::OutputVar>> outputs;
  for (auto [compact, original] : spec.outputs)
    outputs.push_back(v2::CreateOutputVar(b, compact, original));
  std::vector<Offset<v2::OutputAlias>> aliases;
  for (const auto &[id, name] : spec.aliases)
    aliases.push_back(v2::CreateOutputAlias(b, id, b.CreateString(name)));
  std::vector<Offset<v2::MiddleTensor>> variables;
  for (const std::string &name : spec.names)
    variables.push_back(v2::CreateMiddleTensor(b, b.CreateString(name)));
  auto opVector = b.CreateVector(ops);
  auto variableVector = spec.names.empty() ? 0 : b.CreateVector(variables);
  auto outputVector = b.CreateVector(outputs);
  auto aliasVector = b.CreateVector(aliases);
  b.FinishSizePrefixed(
      v2::CreateModel(b, spec.version, spec.modelVersion, opVector, variableVector, outputVector, aliasVector),
      v2::ModelIdentifier());
  return {b.GetBufferPointer(), b.GetBufferPointer() + b.GetSize()};
}

inline std::vector<uint8_t> buildV1(const ModelSpec &spec) {
  namespace v1 = schema::v1;
  FlatBufferBuilder b;
  std::vector<uint8_t> region;
  std::vector<Offset<v1::Operator>> ops;
  for (const OpSpec &op : spec.ops) {
    std::vector<Offset<v1::Tensor>> tensors;
    for (const TensorSpec &tensor : op.tensors) {
      auto name = b.CreateString(tensor.name);
      auto shape = b.CreateVector(tensor.shape);
      auto type = dtype(b, tensor);
      uint32_t size = 0;
      if (tensor.data) {
        region.insert(region.end(), tensor.skipped, 0);
        region.insert(region.end(), tensor.data->begin(), tensor.data->end());
        size = tensor.skipped + static_cast<uint32_t>(tensor.data->size());
      }
      tensors.push_back(v1::CreateTensor(b, name, shape, 0, type, size, tensor.skipped));
    }
    std::vector<Offset<v1::Blob>> blobs;
    for (const auto &blob : op.blobs)
      blobs.push_back(v1::CreateBlob(b, b.CreateVector(blob)));
    uint64_t id = op.id;
    for (const OperatorInfo &info : allOperators())
      if (info.name == op.type)
        id = spec.shortIds ? info.shortId : info.id;
    auto param = make(op.param, b);
    Params more = additional(op, b);
    auto inputs = b.CreateVector(op.inputs);
    auto names = b.CreateVectorOfStrings(op.outputNames);
    auto tensorVector = b.CreateVector(tensors);
    auto blobVector = b.CreateVector(blobs);
    ops.push_back(v1::CreateOperator(b, id, static_cast<schema::OperatorParam>(op.param.tag), param, inputs, 0, names,
                                     0, tensorVector, 0, blobVector, more.types, more.values));
  }
  std::vector<v1::OutputVar> outputs;
  for (auto [compact, original] : spec.outputs)
    outputs.emplace_back(compact, original);
  auto opVector = b.CreateVector(ops);
  auto outputVector = b.CreateVectorOfStructs(outputs);
  b.FinishSizePrefixed(v1::CreateGraph(b, spec.version, spec.hash, 0, opVector, outputVector), v1::GraphIdentifier());

  std::vector<uint8_t> bytes;
  auto word = [&](uint64_t value, unsigned count) {
    for (unsigned i = 0; i != count; ++i)
      bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
  };
  word(spec.shortIds ? 0x5342474D : 0x4342474D, 4);
  if (!spec.shortIds)
    word(0, 8);
  word(0, 4);
  word(region.size(), 8);
  bytes.insert(bytes.end(), region.begin(), region.end());
  bytes.insert(bytes.end(), b.GetBufferPointer(), b.GetBufferPointer() + b.GetSize());
  return bytes;
}

} // namespace mgec::read::synthetic
