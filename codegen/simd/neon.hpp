// neon.hpp: aarch64 Advanced SIMD, four floats at a time; sdot where the compiler is told of it.
#pragma once
#include "generic.hpp"

MGEC_KERNELS_BEGIN
namespace simd {
namespace isa {

using F4 = vec<float, 4>;
using I4 = vec<int32_t, 4>;

#if !defined(__clang__)
MGEC_INLINE F4 fma(F4 a, F4 b, F4 c) { return __builtin_aarch64_fmav4sf(a, b, c); }
MGEC_INLINE vec<double, 2> fma(vec<double, 2> a, vec<double, 2> b, vec<double, 2> c) {
  return __builtin_aarch64_fmav2df(a, b, c);
}
MGEC_INLINE F4 sqrt(F4 x) { return __builtin_aarch64_sqrtv4sf(x); }
#if __has_builtin(__builtin_aarch64_floorv4sf) && __has_builtin(__builtin_aarch64_btruncv4sf)
MGEC_INLINE F4 floor(F4 x) { return __builtin_aarch64_floorv4sf(x); }
MGEC_INLINE F4 ceil(F4 x) { return __builtin_aarch64_ceilv4sf(x); }
MGEC_INLINE F4 trunc(F4 x) { return __builtin_aarch64_btruncv4sf(x); }
#endif
#else
MGEC_INLINE F4 rint(F4 x) { return __builtin_elementwise_roundeven(x); }
MGEC_INLINE F4 floor(F4 x) { return __builtin_elementwise_floor(x); }
MGEC_INLINE F4 ceil(F4 x) { return __builtin_elementwise_ceil(x); }
MGEC_INLINE F4 trunc(F4 x) { return __builtin_elementwise_trunc(x); }
#endif
#if !defined(__clang__)
MGEC_INLINE F4 rint(F4 x) {
  asm("frintn %0.4s, %1.4s" : "=w"(x) : "w"(x));
  return x;
}
#endif

#if defined(__ARM_FEATURE_DOTPROD)
MGEC_INLINE I4 dot4(I4 acc, vec<int8_t, 16> a, vec<int8_t, 16> b) {
  asm("sdot %0.4s, %1.16b, %2.16b" : "+w"(acc) : "w"(a), "w"(b));
  return acc;
}
#endif

} // namespace isa
} // namespace simd
MGEC_KERNELS_END
