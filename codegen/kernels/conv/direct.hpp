// direct.hpp: the register tile of convolution on blocked maps: direct, 1x1 and the products of Winograd.
//
//     dst[c + o][t] = consumer( Σ_ic Σ_r Σ_s  x[ic][r][s + t] · w[ic][r][s][o] )
//
// `tile` computes OcV vectors of output channels for TH rows of TW output pixels and keeps all sums in registers. For
// each input channel and tap it loads OcV vectors of weights once and broadcasts one float a pixel. `planar_tile` does
// the same where the source has one plane a channel (the first layer of a network).
//
// Source. `x` points at the first input pixel under tap (0, 0), in a tensor or in a strip (strip.hpp); all pixels under
// all taps must be readable. Offsets are in floats: x_block to the next channel block (or plane), x_kh and x_kw to the
// next tap, x_line to the pixels of the next tile row. Output pixels are SW input pixels apart.
//
// Weights. [ic / Block][kh][kw][ic in block][WRow]: rows of WRow output channels, one for each input channel and tap in
// the order in which the tile reads them; the last block has only the rows that exist. A row may be wider than the
// tile: `w` points at the tile's first channel in the first row, and every load is aligned to a vector.
//
// Destination. Blocked; `offset` is that of the tile's first element in dst, dst_block to the next channel block,
// dst_line to the next tile row. The tile starts at channel `c`: at the start of a block, or within one that it does
// not leave. With Tail, lanes from channel `oc` on are stored as zero.
//
// Tiles. Both FMA pipes are busy from 8 sums on (latency · pipes); 16 registers hold OcV x pixels = 2x6 or 3x4 (3 only
// where a vector is a block), 32 registers 2x14, 1x28 or 3x9, aarch64 4x5. Cut a row of pixels into tiles of nearly
// equal width, never into full ones and a rest; where the width leaves tiles of fewer than 8 sums, join rows (TH > 1):
// 7 pixels are 4 + 3 with two rows of 3 in one tile.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace conv {

/// Adds Steps consecutive input channels (or taps): step i reads x[i · XStep + pixel] and weight row i.
template <int Steps, int XStep, int OcV, int TH, int TW, int Pixel, int WRow>
MGEC_INLINE void accumulate(simd::f32v (&acc)[OcV][TH * TW], const float *x, int64_t x_line, const float *w) {
  using V = simd::f32v;
#pragma GCC unroll 16
  for (int i = 0; i < Steps; ++i) {
    simd::opaque(x);
    V weights[OcV];
#pragma GCC unroll 8
    for (int o = 0; o < OcV; ++o)
      weights[o] = simd::load_aligned<V>(w + i * WRow + o * simd::kLanes);
#pragma GCC unroll 32
    for (int t = 0; t < TH * TW; ++t) {
      const V value = simd::splat<V>(x[(t / TW) * x_line + (t % TW) * Pixel + i * XStep]);
#pragma GCC unroll 8
      for (int o = 0; o < OcV; ++o)
        acc[o][t] = simd::fma(value, weights[o], acc[o][t]);
    }
#pragma GCC unroll 8
    for (int o = 0; o < OcV; ++o) {
#pragma GCC unroll 32
      for (int t = 0; t < TH * TW; ++t)
        simd::pin(acc[o][t]);
    }
  }
}

/// Hands the sums to the consumer and stores what it returns.
template <int Block, int OcV, int TH, int TW, bool Tail, class Consumer>
MGEC_INLINE void finish(const simd::f32v (&acc)[OcV][TH * TW], float *dst, int64_t dst_block, int64_t dst_line,
                        int64_t oc, int64_t c, int64_t offset, const Consumer &consumer) {
  static_assert(Block % simd::kLanes == 0, "a vector is never wider than a block");
#pragma GCC unroll 8
  for (int o = 0; o < OcV; ++o) {
    const int lane = o * simd::kLanes;
#pragma GCC unroll 32
    for (int t = 0; t < TH * TW; ++t) {
      const int64_t at = offset + (lane / Block) * dst_block + (t / TW) * dst_line + (t % TW) * Block + lane % Block;
      simd::f32v v = consumer(acc[o][t], c + lane, at);
      if constexpr (Tail)
        v = simd::keep_lanes(v, oc - c - lane);
      simd::store_aligned(dst + at, v);
    }
  }
}

template <int Block, int OcV, int TH, int TW, int SW, int WRow, bool Tail, class Consumer>
MGEC_NOINLINE void tile(const float *x, int64_t x_block, int64_t x_kh, int64_t x_kw, int64_t x_line, int64_t ic,
                        int64_t kh, int64_t kw, const float *w, float *dst, int64_t dst_block, int64_t dst_line,
                        int64_t oc, int64_t c, int64_t offset, const Consumer &consumer) {
  simd::f32v acc[OcV][TH * TW] = {};
  for (; ic >= Block; ic -= Block, x += x_block) {
    const float *row = x;
    for (int64_t r = 0; r < kh; ++r, row += x_kh) {
      const float *tap = row;
      for (int64_t s = 0; s < kw; ++s, tap += x_kw, w += Block * WRow)
        accumulate<Block, 1, OcV, TH, TW, SW * Block, WRow>(acc, tap, x_line, w);
    }
  }
  if (ic > 0) {
    for (int64_t r = 0; r < kh; ++r)
      for (int64_t s = 0; s < kw; ++s) {
        const float *tap = x + r * x_kh + s * x_kw;
        for (int64_t i = 0; i < ic; ++i, ++tap, w += WRow)
          accumulate<1, 1, OcV, TH, TW, SW * Block, WRow>(acc, tap, x_line, w);
      }
  }
  finish<Block, OcV, TH, TW, Tail>(acc, dst, dst_block, dst_line, oc, c, offset, consumer);
}

/// x_plane to the next input channel; the KW taps of a row are DW floats apart. Weights [ic][kh][KW][WRow].
template <int Block, int OcV, int TH, int TW, int SW, int KW, int DW, int WRow, bool Tail, class Consumer>
MGEC_NOINLINE void planar_tile(const float *x, int64_t x_plane, int64_t x_kh, int64_t x_line, int64_t ic, int64_t kh,
                               const float *w, float *dst, int64_t dst_block, int64_t dst_line, int64_t oc, int64_t c,
                               int64_t offset, const Consumer &consumer) {
  simd::f32v acc[OcV][TH * TW] = {};
  for (int64_t i = 0; i < ic; ++i, x += x_plane) {
    const float *row = x;
    for (int64_t r = 0; r < kh; ++r, row += x_kh, w += KW * WRow)
      accumulate<KW, DW, OcV, TH, TW, SW, WRow>(acc, row, x_line, w);
  }
  finish<Block, OcV, TH, TW, Tail>(acc, dst, dst_block, dst_line, oc, c, offset, consumer);
}

/// Leaves sums as they are: for products that are intermediate.
struct Identity {
  template <class V> MGEC_INLINE V operator()(V value, int64_t, int64_t) const { return value; }
};

} // namespace conv
MGEC_KERNELS_END
