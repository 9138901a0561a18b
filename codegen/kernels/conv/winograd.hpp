// winograd.hpp: 3x3 convolution with stride 1 by Winograd's F(4x4, 3x3) and F(2x2, 3x3), on blocked maps.
//
// An output tile of M x M pixels needs an input tile of A x A, A = M + 2. Both are transformed on each axis,
//
//     dst tile = Aᵀ [ Σ_ic (G w Gᵀ) ⊙ (Bᵀ x B) ] A
//
// so that one tile costs A² products a channel pair instead of 9·M²: 36 for 144 (M = 4), 16 for 36 (M = 2). The sum
// over channels is A² matrix products, which conv::tile runs as 1x1 convolutions over tiles:
//
//     1. winograd_input        src             -> v[xi][ic block][tile][Block]
//     2. tile, 1x1, Identity   v[xi], u[xi]    -> m[xi][oc block][tile][Block]
//     3. winograd_output       m               -> dst, through the consumer
//
// Weights are transformed when they are packed, in double precision (pack.cpp has G).
//
// M = 4 interpolates at 0, ±√½, ±√2 and infinity: the same number of operations as the customary 0, ±1, ±2, and less
// than half of its rounding error. M = 2 interpolates at 0, ±1 and infinity, and is more exact than the direct sum.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace conv {

constexpr double kSqrt2 = 1.41421356237309504880;

/// Bᵀ d along one axis. The functions with a Pair give two rows of it, which share most of their work; so that both
/// axes of a tile are transformed two rows at a time, within the registers.
template <int M, int Pair> constexpr int winograd_row[2] = {};
template <> constexpr int winograd_row<4, 0>[2] = {0, 5};
template <> constexpr int winograd_row<4, 1>[2] = {1, 2};
template <> constexpr int winograd_row<4, 2>[2] = {3, 4};
template <> constexpr int winograd_row<2, 0>[2] = {0, 3};
template <> constexpr int winograd_row<2, 1>[2] = {1, 2};

template <int M, int Pair, class V> MGEC_INLINE void winograd_input_rows(const V (&d)[M + 2], V &a, V &b) {
  const auto c = [](double value) { return simd::splat<V>((float)value); };
  if constexpr (M == 4 && Pair == 0) {
    a = simd::fma(c(-2.5), d[2], d[0] + d[4]);
    b = simd::fma(c(-2.5), d[3], d[1] + d[5]);
  } else if constexpr (M == 4) {
    constexpr double x = Pair == 1 ? -2 : -0.5, y = Pair == 1 ? kSqrt2 / 2 : kSqrt2;
    const V even = simd::fma(c(x), d[2], d[4]), odd = simd::fma(c(x), d[1], d[3]);
    a = simd::fma(c(y), odd, even);
    b = simd::fma(c(-y), odd, even);
  } else if constexpr (Pair == 0) {
    a = d[0] - d[2];
    b = d[3] - d[1];
  } else {
    a = d[1] + d[2];
    b = d[2] - d[1];
  }
}
template <int M, class V> MGEC_INLINE void winograd_input_axis(const V (&d)[M + 2], V (&r)[M + 2]) {
  winograd_input_rows<M, 0>(d, r[0], r[M + 1]);
  winograd_input_rows<M, 1>(d, r[1], r[2]);
  if constexpr (M == 4)
    winograd_input_rows<M, 2>(d, r[3], r[4]);
}

/// Aᵀ m along one axis: rows Half and Half + 2 of it for M = 4, row Half for M = 2 (b is not set).
template <int M, int Half, class V> MGEC_INLINE void winograd_output_rows(const V (&m)[M + 2], V &a, V &b) {
  const auto c = [](double value) { return simd::splat<V>((float)value); };
  if constexpr (M == 4 && Half == 0) {
    const V s1 = m[1] + m[2], s2 = m[3] + m[4];
    a = m[0] + (s1 + s2);
    b = simd::fma(c(2), s2, c(0.5) * s1);
  } else if constexpr (M == 4) {
    const V d1 = m[1] - m[2], d2 = m[3] - m[4];
    a = simd::fma(c(kSqrt2), d2, c(kSqrt2 / 2) * d1);
    b = simd::fma(c(2 * kSqrt2), d2, simd::fma(c(kSqrt2 / 4), d1, m[5]));
  } else if constexpr (Half == 0) {
    a = m[0] + (m[1] + m[2]);
  } else {
    a = (m[1] - m[2]) + m[3];
  }
}
template <int M, class V> MGEC_INLINE void winograd_output_axis(const V (&m)[M + 2], V (&y)[M]) {
  winograd_output_rows<M, 0>(m, y[0], y[M == 4 ? 2 : 0]);
  winograd_output_rows<M, 1>(m, y[1], y[M == 4 ? 3 : 1]);
}

/// Two rows of one transformed input tile: rows[i] points at its row i, column 0. Columns outside of [first, last) are
/// zero and not read if Checked.
template <int M, int Block, bool Checked, int Pair>
MGEC_INLINE void winograd_input_pair(const float *const (&rows)[M + 2], int64_t first, int64_t last, int lane, float *v,
                                     int64_t v_xi) {
  using V = simd::f32v;
  constexpr int A = M + 2, from = Pair == 0 ? 0 : 1, to = Pair == 0 ? A : A - 1;
  V a[A] = {}, b[A] = {}, r[A];
#pragma GCC unroll 8
  for (int q = 0; q < A; ++q) {
    if (!Checked || (q >= first && q < last)) {
      V d[A];
#pragma GCC unroll 8
      for (int i = from; i < to; ++i)
        d[i] = simd::load_aligned<V>(rows[i] + q * Block + lane);
      winograd_input_rows<M, Pair>(d, a[q], b[q]);
    }
  }
  winograd_input_axis<M>(a, r);
#pragma GCC unroll 8
  for (int q = 0; q < A; ++q)
    simd::store_aligned(v + (winograd_row<M, Pair>[0] * A + q) * v_xi, r[q]);
  winograd_input_axis<M>(b, r);
#pragma GCC unroll 8
  for (int q = 0; q < A; ++q)
    simd::store_aligned(v + (winograd_row<M, Pair>[1] * A + q) * v_xi, r[q]);
}
template <int M, int Block, bool Checked>
MGEC_INLINE void winograd_input_tile(const float *const (&rows)[M + 2], int64_t first, int64_t last, int lane, float *v,
                                     int64_t v_xi) {
  winograd_input_pair<M, Block, Checked, 0>(rows, first, last, lane, v, v_xi);
  winograd_input_pair<M, Block, Checked, 1>(rows, first, last, lane, v, v_xi);
  if constexpr (M == 4)
    winograd_input_pair<M, Block, Checked, 2>(rows, first, last, lane, v, v_xi);
}

/// A row of `tiles` tiles of one channel block. `src` points at row 0, column 0 of the block, whose ih x iw pixels lie
/// in rows src_row apart; h0, w0: the first pixel of the first input tile (negative in the padding). Tile t goes to v +
/// t · Block, with v_xi floats between elements of the transformed tile.
template <int M, int Block>
MGEC_NOINLINE void winograd_input(const float *src, int64_t src_row, int64_t ih, int64_t iw, int64_t h0, int64_t w0,
                                  int64_t tiles, float *v, int64_t v_xi) {
  constexpr int A = M + 2;
  alignas(64) const float outside[A * Block] = {};
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t left = w0 + t * M, first = max_i64(0, -left), last = min_i64(A, iw - left);
    const float *rows[A];
#pragma GCC unroll 8
    for (int i = 0; i < A; ++i) {
      const int64_t h = h0 + i;
      rows[i] = h >= 0 && h < ih ? src + h * src_row + left * Block : outside;
    }
    for (int lane = 0; lane < Block; lane += simd::kLanes) {
      if (first == 0 && last == A)
        winograd_input_tile<M, Block, false>(rows, 0, A, lane, v + t * Block + lane, v_xi);
      else
        winograd_input_tile<M, Block, true>(rows, first, last, lane, v + t * Block + lane, v_xi);
    }
  }
}

/// One row of an output tile from one row of Aᵀ M.
template <int M, int Block, bool Tail, class Consumer>
MGEC_INLINE void winograd_output_line(const simd::f32v (&s)[M + 2], int64_t columns, float *dst, int64_t at, int64_t oc,
                                      int64_t c, const Consumer &consumer) {
  simd::f32v y[M];
  winograd_output_axis<M>(s, y);
#pragma GCC unroll 8
  for (int q = 0; q < M; ++q) {
    if (q >= columns)
      return;
    simd::f32v value = consumer(y[q], c, at + q * Block);
    if constexpr (Tail)
      value = simd::keep_lanes(value, oc - c);
    simd::store_aligned(dst + at + q * Block, value);
  }
}

template <int M, int Block, bool Tail, int Half, class Consumer>
MGEC_INLINE void winograd_output_half(const float *m, int64_t m_xi, int64_t rows, int64_t columns, float *dst,
                                      int64_t dst_row, int64_t at, int64_t oc, int64_t c, const Consumer &consumer) {
  using V = simd::f32v;
  constexpr int A = M + 2, from = Half == 0 ? 0 : 1, to = Half == 0 ? A - 1 : A;
  V a[A], b[A];
#pragma GCC unroll 8
  for (int q = 0; q < A; ++q) {
    V d[A];
#pragma GCC unroll 8
    for (int i = from; i < to; ++i)
      d[i] = simd::load_aligned<V>(m + (i * A + q) * m_xi);
    winograd_output_rows<M, Half>(d, a[q], b[q]);
  }
  if (Half < rows)
    winograd_output_line<M, Block, Tail>(a, columns, dst, at + Half * dst_row, oc, c, consumer);
  if constexpr (M == 4) {
    if (Half + 2 < rows)
      winograd_output_line<M, Block, Tail>(b, columns, dst, at + (Half + 2) * dst_row, oc, c, consumer);
  }
}

/// A row of `tiles` tiles of one channel block, starting at pixel (h0, 0) of dst. Element xi of tile t lies at m + xi ·
/// m_xi + t · Block. `offset` is that of row 0, column 0 of the block in dst, which has oh x ow pixels; pixels beyond
/// are dropped. `c` is the channel of the block; with Tail lanes from channel oc on are stored as zero.
template <int M, int Block, bool Tail, class Consumer>
MGEC_NOINLINE void winograd_output(const float *m, int64_t m_xi, float *dst, int64_t dst_row, int64_t oh, int64_t ow,
                                   int64_t h0, int64_t tiles, int64_t oc, int64_t c, int64_t offset,
                                   const Consumer &consumer) {
  const int64_t rows = min_i64(M, oh - h0);
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t columns = min_i64(M, ow - t * M);
    for (int lane = 0; lane < Block; lane += simd::kLanes) {
      const float *from = m + t * Block + lane;
      const int64_t at = offset + h0 * dst_row + t * M * Block + lane;
      winograd_output_half<M, Block, Tail, 0>(from, m_xi, rows, columns, dst, dst_row, at, oc, c + lane, consumer);
      winograd_output_half<M, Block, Tail, 1>(from, m_xi, rows, columns, dst, dst_row, at, oc, c + lane, consumer);
    }
  }
}

} // namespace conv
MGEC_KERNELS_END
