//===- Value.cpp - the values between the steps of a forward --------------------------------------------------===//
#include "Value.h"

#include <cerrno>
#include <cmath>
#include <cstring>

namespace mgec::tools {

using core::Shape;
using core::Status;

namespace {

uint64_t units(const mgec_value &value, const int64_t *symbols) {
  return value.flags & MGEC_VALUE_BATCHED ? static_cast<uint64_t>(symbols[0]) : 1;
}

double halfToDouble(uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double magnitude = exponent == 31  ? (fraction ? NAN : INFINITY)
                           : exponent == 0 ? std::ldexp(fraction, -24)
                                           : std::ldexp(fraction + 1024, exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

template <typename T> T load(const uint8_t *data, uint64_t index) {
  T value;
  std::memcpy(&value, data + index * sizeof(T), sizeof(T));
  return value;
}

} // namespace

Status checkTables(const mgec_variant &variant, const char *model) {
  const auto fail = [&](const char *what) { return Status::errorf("%s: its table of %s is damaged", model, what); };
  if (variant.n_values && !variant.values)
    return fail("values");
  for (uint32_t v = 0; v < variant.n_values; ++v) {
    const mgec_value &value = variant.values[v];
    const uint64_t count = value.space == MGEC_VALUE_INPUT    ? variant.n_inputs
                           : value.space == MGEC_VALUE_OUTPUT ? variant.n_outputs
                                                              : UINT64_MAX;
    if (!value.tensor.name || !value.op_type || value.tensor.ndim < 0 || value.tensor.ndim > MGEC_MAX_NDIM ||
        !core::dtypeBits(value.tensor.dtype) || value.space < MGEC_VALUE_INPUT || value.space > MGEC_VALUE_WEIGHTS ||
        value.offset >= count || value.channel_block < 0 || (value.channel_block > 1 && value.tensor.ndim < 2) ||
        ((value.flags & MGEC_VALUE_BATCHED) && (!variant.n_symbols || value.tensor.ndim < 1)))
      return fail("values");
  }
  for (uint32_t s = 0; s < variant.n_steps; ++s) {
    const mgec_step &step = variant.steps[s];
    if (!step.name || !step.kernel || !step.operators || !step.op_type ||
        ((step.n_inputs || step.n_outputs) && !step.values))
      return fail("steps");
    for (uint32_t i = 0; i < step.n_inputs + step.n_outputs; ++i)
      if (step.values[i] >= variant.n_values)
        return fail("steps");
  }
  return Status();
}

bool hasElements(const mgec_value &value) {
  return value.channel_block == 1 || (value.channel_block > 1 && core::dtypeBits(value.tensor.dtype) >= 8);
}

bool isDumpable(const mgec_value &value) {
  return (value.flags & MGEC_VALUE_ORIGINAL) && hasElements(value);
}

Shape shapeOf(const mgec_value &value, const int64_t *symbols) {
  Shape shape;
  shape.ndim = value.tensor.ndim;
  std::memcpy(shape.dims, value.tensor.dims, sizeof(shape.dims));
  if (shape.ndim > 0)
    shape.dims[0] *= static_cast<int64_t>(units(value, symbols));
  return shape;
}

uint64_t bytesOf(const mgec_value &value, const int64_t *symbols) { return value.bytes * units(value, symbols); }

uint64_t offsetOf(const mgec_value &value, const int64_t *symbols) {
  return value.space == MGEC_VALUE_ARENA     ? value.offset * units(value, symbols)
         : value.space == MGEC_VALUE_WEIGHTS ? value.offset
                                             : 0;
}

const uint8_t *addressOf(const mgec_value &value, const mgec_exec &exec) {
  switch (value.space) {
  case MGEC_VALUE_INPUT:
    return static_cast<const uint8_t *>(exec.inputs[value.offset]);
  case MGEC_VALUE_OUTPUT:
    return static_cast<const uint8_t *>(exec.outputs[value.offset]);
  case MGEC_VALUE_ARENA:
    return exec.arena + offsetOf(value, exec.symbols);
  default:
    return exec.weights + value.offset;
  }
}

const uint8_t *denseOf(const mgec_value &value, const mgec_exec &exec, std::vector<uint8_t> &room, uint64_t &bytes) {
  const uint8_t *source = addressOf(value, exec);
  const Shape shape = shapeOf(value, exec.symbols);
  if (!core::tensorBytes(value.tensor.dtype, shape, bytes).ok())
    bytes = 0;
  if (value.channel_block == 1)
    return source;
  // [n][c / block][rest][block] to [n][c][rest].
  const uint64_t size = core::dtypeBits(value.tensor.dtype) / 8, block = static_cast<uint64_t>(value.channel_block);
  const uint64_t samples = static_cast<uint64_t>(shape.dims[0]), channels = static_cast<uint64_t>(shape.dims[1]);
  const uint64_t blocks = (channels + block - 1) / block;
  uint64_t rest = 1;
  for (int32_t d = 2; d < shape.ndim; ++d)
    rest *= static_cast<uint64_t>(shape.dims[d]);
  room.resize(bytes);
  uint8_t *out = room.data();
  for (uint64_t n = 0; n < samples; ++n)
    for (uint64_t c = 0; c < channels; ++c)
      for (uint64_t i = 0; i < rest; ++i, out += size)
        std::memcpy(out, source + (((n * blocks + c / block) * rest + i) * block + c % block) * size, size);
  return room.data();
}

namespace {
struct TypeRow {
  const char *name;
  uint32_t number;
};
// Indexed by mgec_dtype. Numbers are megdnn's DTypeEnum; parameterised types begin at 100000.
constexpr TypeRow kTypes[] = {
    {"Float32", 0},       {"Float16", 9},           {"BFloat16", 11},       {"Int8", 2},
    {"Uint8", 1},         {"Int16", 3},             {"Uint16", 13},         {"Int32", 4},
    {"Bool", 12},         {"QuantizedS8", 100002},  {"Quantized8Asymm", 100000}, {"QuantizedS32", 100001},
    {"QuantizedS16", 100005}, {"QuantizedS4", 100004}, {"Quantized4Asymm", 100003},
};
static_assert(sizeof(kTypes) / sizeof(kTypes[0]) == MGEC_QU4 + 1, "a row for each element type");
} // namespace

const char *typeName(int32_t dtype) { return core::dtypeBits(dtype) ? kTypes[dtype].name : "Byte"; }
uint32_t typeNumber(int32_t dtype) { return core::dtypeBits(dtype) ? kTypes[dtype].number : 8; }

std::string layoutText(const mgec_value &value, const Shape &shape) {
  std::string text = "{";
  for (int32_t d = 0; d < shape.ndim; ++d) {
    int64_t stride = 1;
    for (int32_t inner = d + 1; inner < shape.ndim; ++inner)
      stride *= shape.dims[inner];
    text += core::format(d ? ",%lld(%lld)" : "%lld(%lld)", static_cast<long long>(shape.dims[d]),
                         static_cast<long long>(stride));
  }
  return text + ' ' + typeName(value.tensor.dtype) + '}';
}

double elementAt(const uint8_t *data, int32_t dtype, const Shape &shape, uint64_t index) {
  switch (dtype) {
  case MGEC_F32:
    return load<float>(data, index);
  case MGEC_F16:
    return halfToDouble(load<uint16_t>(data, index));
  case MGEC_BF16: {
    const uint32_t bits = static_cast<uint32_t>(load<uint16_t>(data, index)) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
  }
  case MGEC_I8:
  case MGEC_QS8:
    return load<int8_t>(data, index);
  case MGEC_U8:
  case MGEC_BOOL:
  case MGEC_QU8:
    return load<uint8_t>(data, index);
  case MGEC_I16:
  case MGEC_QS16:
    return load<int16_t>(data, index);
  case MGEC_U16:
    return load<uint16_t>(data, index);
  case MGEC_I32:
  case MGEC_QS32:
    return load<int32_t>(data, index);
  default: { // two elements a byte, rows padded
    const uint64_t row = shape.ndim ? static_cast<uint64_t>(shape.dims[shape.ndim - 1]) : 1, column = index % row;
    const uint8_t pair = data[index / row * ((row + 1) / 2) + column / 2];
    const int nibble = column % 2 ? pair >> 4 : pair & 15;
    return dtype == MGEC_QS4 && nibble > 7 ? nibble - 16 : nibble;
  }
  }
}

uint64_t elementsOf(const Shape &shape) {
  uint64_t total = 1;
  for (int32_t d = 0; d < shape.ndim; ++d)
    total *= static_cast<uint64_t>(shape.dims[d]);
  return total;
}

Status writeFile(const std::string &path, const void *data, size_t size) {
  FILE *file = std::fopen(path.c_str(), "wbe");
  if (!file)
    return Status::errorf("failed to open %s: %s", path.c_str(), std::strerror(errno));
  const size_t wrote = std::fwrite(data, 1, size, file);
  const bool closed = std::fclose(file) == 0;
  if (wrote != size || !closed)
    return Status::errorf("failed to write %s: %s", path.c_str(), std::strerror(errno));
  return Status();
}

} // namespace mgec::tools
