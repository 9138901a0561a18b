//===- GraphHash.cpp - the identity of a graph without its weights ----------------------------------------------===//
#include "compiler/read/GraphHash.h"

#include <cstring>
#include <type_traits>

using namespace mgec::read;

namespace {

// A serialisation in which different graphs never look alike: numbers have eight bytes, little-endian, and whatever
// varies in length is preceded by it.
class Walk {
public:
  void number(uint64_t value) {
    for (unsigned i = 0; i != 8; ++i)
      bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
  }
  void real(double value) {
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    number(bits);
  }
  void raw(std::span<const uint8_t> data) {
    number(data.size());
    bytes.insert(bytes.end(), data.begin(), data.end());
  }
  void text(std::string_view value) { raw({reinterpret_cast<const uint8_t *>(value.data()), value.size()}); }
  template <typename T> void numbers(const std::vector<T> &values) {
    number(values.size());
    for (T value : values)
      number(static_cast<uint64_t>(value));
  }
  void dtype(const DTypeDesc &desc) {
    number(static_cast<uint64_t>(desc.type));
    real(desc.scale);
    number(static_cast<uint64_t>(desc.zeroPoint));
  }
  void dtype(const std::optional<DTypeDesc> &desc) {
    number(desc.has_value());
    if (desc)
      dtype(*desc);
  }

  void value(const Param::Value &value) {
    number(value.index());
    std::visit(
        [this](const auto &held) {
          using T = std::decay_t<decltype(held)>;
          if constexpr (std::is_same_v<T, double>)
            real(held);
          else if constexpr (std::is_same_v<T, std::string>)
            text(held);
          else if constexpr (std::is_same_v<T, std::vector<int64_t>>)
            numbers(held);
          else if constexpr (std::is_same_v<T, std::vector<Param::Record>>) {
            number(held.size());
            for (const Param::Record &record : held)
              fields(record.fields);
          } else
            number(static_cast<uint64_t>(held));
        },
        value);
  }
  void fields(const std::vector<std::pair<std::string, Param::Value>> &fields) {
    number(fields.size());
    for (const auto &[name, held] : fields) {
      text(name);
      value(held);
    }
  }
  void param(const Param &param) {
    text(param.table);
    fields(param.fields);
    dtype(param.dtype);
  }

  void tensor(const TensorValue &tensor, bool isInput) {
    dtype(tensor.dtype);
    numbers(tensor.shape);
    number(tensor.hasValue);
    if (isInput)
      text(tensor.name);
    else if (tensor.dtype.type == DType::Int32)
      raw(tensor.data);
  }

  void operation(const Operator &op) {
    text(op.type);
    number(op.version);
    param(op.param);
    for (const Param &additional : op.additionalParams)
      if (additional.table != "ExecutionPolicy")
        param(additional);
    numbers(op.inputs);
    numbers(op.outputs);
    dtype(op.outputDType);
    number(op.tensors.size());
    for (const TensorValue &held : op.tensors)
      tensor(held, op.type == "Host2DeviceCopy");
    number(op.blobs.size());
    for (std::span<const uint8_t> blob : op.blobs)
      raw(blob);
  }

  std::vector<uint8_t> bytes;
};

} // namespace

Digest mgec::read::graphHash(const Model &model) {
  Walk walk;
  walk.text("mge graph 1");
  walk.number(model.operators.size());
  for (const Operator &op : model.operators)
    walk.operation(op);
  walk.number(model.outputs.size());
  for (const Output &output : model.outputs) {
    walk.number(output.var);
    walk.text(output.name);
  }
  return digest(walk.bytes);
}
