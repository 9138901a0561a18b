// rows.hpp: sums, products, extremes and means of floats along one axis of row-major tensors, and their positions.
//
//     rows        dst[r] = consumer( reduce_i src[r][i] ): the reduced axis is the innermost
//     columns     dst[i] = consumer( reduce_r src[r][i] ): it lies further out
//     argmax_rows, argmax_columns    index of the first extreme, int32
//
// Mode is the file format's: 0 sum, 1 sum of squares, 2 product, 3 minimum, 4 maximum, 5 mean. Extremes pass a NaN on;
// for the arg functions a NaN takes the place of whatever was best before it. Reducing several neighbouring axes is
// reducing one.
//
// Sums are taken in blocks, a fixed number of partial sums in each, so that their error does not grow with the length;
// the order depends on the shape and the vector width alone. `offset` is the first element's in dst, `c` its channel.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace reduce {

constexpr int kSum = 0, kSumSquares = 1, kProduct = 2, kMin = 3, kMax = 4, kMean = 5;
constexpr int64_t kBlock = 2048; // elements (or rows) summed before the block's sum joins the total

/// The consumer that changes nothing, for partial results.
struct Keep {
  template <class V> MGEC_INLINE V operator()(V v, int64_t, int64_t) const { return v; }
};

template <int Mode> constexpr bool kIsSum = Mode == kSum || Mode == kSumSquares || Mode == kMean;

template <int Mode, class V> MGEC_INLINE V identity() {
  return simd::splat<V>(Mode == kMin       ? __builtin_inff()
                        : Mode == kMax     ? -__builtin_inff()
                        : Mode == kProduct ? 1.0f
                                           : 0.0f);
}

/// Whether `value` replaces `best`; a NaN does, and is not replaced.
template <bool Max, class V> MGEC_INLINE simd::mask_of<V> replaces(V value, V best) {
  if constexpr (simd::is_vector<V>)
    return (Max ? value > best : value < best) | (value != value);
  else
    return (Max ? value > best : value < best) || value != value;
}

template <int Mode, class V> MGEC_INLINE V combine(V total, V part) {
  if constexpr (Mode == kMin || Mode == kMax)
    return simd::select<V>(replaces<Mode == kMax>(part, total), part, total);
  else if constexpr (Mode == kProduct)
    return total * part;
  else
    return total + part;
}

/// `total` with one more element.
template <int Mode, class V> MGEC_INLINE V include(V total, V value) {
  if constexpr (Mode == kSumSquares)
    return simd::fma(value, value, total);
  else
    return combine<Mode>(total, value);
}

template <int Mode, class V> MGEC_INLINE float across(V v) {
  if constexpr (!simd::is_vector<V>)
    return v;
  else
    return across<Mode>(combine<Mode>(simd::lower(v), simd::upper(v)));
}

template <int Mode, class V> MGEC_INLINE V finished(V total, int64_t n) {
  if constexpr (Mode == kMean)
    return total / float(n);
  else
    return total;
}

/// n contiguous elements.
template <int Mode> MGEC_INLINE float row_block(const float *x, int64_t n) {
  using V = simd::f32v;
  constexpr int Steps = 4;
  V parts[Steps];
#pragma GCC unroll 4
  for (int s = 0; s < Steps; ++s)
    parts[s] = identity<Mode, V>();
  const int64_t strides = n & -int64_t(Steps * simd::kLanes), whole = n & -int64_t(simd::kLanes);
  for (int64_t i = 0; i < strides; i += Steps * simd::kLanes) {
#pragma GCC unroll 4
    for (int s = 0; s < Steps; ++s)
      parts[s] = include<Mode>(parts[s], simd::load<V>(x + i + s * simd::kLanes));
  }
  for (int64_t i = strides; i < whole; i += simd::kLanes)
    parts[0] = include<Mode>(parts[0], simd::load<V>(x + i));
  float tail = identity<Mode, float>();
  for (int64_t i = whole; i < n; ++i)
    tail = include<Mode>(tail, x[i]);
  const V both = combine<Mode>(combine<Mode>(parts[0], parts[2]), combine<Mode>(parts[1], parts[3]));
  return combine<Mode>(across<Mode>(both), tail);
}

/// `rows` rows of n elements, src_row floats apart, to neighbouring elements of dst. LanesAreChannels: each of the next
/// channel.
template <int Mode, bool LanesAreChannels, class Consumer>
MGEC_NOINLINE void rows(const float *src, int64_t src_row, int64_t rows, int64_t n, float *dst, int64_t c,
                        int64_t offset, const Consumer &consumer) {
  for (int64_t r = 0; r < rows; ++r, src += src_row) {
    float total = row_block<Mode>(src, min_i64(n, kBlock));
    if (n > kBlock) {
      double sum = total; // for sums only
      for (int64_t i = kBlock; i < n; i += kBlock) {
        const float part = row_block<Mode>(src + i, min_i64(n - i, kBlock));
        total = combine<Mode>(total, part);
        sum += part;
      }
      if constexpr (kIsSum<Mode>)
        total = float(sum);
    }
    dst[offset + r] = consumer(finished<Mode>(total, n), LanesAreChannels ? c + r : c, offset + r);
  }
}

/// NV neighbouring vectors of columns (NV = 0: one column).
template <int Mode, int NV, bool LanesAreChannels, class Consumer>
MGEC_INLINE void column_tile(const float *x, int64_t src_row, int64_t n, float *dst, int64_t c, int64_t offset,
                             const Consumer &consumer) {
  constexpr int Count = NV > 0 ? NV : 1;
  constexpr int64_t Width = NV > 0 ? simd::kLanes : 1;
  constexpr int64_t Depth = 64;
  using V = simd::vec<float, int(Width)>;
  V total[Count];
#pragma GCC unroll 8
  for (int v = 0; v < Count; ++v)
    total[v] = identity<Mode, V>();
  for (int64_t r = 0; r < n;) {
    V part[Count];
#pragma GCC unroll 8
    for (int v = 0; v < Count; ++v)
      part[v] = identity<Mode, V>();
    for (const int64_t end = min_i64(n, r + Depth); r < end; ++r, x += src_row) {
#pragma GCC unroll 8
      for (int v = 0; v < Count; ++v)
        part[v] = include<Mode>(part[v], simd::load<V>(x + v * Width));
    }
#pragma GCC unroll 8
    for (int v = 0; v < Count; ++v)
      total[v] = combine<Mode>(total[v], part[v]);
  }
#pragma GCC unroll 8
  for (int v = 0; v < Count; ++v) {
    const int64_t at = v * Width;
    simd::store(dst + offset + at,
                V(consumer(finished<Mode>(total[v], n), LanesAreChannels ? c + at : c, offset + at)));
  }
}

/// `width` columns of n rows, src_row floats apart.
template <int Mode, bool LanesAreChannels, class Consumer>
MGEC_NOINLINE void columns(const float *src, int64_t src_row, int64_t n, int64_t width, float *dst, int64_t c,
                           int64_t offset, const Consumer &consumer) {
  constexpr int NV = 4;
  const int64_t wide = width & -int64_t(NV * simd::kLanes), whole = width & -int64_t(simd::kLanes);
  for (int64_t i = 0; i < wide; i += NV * simd::kLanes)
    column_tile<Mode, NV, LanesAreChannels>(src + i, src_row, n, dst, LanesAreChannels ? c + i : c, offset + i,
                                            consumer);
  for (int64_t i = wide; i < whole; i += simd::kLanes)
    column_tile<Mode, 1, LanesAreChannels>(src + i, src_row, n, dst, LanesAreChannels ? c + i : c, offset + i,
                                           consumer);
  for (int64_t i = whole; i < width; ++i)
    column_tile<Mode, 0, LanesAreChannels>(src + i, src_row, n, dst, LanesAreChannels ? c + i : c, offset + i,
                                           consumer);
}

/// Over the channels of a blocked map: dst[p] = consumer( reduce_c src[c / Block][p][c % Block] ), for `pixels` pixels;
/// dst is row-major and its one channel is `c`. Blocks are src_block floats apart.
template <int Mode, int Block, class Consumer>
MGEC_NOINLINE void blocked_channels(const float *src, int64_t src_block, int64_t channels, int64_t pixels, float *dst,
                                    int64_t c, int64_t offset, const Consumer &consumer) {
  using V = simd::f32v;
  constexpr int NV = Block / simd::kLanes;
  const int64_t whole = channels / Block;
  for (int64_t p = 0; p < pixels; ++p) {
    V parts[NV];
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v)
      parts[v] = identity<Mode, V>();
    const float *x = src + p * Block;
    for (int64_t b = 0; b < whole; ++b, x += src_block) {
#pragma GCC unroll 4
      for (int v = 0; v < NV; ++v)
        parts[v] = include<Mode>(parts[v], simd::load<V>(x + v * simd::kLanes));
    }
#pragma GCC unroll 4
    for (int v = 1; v < NV; ++v)
      parts[0] = combine<Mode>(parts[0], parts[v]);
    float total = across<Mode>(parts[0]);
    for (int64_t lane = 0; lane < channels % Block; ++lane)
      total = include<Mode>(total, x[lane]);
    dst[offset + p] = consumer(finished<Mode>(total, channels), c, offset + p);
  }
}

// ---- Positions -----------------------------------------------------------------------------------------------------

/// The extreme first, its first place then; of NaNs the last.
template <bool Max>
MGEC_NOINLINE void argmax_rows(const float *src, int64_t src_row, int64_t rows, int64_t n, int32_t *dst) {
  using V = simd::f32v;
  constexpr int Mode = Max ? kMax : kMin;
  for (int64_t r = 0; r < rows; ++r, src += src_row) {
    const float best = row_block<Mode>(src, n);
    int64_t at = 0;
    if (best == best) {
      const V wanted = simd::splat<V>(best);
      while (at + simd::kLanes <= n &&
             simd::max_lane(simd::select<V>(simd::load<V>(src + at) == wanted, simd::splat<V>(1.0f), V{})) == 0.0f)
        at += simd::kLanes;
      while (at < n - 1 && src[at] != best)
        ++at;
    } else {
      for (int64_t i = 0; i < n; ++i)
        at = src[i] != src[i] ? i : at;
    }
    dst[r] = int32_t(at);
  }
}

template <bool Max, int Width> MGEC_INLINE void argmax_tile(const float *x, int64_t src_row, int64_t n, int32_t *dst) {
  using V = simd::vec<float, Width>;
  using I = simd::vec<int32_t, Width>;
  V best = simd::load<V>(x);
  I at{};
  for (int64_t r = 1; r < n; ++r) {
    x += src_row;
    const V value = simd::load<V>(x);
    const simd::mask_of<V> better = replaces<Max>(value, best);
    best = simd::select<V>(better, value, best);
    if constexpr (Width == 1)
      at = better ? int32_t(r) : at;
    else
      at = (better & int32_t(r)) | (~better & at);
  }
  simd::store(dst, at);
}

/// dst[i] is the place of the extreme among src[r · src_row + i], r < n.
template <bool Max>
MGEC_NOINLINE void argmax_columns(const float *src, int64_t src_row, int64_t n, int64_t width, int32_t *dst) {
  const int64_t whole = width & -int64_t(simd::kLanes);
  for (int64_t i = 0; i < whole; i += simd::kLanes)
    argmax_tile<Max, simd::kLanes>(src + i, src_row, n, dst + i);
  for (int64_t i = whole; i < width; ++i)
    argmax_tile<Max, 1>(src + i, src_row, n, dst + i);
}

} // namespace reduce
MGEC_KERNELS_END
