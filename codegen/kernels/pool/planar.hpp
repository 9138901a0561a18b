// planar.hpp: pooling of row-major maps, a row of output pixels of one channel at a time.
//
//     dst[q] = consumer( reduce_{r, s} src[oh·sh - ph + r][q·sw - pw + s] )
//
// First the window's rows are reduced to one (vectors along the row), then its columns: neighbours for stride 1, even
// elements for stride 2, single elements for other strides. Modes and borders: blocked.hpp. `src` is the plane
// [ih][iw], `offset` the output row's first element in dst, `c` its channel.
//
// `scratch` holds (ow - 1) · sw + kw + 64 + ow + 32 floats: the padded row, what vectors read beyond it, and the
// reduced row.
#pragma once
#include "blocked.hpp"

MGEC_KERNELS_BEGIN
namespace pool {

/// The `rows` rows of x as one, in to[0, n), where columns before `left` and from left + iw on hold the identity.
template <int Mode>
MGEC_INLINE void reduce_rows(const float *x, int64_t iw, int64_t rows, int64_t left, int64_t n, float *to) {
  using V = simd::f32v;
  const float nothing = Mode == kMax ? -__builtin_inff() : 0.0f;
  for (int64_t i = 0; i < min_i64(left, n); ++i)
    to[i] = nothing;
  const int64_t columns = min_i64(iw, n - left);
  float *row = to + left;
  const int64_t whole = max_i64(columns, 0) & -int64_t(simd::kLanes);
  for (int64_t i = 0; i < whole; i += simd::kLanes) {
    V sum = simd::load<V>(x + i);
    for (int64_t r = 1; r < rows; ++r)
      sum = combine<Mode>(sum, simd::load<V>(x + r * iw + i));
    simd::store(row + i, sum);
  }
  for (int64_t i = whole; i < columns; ++i) {
    float sum = x[i];
    for (int64_t r = 1; r < rows; ++r)
      sum = combine<Mode>(sum, x[r * iw + i]);
    row[i] = sum;
  }
  for (int64_t i = max_i64(left + columns, 0); i < n; ++i)
    to[i] = nothing;
}

/// KW, SW: 0 means as the arguments say.
template <int Mode, int KW, int SW, class Consumer>
MGEC_NOINLINE void planar_row(const float *src, int64_t ih, int64_t iw, int64_t kh, int64_t kw, int64_t sw, int64_t top,
                              int64_t pw, float *dst, int64_t ow, int64_t c, int64_t offset, float *scratch,
                              const Consumer &consumer) {
  using V = simd::f32v;
  constexpr int L = simd::kLanes;
  if constexpr (KW > 0)
    kw = KW;
  if constexpr (SW > 0)
    sw = SW;
  const int64_t h0 = max_i64(top, 0), rows = min_i64(top + kh, ih) - h0;
  const int64_t padded = (ow - 1) * sw + kw + 2 * L; // vectors read this far
  float *line = scratch, *sums = scratch + (ow - 1) * sw + kw + 64;
  if (rows <= 0) {
    for (int64_t q = 0; q < ow; ++q)
      dst[offset + q] = consumer(0.0f, c, offset + q);
    return;
  }
  reduce_rows<Mode>(src + h0 * iw, iw, rows, pw, padded, line);
  int64_t q = 0;
  if (sw <= 2) {
    for (; q < ow; q += L) { // the last vector runs over the end of `sums`, where there is room
      V sum = identity<Mode, V>();
#pragma GCC unroll 8
      for (int64_t s = 0; s < kw; ++s) {
        const float *x = line + q * sw + s;
        const V value = sw == 1 ? simd::load<V>(x) : simd::even(simd::load<V>(x), simd::load<V>(x + L));
        sum = combine<Mode>(sum, value);
      }
      simd::store(sums + q, sum);
    }
  } else {
    for (; q < ow; ++q) {
      float sum = line[q * sw];
      for (int64_t s = 1; s < kw; ++s)
        sum = combine<Mode>(sum, line[q * sw + s]);
      sums[q] = sum;
    }
  }
  auto single = [&](int64_t i) __attribute__((always_inline)) {
    const int64_t columns = min_i64(i * sw - pw + kw, iw) - max_i64(i * sw - pw, 0);
    const float mean = columns > 0 ? sums[i] * mean_factor<Mode>(rows * columns, kh * kw) : 0.0f;
    dst[offset + i] = consumer(mean, c, offset + i);
  };
  const Interior inside = interior_columns(iw, ow, kw, sw, pw);
  const V factor = simd::splat<V>(mean_factor<Mode>(rows * kw, kh * kw));
  q = 0;
  for (; q < inside.first; ++q)
    single(q);
  for (; q + L <= inside.last; q += L) {
    const V sum = simd::load<V>(sums + q);
    simd::store(dst + offset + q, V(consumer(Mode == kMax ? sum : sum * factor, c, offset + q)));
  }
  for (; q < ow; ++q)
    single(q);
}

} // namespace pool
MGEC_KERNELS_END
