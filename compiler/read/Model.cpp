//===- Model.cpp - names and sizes of what a model holds --------------------------------------------------------===//
//
// The small questions that everyone asks of a model. Nothing here reads a file.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/read/Model.h"

#include <fmt/format.h>

using namespace mgec::read;

namespace {

struct DTypeRow {
  const char *name;
  unsigned bits;
};

// Indexed by the ids of the file format.
constexpr DTypeRow dtypes[] = {
    {"Float32", 32},    {"Uint8", 8},           {"Int8", 8},          {"Int16", 16},      {"Int32", 32},
    {"IntB1", 1},       {"IntB2", 2},           {"IntB4", 4},         {"Byte", 8},        {"Float16", 16},
    {"UintB4", 4},      {"Quantized8Asymm", 8}, {"QuantizedS32", 32}, {"QuantizedS8", 8}, {"Quantized4Asymm", 4},
    {"QuantizedS4", 4}, {"QuantizedS16", 16},   {"BFloat16", 16},     {"Bool", 8},        {"Uint16", 16},
    {"QuantizedS1", 8}, {"Complex64", 64},
};

const DTypeRow &row(DType type) {
  static constexpr DTypeRow unknown = {"unknown", 0};
  auto index = static_cast<size_t>(type);
  return index < std::size(dtypes) ? dtypes[index] : unknown;
}

// Length of the UTF-8 sequence that starts `text`, or 0 if it is malformed or must not be shown.
size_t sequenceLength(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  uint8_t first = byte(0);
  if (first < 0x80)
    return first >= 0x20 && first != 0x7f ? 1 : 0;
  size_t length = first >= 0xf0 && first < 0xf5   ? 4
                  : first >= 0xe0 && first < 0xf0 ? 3
                  : first >= 0xc2 && first < 0xe0 ? 2
                                                  : 0;
  if (length == 0 || length > text.size())
    return 0;
  uint32_t code = first & (0xffu >> (length + 1));
  for (size_t i = 1; i != length; ++i) {
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
    code = code << 6 | (byte(i) & 0x3f);
  }
  static constexpr uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  bool surrogate = code >= 0xd800 && code < 0xe000;
  bool control = code < 0xa0;
  return code < smallest[length] || code > 0x10ffff || surrogate || control ? 0 : length;
}

} // namespace

const char *mgec::read::dtypeName(DType type) { return row(type).name; }

unsigned mgec::read::dtypeBits(DType type) { return row(type).bits; }

std::string mgec::read::printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    size_t length = sequenceLength(text);
    if (length)
      result += text.substr(0, length);
    else
      result += fmt::format("\\x{:02x}", static_cast<uint8_t>(text[0]));
    text.remove_prefix(length ? length : 1);
  }
  return result;
}

bool mgec::read::isQuantized(DType type) {
  switch (type) {
  case DType::Quantized8Asymm:
  case DType::QuantizedS32:
  case DType::QuantizedS8:
  case DType::Quantized4Asymm:
  case DType::QuantizedS4:
  case DType::QuantizedS16:
  case DType::QuantizedS1:
    return true;
  default:
    return false;
  }
}

const Param::Value *Param::find(std::string_view name) const {
  for (const auto &[key, value] : fields)
    if (key == name)
      return &value;
  return nullptr;
}

std::string Model::versionText() const {
  return fmt::format("{}.{}.{}", version / 100000, version / 100 % 1000, version % 100);
}
