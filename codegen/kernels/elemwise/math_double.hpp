// math_double.hpp: functions of float vectors that are evaluated in double and rounded once: powers, the remaining
// hyperbolic functions, erfc and the inverse error functions.
//
// Slower than what math.hpp has, and nearly always the correctly rounded float: at most 0.7 units in the last place,
// 0.9 for erfcinv below 1e-7. What math.hpp says of special values holds here too.
#pragma once
#include "math.hpp"

MGEC_KERNELS_BEGIN
namespace elemwise {

template <class D> using LongOf = simd::rebind<D, int64_t>;

template <class D> MGEC_INLINE D polynomial_double(D, double c) { return simd::splat<D>(c); }
template <class D, class... Rest> MGEC_INLINE D polynomial_double(D x, double c, Rest... rest) {
  return polynomial_double(x, rest...) * x + c;
}

/// 2^t, |t| <= 1000, to 1e-12.
template <class D> MGEC_INLINE D exp2_double(D t) {
  using L = LongOf<D>;
  constexpr double kMagic = 6755399441055744.0; // 1.5 · 2^52
  const D shifted = t + kMagic, f = t - (shifted - kMagic);
  const D p =
      polynomial_double(f, 0.6931471805461296, 0.240226506955536, 0.055504109407907426, 0.009618129219591308,
                        0.0013333450820467376, 0.00015403415358689526, 1.53100331684935e-05, 1.3263521629939582e-06) *
          f +
      1.0;
  const L exponent = (L)((simd::rebind<D, uint64_t>)simd::bitcast<L>(shifted) << 52);
  return simd::bitcast<D>((L)((simd::rebind<D, uint64_t>)simd::bitcast<L>(p) + (simd::rebind<D, uint64_t>)exponent));
}

/// log2(x) of a positive normal number, to 1e-13.
template <class D> MGEC_INLINE D log2_double(D x) {
  using L = LongOf<D>;
  using U = simd::rebind<D, uint64_t>;
  constexpr uint64_t kOne = 0x3ff0000000000000u, kRootHalf = 0x3fe6a09e667f3bcdu, kMantissa = 0xfffffffffffffu;
  const U bits = (U)simd::bitcast<L>(x) + (kOne - kRootHalf);
  const U exponent = (bits >> 52) | 0x4330000000000000u; // 2^52 + exponent, as a double
  const D e = simd::bitcast<D>(exponent) - (4503599627370496.0 + 1023.0);
  const D m = simd::bitcast<D>((bits & kMantissa) + kRootHalf);
  const D s = (m - 1.0) / (m + 1.0), z = s * s;
  const D p = polynomial_double(z, 0.6666666667584645, 0.3999999560464632, 0.2857211114701891, 0.22176099129862836,
                                0.19585528056018006);
  return (p * z * s + s * 2.0) * 1.44269504088896340736 + e;
}

template <class D> MGEC_INLINE D exp_double(D x) { return exp2_double(x * 1.44269504088896340736); }
template <class D> MGEC_INLINE D log_double(D x) { return log2_double(x) * 0.69314718055994530942; }

template <class D> MGEC_INLINE D sqrt_double(D x) {
  if constexpr (simd::is_vector<D>)
    return simd::sqrt(x);
  else
    return __builtin_sqrt(x);
}

/// y where x is a number, else NaN.
template <class V> MGEC_INLINE V unless_nan(V x, V y) { return simd::select<V>(x == x, y, x); }

template <class V> MGEC_INLINE V pow(V x, V y) {
  if constexpr (!kDoubleFits<V>) {
    return simd::concat(pow(simd::lower(x), simd::lower(y)), pow(simd::upper(x), simd::upper(y)));
  } else {
    using D = DoubleOf<V>;
    using Mask = simd::mask_of<V>;
    const V a = simd::abs(x), one = splat<V>(1.0f), inf = infinity<V>();
    const D product = log2_double(simd::convert<double>(a)) * simd::convert<double>(clamp(y, -1e30f, 1e30f));
    V r =
        simd::convert<float>(exp2_double(simd::min(simd::splat<D>(900.0), simd::max(simd::splat<D>(-900.0), product))));
    const V rises = simd::select<V>(y > V{}, inf, V{}), falls = simd::select<V>(y > V{}, V{}, inf);
    r = simd::select<V>(a == V{}, falls, simd::select<V>(a == inf, rises, r));
    const V limit = simd::select<V>(a > one, rises, simd::select<V>(a < one, falls, one));
    r = simd::select<V>(simd::abs(y) == inf, limit, r);
    const V half = y * 0.5f;
    const Mask whole = simd::floor(y) == y, odd = both<Mask>(whole, simd::floor(half) != half);
    const Mask negative = simd::bitcast<IntOf<V>>(x) < IntOf<V>{};
    r = simd::select<V>(both(negative, odd), -r, r);
    r = simd::select<V>(both<Mask>(both<Mask>(x < V{}, negation(whole)), a != inf), not_a_number<V>(), r);
    r = simd::select<V>(both<Mask>(x == x, y == y), r, x + y);
    return simd::select<V>(either<Mask>(y == V{}, x == one), one, r);
  }
}

template <class V> MGEC_INLINE V sinh(V x) {
  if constexpr (!kDoubleFits<V>) {
    return simd::concat(sinh(simd::lower(x)), sinh(simd::upper(x)));
  } else {
    const DoubleOf<V> e = exp_double(simd::convert<double>(clamp(x, -100.0f, 100.0f)));
    const V y = simd::convert<float>((e - 1.0 / e) * 0.5);
    return simd::select<V>(simd::abs(x) < splat<V>(0x1p-12f), x, unless_nan(x, y));
  }
}

template <class V> MGEC_INLINE V cosh(V x) {
  if constexpr (!kDoubleFits<V>) {
    return simd::concat(cosh(simd::lower(x)), cosh(simd::upper(x)));
  } else {
    const DoubleOf<V> e = exp_double(simd::convert<double>(clamp(x, -100.0f, 100.0f)));
    const V y = simd::convert<float>((e + 1.0 / e) * 0.5);
    return unless_nan(x, y);
  }
}

template <class V> MGEC_INLINE V asinh(V x) {
  if constexpr (!kDoubleFits<V>) {
    return simd::concat(asinh(simd::lower(x)), asinh(simd::upper(x)));
  } else {
    const V a = simd::abs(x);
    const DoubleOf<V> d = simd::convert<double>(a);
    const V y = simd::convert<float>(log_double(d + sqrt_double(d * d + 1.0)));
    using Mask = simd::mask_of<V>;
    const Mask itself = either<Mask>(a < splat<V>(0x1p-12f), either<Mask>(a == infinity<V>(), x != x));
    return simd::select<V>(itself, x, simd::copysign(y, x));
  }
}

template <class V> MGEC_INLINE V acosh(V x) {
  if constexpr (!kDoubleFits<V>) {
    return simd::concat(acosh(simd::lower(x)), acosh(simd::upper(x)));
  } else {
    const DoubleOf<V> d = simd::convert<double>(x);
    const V y = simd::convert<float>(log_double(d + sqrt_double(d * d - 1.0)));
    return simd::select<V>(x >= splat<V>(1.0f), simd::select<V>(x == infinity<V>(), x, y), not_a_number<V>());
  }
}

template <class V> MGEC_INLINE V atanh(V x) {
  if constexpr (!kDoubleFits<V>) {
    return simd::concat(atanh(simd::lower(x)), atanh(simd::upper(x)));
  } else {
    const V a = simd::abs(x), one = splat<V>(1.0f);
    const DoubleOf<V> d = simd::convert<double>(a);
    V y = simd::convert<float>(log_double((1.0 + d) / (1.0 - d)) * 0.5);
    y = simd::select<V>(a < one, y, simd::select<V>(a == one, infinity<V>(), not_a_number<V>()));
    return simd::select<V>(a < splat<V>(0x1p-12f), x, simd::copysign(y, x));
  }
}

/// erfc(|x|) exp(x²) is a polynomial in (|x| - 3) / (|x| + 3).
template <class V> MGEC_INLINE V erfc(V x) {
  if constexpr (!kDoubleFits<V>) {
    return simd::concat(erfc(simd::lower(x)), erfc(simd::upper(x)));
  } else {
    using D = DoubleOf<V>;
    const D a = simd::convert<double>(simd::min(splat<V>(10.2f), simd::abs(x)));
    const D u = (a - 3.0) / (a + 3.0);
    const D p =
        polynomial_double(u, 0.17900115112314985, -0.32623356143396204, 0.24560381210555376, -0.15011587884182592,
                          0.07166558884941628, -0.02439325453450817, 0.004271037604315361, 0.0007124328249480361,
                          -0.0006023570389653307, 3.089072995058313e-05, 6.630035169856954e-05, 4.903654304107736e-06);
    const D rest = p * exp_double(-a * a);
    const V y = simd::convert<float>(rest), mirrored = simd::convert<float>(2.0 - rest);
    return unless_nan(x, simd::select<V>(x < V{}, mirrored, y));
  }
}

/// z with erf(z) = t, given w = -log(1 - t²) of at most 106: t times a function of w, in three ranges.
template <class V> MGEC_INLINE V erf_inverse(DoubleOf<V> t, DoubleOf<V> w) {
  using D = DoubleOf<V>;
  const D root = sqrt_double(w), v = w - 2.5, s = root - 3.0, f = root - 7.0;
  const D near =
      polynomial_double(v, 1.5014093592809985, 0.2466402861558625, -0.004177386783348277, -0.0012527418861067341,
                        0.00021834444232652668, -4.963342714902876e-06, -3.4627056022271883e-06, 4.6616946419312654e-07,
                        2.323271621511797e-08, -8.790965924405135e-09);
  const D middle =
      polynomial_double(s, 2.832976819452952, 1.0016747825157781, 0.009444228774140495, -0.007634458409930387,
                        0.005695637096964488, -0.003610254122849648, 0.001463381203413387, -3.270134711934642e-05,
                        -0.000292854713343842, 9.928650204034092e-05);
  const D far =
      polynomial_double(f, 6.869019692651518, 1.008595611348831, -0.000512869947267173, 6.2919745946822935e-06,
                        6.235759210071547e-06, -1.6253615921802445e-06, 2.61364723792668e-07, -5.069345665618012e-08,
                        1.4734366233279838e-08, -1.9250122664008194e-09);
  const V range = simd::convert<float>(root);
  const V tail =
      simd::select<V>(range < splat<V>(4.195f), V(simd::convert<float>(middle * t)), V(simd::convert<float>(far * t)));
  return simd::select<V>(range < splat<V>(2.233f), V(simd::convert<float>(near * t)), tail);
}

template <class V> MGEC_INLINE V erfinv(V x) {
  if constexpr (!kDoubleFits<V>) {
    return simd::concat(erfinv(simd::lower(x)), erfinv(simd::upper(x)));
  } else {
    const V a = simd::abs(x), one = splat<V>(1.0f);
    const DoubleOf<V> d = simd::convert<double>(x);
    const V y = erf_inverse<V>(d, -log_double((1.0 - d) * (1.0 + d)));
    const V edge = simd::select<V>(a == one, x * infinity<V>(), not_a_number<V>());
    return simd::select<V>(a < one, y, edge);
  }
}

template <class V> MGEC_INLINE V erfcinv(V x) {
  if constexpr (!kDoubleFits<V>) {
    return simd::concat(erfcinv(simd::lower(x)), erfcinv(simd::upper(x)));
  } else {
    const V two = splat<V>(2.0f);
    const DoubleOf<V> d = simd::convert<double>(x);
    const V y = erf_inverse<V>(1.0 - d, -log_double(d * (2.0 - d)));
    const V edge =
        simd::select<V>(x == V{}, infinity<V>(), simd::select<V>(x == two, -infinity<V>(), not_a_number<V>()));
    return simd::select<V>(both<simd::mask_of<V>>(x > V{}, x < two), y, edge);
  }
}

} // namespace elemwise
MGEC_KERNELS_END
