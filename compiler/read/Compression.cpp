//===- Compression.cpp - values that are stored as MegEngine Lite's has_compression says ------------------------===//
//
// The first byte of every value says how the rest is stored, little-endian throughout:
//
//   0   the value as it is
//   1   float stride, float base, and a byte an element:    stride * q + base
//   2   the same with two bytes an element
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/read/Decode.h"

#include <fmt/format.h>

#include <cstring>

using namespace mgec::read;

void Decoder::decompress(TensorValue &tensor, size_t denseBytes, const std::string &owner) {
  const uint8_t method = tensor.data.front();
  std::span<const uint8_t> stored = tensor.data.subspan(1);
  if (method == 0) {
    tensor.data = stored;
    return;
  }
  if (method > 2)
    fail(fmt::format("{} is compressed by the unknown method {}", owner, method));
  if (tensor.dtype.type != DType::Float32)
    fail(fmt::format("{} is compressed, and {} is not Float32", owner, dtypeName(tensor.dtype.type)));
  float scale[2]; // stride and base
  const size_t count = denseBytes / sizeof(float), size = sizeof scale + method * count;
  if (stored.size() != size)
    fail(fmt::format("{} has {} compressed bytes where {} elements take {}", owner, stored.size(), count, size));
  if (extent.v2) // where values may overlap; in V1 files each has bytes of its own
    spend(count / 16);
  std::memcpy(scale, stored.data(), sizeof scale);
  const uint8_t *codes = stored.data() + sizeof scale;
  auto value = std::make_shared<std::vector<uint8_t>>(denseBytes);
  for (size_t i = 0; i != count; ++i) {
    const unsigned code = method == 1 ? codes[i] : codes[2 * i] | codes[2 * i + 1] << 8;
    const float element = scale[0] * static_cast<float>(code) + scale[1];
    std::memcpy(value->data() + sizeof(float) * i, &element, sizeof element);
  }
  tensor.data = *value;
  model.decoded.push_back(std::move(value));
}
