// blocked.hpp: pooling of blocked maps, a row of output pixels of one channel block at a time.
//
//     dst[q][l] = consumer( reduce_{r, s} src[oh·sh - ph + r][q·sw - pw + s][l] )
//
// Mode is the file format's: 0 the maximum of what lies inside of the image, 1 the sum over the window's area, 2 the
// sum over the number of elements inside. A window wholly outside gives 0. KH and KW are the window, SW the column
// stride; 0 means: as the arguments say. Borders are handled here, so that a nest is no more than loops over n, channel
// block and output row.
//
// `src` is the plane of the channel block ([ih][iw][Block]); `offset` is that of the output row's first element in dst,
// `c` the first channel of the block. Tail: lanes from channel `oc` on are stored as zero.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace pool {

constexpr int kMax = 0, kAverage = 1, kAverageInside = 2;

template <int Mode, class V> MGEC_INLINE V identity() {
  return simd::splat<V>(Mode == kMax ? -__builtin_inff() : 0.0f);
}
template <int Mode, class V> MGEC_INLINE V combine(V sum, V value) {
  if constexpr (Mode == kMax)
    return simd::max(value, sum);
  else
    return sum + value;
}
/// The factor that makes a mean of a sum over `inside` of `area` elements.
template <int Mode> MGEC_INLINE float mean_factor(int64_t inside, int64_t area) {
  return Mode == kMax ? 1.0f : 1.0f / float(Mode == kAverage ? area : inside);
}

/// Output columns [first, last) have their whole window inside of the row.
struct Interior {
  int64_t first, last;
};
MGEC_INLINE Interior interior_columns(int64_t iw, int64_t ow, int64_t kw, int64_t sw, int64_t pw) {
  const int64_t first = min_i64((pw + sw - 1) / sw, ow);
  const int64_t room = iw + pw - kw;
  const int64_t last = room < 0 ? 0 : min_i64(room / sw + 1, ow);
  return {first, max_i64(first, last)};
}

/// TW neighbouring pixels whose windows are inside of the row; rows [0, rows) of `x`.
template <int Mode, int Block, int TW, int KH, int KW, int SW, bool Tail, class Consumer>
MGEC_INLINE void row_tile(const float *x, int64_t x_row, int64_t rows, int64_t kw, int64_t sw, float factor, float *dst,
                          int64_t oc, int64_t c, int64_t offset, const Consumer &consumer) {
  using V = simd::f32v;
  constexpr int NV = Block / simd::kLanes;
  if constexpr (KW > 0)
    kw = KW;
  if constexpr (SW > 0)
    sw = SW;
  V sums[TW][NV];
#pragma GCC unroll 8
  for (int t = 0; t < TW; ++t) {
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v)
      sums[t][v] = identity<Mode, V>();
  }
  for (int64_t r = 0; r < rows; ++r, x += x_row) {
#pragma GCC unroll 8
    for (int64_t s = 0; s < kw; ++s) {
#pragma GCC unroll 8
      for (int t = 0; t < TW; ++t) {
#pragma GCC unroll 4
        for (int v = 0; v < NV; ++v)
          sums[t][v] = combine<Mode>(sums[t][v], simd::load<V>(x + (t * sw + s) * Block + v * simd::kLanes));
      }
    }
  }
#pragma GCC unroll 8
  for (int t = 0; t < TW; ++t) {
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v) {
      const int lane = v * simd::kLanes;
      const int64_t at = offset + t * Block + lane;
      V y = Mode == kMax ? sums[t][v] : sums[t][v] * factor;
      y = consumer(y, c + lane, at);
      if constexpr (Tail)
        y = simd::keep_lanes(y, oc - c - lane);
      simd::store(dst + at, y);
    }
  }
}

/// One row of `ow` output pixels. `top` is the input row under the window's first row, oh·sh - ph.
template <int Mode, int Block, int KH, int KW, int SW, bool Tail, class Consumer>
MGEC_NOINLINE void row(const float *src, int64_t ih, int64_t iw, int64_t kh, int64_t kw, int64_t sw, int64_t top,
                       int64_t pw, float *dst, int64_t ow, int64_t oc, int64_t c, int64_t offset,
                       const Consumer &consumer) {
  static_assert(Block % simd::kLanes == 0, "a vector is never wider than a block");
  if constexpr (KH > 0)
    kh = KH;
  if constexpr (KW > 0)
    kw = KW;
  if constexpr (SW > 0)
    sw = SW;
  const int64_t h0 = max_i64(top, 0), rows = min_i64(top + kh, ih) - h0;
  const float *x = src + h0 * iw * Block;
  // A window that leaves the row: its part inside, with a run-time width.
  auto border = [&](int64_t q) __attribute__((always_inline)) {
    const int64_t w0 = max_i64(q * sw - pw, 0), columns = min_i64(q * sw - pw + kw, iw) - w0;
    if (rows <= 0 || columns <= 0) {
      row_tile<kAverage, Block, 1, 0, 0, 1, Tail>(x, 0, 0, 0, 0, 0.0f, dst, oc, c, offset + q * Block, consumer);
      return;
    }
    row_tile<Mode, Block, 1, 0, 0, 1, Tail>(x + w0 * Block, iw * Block, rows, columns, 0,
                                            mean_factor<Mode>(rows * columns, kh * kw), dst, oc, c, offset + q * Block,
                                            consumer);
  };
  const Interior inside = rows > 0 ? interior_columns(iw, ow, kw, sw, pw) : Interior{ow, ow};
  const float factor = rows > 0 ? mean_factor<Mode>(rows * kw, kh * kw) : 0.0f;
  constexpr int kVectors = Block / simd::kLanes, TW = kVectors >= 4 ? 2 : kVectors == 2 ? 4 : 4;
  int64_t q = 0;
  for (; q < inside.first; ++q)
    border(q);
  for (; q + TW <= inside.last; q += TW)
    row_tile<Mode, Block, TW, KH, KW, SW, Tail>(x + (q * sw - pw) * Block, iw * Block, rows, kw, sw, factor, dst, oc, c,
                                                offset + q * Block, consumer);
  for (; q < inside.last; ++q)
    row_tile<Mode, Block, 1, KH, KW, SW, Tail>(x + (q * sw - pw) * Block, iw * Block, rows, kw, sw, factor, dst, oc, c,
                                               offset + q * Block, consumer);
  for (; q < ow; ++q)
    border(q);
}

/// The whole plane of one channel block (`pixels` of them) to one pixel.
template <int Mode, int Block, bool Tail, class Consumer>
MGEC_NOINLINE void global(const float *src, int64_t pixels, float *dst, int64_t oc, int64_t c, int64_t offset,
                          const Consumer &consumer) {
  using V = simd::f32v;
  constexpr int NV = Block / simd::kLanes, Steps = NV >= 4 ? 2 : 8 / NV;
  V sums[Steps][NV];
#pragma GCC unroll 8
  for (int s = 0; s < Steps; ++s) {
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v)
      sums[s][v] = identity<Mode, V>();
  }
  int64_t p = 0;
  for (; p + Steps <= pixels; p += Steps) {
#pragma GCC unroll 8
    for (int s = 0; s < Steps; ++s) {
#pragma GCC unroll 4
      for (int v = 0; v < NV; ++v)
        sums[s][v] = combine<Mode>(sums[s][v], simd::load<V>(src + (p + s) * Block + v * simd::kLanes));
    }
  }
  const float *rest = src + p * Block;
  for (int64_t left = pixels % Steps; left > 0; --left, rest += Block) {
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v)
      sums[0][v] = combine<Mode>(sums[0][v], simd::load<V>(rest + v * simd::kLanes));
  }
#pragma GCC unroll 4
  for (int v = 0; v < NV; ++v) {
#pragma GCC unroll 8
    for (int half = Steps / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
      for (int s = 0; s < half; ++s)
        sums[s][v] = combine<Mode>(sums[s][v], sums[s + half][v]);
    }
    const int lane = v * simd::kLanes;
    V y = Mode == kMax ? sums[0][v] : sums[0][v] * mean_factor<Mode>(pixels, pixels);
    y = consumer(y, c + lane, offset + lane);
    if constexpr (Tail)
      y = simd::keep_lanes(y, oc - c - lane);
    simd::store(dst + offset + lane, y);
  }
}

} // namespace pool
MGEC_KERNELS_END
