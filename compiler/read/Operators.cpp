//===- Operators.cpp - which operators files may hold -----------------------------------------------------------===//
#include "compiler/read/Operators.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

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

/// Outputs that files do not number. Taken from MegEngine's sources and, for every operator that can be compiled, from
/// the ids of loaded models (read/graph_ids.txt of the tests).
struct HiddenOutputs {
  std::string_view name; // without revision
  uint8_t before, after; // how many stand before and after those that files number
  bool limitsWorkspace;  // the first such operator of a graph makes an input of its own for the limit
};

constexpr HiddenOutputs hiddenOutputs[] = {
    {"AdaptivePooling", 0, 1, false},
    {"Argmax", 0, 1, false},
    {"Argmin", 0, 1, false},
    {"Argsort", 0, 1, false},
    {"BatchConvBiasForward", 0, 1, true},
    {"BatchNorm", 2, 1, false}, // in inference; see hiddenOf
    {"BatchedMatrixMul", 0, 1, true},
    {"CondTake", 0, 1, false},
    {"ConvBiasForward", 0, 1, true},
    {"Convolution", 0, 1, true},
    {"Convolution3D", 0, 1, true},
    {"Convolution3DBackwardData", 0, 1, true},
    {"ConvolutionBackwardData", 0, 1, true},
    {"CvtColor", 0, 1, false},
    {"DeformableConvForward", 0, 1, true},
    {"GroupNorm", 0, 1, false},
    {"Images2Neibs", 0, 1, false},
    {"IndexingMultiAxisVec", 0, 1, false},
    {"IndexingOneHot", 0, 1, false},
    {"LRN", 0, 1, false},
    {"LSTMForward", 0, 1, false},
    {"LayerNorm", 0, 1, false},
    {"LocalShareForward", 0, 1, true},
    {"MatrixMul", 0, 1, true},
    {"NMSKeepMGB", 0, 1, false},
    {"Padding", 0, 1, false},
    {"Pooling", 0, 1, true},
    {"PowC", 0, 1, false},
    {"RNNForward", 0, 1, false},
    {"Reduce", 0, 1, false},
    {"RelayoutFormat", 0, 1, false},
    {"Remap", 0, 1, false},
    {"Resize", 0, 1, false},
    {"SlidingWindowTranspose", 0, 1, false},
    {"Softmax", 0, 1, false},
    {"TopK", 0, 1, false}, // where all is wanted; see hiddenOf
    {"WarpAffine", 0, 1, false},
    {"WarpPerspective", 0, 1, false},
};

static_assert(std::ranges::is_sorted(hiddenOutputs, {}, &HiddenOutputs::name));

std::string_view withoutRevision(std::string_view name) {
  size_t end = name.find_last_not_of("0123456789");
  return end != std::string_view::npos && end + 1 < name.size() && end > 0 && name[end] == 'V' ? name.substr(0, end)
                                                                                               : name;
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

static HiddenOutputs hiddenOf(const Operator &op) {
  std::string_view name = withoutRevision(op.type);
  auto it = std::ranges::lower_bound(hiddenOutputs, name, {}, &HiddenOutputs::name);
  if (it == std::end(hiddenOutputs) || it->name != name)
    return {name, 0, 0, false};
  HiddenOutputs hidden = *it;
  if (name == "BatchNorm" && op.outputs.size() == 6) // training hides nothing but the workspace
    hidden.before = 0;
  if (name == "TopK" && op.outputs.size() == 1) // the indices are there and volatile
    hidden.after = 2;
  return hidden;
}

void mgec::read::numberGraph(Model &model) {
  uint32_t next = 0;
  bool limit = false;
  for (Operator &op : model.operators) {
    HiddenOutputs hidden = hiddenOf(op);
    op.graphId = next++;
    next += hidden.before;
    for (uint32_t output : op.outputs)
      model.variables[output].graphId = next++;
    next += hidden.after;
    if (hidden.limitsWorkspace && !std::exchange(limit, true))
      next += 2; // an operator and its output
  }
  model.graphIds = next;
}

std::string mgec::read::graphTypeName(std::string_view type) {
  std::string name(withoutRevision(type));
  for (std::string_view forward : {"AdaptivePooling", "Argsort", "BatchNorm", "Convolution", "Convolution3D",
                                   "LayerNorm", "Padding", "Pooling", "Resize", "Softmax", "WarpPerspective"})
    if (name == forward)
      return name + "Forward";
  if (name == "NMSKeepMGB")
    return "NMSKeep";
  for (std::string_view cell : {"LSTM", "LSTMCell", "RNN", "RNNCell"})
    if (name.size() == cell.size() + 7 && name.starts_with(cell) && name.ends_with("Forward"))
      return std::string(cell);
  return name;
}

bool mgec::read::holdsConstants(const OperatorInfo &info) {
  std::string_view name = info.name;
  return name == "ImmutableTensor" || name == "SharedDeviceTensor" || name == "VolatileSharedDeviceTensor" ||
         name == "SharedDeviceTensorWithFormat" || info.outputs == OnePerTensor;
}
