//===- Shape.h - concrete shapes, element types and byte counts -----------------------------------------------===//
//
// Sizes computed here are checked: a product that does not fit is an error, never a small number.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Status.h"
#include "mgec/model_abi.h"

#include <cstdint>
#include <string>

namespace mgec::core {

/// Extents of a dense row-major tensor.
struct Shape {
  int32_t ndim = 0;
  int64_t dims[MGEC_MAX_NDIM] = {};

  bool operator==(const Shape &other) const;
  bool operator!=(const Shape &other) const { return !(*this == other); }
  /// "1x3x224x224".
  std::string text() const;
};

/// "f32", "qs8" …; "?" for a number that is no element type.
const char *dtypeName(int32_t dtype);
/// Bits of one element; 0 for a number that is no element type.
unsigned dtypeBits(int32_t dtype);
/// Alignment in bytes that the element type itself asks for.
unsigned dtypeAlignment(int32_t dtype);

/// Bytes of a tensor. Rows of 4-bit types are padded to whole bytes.
Status tensorBytes(int32_t dtype, const Shape &shape, uint64_t &bytes);

} // namespace mgec::core
