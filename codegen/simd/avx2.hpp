// avx2.hpp: x86-64-v3 (AVX2 and FMA), eight floats at a time.
//
// Compiler builtins instead of <immintrin.h>, which would cost more compile time than the kernels; each is tested for,
// so that a compiler without it falls back to the plain form of generic.hpp. clang reaches the same instructions
// through its elementwise builtins there.
#pragma once
#include "generic.hpp"

MGEC_KERNELS_BEGIN
namespace simd {
namespace isa {

using F4 = vec<float, 4>;
using F8 = vec<float, 8>;
using I4 = vec<int32_t, 4>;
using I8 = vec<int32_t, 8>;

#if !defined(__clang__)
MGEC_INLINE F4 fma(F4 a, F4 b, F4 c) { return __builtin_ia32_vfmaddps(a, b, c); }
MGEC_INLINE F8 fma(F8 a, F8 b, F8 c) { return __builtin_ia32_vfmaddps256(a, b, c); }
MGEC_INLINE vec<double, 2> fma(vec<double, 2> a, vec<double, 2> b, vec<double, 2> c) {
  return __builtin_ia32_vfmaddpd(a, b, c);
}
MGEC_INLINE vec<double, 4> fma(vec<double, 4> a, vec<double, 4> b, vec<double, 4> c) {
  return __builtin_ia32_vfmaddpd256(a, b, c);
}
// Rounding control 0 nearest even, 1 down, 2 up, 3 toward zero.
MGEC_INLINE F4 rint(F4 x) { return __builtin_ia32_roundps(x, 0); }
MGEC_INLINE F8 rint(F8 x) { return __builtin_ia32_roundps256(x, 0); }
MGEC_INLINE F4 floor(F4 x) { return __builtin_ia32_roundps(x, 1); }
MGEC_INLINE F8 floor(F8 x) { return __builtin_ia32_roundps256(x, 1); }
MGEC_INLINE F4 ceil(F4 x) { return __builtin_ia32_roundps(x, 2); }
MGEC_INLINE F8 ceil(F8 x) { return __builtin_ia32_roundps256(x, 2); }
MGEC_INLINE F4 trunc(F4 x) { return __builtin_ia32_roundps(x, 3); }
MGEC_INLINE F8 trunc(F8 x) { return __builtin_ia32_roundps256(x, 3); }
MGEC_INLINE F4 sqrt(F4 x) { return __builtin_ia32_sqrtps(x); }
MGEC_INLINE F8 sqrt(F8 x) { return __builtin_ia32_sqrtps256(x); }
MGEC_INLINE F8 min(F8 a, F8 b) { return __builtin_ia32_minps256(a, b); }
MGEC_INLINE F8 max(F8 a, F8 b) { return __builtin_ia32_maxps256(a, b); }
// g++ widens small integers in two halves of shuffles each; these are one instruction.
using B16 = vec<int8_t, 16>;
using U16 = vec<uint8_t, 16>;
template <class V> MGEC_INLINE vec<char, 16> in_low_half(V v) {
  return (vec<char, 16>)vec<int64_t, 2>{__builtin_bit_cast(int64_t, v), 0};
}
MGEC_INLINE vec<int16_t, 16> convert(As<vec<int16_t, 16>>, B16 v) {
  return (vec<int16_t, 16>)__builtin_ia32_pmovsxbw256((vec<char, 16>)v);
}
MGEC_INLINE vec<int16_t, 16> convert(As<vec<int16_t, 16>>, U16 v) {
  return (vec<int16_t, 16>)__builtin_ia32_pmovzxbw256((vec<char, 16>)v);
}
MGEC_INLINE I8 convert(As<I8>, vec<int8_t, 8> v) { return (I8)__builtin_ia32_pmovsxbd256(in_low_half(v)); }
MGEC_INLINE I8 convert(As<I8>, vec<uint8_t, 8> v) { return (I8)__builtin_ia32_pmovzxbd256(in_low_half(v)); }
MGEC_INLINE I8 convert(As<I8>, vec<int16_t, 8> v) { return (I8)__builtin_ia32_pmovsxwd256(v); }
MGEC_INLINE I8 convert(As<I8>, vec<uint16_t, 8> v) { return (I8)__builtin_ia32_pmovzxwd256((vec<int16_t, 8>)v); }
// And narrows lane by lane. What remains after masking is in range of the saturating packs.
MGEC_INLINE vec<uint16_t, 8> convert(As<vec<uint16_t, 8>>, I8 v) {
  v &= 0xffff;
  return (vec<uint16_t, 8>)__builtin_ia32_packusdw128(__builtin_shufflevector(v, v, 0, 1, 2, 3),
                                                      __builtin_shufflevector(v, v, 4, 5, 6, 7));
}
MGEC_INLINE vec<int16_t, 8> convert(As<vec<int16_t, 8>>, I8 v) {
  return (vec<int16_t, 8>)isa::convert(As<vec<uint16_t, 8>>{}, v);
}
MGEC_INLINE vec<uint8_t, 8> convert(As<vec<uint8_t, 8>>, I8 v) {
  const auto words = (vec<int16_t, 8>)isa::convert(As<vec<uint16_t, 8>>{}, v & 0xff);
  const auto bytes = (vec<int64_t, 2>)__builtin_ia32_packuswb128(words, words);
  return __builtin_bit_cast(vec<uint8_t, 8>, (int64_t)bytes[0]);
}
MGEC_INLINE vec<int8_t, 8> convert(As<vec<int8_t, 8>>, I8 v) {
  return (vec<int8_t, 8>)isa::convert(As<vec<uint8_t, 8>>{}, v);
}
#else
MGEC_INLINE F4 rint(F4 x) { return __builtin_elementwise_roundeven(x); }
MGEC_INLINE F8 rint(F8 x) { return __builtin_elementwise_roundeven(x); }
MGEC_INLINE F4 floor(F4 x) { return __builtin_elementwise_floor(x); }
MGEC_INLINE F8 floor(F8 x) { return __builtin_elementwise_floor(x); }
MGEC_INLINE F4 ceil(F4 x) { return __builtin_elementwise_ceil(x); }
MGEC_INLINE F8 ceil(F8 x) { return __builtin_elementwise_ceil(x); }
MGEC_INLINE F4 trunc(F4 x) { return __builtin_elementwise_trunc(x); }
MGEC_INLINE F8 trunc(F8 x) { return __builtin_elementwise_trunc(x); }
#endif

#if __has_builtin(__builtin_ia32_maskloadps256) && __has_builtin(__builtin_ia32_maskstoreps256)
MGEC_INLINE I8 first_lanes(int64_t count) {
  const I8 iota = {0, 1, 2, 3, 4, 5, 6, 7};
  return iota < (I8{} + (int32_t)count);
}
template <> MGEC_INLINE F8 load_part<F8>(const float *p, int64_t count) {
  return (F8)__builtin_ia32_maskloadps256((const F8 *)p, first_lanes(count));
}
template <> MGEC_INLINE void store_part<F8>(float *p, F8 v, int64_t count) {
  __builtin_ia32_maskstoreps256((F8 *)p, first_lanes(count), v);
}
template <> MGEC_INLINE I8 load_part<I8>(const int32_t *p, int64_t count) {
  return (I8)__builtin_ia32_maskloadps256((const F8 *)p, first_lanes(count));
}
template <> MGEC_INLINE void store_part<I8>(int32_t *p, I8 v, int64_t count) {
  __builtin_ia32_maskstoreps256((F8 *)p, first_lanes(count), (F8)v);
}
#endif

#if __has_builtin(__builtin_ia32_pmaddwd256)
MGEC_INLINE I8 dot2(I8 acc, vec<int16_t, 16> a, vec<int16_t, 16> b) {
  return acc + (I8)__builtin_ia32_pmaddwd256(a, b);
}
#endif
#if __has_builtin(__builtin_ia32_pmaddwd128)
MGEC_INLINE I4 dot2(I4 acc, vec<int16_t, 8> a, vec<int16_t, 8> b) { return acc + (I4)__builtin_ia32_pmaddwd128(a, b); }
#endif

// Within each half of the registers first: one instruction a shuffle.
MGEC_INLINE I8 pair_sum(I8 a, I8 b) {
  const I8 sums = __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14) +
                  __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
  const auto pairs = (vec<int64_t, 4>)sums;
  return (I8)__builtin_shufflevector(pairs, pairs, 0, 2, 1, 3);
}

// Inline assembly, because g++ spills the accumulators around its builtin.
#if defined(__AVXVNNI__) && !defined(__AVX512VNNI__)
MGEC_INLINE I8 dot4(I8 acc, vec<uint8_t, 32> a, vec<int8_t, 32> b) {
  asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(acc) : "x"(a), "x"(b));
  return acc;
}
#elif defined(__AVX512VNNI__) && defined(__AVX512VL__)
MGEC_INLINE I8 dot4(I8 acc, vec<uint8_t, 32> a, vec<int8_t, 32> b) {
  asm("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(a), "v"(b));
  return acc;
}
#else
// Widened to 16 bits and multiplied in pairs: exact, unlike a chain through saturating 8-bit products.
MGEC_INLINE I8 dot4(I8 acc, vec<uint8_t, 32> a, vec<int8_t, 32> b) {
  using S = vec<int16_t, 16>;
  const S a_even = (S)((vec<uint16_t, 16>)a & 255), a_odd = (S)((vec<uint16_t, 16>)a >> 8);
  const S b_even = (S)((S)b << 8) >> 8, b_odd = (S)b >> 8;
  return dot2(dot2(acc, a_even, b_even), a_odd, b_odd);
}
#endif

} // namespace isa
} // namespace simd
MGEC_KERNELS_END
