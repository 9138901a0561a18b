// math.hpp: exp, log, trigonometry and their kin on vectors of floats (and on a float), without libm.
//
// Every function takes V = a simd vector of float or float itself, gives the same bits for both on one target, and
// handles infinities, NaNs, subnormal operands and subnormal results. Largest errors in units in the last place,
// measured over every 257th float, with and without a fused multiply-add:
//
//     exp 1.0    expm1 1.4    log 0.8    log1p 0.8    sin, cos 1.6    tan 3.7    asin 2.3    acos 1.3    atan2 1.4
//     tanh 2.5   erf 2.5      normal_cdf 1.7 of the larger of |x| and the result
//
// Polynomials are minimax fits on the reduced range; each stands beside the function that it approximates. Angles
// beyond 1e6 are left to the C library, one lane at a time.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace elemwise {

template <class V> using IntOf = simd::rebind<V, int32_t>;
template <class V> using DoubleOf = simd::rebind<V, double>;
template <class V> constexpr bool kIsReal = simd::scalar_of<V>(0.5) != simd::scalar_of<V>(0);

template <class V> MGEC_INLINE V splat(simd::scalar_of<V> s) { return simd::splat<V>(s); }

/// Masks, of vectors or of scalars.
template <class M> MGEC_INLINE M both(M a, M b) {
  if constexpr (simd::same<M, bool>)
    return a && b;
  else
    return a & b;
}
template <class M> MGEC_INLINE M either(M a, M b) {
  if constexpr (simd::same<M, bool>)
    return a || b;
  else
    return a | b;
}
template <class M> MGEC_INLINE M negation(M a) {
  if constexpr (simd::same<M, bool>)
    return !a;
  else
    return ~a;
}

/// Whether the lanes of V as doubles fit a register; wider vectors are worked on in halves.
template <class V> constexpr bool kDoubleFits = !simd::is_vector<V> || 2 * sizeof(V) <= simd::kRegisterBytes;

/// c0 + c1 x + c2 x² …
template <class V, class C> MGEC_INLINE V polynomial(V, C c) { return splat<V>(c); }
template <class V, class C, class... Rest> MGEC_INLINE V polynomial(V x, C c, Rest... rest) {
  return simd::fma(polynomial(x, rest...), x, splat<V>(c));
}

/// x limited to [lo, hi]; NaN stays.
template <class V> MGEC_INLINE V clamp(V x, float lo, float hi) {
  return simd::min(splat<V>(hi), simd::max(splat<V>(lo), x));
}

/// 2^e for e in [-126, 127].
template <class V> MGEC_INLINE V power_of_two(IntOf<V> e) {
  return simd::bitcast<V>(simd::convert<uint32_t>(e + 127) << 23);
}

/// n as an integer, for whole |n| <= 200; NaN gives 200, so that no conversion is undefined.
template <class V> MGEC_INLINE IntOf<V> small_integer(V n) {
  return simd::convert<int32_t>(simd::min(n, splat<V>(200.0f)));
}

template <class V> MGEC_INLINE V not_a_number() { return splat<V>(__builtin_nanf("")); }
template <class V> MGEC_INLINE V infinity() { return splat<V>(__builtin_inff()); }

// ---- Exponentials --------------------------------------------------------------------------------------------------

/// x = n ln 2 + r with |r| <= ln 2 / 2; the first part of ln 2 has ten bits, so that n times it is exact.
template <class V> MGEC_INLINE V reduce_exponent(V x, V &n) {
  n = simd::rint(x * 1.44269504f);
  return simd::fma(n, splat<V>(2.12194440e-4f), simd::fma(n, splat<V>(-0.693359375f), x));
}

template <class V> MGEC_INLINE V exp(V x) {
  V n;
  const V r = reduce_exponent(clamp(x, -104.0f, 89.0f), n);
  const V q = polynomial(r, 0.49999979f, 0.16666557f, 0.041670743f, 0.0083653498f, 0.0013731987f);
  const V p = simd::fma(q, r * r, r) + 1.0f;
  const IntOf<V> e = small_integer(n), half = e >> 1;
  return p * power_of_two<V>(half) * power_of_two<V>(e - half);
}

template <class V> MGEC_INLINE V expm1(V x) {
  V n;
  const V r = reduce_exponent(clamp(x, -17.5f, 89.0f), n);
  const V q = polynomial(r, 0.5f, 0.16666667f, 0.041666355f, 0.0083332732f, 0.0013941103f, 0.00019914303f);
  const V p = simd::fma(q, r * r, r);
  // 2^(n - 1), because 2^n overflows where the result does not.
  const V half = power_of_two<V>(simd::min(small_integer(n), splat<IntOf<V>>(128)) - 1);
  const V y = simd::fma(half, p, half - 0.5f) * 2.0f;
  return simd::select<V>(x == V{}, x, y);
}

// ---- Logarithms ----------------------------------------------------------------------------------------------------

/// log(x) for finite x >= 2^-126, plus `small`: exponent and mantissa in [√½, √2).
template <class V> MGEC_INLINE V log_normal(V x, V small, V exponent_bias) {
  const IntOf<V> bits = simd::convert<int32_t>(simd::bitcast<simd::rebind<V, uint32_t>>(x) - 0x3f3504f3u);
  const V e = simd::convert<float>(bits >> 23) + exponent_bias;
  const V f = simd::bitcast<V>((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
  const V p = polynomial(f, 0.33333313f, -0.25000009f, 0.20002119f, -0.16667996f, 0.14219552f, -0.12405589f,
                         0.11888162f, -0.11675651f, 0.0674664f);
  const V z = f * f;
  V y = simd::fma(e, splat<V>(-2.12194440e-4f), p * f * z + small);
  y = simd::fma(z, splat<V>(-0.5f), y);
  return simd::fma(e, splat<V>(0.693359375f), f + y);
}

template <class V> MGEC_INLINE V log(V x) {
  const auto tiny = x < splat<V>(0x1p-126f);
  V y = log_normal(simd::select<V>(tiny, x * 0x1p23f, x), V{}, simd::select<V>(tiny, splat<V>(-23.0f), V{}));
  y = simd::select<V>(x == infinity<V>(), x, y);
  return simd::select<V>(x > V{}, y, simd::select<V>(x == V{}, -infinity<V>(), not_a_number<V>()));
}

/// log(u) with u = 1 + x rounded, corrected by what the rounding lost.
template <class V> MGEC_INLINE V log1p(V x) {
  const V u = x + 1.0f;
  V y = log_normal(u, (x - (u - 1.0f)) / u, V{});
  y = simd::select<V>(x == infinity<V>(), x, simd::select<V>(x == V{}, x, y));
  return simd::select<V>(u > V{}, y, simd::select<V>(u == V{}, -infinity<V>(), not_a_number<V>()));
}

// ---- Trigonometry --------------------------------------------------------------------------------------------------

template <class V> MGEC_INLINE V sin_reduced(V r) {
  const V s = r * r;
  return simd::fma(polynomial(s, -0.16666655f, 0.0083321556f, -0.00019514632f) * s, r, r);
}
template <class V> MGEC_INLINE V cos_reduced(V r) {
  const V s = r * r;
  const V p = polynomial(s, 0.041666646f, -0.0013887309f, 2.4432413e-05f);
  return simd::fma(p * s, s, simd::fma(s, splat<V>(-0.5f), splat<V>(1.0f)));
}

constexpr float kWideAngle = 1e6f;

/// x = k π/2 + r, |r| <= π/4, for |x| <= kWideAngle: in double, π/2 in two parts of which the first has 33 bits.
template <class V> MGEC_INLINE V reduce_angle(V x, IntOf<V> &k) {
  if constexpr (!kDoubleFits<V>) {
    IntOf<simd::half_of<V>> low, high;
    const V r = simd::concat(reduce_angle(simd::lower(x), low), reduce_angle(simd::upper(x), high));
    k = simd::concat(low, high);
    return r;
  } else {
    using D = DoubleOf<V>;
    const V bounded = simd::min(simd::max(x, splat<V>(-kWideAngle)), splat<V>(kWideAngle)); // a number in any case
    const D wide = simd::convert<double>(bounded);
    constexpr double kMagic = 6755399441055744.0; // 1.5 · 2^52: adding it rounds to a whole number
    const D whole = (wide * 0.63661977236758134308 + kMagic) - kMagic;
    k = simd::convert<int32_t>(whole);
    return simd::convert<float>((wide - whole * 1.57079632673412561417) - whole * 6.07710050650619224932e-11);
  }
}

/// Calls f(float) for every lane.
template <class V, class F> MGEC_INLINE V each_lane(V x, F f) {
  if constexpr (!simd::is_vector<V>) {
    return f(x);
  } else {
    float lanes[simd::lanes_of<V>];
    simd::store(lanes, x);
    for (int i = 0; i < simd::lanes_of<V>; ++i)
      lanes[i] = f(lanes[i]);
    return simd::load<V>(lanes);
  }
}

/// y where reduce_angle served, f(x) in lanes where x is too wide for it, NaN for NaN.
template <class V, class F> MGEC_INLINE V wide_angles(V x, V y, F f) {
  const V a = simd::abs(x);
  const simd::mask_of<V> wide = a > splat<V>(kWideAngle);
  y = simd::select<V>(a <= splat<V>(kWideAngle), y, not_a_number<V>());
  if (MGEC_UNLIKELY(simd::max_lane(simd::select<V>(wide, splat<V>(1.0f), V{})) > 0.0f))
    return simd::select<V>(wide, each_lane(x, f), y);
  return y;
}

/// sin of k π/2 + r: sin or cos of r, negated for k % 4 of 2 or 3.
template <class V> MGEC_INLINE V sin_quadrant(V r, IntOf<V> k) {
  const V y = simd::select<V>((k & 1) != IntOf<V>{}, cos_reduced(r), sin_reduced(r));
  return simd::bitcast<V>(simd::bitcast<IntOf<V>>(y) ^ simd::convert<int32_t>(simd::convert<uint32_t>(k & 2) << 30));
}

template <class V> MGEC_INLINE V sin(V x) {
  IntOf<V> k;
  const V r = reduce_angle(x, k);
  const V y = simd::select<V>(x == V{}, x, sin_quadrant(r, k));
  return wide_angles(x, y, [](float v) { return __builtin_sinf(v); });
}

template <class V> MGEC_INLINE V cos(V x) {
  IntOf<V> k;
  const V r = reduce_angle(x, k);
  return wide_angles(x, sin_quadrant(r, k + 1), [](float v) { return __builtin_cosf(v); });
}

template <class V> MGEC_INLINE V tan(V x) {
  IntOf<V> k;
  const V r = reduce_angle(x, k);
  const V s = sin_reduced(r), c = cos_reduced(r);
  const auto odd = (k & 1) != IntOf<V>{};
  const V y = simd::select<V>(x == V{}, x, simd::select<V>(odd, -c, s) / simd::select<V>(odd, s, c));
  return wide_angles(x, y, [](float v) { return __builtin_tanf(v); });
}

/// asin(sqrt(s)) = sqrt(s) (1 + s p(s)) for s <= ¼.
template <class V> MGEC_INLINE V asin_tail(V s) {
  return s * polynomial(s, 0.1666666f, 0.075005054f, 0.044516709f, 0.031809911f, 0.01442984f, 0.037529383f);
}

template <class V> MGEC_INLINE V asin(V x) {
  const V a = simd::abs(x);
  const auto high = a > splat<V>(0.5f);
  const V s = simd::select<V>(high, (1.0f - a) * 0.5f, a * a);
  const V root = simd::select<V>(high, simd::sqrt(s), a);
  const V y = simd::fma(root, asin_tail(s), root);
  return simd::copysign(simd::select<V>(high, 1.57079633f - 2.0f * y, y), x);
}

template <class V> MGEC_INLINE V acos(V x) {
  const V a = simd::abs(x);
  const auto high = a > splat<V>(0.5f);
  const V s = simd::select<V>(high, (1.0f - a) * 0.5f, a * a);
  const V root = simd::select<V>(high, simd::sqrt(s), x);
  const V y = simd::fma(root, asin_tail(s), root);
  const V near = simd::select<V>(x < V{}, 3.14159265f - 2.0f * y, 2.0f * y);
  return simd::select<V>(high, near, 1.57079633f - (y - -4.37113883e-8f));
}

/// Angle of the point (x, y): the first operand is the ordinate.
template <class V> MGEC_INLINE V atan2(V y, V x) {
  const V ax = simd::abs(x), ay = simd::abs(y);
  const auto steep = ay > ax;
  const V high = simd::select<V>(steep, ay, ax), low = simd::select<V>(steep, ax, ay);
  V q = low / high;
  q = simd::select<V>(high == V{}, V{}, simd::select<V>(low == infinity<V>(), splat<V>(1.0f), q));
  const V s = q * q;
  const V p = polynomial(s, -0.33333299f, 0.19998549f, -0.14264242f, 0.10952186f, -0.08403451f, 0.0579576f,
                         -0.03117785f, 0.010914609f, -0.0017936224f);
  V angle = simd::fma(p * s, q, q);
  angle = simd::select<V>(steep, 1.57079637f - (angle - -4.37113883e-8f), angle);
  angle = simd::select<V>(simd::bitcast<IntOf<V>>(x) < IntOf<V>{}, 3.14159274f - (angle - -8.74227766e-8f), angle);
  return simd::select<V>(both(x == x, y == y), simd::copysign(angle, y), x + y);
}

// ---- Hyperbolic tangent, error function ----------------------------------------------------------------------------

template <class V> MGEC_INLINE V tanh(V x) {
  const V t = expm1(simd::min(splat<V>(10.0f), simd::abs(x)) * -2.0f);
  return simd::copysign(-t / (t + 2.0f), x);
}

/// erf(x) / x as a function of x², |x| <= 0.9.
template <class V> MGEC_INLINE V erf_ratio(V s) {
  return polynomial(s, 1.1283792f, -0.37612635f, 0.11283711f, -0.026860295f, 0.0052033025f, -0.0008169027f,
                    8.4838313e-05f);
}
/// 1 - erf(a) for a in [0.9, 4.1], with the absolute error that 1 - that allows.
template <class V> MGEC_INLINE V erf_rest(V a) {
  const V p = polynomial(a, -1.1285415f, -0.63567317f, -0.10516948f, 0.022575604f, -0.0028691133f, 2.743235e-05f,
                         4.9941042e-05f, -5.297049e-06f);
  return exp(p * a);
}

template <class V> MGEC_INLINE V erf(V x) {
  const V a = simd::min(splat<V>(4.1f), simd::abs(x));
  const V high = simd::copysign(1.0f - erf_rest(a), x);
  return simd::select<V>(a < splat<V>(0.9f), x * erf_ratio(a * a), high);
}

/// Φ(x), the integral of the normal density: ½ (1 + erf(x / √2)); exactly 0 from about -5.8 on.
template <class V> MGEC_INLINE V normal_cdf(V x) {
  const V t = x * 0.70710678f, a = simd::abs(t);
  const V middle = simd::fma(t * 0.5f, erf_ratio(t * t), splat<V>(0.5f));
  const V rest = 0.5f * erf_rest(simd::min(splat<V>(4.1f), a));
  const V tail = simd::select<V>(a > splat<V>(4.1f), V{}, rest);
  return simd::select<V>(a < splat<V>(0.9f), middle, simd::select<V>(t > V{}, 1.0f - tail, tail));
}

} // namespace elemwise
MGEC_KERNELS_END
