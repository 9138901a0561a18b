// scalar.hpp: element types one value at a time: conversions, rounding and saturation as the `.mge` format defines
// them.
//
// Float16 rounds to nearest with ties away from zero, BFloat16 to nearest even; a float becomes an integer by
// truncation to int32 (out of range and NaN: the lowest int32) and then wraps; a quantised value is round-half-away(x /
// scale) + zero point, clamped, where NaN takes the lower bound. The row functions move up to `n` strided elements of a
// view between memory and a dense buffer of float (any type; quantised ones dequantised or as stored) or int32
// (integer, bool and stored quantised types).
//
// 4-bit types are dense: element i of a row of the innermost axis is a nibble of byte i / 2, low one first, rows padded
// to whole bytes; strides of such a view are not looked at.
#pragma once
#include "../view.hpp"

MGEC_KERNELS_BEGIN

MGEC_INLINE float bits_to_float(uint32_t b) {
  float f;
  __builtin_memcpy(&f, &b, 4);
  return f;
}

MGEC_INLINE uint32_t float_to_bits(float f) {
  uint32_t b;
  __builtin_memcpy(&b, &f, 4);
  return b;
}

MGEC_INLINE float half_to_float(uint16_t h) {
  uint32_t sign = uint32_t(h & 0x8000u) << 16, exponent = (h >> 10) & 31u, mantissa = h & 0x3ffu;
  if (exponent == 31)
    return bits_to_float(sign | 0x7f800000u | (mantissa << 13));
  if (exponent != 0)
    return bits_to_float(sign | ((exponent + 112) << 23) | (mantissa << 13));
  float subnormal = float(mantissa) * 0x1p-24f;
  return bits_to_float(sign | float_to_bits(subnormal));
}

/// Nearest, ties away from zero; 65520 and above become infinity.
MGEC_INLINE uint16_t float_to_half(float f) {
  uint32_t b = float_to_bits(f), a = b & 0x7fffffffu;
  uint32_t sign = (b >> 16) & 0x8000u;
  if (a > 0x7f800000u)
    return uint16_t(sign | 0x7e00u);
  if (a >= 0x477ff000u)
    return uint16_t(sign | 0x7c00u); // >= 65520
  if (a >= 0x38800000u)
    return uint16_t(sign | ((a - 0x38000000u + 0x1000u) >> 13)); // normal
  if (a < 0x33000000u)
    return uint16_t(sign);                                                  // < 2^-25
  uint32_t shift = 126 - (a >> 23), mantissa = (a & 0x7fffffu) | 0x800000u; // in units of 2^-24
  return uint16_t(sign | ((mantissa + (1u << (shift - 1))) >> shift));
}

MGEC_INLINE float bfloat16_to_float(uint16_t h) { return bits_to_float(uint32_t(h) << 16); }

MGEC_INLINE uint16_t float_to_bfloat16(float f) {
  uint32_t b = float_to_bits(f);
  if ((b & 0x7fffffffu) > 0x7f800000u)
    return uint16_t((b >> 16) | 0x40u);
  return uint16_t((b + 0x7fffu + ((b >> 16) & 1u)) >> 16);
}

/// Truncation; NaN and values outside int32 give its lowest value.
MGEC_INLINE int32_t float_to_int(float f) {
  return f >= -2147483648.0f && f < 2147483648.0f ? int32_t(f) : int32_t(-2147483647 - 1);
}

struct QuantRange {
  float low, high;
};

MGEC_INLINE QuantRange quant_range(int32_t dtype) {
  switch (dtype) {
  case kQS8:
    return {-128.0f, 127.0f};
  case kQU8:
    return {0.0f, 255.0f};
  case kQS16:
    return {-32768.0f, 32767.0f};
  case kQS4:
    return {-8.0f, 7.0f};
  case kQU4:
    return {0.0f, 15.0f};
  default:
    return {-2147483648.0f, 2147483520.0f};
  }
}

/// The stored integer of a real value; `zero_point` is 0 for the symmetric types.
MGEC_INLINE int32_t quantize(float x, float scale, float zero_point, QuantRange range) {
  float v = __builtin_roundf(x / scale) + zero_point;
  if (!(v > range.low))
    v = range.low;
  if (v > range.high)
    v = range.high;
  return int32_t(v);
}

MGEC_INLINE int32_t saturate_stored(int64_t v, int32_t dtype) {
  int64_t low = -2147483647 - 1, high = 2147483647;
  switch (dtype) {
  case kQS8:
    low = -128, high = 127;
    break;
  case kQU8:
    low = 0, high = 255;
    break;
  case kQS16:
    low = -32768, high = 32767;
    break;
  case kQS4:
    low = -8, high = 7;
    break;
  case kQU4:
    low = 0, high = 15;
    break;
  default:
    break;
  }
  return int32_t(v < low ? low : v > high ? high : v);
}

MGEC_INLINE bool is_float(int32_t dtype) { return dtype <= kBF16; }
MGEC_INLINE bool is_quantized(int32_t dtype) { return dtype >= kQS8; }
MGEC_INLINE bool is_asymmetric(int32_t dtype) { return dtype == kQU8 || dtype == kQU4; }
MGEC_INLINE int32_t zero_point_of(const View &v) { return is_asymmetric(v.dtype) ? v.zero_point : 0; }

/// Bytes of one element; 0 for the 4-bit types.
MGEC_INLINE int64_t element_size(int32_t dtype) {
  switch (dtype) {
  case kF32:
  case kI32:
  case kQS32:
    return 4;
  case kF16:
  case kBF16:
  case kI16:
  case kU16:
  case kQS16:
    return 2;
  case kQS4:
  case kQU4:
    return 0;
  default:
    return 1;
  }
}

namespace ref {

template <class T, class D, class F>
MGEC_INLINE void load_strided(const void *data, int64_t offset, int64_t stride, int64_t n, D *to, F convert) {
  const T *p = static_cast<const T *>(data) + offset;
  if (stride == 1) {
    for (int64_t i = 0; i < n; ++i)
      to[i] = convert(p[i]);
  } else if (stride == 0) {
    D v = n > 0 ? convert(p[0]) : D();
    for (int64_t i = 0; i < n; ++i)
      to[i] = v;
  } else {
    for (int64_t i = 0; i < n; ++i)
      to[i] = convert(p[i * stride]);
  }
}

template <class T, class S, class F>
MGEC_INLINE void store_strided(void *data, int64_t offset, int64_t stride, int64_t n, const S *from, F convert) {
  T *p = static_cast<T *>(data) + offset;
  if (stride == 1) {
    for (int64_t i = 0; i < n; ++i)
      p[i] = convert(from[i]);
  } else {
    for (int64_t i = 0; i < n; ++i)
      p[i * stride] = convert(from[i]);
  }
}

/// Byte of the packed row that holds dense element `offset`, and its index inside that row.
MGEC_INLINE int64_t nibble_row(const View &v, int64_t offset, int64_t &column) {
  int64_t last = v.ndim > 0 ? v.dims[v.ndim - 1] : 1;
  column = last > 0 ? offset % last : 0;
  return last > 0 ? offset / last * ((last + 1) / 2) : 0;
}

inline int32_t load_nibble(const View &v, int64_t offset) {
  int64_t column, row = nibble_row(v, offset, column);
  int32_t byte = static_cast<const uint8_t *>(v.data)[row + column / 2];
  int32_t q = (column & 1) ? byte >> 4 : byte & 15;
  return v.dtype == kQS4 && q > 7 ? q - 16 : q;
}

/// Low nibbles clear the high one, so that rows of odd length end in a defined byte when stored in order.
inline void store_nibble(const View &v, int64_t offset, int32_t q) {
  int64_t column, row = nibble_row(v, offset, column);
  uint8_t *byte = static_cast<uint8_t *>(v.data) + row + column / 2;
  *byte = uint8_t((column & 1) ? (*byte & 15) | ((q & 15) << 4) : q & 15);
}

/// `n` elements from `offset` on as stored integers. Float types are truncated.
inline void load_int(const View &v, int64_t offset, int64_t stride, int64_t n, int32_t *to) {
  switch (v.dtype) {
  case kI8:
  case kQS8:
    load_strided<int8_t>(v.data, offset, stride, n, to, [](int8_t x) { return int32_t(x); });
    return;
  case kU8:
  case kQU8:
    load_strided<uint8_t>(v.data, offset, stride, n, to, [](uint8_t x) { return int32_t(x); });
    return;
  case kBool:
    load_strided<uint8_t>(v.data, offset, stride, n, to, [](uint8_t x) { return int32_t(x != 0); });
    return;
  case kI16:
  case kQS16:
    load_strided<int16_t>(v.data, offset, stride, n, to, [](int16_t x) { return int32_t(x); });
    return;
  case kU16:
    load_strided<uint16_t>(v.data, offset, stride, n, to, [](uint16_t x) { return int32_t(x); });
    return;
  case kI32:
  case kQS32:
    load_strided<int32_t>(v.data, offset, stride, n, to, [](int32_t x) { return x; });
    return;
  case kF32:
    load_strided<float>(v.data, offset, stride, n, to, [](float x) { return float_to_int(x); });
    return;
  case kF16:
    load_strided<uint16_t>(v.data, offset, stride, n, to, [](uint16_t x) { return float_to_int(half_to_float(x)); });
    return;
  case kBF16:
    load_strided<uint16_t>(v.data, offset, stride, n, to,
                           [](uint16_t x) { return float_to_int(bfloat16_to_float(x)); });
    return;
  default:
    for (int64_t i = 0; i < n; ++i)
      to[i] = load_nibble(v, offset + i * stride);
  }
}

/// Stores wrapped to the width of the type; nothing saturates. Bool takes 0 / 1.
inline void store_int(const View &v, int64_t offset, int64_t stride, int64_t n, const int32_t *from) {
  switch (v.dtype) {
  case kBool:
    store_strided<uint8_t>(v.data, offset, stride, n, from, [](int32_t x) { return uint8_t(x != 0); });
    return;
  case kI8:
  case kQS8:
  case kU8:
  case kQU8:
    store_strided<uint8_t>(v.data, offset, stride, n, from, [](int32_t x) { return uint8_t(x); });
    return;
  case kI16:
  case kQS16:
  case kU16:
    store_strided<uint16_t>(v.data, offset, stride, n, from, [](int32_t x) { return uint16_t(x); });
    return;
  case kI32:
  case kQS32:
    store_strided<int32_t>(v.data, offset, stride, n, from, [](int32_t x) { return x; });
    return;
  case kF32:
    store_strided<float>(v.data, offset, stride, n, from, [](int32_t x) { return float(x); });
    return;
  case kF16:
    store_strided<uint16_t>(v.data, offset, stride, n, from, [](int32_t x) { return float_to_half(float(x)); });
    return;
  case kBF16:
    store_strided<uint16_t>(v.data, offset, stride, n, from, [](int32_t x) { return float_to_bfloat16(float(x)); });
    return;
  default:
    for (int64_t i = 0; i < n; ++i)
      store_nibble(v, offset + i * stride, from[i]);
  }
}

/// `n` elements from `offset` on as real values: quantised ones are dequantised.
inline void load_real(const View &v, int64_t offset, int64_t stride, int64_t n, float *to) {
  float scale = v.scale;
  int32_t zero = zero_point_of(v);
  switch (v.dtype) {
  case kF32:
    load_strided<float>(v.data, offset, stride, n, to, [](float x) { return x; });
    return;
  case kF16:
    load_strided<uint16_t>(v.data, offset, stride, n, to, [](uint16_t x) { return half_to_float(x); });
    return;
  case kBF16:
    load_strided<uint16_t>(v.data, offset, stride, n, to, [](uint16_t x) { return bfloat16_to_float(x); });
    return;
  case kI8:
    load_strided<int8_t>(v.data, offset, stride, n, to, [](int8_t x) { return float(x); });
    return;
  case kU8:
    load_strided<uint8_t>(v.data, offset, stride, n, to, [](uint8_t x) { return float(x); });
    return;
  case kBool:
    load_strided<uint8_t>(v.data, offset, stride, n, to, [](uint8_t x) { return x ? 1.0f : 0.0f; });
    return;
  case kI16:
    load_strided<int16_t>(v.data, offset, stride, n, to, [](int16_t x) { return float(x); });
    return;
  case kU16:
    load_strided<uint16_t>(v.data, offset, stride, n, to, [](uint16_t x) { return float(x); });
    return;
  case kI32:
    load_strided<int32_t>(v.data, offset, stride, n, to, [](int32_t x) { return float(x); });
    return;
  case kQS8:
    load_strided<int8_t>(v.data, offset, stride, n, to, [=](int8_t x) { return float(x) * scale; });
    return;
  case kQU8:
    load_strided<uint8_t>(v.data, offset, stride, n, to, [=](uint8_t x) { return float(int32_t(x) - zero) * scale; });
    return;
  case kQS16:
    load_strided<int16_t>(v.data, offset, stride, n, to, [=](int16_t x) { return float(x) * scale; });
    return;
  case kQS32:
    load_strided<int32_t>(v.data, offset, stride, n, to, [=](int32_t x) { return float(x) * scale; });
    return;
  default:
    for (int64_t i = 0; i < n; ++i)
      to[i] = float(load_nibble(v, offset + i * stride) - zero) * scale;
  }
}

/// Converts real values to the view's type (the rules on top of this file) and stores them.
inline void store_real(const View &v, int64_t offset, int64_t stride, int64_t n, const float *from) {
  float scale = v.scale, zero = float(zero_point_of(v));
  QuantRange range = quant_range(v.dtype);
  auto stored = [=](float x) { return quantize(x, scale, zero, range); };
  switch (v.dtype) {
  case kF32:
    store_strided<float>(v.data, offset, stride, n, from, [](float x) { return x; });
    return;
  case kF16:
    store_strided<uint16_t>(v.data, offset, stride, n, from, [](float x) { return float_to_half(x); });
    return;
  case kBF16:
    store_strided<uint16_t>(v.data, offset, stride, n, from, [](float x) { return float_to_bfloat16(x); });
    return;
  case kBool:
    store_strided<uint8_t>(v.data, offset, stride, n, from, [](float x) { return uint8_t(x != 0); });
    return;
  case kI8:
  case kU8:
    store_strided<uint8_t>(v.data, offset, stride, n, from, [](float x) { return uint8_t(float_to_int(x)); });
    return;
  case kI16:
  case kU16:
    store_strided<uint16_t>(v.data, offset, stride, n, from, [](float x) { return uint16_t(float_to_int(x)); });
    return;
  case kI32:
    store_strided<int32_t>(v.data, offset, stride, n, from, [](float x) { return float_to_int(x); });
    return;
  case kQS8:
  case kQU8:
    store_strided<uint8_t>(v.data, offset, stride, n, from, [=](float x) { return uint8_t(stored(x)); });
    return;
  case kQS16:
    store_strided<int16_t>(v.data, offset, stride, n, from, [=](float x) { return int16_t(stored(x)); });
    return;
  case kQS32:
    store_strided<int32_t>(v.data, offset, stride, n, from, [=](float x) { return stored(x); });
    return;
  default:
    for (int64_t i = 0; i < n; ++i)
      store_nibble(v, offset + i * stride, stored(from[i]));
  }
}

} // namespace ref

MGEC_KERNELS_END
