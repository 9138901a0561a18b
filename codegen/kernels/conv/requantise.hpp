// requantise.hpp: what follows the exact sums of a quantised convolution.
//
//     dst = clamp(round(relu(float(sum + bias[c]) * scale)), -128, 127)
//     scale = scale_src * scale_filter / scale_dst
//
// Rounding is half away from zero. One factor stands for the two scales and the quotient, as in MegEngine's own
// optimised kernels: single elements within an ulp of a tie may differ by one step from the formula with a division.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace conv {

template <bool Relu> struct Requantise {
  const int32_t *bias; // null for none; padded to whole vectors
  float scale;
  template <class V> MGEC_INLINE auto operator()(V sum, int64_t c, int64_t) const {
    if (bias) sum = sum + simd::load<V>(bias + c);
    auto real = simd::convert<float>(sum) * scale;
    if constexpr (Relu) real = simd::max(real, simd::zero<decltype(real)>());
    return simd::quantise_int(real, -128.0f, 127.0f);
  }
};

/// The sums themselves, plus the bias.
struct AddBias {
  const int32_t *bias;
  template <class V> MGEC_INLINE V operator()(V sum, int64_t c, int64_t) const {
    return bias ? sum + simd::load<V>(bias + c) : sum;
  }
};

} // namespace conv
MGEC_KERNELS_END
