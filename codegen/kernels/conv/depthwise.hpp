// depthwise.hpp: convolution without sums over channels, and of small groups, on blocked maps.
//
//     dst[h][q][l] = consumer( Σ_plane Σ_r Σ_s Σ_{i < Cpg}  x[plane][h·sh + r·dh - ph][q·SW + s·DW - pad][group(l) + i]
//     · w[…][l] )
//
// `depthwise` computes rows oh0 … oh1 - 1 of one channel block. A row is a tile of First pixels, `middle` tiles of
// Middle and a tile of Last; padding costs nothing: the first tile leaves out the SkipL input columns that lie left of
// the image and the last one the SkipR columns right of it, at compile time, and rows outside of the image are never
// visited. (SkipL is the left padding and must lie within the first tile; on a strip that carries its padding both are
// 0.) A row that one tile covers is First with both.
//
// Cpg = 1 is depthwise. Cpg = 2, 4, … ≤ Block, a divisor of it, is grouped convolution with Cpg channels in and out of
// a group: lane l takes its inputs from lanes (l / Cpg) · Cpg + i of the same block. `planes` > 1 sums over source
// planes x_plane apart: with gather_strip any grouped convolution.
//
// Weights [plane][kh][Cpg][KW][Block].
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace conv {

/// The vector of lanes (l / Cpg) · Cpg + I of the block at `x`, for the kLanes lanes from `lane` on.
template <int Cpg, int I, int... L>
MGEC_INLINE simd::f32v group_input(const float *x, int lane, simd::detail::Seq<L...>) {
  using V = simd::f32v;
  if constexpr (Cpg == 1)
    return simd::load_aligned<V>(x + lane);
  else if constexpr (Cpg % simd::kLanes == 0)
    return simd::splat<V>(x[lane / Cpg * Cpg + I]);
  else {
    const V v = simd::load_aligned<V>(x + lane);
    return __builtin_shufflevector(v, v, (L / Cpg * Cpg + I)...);
  }
}

/// Adds one kernel row of one group input to the sums of TW pixels, column by column, so that each input is loaded
/// once.
template <int Block, int Cpg, int I, int KW, int SW, int DW, int TW, int SkipL, int SkipR>
MGEC_INLINE void depthwise_row(simd::f32v (&acc)[TW], const float *x, int lane, const float *w) {
  using V = simd::f32v;
  constexpr int columns = (TW - 1) * SW + (KW - 1) * DW + 1;
  V weights[KW];
#pragma GCC unroll 16
  for (int s = 0; s < KW; ++s)
    weights[s] = simd::load_aligned<V>(w + (I * KW + s) * Block + lane);
#pragma GCC unroll 64
  for (int q = SkipL; q < columns - SkipR; ++q) {
    bool used = false;
#pragma GCC unroll 16
    for (int s = 0; s < KW; ++s)
      used |= q >= s * DW && (q - s * DW) % SW == 0 && (q - s * DW) / SW < TW;
    if (!used)
      continue;
    const V value = group_input<Cpg, I>(x + q * Block, lane, simd::detail::Indices<simd::kLanes>{});
#pragma GCC unroll 16
    for (int s = 0; s < KW; ++s) {
      const int t = (q - s * DW) / SW;
      if (q >= s * DW && (q - s * DW) % SW == 0 && t < TW)
        acc[t] = simd::fma(value, weights[s], acc[t]);
    }
  }
#pragma GCC unroll 32
  for (int t = 0; t < TW; ++t)
    simd::pin(acc[t]);
}

template <int Block, int Cpg, int I, int KW, int SW, int DW, int TW, int SkipL, int SkipR>
MGEC_INLINE void depthwise_group(simd::f32v (&acc)[TW], const float *x, int lane, const float *w) {
  depthwise_row<Block, Cpg, I, KW, SW, DW, TW, SkipL, SkipR>(acc, x, lane, w);
  if constexpr (I + 1 < Cpg)
    depthwise_group<Block, Cpg, I + 1, KW, SW, DW, TW, SkipL, SkipR>(acc, x, lane, w);
}

/// The source rows under the taps of one output row.
struct Rows {
  int64_t pitch, first, step, taps;
};

template <int Block, int Cpg, int KW, int SW, int DW, int TW, int SkipL, int SkipR, bool Tail, class Consumer>
MGEC_INLINE void depthwise_tile(const float *x, const Rows &rows, int64_t x_plane, int64_t planes, const float *w,
                                int64_t w_plane, int lane, float *dst, int64_t oc, int64_t c, int64_t offset,
                                const Consumer &consumer) {
  simd::f32v acc[TW] = {};
  for (int64_t i = 0; i < planes; ++i, x += x_plane, w += w_plane) {
    const float *wr = w;
    int64_t row = rows.first;
    for (int64_t r = 0; r < rows.taps; ++r, row += rows.step, wr += Cpg * KW * Block) {
      const float *xr = x + row * rows.pitch;
      simd::opaque(xr);
      depthwise_group<Block, Cpg, 0, KW, SW, DW, TW, SkipL, SkipR>(acc, xr, lane, wr);
    }
  }
#pragma GCC unroll 32
  for (int t = 0; t < TW; ++t) {
    const int64_t at = offset + t * Block + lane;
    simd::f32v v = consumer(acc[t], c + lane, at);
    if constexpr (Tail)
      v = simd::keep_lanes(v, oc - c - lane);
    simd::store(dst + at, v);
  }
}

/// `x` points at row 0, column 0 of the block in the source (or strip), which has ih rows, x_row apart. `offset` is
/// that of row 0, column 0 of the block in dst; pad, stride and dilate are those of rows. With Tail lanes from channel
/// oc on become zero.
template <int Block, int Cpg, int KW, int SW, int DW, int First, int Middle, int Last, int SkipL, int SkipR, bool Tail,
          class Consumer>
MGEC_NOINLINE void depthwise(const float *x, int64_t x_row, int64_t x_plane, int64_t planes, int64_t ih, int64_t pad,
                             int64_t stride, int64_t dilate, int64_t kh, const float *w, float *dst, int64_t dst_row,
                             int64_t oh0, int64_t oh1, int64_t middle, int64_t oc, int64_t c, int64_t offset,
                             const Consumer &consumer) {
  constexpr int kSkipFirst = Middle == 0 && Last == 0 ? SkipR : 0;
  const int64_t w_plane = kh * Cpg * KW * Block;
  for (int64_t h = oh0; h < oh1; ++h) {
    const int64_t top = h * stride - pad;
    const int64_t r0 = top >= 0 ? 0 : (-top + dilate - 1) / dilate;
    const int64_t r1 = min_i64(kh, (ih - top + dilate - 1) / dilate);
    const Rows rows = {x_row, top + r0 * dilate, dilate, max_i64(0, r1 - r0)};
    const float *wr = w + r0 * (Cpg * KW * Block);
    for (int lane = 0; lane < Block; lane += simd::kLanes) {
      const float *p = x - SkipL * Block;
      int64_t at = offset + h * dst_row;
      depthwise_tile<Block, Cpg, KW, SW, DW, First, SkipL, kSkipFirst, Tail>(p, rows, x_plane, planes, wr, w_plane,
                                                                             lane, dst, oc, c, at, consumer);
      p += First * SW * Block, at += First * Block;
      if constexpr (Middle > 0) {
        for (int64_t m = 0; m < middle; ++m, p += Middle * SW * Block, at += Middle * Block)
          depthwise_tile<Block, Cpg, KW, SW, DW, Middle, 0, 0, Tail>(p, rows, x_plane, planes, wr, w_plane, lane, dst,
                                                                     oc, c, at, consumer);
      }
      if constexpr (Last > 0)
        depthwise_tile<Block, Cpg, KW, SW, DW, Last, 0, SkipR, Tail>(p, rows, x_plane, planes, wr, w_plane, lane, dst,
                                                                     oc, c, at, consumer);
    }
  }
}

} // namespace conv
MGEC_KERNELS_END
