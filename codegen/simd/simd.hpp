// simd.hpp: the vector vocabulary that every kernel is written in.
//
//     f32v, i32v                   a native vector of floats / 32-bit integers, kLanes of them
//     vec<T, N>                    a vector of any width; vec<T, 1> is T
//     load<V>(p), store(p, v)      any alignment; load_aligned, store_aligned need sizeof(V)
//     load_part, store_part        the same for the first `count` elements only
//     load_as<V>(p), store_as      elements of p's type, converted to or from V's
//     splat<V>(s), splat_as<V>(s), zero<V>(), iota<V>()
//     fma, min, max, abs, copysign, sqrt, floor, ceil, trunc, rint, round, select, convert, bitcast
//     sum, max_lane                horizontal, by halving: the order is fixed
//     keep_lanes(v, n)             zero from lane n on
//     lower, upper, concat, even, odd, interleave_lower, interleave_upper, transpose
//     dot2, dot4, pair_sum         integer products summed in groups of two or four lanes; sums of neighbours
//     pin, opaque                  steer the register allocator in unrolled tiles
//
// Every function also takes V = float (or another scalar) where that has a meaning, so that code templated on V serves
// vectors and tails alike. Arithmetic and comparisons are the operators of the language.
//
// Number semantics: fma is fused except on targets without it (kFusedMultiplyAdd), where it rounds twice. min(a, b) is
// a < b ? a : b and max(a, b) is a > b ? a : b, hence b when either is NaN. rint rounds ties to even, round away from
// zero. convert<int32> truncates; out of range it gives what the target gives.
//
// MGEC_SIMD_LANES, if defined, sets kLanes in place of the target's width: kernels then run on vectors wider or
// narrower than the registers, as a test of their logic.
#pragma once

#include "generic.hpp"
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#include "avx512.hpp"
#elif defined(__AVX2__) && defined(__FMA__)
#include "avx2.hpp"
#elif defined(__aarch64__)
#include "neon.hpp"
#endif

MGEC_KERNELS_BEGIN
namespace simd {

using isa::kFusedMultiplyAdd;

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
constexpr int kRegisterBytes = 64;
#elif defined(__AVX2__) && defined(__FMA__)
constexpr int kRegisterBytes = 32;
#else
constexpr int kRegisterBytes = 16;
#endif
#if defined(MGEC_SIMD_LANES)
constexpr int kLanes = MGEC_SIMD_LANES;
#else
constexpr int kLanes = kRegisterBytes / 4;
#endif

using f32v = vec<float, kLanes>;
using i32v = vec<int32_t, kLanes>;

namespace detail {
template <class V> constexpr bool kWide = is_vector<V> && sizeof(V) > kRegisterBytes;

template <int Offset, int Step, class V, int... I> MGEC_INLINE auto pick(V a, V b, Seq<I...>) {
  return __builtin_shufflevector(a, b, (Offset + Step * I)...);
}
// Lane i of the result comes from a (even i) or b (odd i), element Offset + i/2.
template <int Offset, class V, int... I> MGEC_INLINE V zip(V a, V b, Seq<I...>) {
  return __builtin_shufflevector(a, b, (Offset + I / 2 + (I % 2) * lanes_of<V>)...);
}
} // namespace detail

// ---- Shuffles ------------------------------------------------------------------------------------------------------

template <class V> using half_of = vec<scalar_of<V>, lanes_of<V> / 2>;
template <class V> using double_of = vec<scalar_of<V>, lanes_of<V> * 2>;

template <class V> MGEC_INLINE half_of<V> lower(V v) {
  if constexpr (lanes_of<V> == 2)
    return v[0];
  else
    return detail::pick<0, 1>(v, v, detail::Indices<lanes_of<V> / 2>{});
}
template <class V> MGEC_INLINE half_of<V> upper(V v) {
  if constexpr (lanes_of<V> == 2)
    return v[1];
  else
    return detail::pick<lanes_of<V> / 2, 1>(v, v, detail::Indices<lanes_of<V> / 2>{});
}
template <class V> MGEC_INLINE double_of<V> concat(V a, V b) {
  if constexpr (!is_vector<V>)
    return double_of<V>{a, b};
  else
    return detail::pick<0, 1>(a, b, detail::Indices<2 * lanes_of<V>>{});
}
// Elements 0 2 4 … (even) or 1 3 5 … (odd) of a followed by b.
template <class V> MGEC_INLINE V even(V a, V b) { return detail::pick<0, 2>(a, b, detail::Indices<lanes_of<V>>{}); }
template <class V> MGEC_INLINE V odd(V a, V b) { return detail::pick<1, 2>(a, b, detail::Indices<lanes_of<V>>{}); }
// a0 b0 a1 b1 … of the lower or upper halves.
template <class V> MGEC_INLINE V interleave_lower(V a, V b) {
  return detail::zip<0>(a, b, detail::Indices<lanes_of<V>>{});
}
template <class V> MGEC_INLINE V interleave_upper(V a, V b) {
  return detail::zip<lanes_of<V> / 2>(a, b, detail::Indices<lanes_of<V>>{});
}
// rows[i][j] becomes rows[j][i]; as many rows as lanes.
template <class V> MGEC_INLINE void transpose(V (&rows)[lanes_of<V>]) {
  constexpr int n = lanes_of<V>;
#pragma GCC unroll 8
  for (int step = 1; step < n; step *= 2) {
    V next[n];
#pragma GCC unroll 32
    for (int i = 0; i < n / 2; ++i) {
      next[2 * i] = interleave_lower(rows[i], rows[i + n / 2]);
      next[2 * i + 1] = interleave_upper(rows[i], rows[i + n / 2]);
    }
#pragma GCC unroll 32
    for (int i = 0; i < n; ++i)
      rows[i] = next[i];
  }
}

// ---- Memory --------------------------------------------------------------------------------------------------------

template <class V> MGEC_INLINE V load(const scalar_of<V> *p) {
  return *(const typename VecOf<scalar_of<V>, lanes_of<V>>::unaligned *)p;
}
template <class V> MGEC_INLINE V load_aligned(const scalar_of<V> *p) {
  return *(const typename VecOf<scalar_of<V>, lanes_of<V>>::aligned *)p;
}
template <class V> MGEC_INLINE void store(scalar_of<V> *p, V v) {
  *(typename VecOf<scalar_of<V>, lanes_of<V>>::unaligned *)p = v;
}
template <class V> MGEC_INLINE void store_aligned(scalar_of<V> *p, V v) {
  *(typename VecOf<scalar_of<V>, lanes_of<V>>::aligned *)p = v;
}
template <class V> MGEC_INLINE V load_part(const scalar_of<V> *p, int64_t count) {
  if constexpr (!is_vector<V>)
    return count > 0 ? *p : V{};
  else
    return isa::load_part<V>(p, count);
}
template <class V> MGEC_INLINE void store_part(scalar_of<V> *p, V v, int64_t count) {
  if constexpr (!is_vector<V>) {
    if (count > 0)
      *p = v;
  } else {
    isa::store_part<V>(p, v, count);
  }
}

template <class V> MGEC_INLINE V zero() { return V{}; }
template <class V> MGEC_INLINE V splat(scalar_of<V> s) {
  if constexpr (!is_vector<V>)
    return s;
  else if constexpr (same<scalar_of<V>, float> || same<scalar_of<V>, double>)
    return s - V{}; // +0 - would lose -0
  else
    return V{} + s;
}
template <class V> MGEC_INLINE V iota() {
  V v{};
  if constexpr (is_vector<V>) {
#pragma GCC unroll 64
    for (int i = 0; i < lanes_of<V>; ++i)
      v[i] = (scalar_of<V>)i;
  }
  return v;
}

// ---- Conversions ---------------------------------------------------------------------------------------------------

// V's lanes as elements of type T.
template <class T, class V> MGEC_INLINE rebind<V, T> convert(V v) {
  if constexpr (same<T, scalar_of<V>>)
    return v;
  else if constexpr (!is_vector<V>)
    return (T)v;
  else if constexpr (sizeof(scalar_of<V>) < 4 && (T)0.5 != (T)0)
    return __builtin_convertvector(isa::convert(isa::As<rebind<V, int32_t>>{}, v), rebind<V, T>);
  else
    return isa::convert(isa::As<rebind<V, T>>{}, v);
}
template <class To, class From> MGEC_INLINE To bitcast(From v) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, v);
}
template <class V, class T> MGEC_INLINE V load_as(const T *p) { return convert<scalar_of<V>>(load<rebind<V, T>>(p)); }
template <class V, class T> MGEC_INLINE V splat_as(T s) { return splat<V>((scalar_of<V>)s); }

// ---- Arithmetic ----------------------------------------------------------------------------------------------------

template <class V> MGEC_INLINE V fma(V a, V b, V c) {
  if constexpr (detail::kWide<V>)
    return concat(fma(lower(a), lower(b), lower(c)), fma(upper(a), upper(b), upper(c)));
  else
    return isa::fma(a, b, c);
}
template <class V> MGEC_INLINE V select(mask_of<V> m, V a, V b) {
  if constexpr (!is_vector<V>)
    return m ? a : b;
  else if constexpr (detail::kWide<V>)
    return concat(select<half_of<V>>(lower(m), lower(a), lower(b)), select<half_of<V>>(upper(m), upper(a), upper(b)));
  else
    return isa::select<V>(m, a, b);
}
template <class V> MGEC_INLINE V min(V a, V b) {
  if constexpr (detail::kWide<V>)
    return concat(min(lower(a), lower(b)), min(upper(a), upper(b)));
  else if constexpr (is_vector<V>)
    return isa::min(a, b);
  else
    return a < b ? a : b;
}
template <class V> MGEC_INLINE V max(V a, V b) {
  if constexpr (detail::kWide<V>)
    return concat(max(lower(a), lower(b)), max(upper(a), upper(b)));
  else if constexpr (is_vector<V>)
    return isa::max(a, b);
  else
    return a > b ? a : b;
}

namespace detail {
template <class V> using bits_of = rebind<V, typename IntOf<sizeof(scalar_of<V>), true>::type>;
template <class V>
constexpr scalar_of<bits_of<V>> kSignBit = (scalar_of<bits_of<V>>)((typename IntOf<sizeof(scalar_of<V>), false>::type)1
                                                                   << (8 * sizeof(scalar_of<V>) - 1));
} // namespace detail

template <class V> MGEC_INLINE V abs(V v) {
  if constexpr (scalar_of<V>(0.5) == scalar_of<V>(0))
    return max(v, -v); // integers
  else
    return bitcast<V>(bitcast<detail::bits_of<V>>(v) & ~detail::kSignBit<V>);
}
// The magnitude of a with the sign of b.
template <class V> MGEC_INLINE V copysign(V a, V b) {
  using I = detail::bits_of<V>;
  return bitcast<V>((bitcast<I>(a) & ~detail::kSignBit<V>) | (bitcast<I>(b) & detail::kSignBit<V>));
}

#define MGEC_SIMD_UNARY(name, scalar)                                                                                  \
  template <class V> MGEC_INLINE V name(V v) {                                                                         \
    if constexpr (!is_vector<V>)                                                                                       \
      return scalar(v);                                                                                                \
    else if constexpr (detail::kWide<V>)                                                                               \
      return concat(name(lower(v)), name(upper(v)));                                                                   \
    else                                                                                                               \
      return isa::name(v);                                                                                             \
  }
MGEC_SIMD_UNARY(sqrt, __builtin_sqrtf)
MGEC_SIMD_UNARY(floor, __builtin_floorf)
MGEC_SIMD_UNARY(ceil, __builtin_ceilf)
MGEC_SIMD_UNARY(trunc, __builtin_truncf)
MGEC_SIMD_UNARY(rint, __builtin_rintf)
#undef MGEC_SIMD_UNARY

// Ties away from zero. Adding the float below one half, not one half, keeps values just below a tie where they are.
template <class V> MGEC_INLINE V round(V v) { return trunc(v + copysign(splat<V>(0.49999997f), v)); }

// ---- Register pressure ----------------------------------------------------------------------------------------------

// Has the compiler hold v in a register at this point, in program order with other pins and opaque pointers. Without
// it, compilers reorder an unrolled tile by accumulator or hoist its loads, and spill. Costs no instruction.
template <class V> MGEC_INLINE void pin(V &v) {
  if constexpr (is_vector<V> && sizeof(V) <= kRegisterBytes) {
#if defined(__AVX512F__)
    asm volatile("" : "+v"(v));
#elif defined(__SSE2__)
    asm volatile("" : "+x"(v));
#elif defined(__aarch64__)
    asm volatile("" : "+w"(v));
#endif
  }
}
// Forgets what is known of a pointer, so that no load through it is hoisted or shared across this point.
template <class T> MGEC_INLINE void opaque(T *&p) { asm volatile("" : "+r"(p)); }

// ---- Across lanes --------------------------------------------------------------------------------------------------

template <class V> MGEC_INLINE scalar_of<V> sum(V v) {
  if constexpr (!is_vector<V>)
    return v;
  else
    return sum(lower(v) + upper(v));
}
template <class V> MGEC_INLINE scalar_of<V> max_lane(V v) {
  if constexpr (!is_vector<V>)
    return v;
  else
    return max_lane(max(lower(v), upper(v)));
}

// v with lanes `count` and beyond zero.
template <class V> MGEC_INLINE V keep_lanes(V v, int64_t count) {
  using I = detail::bits_of<V>;
  using S = scalar_of<I>;
  if constexpr (!is_vector<V>)
    return count > 0 ? v : V{};
  else if constexpr (detail::kWide<V>)
    return concat(keep_lanes(lower(v), count), keep_lanes(upper(v), count - lanes_of<V> / 2));
  else {
    constexpr int64_t n = lanes_of<V>;
    const S clamped = (S)(count < 0 ? 0 : count > n ? n : count);
    return bitcast<V>(bitcast<I>(v) & (I)(iota<I>() < splat<I>(clamped)));
  }
}

// ---- Integers ------------------------------------------------------------------------------------------------------

// acc[i] + Σ over the group of lanes that share 32 bits, exact: two int16 products (dot2) or four 8-bit ones (dot4).
template <class V, class A, class B> MGEC_INLINE V dot2(V acc, A a, B b) {
  if constexpr (detail::kWide<V>)
    return concat(dot2(lower(acc), lower(a), lower(b)), dot2(upper(acc), upper(a), upper(b)));
  else
    return isa::dot2(acc, a, b);
}
// a0 + a1, a2 + a3, …, b0 + b1, b2 + b3, …
template <class V> MGEC_INLINE V pair_sum(V a, V b) {
  if constexpr (detail::kWide<V>)
    return concat(pair_sum(lower(a), upper(a)), pair_sum(lower(b), upper(b)));
  else
    return isa::pair_sum(a, b);
}
template <class V, class A, class B> MGEC_INLINE V dot4(V acc, A a, B b) {
  if constexpr (detail::kWide<V>)
    return concat(dot4(lower(acc), lower(a), lower(b)), dot4(upper(acc), upper(a), upper(b)));
  else
    return isa::dot4(acc, a, b);
}

// Stores v as elements of type T. Float lanes that go to integers must already be whole and in range.
template <class T, class V> MGEC_INLINE void store_as(T *p, V v) {
  if constexpr (sizeof(T) < 4 && !same<T, scalar_of<V>>) {
    const auto whole = convert<int32_t>(v);
    store(p, convert<T>(whole));
  } else {
    store(p, convert<T>(v));
  }
}

// v rounded, ties away from zero, and clamped to [lo, hi], as integers; NaN gives lo. lo and hi are whole numbers below
// 2^22.
template <class V> MGEC_INLINE rebind<V, int32_t> quantise_int(V v, float lo, float hi) {
  const V clamped = min(max(v, splat<V>(lo)), splat<V>(hi));
  return convert<int32_t>(clamped + copysign(splat<V>(0.49999997f), clamped));
}

} // namespace simd
MGEC_KERNELS_END
