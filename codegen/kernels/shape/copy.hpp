// copy.hpp: moving rows: what concat, split, slice, broadcast and reshape come down to.
//
// T is an unsigned integer of the element's size (bits are moved, never values) or float. Rows do not overlap.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace shape {

template <class T> MGEC_NOINLINE void copy_row(const T *src, T *dst, int64_t n) {
  __builtin_memcpy(dst, src, static_cast<__SIZE_TYPE__>(n) * sizeof(T));
}

/// `rows` rows of n elements; short ones without a call each.
template <class T>
MGEC_NOINLINE void copy_rows(const T *src, int64_t src_row, T *dst, int64_t dst_row, int64_t rows, int64_t n) {
  constexpr int64_t kVector = 16 / sizeof(T);
  using V = simd::vec<T, int(kVector)>;
  if (n < kVector) {
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t i = 0; i < n; ++i)
        dst[r * dst_row + i] = src[r * src_row + i];
  } else if (n <= 8 * kVector) { // the last vector ends with the row and may overlap the one before
    for (int64_t r = 0; r < rows; ++r, src += src_row, dst += dst_row) {
      for (int64_t i = 0; i + kVector < n; i += kVector)
        simd::store(dst + i, simd::load<V>(src + i));
      simd::store(dst + n - kVector, simd::load<V>(src + n - kVector));
    }
  } else {
    for (int64_t r = 0; r < rows; ++r)
      __builtin_memcpy(dst + r * dst_row, src + r * src_row, static_cast<__SIZE_TYPE__>(n) * sizeof(T));
  }
}

/// dst[i] = src[i · step]; the step may be negative or 0.
template <class T> MGEC_NOINLINE void copy_steps(const T *src, int64_t step, T *dst, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    dst[i] = src[i * step];
}

/// dst[i] = *src.
template <class T> MGEC_NOINLINE void splat_row(const T *src, T *dst, int64_t n) {
  const T value = *src;
  for (int64_t i = 0; i < n; ++i)
    dst[i] = value;
}

template <class T> MGEC_NOINLINE void fill_row(T *dst, int64_t n, T value) {
  for (int64_t i = 0; i < n; ++i)
    dst[i] = value;
}

} // namespace shape
MGEC_KERNELS_END
