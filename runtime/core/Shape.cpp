//===- Shape.cpp - concrete shapes, element types and byte counts ---------------------------------------------===//
#include "Shape.h"

namespace mgec::core {

namespace {
struct TypeRow {
  const char *name;
  unsigned bits;
};
// Indexed by mgec_dtype.
constexpr TypeRow kTypes[] = {
    {"f32", 32}, {"f16", 16}, {"bf16", 16}, {"i8", 8},    {"u8", 8},    {"i16", 16}, {"u16", 16}, {"i32", 32},
    {"bool", 8}, {"qs8", 8},  {"qu8", 8},   {"qs32", 32}, {"qs16", 16}, {"qs4", 4},  {"qu4", 4},
};
constexpr int32_t kTypeCount = sizeof(kTypes) / sizeof(kTypes[0]);
static_assert(kTypeCount == MGEC_QU4 + 1, "a row for each element type");
} // namespace

bool Shape::operator==(const Shape &other) const {
  if (ndim != other.ndim)
    return false;
  for (int32_t i = 0; i < ndim; ++i)
    if (dims[i] != other.dims[i])
      return false;
  return true;
}

std::string Shape::text() const {
  std::string out;
  for (int32_t i = 0; i < ndim; ++i)
    out += format(i ? "x%lld" : "%lld", static_cast<long long>(dims[i]));
  return out;
}

const char *dtypeName(int32_t dtype) { return dtype < 0 || dtype >= kTypeCount ? "?" : kTypes[dtype].name; }

unsigned dtypeBits(int32_t dtype) { return dtype < 0 || dtype >= kTypeCount ? 0 : kTypes[dtype].bits; }

unsigned dtypeAlignment(int32_t dtype) {
  const unsigned bits = dtypeBits(dtype);
  return bits < 8 ? 1 : bits / 8;
}

Status tensorBytes(int32_t dtype, const Shape &shape, uint64_t &bytes) {
  const unsigned bits = dtypeBits(dtype);
  if (bits == 0)
    return Status::errorf("%d is no element type that this runtime knows", static_cast<int>(dtype));
  bool fits = shape.ndim >= 0 && shape.ndim <= MGEC_MAX_NDIM;
  uint64_t total = fits ? 1 : 0;
  for (int32_t i = 0; fits && i < shape.ndim; ++i) {
    const bool innermost = i == shape.ndim - 1;
    fits = shape.dims[i] >= 0;
    uint64_t extent = static_cast<uint64_t>(shape.dims[i]);
    if (bits < 8 && innermost)
      extent = extent / 2 + extent % 2;
    fits = fits && !__builtin_mul_overflow(total, extent, &total);
  }
  fits = fits && !__builtin_mul_overflow(total, static_cast<uint64_t>(bits < 8 ? 1 : bits / 8), &total);
  if (!fits || total > static_cast<uint64_t>(PTRDIFF_MAX))
    return Status::errorf("a tensor of shape %s is too large", shape.text().c_str());
  bytes = total;
  return Status();
}

} // namespace mgec::core
