//===- Operators.cpp - which operators files may hold -----------------------------------------------------------===//
#include "compiler/read/Operators.h"

#include <array>
#include <string_view>
#include <unordered_map>

using namespace mgec::read;

namespace {

constexpr OperatorInfo operators[] = {
#include "compiler/read/Operators.inc"
};

using Index = std::unordered_map<uint64_t, const OperatorInfo *>;

// One index per form and kind of id. An id of 0 stands for "has none" and never occurs.
const Index &indexOf(OperatorForm form, bool byShortId) {
  static const auto indices = [] {
    std::array<Index, 6> all;
    for (const OperatorInfo &info : operators)
      for (unsigned bit = 0; bit != 3; ++bit)
        if (info.forms & (1u << bit)) {
          all[bit].emplace(info.id, &info);
          if (info.shortId)
            all[bit + 3].emplace(info.shortId, &info);
        }
    return all;
  }();
  unsigned bit = form == V1 ? 0 : form == R1 ? 1 : 2;
  return indices[bit + (byShortId ? 3 : 0)];
}

std::string_view mode(const Operator &op, const char *field) {
  const Param::Value *value = op.param.find(field);
  const auto *text = value ? std::get_if<std::string>(value) : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

} // namespace

std::span<const OperatorInfo> mgec::read::allOperators() { return operators; }

const OperatorInfo *mgec::read::findOperator(OperatorForm form, bool byShortId, uint64_t id) {
  const Index &index = indexOf(form, byShortId);
  auto it = index.find(id);
  return it == index.end() ? nullptr : it->second;
}

std::optional<size_t> mgec::read::countOutputs(const OperatorInfo &info, const Operator &op) {
  if (info.outputs > 0)
    return info.outputs;
  size_t inputs = op.inputs.size();
  size_t allButOne = inputs ? inputs - 1 : 0;
  switch (static_cast<OutputRule>(info.outputs)) {
  case UnknownOutputs:
    return std::nullopt;
  case BatchNormOutputs:
    return mode(op, "fwd_mode") == "TRAINING" ? 6 : 4;
  case TopKOutputs:
    return mode(op, "mode") == "KTH_ONLY" ? 1 : 2;
  case SplitOutputs:
  case OnePerData:
    return allButOne;
  case OnePerTensor:
    return op.tensors.size();
  case OnePerInputAndOne:
    return inputs + 1;
  case MergeOutputs: {
    const Param::Value *count = op.param.find("nr_output");
    const auto *number = count ? std::get_if<int64_t>(count) : nullptr;
    return number && *number > 0 ? std::optional<size_t>(*number) : std::nullopt;
  }
  case PredOutputs:
    return mode(op, "mode") == "CASE" ? allButOne : inputs;
  }
  return std::nullopt;
}

bool mgec::read::holdsConstants(const OperatorInfo &info) {
  std::string_view name = info.name;
  return name == "ImmutableTensor" || name == "SharedDeviceTensor" || name == "VolatileSharedDeviceTensor" ||
         name == "SharedDeviceTensorWithFormat" || info.outputs == OnePerTensor;
}
