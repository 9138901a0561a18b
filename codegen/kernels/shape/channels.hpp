// channels.hpp: rearranging the channels of blocked maps where that does not come out at whole blocks: concat, slice
// and channel shuffle with channel counts that are no multiples of the block.
//
//     permute        dst[p][l] = (a[p] ++ b[p])[I_l]: any choice of lanes from two source blocks, fixed at compile time
//     copy_lanes     dst[p][to + i] = src[p][from + i], other lanes stay: one run of channels of one of many sources
//     zero_lanes     dst[p][l] = 0 from one lane on
//
// All work on `pixels` neighbouring pixels of one output block. An output block made of whole blocks is a copy_row.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace shape {

/// The indices of a permutation, for compile-time use.
template <int... I> struct Choice {
  static constexpr int at[sizeof...(I)] = {I...};
  /// Whether lanes [first, first + n) take something from source vector `source`.
  static constexpr bool uses(int first, int n, int source) {
    for (int l = first; l < first + n; ++l)
      if (at[l] >= 0 && at[l] / n == source)
        return true;
    return false;
  }
};

/// `result` with the lanes that come from source vector Source; First is the result's first lane.
template <class Indices, int First, int Source, int... L>
MGEC_INLINE simd::f32v merge(simd::f32v result, simd::f32v source, simd::detail::Seq<L...>) {
  constexpr int n = simd::kLanes;
  return __builtin_shufflevector(
      result, source,
      (Indices::at[First + L] >= 0 && Indices::at[First + L] / n == Source ? n + Indices::at[First + L] % n : L)...);
}

template <class Indices, int Block, int First, int Source>
MGEC_INLINE simd::f32v merge_all(simd::f32v result, const float *a, const float *b) {
  constexpr int n = simd::kLanes, per_block = Block / n;
  if constexpr (Source == 2 * per_block) {
    return result;
  } else {
    if constexpr (Indices::uses(First, n, Source)) {
      const float *from = Source < per_block ? a + Source * n : b + (Source - per_block) * n;
      result = merge<Indices, First, Source>(result, simd::load<simd::f32v>(from), simd::detail::Indices<n>{});
    }
    return merge_all<Indices, Block, First, Source + 1>(result, a, b);
  }
}

template <class Indices, int Block, int First>
MGEC_INLINE void permute_pixel(const float *a, const float *b, float *dst) {
  if constexpr (First < Block) {
    simd::store(dst + First, merge_all<Indices, Block, First, 0>(simd::f32v{}, a, b));
    permute_pixel<Indices, Block, First + simd::kLanes>(a, b, dst);
  }
}

/// I: Block indices into a's lanes followed by b's; -1 makes a zero. b may be a.
template <int Block, int... I> MGEC_NOINLINE void permute(const float *a, const float *b, float *dst, int64_t pixels) {
  static_assert(sizeof...(I) == Block, "one index a lane");
  static_assert(Block % simd::kLanes == 0, "a vector is never wider than a block");
  for (int64_t p = 0; p < pixels; ++p)
    permute_pixel<Choice<I...>, Block, 0>(a + p * Block, b + p * Block, dst + p * Block);
}

template <int Block>
MGEC_NOINLINE void copy_lanes(const float *src, int64_t from, float *dst, int64_t to, int64_t count, int64_t pixels) {
  src += from;
  dst += to;
  for (int64_t i = 0; i < count; ++i)
    for (int64_t p = 0; p < pixels; ++p)
      dst[p * Block + i] = src[p * Block + i];
}

template <int Block> MGEC_NOINLINE void zero_lanes(float *dst, int64_t from, int64_t pixels) {
  for (int64_t p = 0; p < pixels; ++p)
    for (int64_t l = from; l < Block; ++l)
      dst[p * Block + l] = 0.0f;
}

} // namespace shape
MGEC_KERNELS_END
