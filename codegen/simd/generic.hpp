// generic.hpp: what every target can do, in plain vector arithmetic, four floats at a time.
//
// Namespace simd::isa holds the operations for which instruction sets differ. The templates here work for vectors of
// any width; avx2.hpp, avx512.hpp and neon.hpp add overloads for the exact types that they serve, which overload
// resolution prefers. simd.hpp calls them with vectors no wider than kBytes.
//
// Without a fused multiply-add in hardware (baseline x86-64) fma is a product and a sum, rounded twice.
#pragma once
#include "types.hpp"

MGEC_KERNELS_BEGIN
namespace simd {
namespace isa {

#if defined(__FMA__) || defined(__aarch64__) || (defined(__ARM_FEATURE_FMA) && defined(__ARM_NEON))
constexpr bool kFusedMultiplyAdd = true;
#else
constexpr bool kFusedMultiplyAdd = false;
#endif

MGEC_INLINE float fma(float a, float b, float c) {
  if constexpr (kFusedMultiplyAdd)
    return __builtin_fmaf(a, b, c);
  else
    return a * b + c;
}
MGEC_INLINE double fma(double a, double b, double c) {
  if constexpr (kFusedMultiplyAdd)
    return __builtin_fma(a, b, c);
  else
    return a * b + c;
}
template <class V> MGEC_INLINE V fma(V a, V b, V c) {
  if constexpr (!kFusedMultiplyAdd) {
    return a * b + c;
  } else {
#if defined(__clang__)
    return __builtin_elementwise_fma(a, b, c);
#else
    for (int i = 0; i < lanes_of<V>; ++i)
      a[i] = isa::fma(a[i], b[i], c[i]);
    return a;
#endif
  }
}

template <class V> MGEC_INLINE V select(mask_of<V> m, V a, V b) { return m ? a : b; }
template <class V> MGEC_INLINE V min(V a, V b) { return a < b ? a : b; }
template <class V> MGEC_INLINE V max(V a, V b) { return a > b ? a : b; }
#if defined(__SSE2__) && !defined(__clang__)
// g++ makes a comparison and a blend of the above where an operand is constant.
MGEC_INLINE vec<float, 4> min(vec<float, 4> a, vec<float, 4> b) { return __builtin_ia32_minps(a, b); }
MGEC_INLINE vec<float, 4> max(vec<float, 4> a, vec<float, 4> b) { return __builtin_ia32_maxps(a, b); }
#endif

/// Names the type that convert is to give.
template <class To> struct As {};
template <class To, class From> MGEC_INLINE To convert(As<To>, From v) { return __builtin_convertvector(v, To); }

// Truncation by way of integers is exact below 2^23; beyond, every float is whole. The sign of zero is kept.
template <class V> MGEC_INLINE V trunc(V x) {
  static_assert(same<scalar_of<V>, float>);
  using I = mask_of<V>;
  const I sign = (I)x & (I{} - 0x7fffffff - 1);
  const V magnitude = (V)((I)x & (I{} + 0x7fffffff));
  const I small = magnitude < (V{} + 8388608.0f);
  const V whole = __builtin_convertvector(__builtin_convertvector((V)((I)magnitude & small), I), V);
  return (V)((small & (I)whole) | (~small & (I)magnitude) | sign);
}
template <class V> MGEC_INLINE V floor(V x) {
  using I = mask_of<V>;
  const V t = isa::trunc(x);
  const V below = t - (V)((I)(V{} + 1.0f) & (t > x));
  return (V)((I)below | ((I)x & (I{} - 0x7fffffff - 1)));
}
template <class V> MGEC_INLINE V ceil(V x) { return -isa::floor(-x); }
// To nearest, ties to even: adding and subtracting 2^23 rounds in the default rounding mode.
template <class V> MGEC_INLINE V rint(V x) {
  static_assert(same<scalar_of<V>, float>);
  using I = mask_of<V>;
  const I sign = (I)x & (I{} - 0x7fffffff - 1);
  const V magnitude = (V)((I)x & (I{} + 0x7fffffff));
  const I small = magnitude < (V{} + 8388608.0f);
  const V whole = (magnitude + 8388608.0f) - 8388608.0f;
  return (V)((small & (I)whole) | (~small & (I)magnitude) | sign);
}
template <class V> MGEC_INLINE V sqrt(V x) {
#if defined(__clang__)
  return __builtin_elementwise_sqrt(x);
#else
  for (int i = 0; i < lanes_of<V>; ++i)
    x[i] = same<scalar_of<V>, float> ? __builtin_sqrtf(x[i]) : __builtin_sqrt(x[i]);
  return x;
#endif
}

// The first `count` lanes, the rest zero; nothing beyond them is touched.
template <class V> MGEC_INLINE V load_part(const scalar_of<V> *p, int64_t count) {
  V v{};
  for (int i = 0; i < lanes_of<V>; ++i)
    if (i < count)
      v[i] = p[i];
  return v;
}
template <class V> MGEC_INLINE void store_part(scalar_of<V> *p, V v, int64_t count) {
  for (int i = 0; i < lanes_of<V>; ++i)
    if (i < count)
      p[i] = v[i];
}

// acc[i] + a[2i]·b[2i] + a[2i+1]·b[2i+1], exact in 32 bits.
template <class V> MGEC_INLINE V dot2(V acc, vec<int16_t, 2 * lanes_of<V>> a, vec<int16_t, 2 * lanes_of<V>> b) {
  constexpr int n = lanes_of<V>;
  const V x = (V)a, y = (V)b; // low half: even element
  static_assert(n * sizeof(int32_t) == sizeof(V));
  return acc + ((x << 16) >> 16) * ((y << 16) >> 16) + (x >> 16) * (y >> 16);
}
// Sums of neighbours: a0 + a1, a2 + a3, …, b0 + b1, b2 + b3, …
template <class V, int... I> MGEC_INLINE V pair_sum(V a, V b, detail::Seq<I...>) {
  return __builtin_shufflevector(a, b, (2 * I)...) + __builtin_shufflevector(a, b, (2 * I + 1)...);
}
template <class V> MGEC_INLINE V pair_sum(V a, V b) { return isa::pair_sum(a, b, detail::Indices<lanes_of<V>>{}); }
// acc[i] + Σ_{j<4} a[4i+j]·b[4i+j] with a unsigned and b signed, exact in 32 bits.
template <class V> MGEC_INLINE V dot4(V acc, vec<uint8_t, 4 * lanes_of<V>> a, vec<int8_t, 4 * lanes_of<V>> b) {
  using U = rebind<V, uint32_t>;
  const U x = (U)a;
  const V y = (V)b;
  acc += (V)(x & 255) * ((y << 24) >> 24);
  acc += (V)((x >> 8) & 255) * ((y << 16) >> 24);
  acc += (V)((x >> 16) & 255) * ((y << 8) >> 24);
  acc += (V)(x >> 24) * (y >> 24);
  return acc;
}
// The same with both signed.
template <class V> MGEC_INLINE V dot4(V acc, vec<int8_t, 4 * lanes_of<V>> a, vec<int8_t, 4 * lanes_of<V>> b) {
  const V x = (V)a, y = (V)b;
  acc += ((x << 24) >> 24) * ((y << 24) >> 24);
  acc += ((x << 16) >> 24) * ((y << 16) >> 24);
  acc += ((x << 8) >> 24) * ((y << 8) >> 24);
  acc += (x >> 24) * (y >> 24);
  return acc;
}

} // namespace isa
} // namespace simd
MGEC_KERNELS_END
