// avx512.hpp: x86-64-v4 (AVX-512 F, BW, CD, DQ, VL), sixteen floats at a time; VNNI where the compiler is told of it.
//
// The shorter vectors are served by avx2.hpp.
#pragma once
#include "avx2.hpp"

MGEC_KERNELS_BEGIN
namespace simd {
namespace isa {

using F16 = vec<float, 16>;
using I16 = vec<int32_t, 16>;

#if !defined(__clang__)
// 4: round as the environment says (nearest even).
MGEC_INLINE F16 fma(F16 a, F16 b, F16 c) { return __builtin_ia32_vfmaddps512_mask(a, b, c, (uint16_t)-1, 4); }
MGEC_INLINE vec<double, 8> fma(vec<double, 8> a, vec<double, 8> b, vec<double, 8> c) {
  return __builtin_ia32_vfmaddpd512_mask(a, b, c, (uint8_t)-1, 4);
}
MGEC_INLINE F16 rint(F16 x) { return __builtin_ia32_rndscaleps_mask(x, 0, x, (uint16_t)-1, 4); }
MGEC_INLINE F16 floor(F16 x) { return __builtin_ia32_rndscaleps_mask(x, 1, x, (uint16_t)-1, 4); }
MGEC_INLINE F16 ceil(F16 x) { return __builtin_ia32_rndscaleps_mask(x, 2, x, (uint16_t)-1, 4); }
MGEC_INLINE F16 trunc(F16 x) { return __builtin_ia32_rndscaleps_mask(x, 3, x, (uint16_t)-1, 4); }
MGEC_INLINE F16 sqrt(F16 x) { return __builtin_ia32_sqrtps512_mask(x, x, (uint16_t)-1, 4); }
MGEC_INLINE F16 min(F16 a, F16 b) { return __builtin_ia32_minps512_mask(a, b, a, (uint16_t)-1, 4); }
MGEC_INLINE F16 max(F16 a, F16 b) { return __builtin_ia32_maxps512_mask(a, b, a, (uint16_t)-1, 4); }
MGEC_INLINE vec<int16_t, 32> convert(As<vec<int16_t, 32>>, vec<int8_t, 32> v) {
  return (vec<int16_t, 32>)__builtin_ia32_pmovsxbw512_mask((vec<char, 32>)v, vec<int16_t, 32>{}, (uint32_t)-1);
}
MGEC_INLINE vec<int16_t, 32> convert(As<vec<int16_t, 32>>, vec<uint8_t, 32> v) {
  return (vec<int16_t, 32>)__builtin_ia32_pmovzxbw512_mask((vec<char, 32>)v, vec<int16_t, 32>{}, (uint32_t)-1);
}
MGEC_INLINE I16 convert(As<I16>, vec<int8_t, 16> v) {
  return __builtin_ia32_pmovsxbd512_mask((vec<char, 16>)v, I16{}, (uint16_t)-1);
}
MGEC_INLINE I16 convert(As<I16>, vec<uint8_t, 16> v) {
  return __builtin_ia32_pmovzxbd512_mask((vec<char, 16>)v, I16{}, (uint16_t)-1);
}
MGEC_INLINE I16 convert(As<I16>, vec<int16_t, 16> v) { return __builtin_ia32_pmovsxwd512_mask(v, I16{}, (uint16_t)-1); }
MGEC_INLINE I16 convert(As<I16>, vec<uint16_t, 16> v) {
  return __builtin_ia32_pmovzxwd512_mask((vec<int16_t, 16>)v, I16{}, (uint16_t)-1);
}
#else
MGEC_INLINE F16 rint(F16 x) { return __builtin_elementwise_roundeven(x); }
MGEC_INLINE F16 floor(F16 x) { return __builtin_elementwise_floor(x); }
MGEC_INLINE F16 ceil(F16 x) { return __builtin_elementwise_ceil(x); }
MGEC_INLINE F16 trunc(F16 x) { return __builtin_elementwise_trunc(x); }
#endif

#if __has_builtin(__builtin_ia32_loadups512_mask) && __has_builtin(__builtin_ia32_storeups512_mask)
MGEC_INLINE uint16_t first_lanes16(int64_t count) {
  return count >= 16 ? (uint16_t)0xffff : count <= 0 ? (uint16_t)0 : (uint16_t)((1u << count) - 1);
}
template <> MGEC_INLINE F16 load_part<F16>(const float *p, int64_t count) {
  return __builtin_ia32_loadups512_mask(p, F16{}, first_lanes16(count));
}
template <> MGEC_INLINE void store_part<F16>(float *p, F16 v, int64_t count) {
  __builtin_ia32_storeups512_mask(p, v, first_lanes16(count));
}
template <> MGEC_INLINE I16 load_part<I16>(const int32_t *p, int64_t count) {
  return (I16)__builtin_ia32_loadups512_mask((const float *)p, F16{}, first_lanes16(count));
}
template <> MGEC_INLINE void store_part<I16>(int32_t *p, I16 v, int64_t count) {
  __builtin_ia32_storeups512_mask((float *)p, (F16)v, first_lanes16(count));
}
#endif

#if defined(__clang__) && __has_builtin(__builtin_ia32_pmaddwd512)
MGEC_INLINE I16 dot2(I16 acc, vec<int16_t, 32> a, vec<int16_t, 32> b) {
  return acc + (I16)__builtin_ia32_pmaddwd512(a, b);
}
#elif !defined(__clang__)
MGEC_INLINE I16 dot2(I16 acc, vec<int16_t, 32> a, vec<int16_t, 32> b) {
  return acc + (I16)__builtin_ia32_pmaddwd512_mask(a, b, I16{}, (uint16_t)-1);
}
#endif

MGEC_INLINE I16 pair_sum(I16 a, I16 b) {
  const I16 sums = __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30) +
                   __builtin_shufflevector(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31);
  const auto pairs = (vec<int64_t, 8>)sums;
  return (I16)__builtin_shufflevector(pairs, pairs, 0, 2, 4, 6, 1, 3, 5, 7);
}

#if defined(__AVX512VNNI__)
MGEC_INLINE I16 dot4(I16 acc, vec<uint8_t, 64> a, vec<int8_t, 64> b) {
  asm("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(a), "v"(b));
  return acc;
}
#else
MGEC_INLINE I16 dot4(I16 acc, vec<uint8_t, 64> a, vec<int8_t, 64> b) {
  using S = vec<int16_t, 32>;
  const S a_even = (S)((vec<uint16_t, 32>)a & 255), a_odd = (S)((vec<uint16_t, 32>)a >> 8);
  const S b_even = (S)((S)b << 8) >> 8, b_odd = (S)b >> 8;
  return isa::dot2(isa::dot2(acc, a_even, b_even), a_odd, b_odd);
}
#endif

} // namespace isa
} // namespace simd
MGEC_KERNELS_END
