// gemm.hpp: register tiles of the matrix product of floats.
//
//     dst[m][n] = consumer( Σ_k a[m][k] · b[k][n] )
//
// `tile` holds MR rows of NV vectors of columns; `row` is the product of one row (M = 1), which runs at the speed of
// memory.
//
// Left operand. Element (m, k) is a[m · a_row + k · a_k]: row-major or transposed.
//
// Right operand. Panels of NR columns, [k][NR] each: vector v of the tile is b[k · b_k + v · lanes] within a panel, and
// NR / lanes vectors further it is in the next panel, b_panel floats on. Packed weights have b_k = NR and
// b_panel = k · NR, columns beyond n zero; a row-major matrix whose rows are wide enough can be read in place with b_k
// its row and b_panel = NR. `pack_panel` makes one panel of a matrix known at run time.
//
// Destination. `offset` is that of the tile's first element, rows are dst_row apart; of its columns the first `n`
// exist. `c` is the channel of the first column, as the consumer sees it.
//
// Tiles that fill the registers: 16 registers 6 x 2 vectors, 32 registers 14 x 2 (or 8 x 3).
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace matmul {

/// Consumes and stores the vectors of one row of the tile.
template <int NV, class Consumer>
MGEC_INLINE void finish_row(const simd::f32v (&sums)[NV], float *dst, int64_t n, int64_t c, int64_t offset,
                            const Consumer &consumer) {
  using V = simd::f32v;
#pragma GCC unroll 8
  for (int v = 0; v < NV; ++v) {
    const int64_t column = v * simd::kLanes;
    if (column + simd::kLanes <= n) {
      simd::store(dst + offset + column, V(consumer(sums[v], c + column, offset + column)));
    } else if (column < n) {
      float lanes[simd::kLanes];
      simd::store(lanes, sums[v]);
      for (int lane = 0; lane < simd::kLanes; ++lane)
        if (column + lane < n)
          dst[offset + column + lane] = consumer(lanes[lane], c + column + lane, offset + column + lane);
    }
  }
}

template <int MR, int NV, int NR, class Consumer>
MGEC_NOINLINE void tile(const float *a, int64_t a_row, int64_t a_k, const float *b, int64_t b_k, int64_t b_panel,
                        int64_t k, float *dst, int64_t dst_row, int64_t n, int64_t c, int64_t offset,
                        const Consumer &consumer) {
  using V = simd::f32v;
  static_assert(NR % simd::kLanes == 0, "a panel holds whole vectors");
  V sums[MR][NV] = {};
  for (int64_t i = 0; i < k; ++i, a += a_k, b += b_k) {
    V right[NV];
#pragma GCC unroll 8
    for (int v = 0; v < NV; ++v)
      right[v] = simd::load<V>(b + (v * simd::kLanes / NR) * b_panel + v * simd::kLanes % NR);
    const float *left = a;
#pragma GCC unroll 16
    for (int m = 0; m < MR; ++m, left += a_row) {
      const V value = simd::splat<V>(*left);
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v)
        sums[m][v] = simd::fma(value, right[v], sums[m][v]);
    }
#pragma GCC unroll 16
    for (int m = 0; m < MR; ++m) {
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v)
        simd::pin(sums[m][v]);
    }
  }
#pragma GCC unroll 16
  for (int m = 0; m < MR; ++m)
    finish_row<NV>(sums[m], dst, n, c, offset + m * dst_row, consumer);
}

/// One row times one panel. `Steps` values of k are summed apart, so that enough sums are in flight; they meet in a
/// fixed order.
template <int NR, class Consumer>
MGEC_NOINLINE void row(const float *a, int64_t a_k, const float *b, int64_t b_k, int64_t k, float *dst, int64_t n,
                       int64_t c, int64_t offset, const Consumer &consumer) {
  using V = simd::f32v;
  constexpr int NV = NR / simd::kLanes, Steps = NV >= 4 ? 2 : NV >= 2 ? 4 : 8;
  V sums[Steps][NV] = {};
  int64_t i = 0;
  for (; i + Steps <= k; i += Steps, a += Steps * a_k, b += Steps * b_k) {
#pragma GCC unroll 8
    for (int s = 0; s < Steps; ++s) {
      const V value = simd::splat<V>(a[s * a_k]);
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v)
        sums[s][v] = simd::fma(value, simd::load<V>(b + s * b_k + v * simd::kLanes), sums[s][v]);
    }
  }
  for (; i < k; ++i, a += a_k, b += b_k) {
    const V value = simd::splat<V>(*a);
#pragma GCC unroll 8
    for (int v = 0; v < NV; ++v)
      sums[0][v] = simd::fma(value, simd::load<V>(b + v * simd::kLanes), sums[0][v]);
  }
#pragma GCC unroll 8
  for (int half = Steps / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
    for (int s = 0; s < half; ++s) {
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v)
        sums[s][v] += sums[s + half][v];
    }
  }
  finish_row<NV>(sums[0], dst, n, c, offset, consumer);
}

/// Columns [0, n) of a (k x n) matrix, n <= NR, as a panel; element (k, n) is b[k · b_k + n · b_n]. Either stride is
/// usually 1.
template <int NR>
MGEC_NOINLINE void pack_panel(const float *b, int64_t b_k, int64_t b_n, int64_t k, int64_t n, float *panel) {
  using V = simd::f32v;
  constexpr int L = simd::kLanes;
  if (b_n == 1 && n == NR) {
    for (int64_t i = 0; i < k; ++i) {
#pragma GCC unroll 8
      for (int v = 0; v < NR; v += L)
        simd::store(panel + i * NR + v, simd::load<V>(b + i * b_k + v));
    }
    return;
  }
  int64_t i = 0;
  if (b_k == 1 && n == NR) {
    for (; i + L <= k; i += L) {
      for (int v = 0; v < NR; v += L) {
        V square[L];
#pragma GCC unroll 16
        for (int r = 0; r < L; ++r)
          square[r] = simd::load<V>(b + (v + r) * b_n + i);
        simd::transpose(square);
#pragma GCC unroll 16
        for (int r = 0; r < L; ++r)
          simd::store(panel + (i + r) * NR + v, square[r]);
      }
    }
  }
  for (; i < k; ++i)
    for (int64_t v = 0; v < NR; ++v)
      panel[i * NR + v] = v < n ? b[i * b_k + v * b_n] : 0.0f;
}

} // namespace matmul
MGEC_KERNELS_END
