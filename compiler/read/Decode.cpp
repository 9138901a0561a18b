//===- Decode.cpp - what decoding V1 and V2 graphs has in common ------------------------------------------------===//
#include "compiler/read/Decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

using namespace mgec::read;

namespace {

constexpr size_t maxRank = 7;
constexpr uint32_t newestVersion = 101399; // 1.13
constexpr size_t mostWarnings = 20;
constexpr size_t largestBudget = size_t(64) << 20;

} // namespace

GraphBytes::GraphBytes(std::span<const uint8_t> bytes) : inFile(bytes), aligned(bytes.data()) {
  if (reinterpret_cast<uintptr_t>(aligned) % alignof(uint64_t) == 0)
    return;
  copy.resize((bytes.size() + 7) / 8);
  std::memcpy(copy.data(), bytes.data(), bytes.size());
  aligned = reinterpret_cast<const uint8_t *>(copy.data());
}

flatbuffers::Verifier::Options mgec::read::verifierLimits(size_t bytes) {
  flatbuffers::Verifier::Options options;
  options.max_depth = 16;
  options.max_tables = static_cast<flatbuffers::uoffset_t>(1000 + bytes / 4);
  return options;
}

std::optional<size_t> mgec::read::denseBytes(DType type, std::span<const int64_t> shape) {
  size_t rows = 1;
  for (size_t i = 0; i + 1 < shape.size(); ++i)
    if (__builtin_mul_overflow(rows, static_cast<size_t>(shape[i]), &rows))
      return std::nullopt;
  // A dimension fits 32 bits, so that of bits fits 64.
  size_t rowBits = (shape.empty() ? 1 : static_cast<size_t>(shape.back())) * dtypeBits(type);
  size_t bytes = 0;
  if (__builtin_mul_overflow(rows, (rowBits + 7) / 8, &bytes))
    return std::nullopt;
  return bytes;
}

Decoder::Decoder(Model &model, const Extent &extent)
    : model(model), extent(extent),
      graph(std::span(*model.bytes).subspan(extent.graph - 4, extent.end - extent.graph + 4)),
      budget(std::min(graph.size() + (1u << 16), largestBudget)) {}

void Decoder::fail(const std::string &what) const {
  throw ReadError(fmt::format("{}: {}.", model.path, printable(what)));
}

void Decoder::warn(const std::string &what) {
  if (model.warnings.size() < mostWarnings)
    model.warnings.push_back(printable(what));
  else if (model.warnings.size() == mostWarnings)
    model.warnings.push_back("and more of the kind");
}

void Decoder::spend(size_t elements) {
  if (elements > budget)
    fail("the graph is damaged: it describes more than its bytes can hold");
  budget -= elements;
}

std::string Decoder::here() const {
  if (info)
    return fmt::format("operator {} ({})", number, info->name);
  if (!op.declaredType.empty())
    return fmt::format("operator {} ({})", number, op.declaredType);
  return fmt::format("operator {}", number);
}

std::string Decoder::text(const flatbuffers::String *string) {
  if (!string)
    return {};
  spend(1 + string->size() / 64);
  return string->str();
}

std::vector<int64_t> Decoder::shape(const flatbuffers::Vector<uint32_t> *dims, const std::string &owner) {
  if (!dims)
    return {};
  if (dims->size() > maxRank)
    fail(fmt::format("{} has {} dimensions, and {} is the limit", owner, dims->size(), maxRank));
  spend(dims->size());
  return {dims->begin(), dims->end()};
}

DTypeDesc Decoder::dtype(const schema::DType *source, const std::string &owner) {
  if (!source)
    fail(owner + " has no element type");
  std::optional<DTypeDesc> desc = decodeDType(*source);
  if (!desc)
    fail(owner + " has an element type that MegEngine does not define, or a quantised one without a scale");
  return *desc;
}

void Decoder::settleValue(TensorValue &tensor, size_t index) {
  std::optional<size_t> expected = denseBytes(tensor.dtype.type, tensor.shape);
  if (!expected)
    fail(fmt::format("tensor {} of {} has an impossible shape, {}", index, here(), fmt::join(tensor.shape, "x")));
  if (tensor.hasValue && model.compressed)
    decompress(tensor, *expected, fmt::format("tensor {} of {}", index, here()));
  if (tensor.hasValue && tensor.data.size() != *expected)
    fail(fmt::format(
        "tensor {} of {} has a value of {} bytes where {} [{}] takes {}; values that are compressed are read "
        "from packed models whose information has has_compression, otherwise transformed ones are not",
        index, here(), tensor.data.size(), dtypeName(tensor.dtype.type), fmt::join(tensor.shape, "x"), *expected));
}

void Decoder::begin(uint32_t index) {
  spend(8);
  number = index;
  op = Operator();
  info = nullptr;
}

Param Decoder::param(uint8_t tag, const void *table) {
  const auto *source = static_cast<const flatbuffers::Table *>(table);
  spend(paramCost(tag, source));
  if (tag && !source)
    fail(here() + " names the type of a parameter that is not there");
  Param result = decodeParam(tag, source);
  if (result.table == "DType" && !result.dtype)
    fail(here() + " has an element type that MegEngine does not define, or a quantised one without a scale");
  return result;
}

void Decoder::settleParam() {
  if (!info || !*info->param || op.param.table == info->param)
    return;
  bool empty = info->param == std::string_view("Empty");
  std::string found = op.param.table.empty() ? "none" : op.param.table;
  if (model.format == Format::V1 && !(empty && op.param.table.empty()))
    fail(fmt::format("{} needs {} parameters and has {}", here(), info->param, found));
  if (!empty)
    warn(fmt::format("{} has {} parameters where it takes {}: the defaults are used, as MegEngine does", here(), found,
                     info->param));
  op.param = decodeParam(paramTag(info->param), nullptr);
}

// Formats of tensors that are not written beside the tensor but as bytes of the operator: a 32-bit type, then a field
// or two that concern devices only.
void Decoder::settleBlobFormats() {
  std::string_view name = info ? info->name : "";
  bool one = name == "SharedDeviceTensorWithFormat";
  bool bundle = name == "MultipleDeviceTensorHolder" || name == "MultipleDeviceTensorWithFormatHolder";
  if (op.version != 1 || (!one && !bundle))
    return;
  auto wordOf = [&](size_t blob) {
    if (blob >= op.blobs.size() || op.blobs[blob].size() < 4)
      fail(fmt::format("{} lacks blob {}", here(), blob));
    auto bytes = op.blobs[blob];
    return static_cast<uint32_t>(bytes[0]) | static_cast<uint32_t>(bytes[1]) << 8 |
           static_cast<uint32_t>(bytes[2]) << 16 | static_cast<uint32_t>(bytes[3]) << 24;
  };
  if (bundle && wordOf(0) != op.tensors.size())
    fail(fmt::format("{} announces {} tensors and has {}", here(), wordOf(0), op.tensors.size()));
  if (name == "MultipleDeviceTensorHolder")
    return;
  for (size_t i = 0; i != op.tensors.size(); ++i) {
    uint32_t format = wordOf(one ? 0 : 1 + i);
    if (format > static_cast<uint32_t>(TensorFormat::LowbitsAligned))
      fail(fmt::format("tensor {} of {} has the unknown format {}", i, here(), format));
    op.tensors[i].format = static_cast<TensorFormat>(format);
  }
}

void Decoder::settleTensors() {
  if (!info)
    return;
  settleBlobFormats();
  bool input = info->name == std::string_view("Host2DeviceCopy");
  bool constants = holdsConstants(*info);
  if (!input && !constants)
    return;
  bool bundle = info->outputs == OnePerTensor;
  if (!bundle && op.tensors.size() != 1)
    fail(fmt::format("{} holds {} tensors instead of one", here(), op.tensors.size()));
  if (!constants)
    return;
  for (size_t i = 0; i != op.tensors.size(); ++i) {
    TensorValue &tensor = op.tensors[i];
    if (!tensor.hasValue && denseBytes(tensor.dtype.type, tensor.shape) != size_t(0))
      fail(fmt::format("tensor {} of {} has no value", i, here()));
    tensor.hasValue = true;
  }
}

void Decoder::addOutputs(size_t count) {
  spend(2 * count);
  for (size_t i = 0; i != count; ++i) {
    op.outputs.push_back(static_cast<uint32_t>(model.variables.size()));
    model.variables.emplace_back();
  }
}

void Decoder::checkVersion(uint32_t version) {
  model.version = version;
  if (version > newestVersion)
    warn(fmt::format("written by MegEngine {}, which is newer than 1.13: operators may mean something else by now",
                     model.versionText()));
}

void Decoder::finish() {
  std::unordered_map<std::string, uint32_t> names;
  for (uint32_t i = 0; i != model.operators.size(); ++i) {
    const Operator &candidate = model.operators[i];
    if (candidate.type != "Host2DeviceCopy")
      continue;
    const std::string &name = candidate.tensors.front().name;
    auto [earlier, isNew] = names.emplace(name, i);
    if (!isNew)
      fail(fmt::format("operators {} and {} are both the input \"{}\"", earlier->second, i, name));
    model.inputs.push_back(i);
  }
  if (model.outputs.empty())
    fail("the graph has no outputs");
  for (size_t i = 0; i != model.outputs.size(); ++i) {
    Output &output = model.outputs[i];
    if (output.name.empty())
      output.name = model.variables[output.var].name;
    if (output.name.empty())
      output.name = fmt::format("output{}", i);
  }
}
