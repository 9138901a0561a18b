// int8.hpp: convolution of 8-bit maps with exact 32-bit sums, on blocked maps.
//
//     dst[c + o][t] = consumer( Σ_ic Σ_r Σ_s  (x[ic][r][s + t] - x_zero) · w[ic][r][s][o] )
//
// The source always comes through a strip (strip.hpp), in the element that the instruction set multiplies fastest:
//
//     dot products of bytes, unsigned by signed (VNNI)    StripElement uint8_t
//     dot products of bytes, signed by signed (sdot)      StripElement int8_t
//     otherwise pairs of 16-bit products                  StripElement int16_t
//
// For a source of type S (int8_t or uint8_t) whose zero point is `zero` the strip is made by
//
//     strip<Block>(…, strip_zero<S>(zero), Shift<StripElement>{strip_shift<S>(zero)})
//
// and x_zero = strip_zero<S>(zero); `w_sum`, Σ w of each output channel, corrects the sums for it. They are exact as
// long as they fit 32 bits.
//
// Weights int8 [ic / Block][kh][kw][Block / 4][WRow][4 input channels], WRow output channels a row, zero where there
// are no channels, so that every instruction set reads the same bytes; 64-byte aligned.
//
// The consumer takes the sums as int32 vectors and returns what store_as puts into dst's element: for 8-bit results
// integers in range (simd::quantise_int) or floats that are whole (simd::quantise).
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace conv {

#if (defined(__AVX512VNNI__) && defined(__AVX512VL__)) || defined(__AVXVNNI__)
using StripElement = uint8_t;
#elif defined(__ARM_FEATURE_DOTPROD)
using StripElement = int8_t;
#else
using StripElement = int16_t;
#endif
constexpr bool kByteDot = sizeof(StripElement) == 1;
/// Output channels of one vector of sums; two vectors make kLanes channels where products come in pairs.
constexpr int kSumChannels = kByteDot ? simd::kLanes : simd::kLanes / 2;

/// What the strip holds where the source holds its zero point, hence also in the padding.
template <class S> constexpr StripElement strip_zero(int32_t zero) {
  if constexpr (!kByteDot)
    return 0;
  else if constexpr (simd::same<StripElement, uint8_t>)
    return (StripElement)(simd::same<S, int8_t> ? zero + 128 : zero);
  else
    return (StripElement)(simd::same<S, uint8_t> ? zero - 128 : zero);
}
/// What the strip adds to the elements of the source, modulo its element.
template <class S> constexpr StripElement strip_shift(int32_t zero) {
  return (StripElement)(strip_zero<S>(zero) - zero);
}

MGEC_INLINE auto load_dot_weights(const int8_t *w) {
  if constexpr (kByteDot)
    return simd::load<simd::vec<int8_t, 4 * simd::kLanes>>(w);
  else
    return simd::load_as<simd::vec<int16_t, 2 * simd::kLanes>>(w);
}
/// Four consecutive input channels of a pixel in every group of lanes.
MGEC_INLINE auto splat_dot_input(const StripElement *x) {
  if constexpr (kByteDot) {
    int32_t four;
    __builtin_memcpy(&four, x, 4);
    return simd::bitcast<simd::vec<StripElement, 4 * simd::kLanes>>(simd::splat<simd::i32v>(four));
  } else {
    int64_t four;
    __builtin_memcpy(&four, x, 8);
    return simd::bitcast<simd::vec<int16_t, 2 * simd::kLanes>>(simd::splat<simd::vec<int64_t, simd::kLanes / 2>>(four));
  }
}

/// A register tile as conv::tile, of OcV vectors of sums (kSumChannels output channels each). Offsets are in elements
/// of the strip; rows of the last channel block beyond the channels that exist are read (and multiplied by zero
/// weights).
template <int Block, int OcV, int TH, int TW, int SW, int WRow, bool Tail, class Dst, class Consumer>
MGEC_NOINLINE void int8_tile(const StripElement *x, int64_t x_block, int64_t x_kh, int64_t x_kw, int64_t x_line,
                             int64_t blocks, int64_t kh, int64_t kw, const int8_t *w, int32_t x_zero,
                             const int32_t *w_sum, Dst *dst, int64_t dst_block, int64_t dst_line, int64_t oc, int64_t c,
                             int64_t offset, const Consumer &consumer) {
  using V = simd::i32v;
  static_assert(kByteDot || OcV % 2 == 0, "pairs of sums make a vector of channels");
  V acc[OcV][TH * TW] = {};
  for (int64_t b = 0; b < blocks; ++b, x += x_block) {
    const StripElement *row = x;
    for (int64_t r = 0; r < kh; ++r, row += x_kh) {
      const StripElement *tap = row;
      for (int64_t s = 0; s < kw; ++s, tap += x_kw) {
#pragma GCC unroll 4
        for (int i = 0; i < Block; i += 4, w += 4 * WRow) {
          simd::opaque(tap);
          decltype(load_dot_weights(w)) weights[OcV];
#pragma GCC unroll 8
          for (int o = 0; o < OcV; ++o)
            weights[o] = load_dot_weights(w + o * kSumChannels * 4);
#pragma GCC unroll 32
          for (int t = 0; t < TH * TW; ++t) {
            const auto value = splat_dot_input(tap + (t / TW) * x_line + (t % TW) * SW * Block + i);
#pragma GCC unroll 8
            for (int o = 0; o < OcV; ++o) {
              if constexpr (kByteDot)
                acc[o][t] = simd::dot4(acc[o][t], value, weights[o]);
              else
                acc[o][t] = simd::dot2(acc[o][t], value, weights[o]);
              simd::pin(acc[o][t]);
            }
          }
        }
      }
    }
  }
  constexpr int per_vector = simd::kLanes / kSumChannels;
#pragma GCC unroll 8
  for (int o = 0; o < OcV / per_vector; ++o) {
    const int lane = o * simd::kLanes;
    V correction{};
    if (x_zero != 0)
      correction = simd::load<V>(w_sum + c + lane) * x_zero;
#pragma GCC unroll 32
    for (int t = 0; t < TH * TW; ++t) {
      const int64_t at = offset + (lane / Block) * dst_block + (t / TW) * dst_line + (t % TW) * Block + lane % Block;
      V sum;
      if constexpr (kByteDot)
        sum = acc[o][t];
      else
        sum = simd::pair_sum(acc[2 * o][t], acc[2 * o + 1][t]);
      auto v = consumer(sum - correction, c + lane, at);
      if constexpr (Tail)
        v = simd::keep_lanes(v, oc - c - lane);
      simd::store_as<Dst>(dst + at, v);
    }
  }
}

} // namespace conv
MGEC_KERNELS_END
