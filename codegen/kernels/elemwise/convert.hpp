// convert.hpp: rows of elements from one type to another, as TypeCvt means it.
//
//     convert_row      between float, int8 … int32, Bool, Half and BFloat
//     convert_stored   the same where pointers are to the integers that Bool, Half and BFloat are stored as
//     quantize_row     float to a quantised type, dequantize_row back, requantize_row between two of them
//
// A float becomes an integer by truncation, out of range and NaN as the lowest int32, then wraps; Half rounds to
// nearest with ties away from zero, BFloat to nearest even; quantising rounds half away from zero, clamps, and makes
// the lower bound of NaN.
#pragma once
#include "math.hpp"

MGEC_KERNELS_BEGIN
namespace elemwise {

/// Element types that are no arithmetic type of C++.
struct Half {
  uint16_t bits;
};
struct BFloat {
  uint16_t bits;
};
struct Bool {
  uint8_t value;
};

/// simd::convert in steps that double or halve the element, which compilers turn into single instructions (g++ takes a
/// direct step of four apart into lanes). Float lanes that go to integers must fit int32.
template <class T, class V> MGEC_INLINE simd::rebind<V, T> convert_lanes(V v) {
  using S = simd::scalar_of<V>;
  constexpr bool kFromReal = kIsReal<V>, kToReal = T(0.5) != T(0);
  if constexpr (simd::same<S, T> || !simd::is_vector<V>)
    return simd::convert<T>(v);
  else if constexpr (kFromReal && sizeof(T) < 4)
    return convert_lanes<T>(simd::convert<int32_t>(v));
  else if constexpr (kToReal && sizeof(S) < 4)
    return simd::convert<T>(convert_lanes<int32_t>(v));
  else if constexpr (sizeof(S) == 1 && sizeof(T) == 4) {
    if constexpr (S(-1) < S(0))
      return simd::convert<T>(simd::convert<int16_t>(v));
    else
      return simd::convert<T>(simd::convert<uint16_t>(v));
  } else if constexpr (sizeof(S) == 4 && sizeof(T) == 1)
    return simd::convert<T>(simd::convert<int16_t>(v));
  else
    return simd::convert<T>(v);
}

template <class V, class T> MGEC_INLINE V load_lanes(const T *p, int64_t n) {
  using S = simd::rebind<V, T>;
  return convert_lanes<simd::scalar_of<V>>(n >= simd::lanes_of<V> ? simd::load<S>(p) : simd::load_part<S>(p, n));
}

template <class T, class V> MGEC_INLINE void store_lanes(T *p, V v, int64_t n) {
  if (n >= simd::lanes_of<V>)
    simd::store(p, convert_lanes<T>(v));
  else
    simd::store_part(p, convert_lanes<T>(v), n);
}

template <class V> MGEC_INLINE V half_to_float(IntOf<V> h) {
  using I = IntOf<V>;
  const I sign = (h & 0x8000) << 16, magnitude = h & 0x7fff;
  const V normal = simd::bitcast<V>((magnitude << 13) + (112 << 23));
  const V special = simd::bitcast<V>((magnitude << 13) | 0x7f800000);
  const V small = simd::convert<float>(magnitude) * 0x1p-24f;
  V v = simd::select<V>(magnitude >= splat<I>(0x7c00), special,
                        simd::select<V>(magnitude < splat<I>(0x400), small, normal));
  return simd::bitcast<V>(simd::bitcast<I>(v) | sign);
}

template <class V> MGEC_INLINE IntOf<V> float_to_half(V x) {
  using I = IntOf<V>;
  const I bits = simd::bitcast<I>(x), a = bits & 0x7fffffff, sign = (bits >> 16) & 0x8000;
  const I normal = (a - 0x38000000 + 0x1000) >> 13;
  // Below 2^-14 the result counts units of 2^-24, rounded as simd::round does.
  const I small = simd::convert<int32_t>(simd::bitcast<V>(a) * 0x1p24f + 0.49999997f);
  I h = simd::select<I>(a < splat<I>(0x38800000), small, normal);
  h = simd::select<I>(a >= splat<I>(0x477ff000), splat<I>(0x7c00), h);
  h = simd::select<I>(a > splat<I>(0x7f800000), splat<I>(0x7e00), h);
  return h | sign;
}

template <class V> MGEC_INLINE IntOf<V> float_to_bfloat(V x) {
  using I = IntOf<V>;
  using U = simd::rebind<V, uint32_t>;
  const U bits = simd::bitcast<U>(x), rounded = (bits + ((bits >> 16) & 1u) + 0x7fffu) >> 16;
  return simd::select<I>(x == x, simd::convert<int32_t>(rounded), simd::convert<int32_t>((bits >> 16) | 0x40u));
}

/// Truncation; the lowest int32 where that does not fit.
template <class V> MGEC_INLINE IntOf<V> float_to_int(V x) {
  using I = IntOf<V>;
  const simd::mask_of<V> fits = both<simd::mask_of<V>>(x >= splat<V>(-2147483648.0f), x < splat<V>(2147483648.0f));
  const V inside = simd::select<V>(fits, x, V{});
  return simd::select<I>(fits, simd::convert<int32_t>(inside), splat<I>(-2147483647 - 1));
}

/// A vector of float or int32 (the second for types that float cannot hold) from memory, the rest zero.
template <class V, class S> MGEC_INLINE V load_typed(const S *p, int64_t n) {
  if constexpr (simd::same<S, Half> || simd::same<S, BFloat>) {
    const uint16_t *bits = reinterpret_cast<const uint16_t *>(p);
    const IntOf<V> h = load_lanes<IntOf<V>>(bits, n);
    V v;
    if constexpr (simd::same<S, Half>)
      v = half_to_float<V>(h);
    else
      v = simd::bitcast<V>(h << 16);
    return v;
  } else if constexpr (simd::same<S, Bool>) {
    const uint8_t *bytes = reinterpret_cast<const uint8_t *>(p);
    const IntOf<V> b = load_lanes<IntOf<V>>(bytes, n);
    return simd::convert<simd::scalar_of<V>>(simd::select<IntOf<V>>(b != IntOf<V>{}, splat<IntOf<V>>(1), IntOf<V>{}));
  } else {
    return load_lanes<V>(p, n);
  }
}

template <class D, class V> MGEC_INLINE void store_typed(D *p, V v, int64_t n) {
  constexpr bool kReal = kIsReal<V>;
  using I = IntOf<V>;
  if constexpr (simd::same<D, Bool>) {
    store_lanes(reinterpret_cast<uint8_t *>(p), simd::select<I>(v != V{}, splat<I>(1), I{}), n);
  } else if constexpr (simd::same<D, Half>) {
    store_lanes(reinterpret_cast<uint16_t *>(p), float_to_half(simd::convert<float>(v)), n);
  } else if constexpr (simd::same<D, BFloat>) {
    store_lanes(reinterpret_cast<uint16_t *>(p), float_to_bfloat(simd::convert<float>(v)), n);
  } else if constexpr (simd::same<D, float> || !kReal) {
    store_lanes(p, v, n);
  } else {
    store_lanes(p, float_to_int(v), n);
  }
}

template <class S> constexpr bool kLoadsAsFloat = simd::same<S, float> || simd::same<S, Half> || simd::same<S, BFloat>;

template <class S, class D> MGEC_NOINLINE void convert_row(const S *src, D *dst, int64_t n) {
  using V = simd::f32v;
  using I = simd::i32v;
  for (int64_t i = 0; i < n; i += simd::kLanes) {
    if constexpr (kLoadsAsFloat<S>)
      store_typed(dst + i, load_typed<V>(src + i, n - i), n - i);
    else
      store_typed(dst + i, load_typed<I>(src + i, n - i), n - i);
  }
}

/// What elements of a type are stored as.
template <class T> struct StoredAs {
  using type = T;
};
template <> struct StoredAs<Half> {
  using type = uint16_t;
};
template <> struct StoredAs<BFloat> {
  using type = uint16_t;
};
template <> struct StoredAs<Bool> {
  using type = uint8_t;
};

/// convert_row for pointers to what is stored.
template <class S, class D>
MGEC_INLINE void convert_stored(const typename StoredAs<S>::type *src, typename StoredAs<D>::type *dst, int64_t n) {
  convert_row(reinterpret_cast<const S *>(src), reinterpret_cast<D *>(dst), n);
}

/// D: int8_t, uint8_t, int16_t or int32_t, with the bounds of the quantised type.
template <class D>
MGEC_NOINLINE void quantize_row(const float *src, D *dst, int64_t n, float scale, float zero_point, float low,
                                float high) {
  using V = simd::f32v;
  for (int64_t i = 0; i < n; i += simd::kLanes) {
    const V x = load_typed<V>(src + i, n - i) / scale;
    const V q = simd::min(simd::max(simd::round(x) + zero_point, splat<V>(low)), splat<V>(high));
    store_lanes(dst + i, simd::convert<int32_t>(q), n - i);
  }
}

template <class S>
MGEC_NOINLINE void dequantize_row(const S *src, float *dst, int64_t n, float scale, int32_t zero_point) {
  using V = simd::f32v;
  using I = simd::i32v;
  for (int64_t i = 0; i < n; i += simd::kLanes)
    store_lanes(dst + i, V(simd::convert<float>(load_typed<I>(src + i, n - i) - zero_point) * scale), n - i);
}

/// Through float32, as dequantising and quantising again.
template <class S, class D>
MGEC_NOINLINE void requantize_row(const S *src, D *dst, int64_t n, float src_scale, int32_t src_zero, float scale,
                                  float zero_point, float low, float high) {
  using V = simd::f32v;
  using I = simd::i32v;
  for (int64_t i = 0; i < n; i += simd::kLanes) {
    const V x = simd::convert<float>(load_typed<I>(src + i, n - i) - src_zero) * src_scale / scale;
    const V q = simd::min(simd::max(simd::round(x) + zero_point, splat<V>(low)), splat<V>(high));
    store_lanes(dst + i, simd::convert<int32_t>(q), n - i);
  }
}

} // namespace elemwise
MGEC_KERNELS_END
