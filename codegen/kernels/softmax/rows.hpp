// rows.hpp: softmax of floats along one axis of row-major tensors.
//
//     dst[i] = consumer( exp(src[i] - m) / Σ_j exp(src[j] - m) ),  m = max_j src[j]
//
// `rows`: along the innermost axis; `columns`: along one further out. Three passes over the row, which the first brings
// into the nearest cache; dst may be src. `offset` is the first element's in src and dst, `c` its channel; along `rows`
// every element is of the next channel, along `columns` every row.
#pragma once
#include "../elemwise/math.hpp"
#include "../reduce/rows.hpp"

MGEC_KERNELS_BEGIN
namespace softmax {

/// `rows` rows of n elements, `row` floats apart.
template <class Consumer>
MGEC_NOINLINE void rows(const float *src, float *dst, int64_t row, int64_t rows, int64_t n, int64_t c, int64_t offset,
                        const Consumer &consumer) {
  using V = simd::f32v;
  constexpr int L = simd::kLanes;
  for (int64_t r = 0; r < rows; ++r, offset += row) {
    const float *x = src + offset;
    float *y = dst + offset;
    const float maximum = reduce::row_block<reduce::kMax>(x, n);
    V sums[2] = {};
    const int64_t pairs = n & -int64_t(2 * L), whole = n & -int64_t(L);
    for (int64_t i = 0; i < pairs; i += 2 * L) {
#pragma GCC unroll 2
      for (int s = 0; s < 2; ++s) {
        const V e = elemwise::exp(simd::load<V>(x + i + s * L) - maximum);
        sums[s] += e;
        simd::store(y + i + s * L, e);
      }
    }
    for (int64_t i = pairs; i < n; i += L) { // lanes beyond the row count nothing
      const V e = simd::keep_lanes(elemwise::exp(simd::load_part<V>(x + i, n - i) - maximum), n - i);
      sums[0] += e;
      simd::store_part(y + i, e, n - i);
    }
    const float scale = 1.0f / simd::sum(sums[0] + sums[1]);
    for (int64_t i = 0; i < whole; i += L)
      simd::store(y + i, V(consumer(simd::load<V>(y + i) * scale, c + i, offset + i)));
    for (int64_t i = whole; i < n; ++i)
      y[i] = consumer(y[i] * scale, c + i, offset + i);
  }
}

template <int NV, class Consumer>
MGEC_INLINE void column_tile(const float *x, float *dst, int64_t row, int64_t n, int64_t c, int64_t offset,
                             const Consumer &consumer) {
  constexpr int Count = NV > 0 ? NV : 1;
  constexpr int Width = NV > 0 ? simd::kLanes : 1;
  using V = simd::vec<float, Width>;
  V maximum[Count], sum[Count] = {};
#pragma GCC unroll 4
  for (int v = 0; v < Count; ++v)
    maximum[v] = reduce::identity<reduce::kMax, V>();
  for (int64_t r = 0; r < n; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Count; ++v)
      maximum[v] = reduce::combine<reduce::kMax>(maximum[v], simd::load<V>(x + r * row + v * Width));
  }
  float *y = dst + offset;
  for (int64_t r = 0; r < n; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Count; ++v) {
      const V e = elemwise::exp(simd::load<V>(x + r * row + v * Width) - maximum[v]);
      sum[v] += e;
      simd::store(y + r * row + v * Width, e);
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < Count; ++v)
    sum[v] = 1.0f / sum[v];
  for (int64_t r = 0; r < n; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Count; ++v) {
      const int64_t at = r * row + v * Width;
      simd::store(y + at, V(consumer(simd::load<V>(y + at) * sum[v], c + r, offset + at)));
    }
  }
}

/// `width` columns of n rows, `row` floats apart.
template <class Consumer>
MGEC_NOINLINE void columns(const float *src, float *dst, int64_t row, int64_t n, int64_t width, int64_t c,
                           int64_t offset, const Consumer &consumer) {
  const int64_t pairs = width & -int64_t(2 * simd::kLanes), whole = width & -int64_t(simd::kLanes);
  for (int64_t i = 0; i < pairs; i += 2 * simd::kLanes)
    column_tile<2>(src + offset + i, dst, row, n, c, offset + i, consumer);
  for (int64_t i = pairs; i < whole; i += simd::kLanes)
    column_tile<1>(src + offset + i, dst, row, n, c, offset + i, consumer);
  for (int64_t i = whole; i < width; ++i)
    column_tile<0>(src + offset + i, dst, row, n, c, offset + i, consumer);
}

} // namespace softmax
MGEC_KERNELS_END
