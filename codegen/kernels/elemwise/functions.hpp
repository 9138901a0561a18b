// functions.hpp: one function a mode of Elemwise, named as the mode in lower case (not_ and_ or_ xor_ keep clear of the
// keywords). Generated consumers are made of these.
//
// V is a simd vector of float or of int32, or a scalar of these types; integer arithmetic of vectors wraps. Formulas
// and the treatment of NaN are those of the file format; min and max of a NaN give the second operand. Comparisons give
// 0 or 1 in V. Errors of the functions that are not a few operations: math.hpp; sigmoid, silu, softplus, logsigmoid and
// gelu stay below 3 units in the last place, except that sigmoid and silu flush to zero below -88.7, where e^-x is
// infinite.
#pragma once
#include "math_double.hpp"

MGEC_KERNELS_BEGIN
namespace elemwise {

/// 1 where the mask is set, else 0.
template <class V> MGEC_INLINE V flag(simd::mask_of<V> m) { return simd::select<V>(m, splat<V>(1), V{}); }
template <class V> MGEC_INLINE simd::mask_of<V> truth(V x) { return x != V{}; }

// ---- Arithmetic ----------------------------------------------------------------------------------------------------

template <class V> MGEC_INLINE V add(V x, V y) { return x + y; }
template <class V> MGEC_INLINE V sub(V x, V y) { return x - y; }
template <class V> MGEC_INLINE V mul(V x, V y) { return x * y; }
template <class V> MGEC_INLINE V true_div(V x, V y) { return x / y; }
template <class V> MGEC_INLINE V negate(V x) { return -x; }
template <class V> MGEC_INLINE V abs(V x) { return simd::abs(x); }
template <class V> MGEC_INLINE V square(V x) { return x * x; }
template <class V> MGEC_INLINE V sqrt(V x) { return simd::sqrt(x); }
template <class V> MGEC_INLINE V max(V x, V y) { return simd::max(x, y); }
template <class V> MGEC_INLINE V min(V x, V y) { return simd::min(x, y); }
template <class V> MGEC_INLINE V sign(V x) { return flag<V>(x > V{}) - flag<V>(x < V{}); }
template <class V> MGEC_INLINE V ceil(V x) { return simd::ceil(x); }
template <class V> MGEC_INLINE V floor(V x) { return simd::floor(x); }
template <class V> MGEC_INLINE V round(V x) { return simd::round(x); }
template <class V> MGEC_INLINE V fuse_mul_add3(V x, V y, V z) { return x * y + z; }
template <class V> MGEC_INLINE V fuse_mul_add4(V x, V y, V z, V w) { return x * y + z * w; }

/// f(x, y) lane by lane.
template <class V, class F> MGEC_INLINE V each_pair(V x, V y, F f) {
  if constexpr (!simd::is_vector<V>) {
    return f(x, y);
  } else {
    simd::scalar_of<V> a[simd::lanes_of<V>], b[simd::lanes_of<V>];
    simd::store(a, x);
    simd::store(b, y);
    for (int i = 0; i < simd::lanes_of<V>; ++i)
      a[i] = f(a[i], b[i]);
    return simd::load<V>(a);
  }
}

/// Rounds the quotient down; integers: 0 where y is 0.
template <class V> MGEC_INLINE V floor_div(V x, V y) {
  if constexpr (kIsReal<V>)
    return simd::floor(x / y);
  else
    return each_pair(x, y, [](int64_t a, int64_t b) {
      const int64_t q = b == 0 ? 0 : a / b;
      return int32_t(b != 0 && a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q);
    });
}

/// Floats: the remainder with the sign of x; integers: with the sign of y, 0 where y is 0.
template <class V> MGEC_INLINE V mod(V x, V y) {
  if constexpr (kIsReal<V>)
    return each_pair(x, y, [](float a, float b) { return __builtin_fmodf(a, b); });
  else
    return each_pair(x, y, [](int64_t a, int64_t b) {
      const int64_t r = b == 0 ? 0 : a % b;
      return int32_t(r != 0 && (r < 0) != (b < 0) ? r + b : r);
    });
}

/// x to a constant power, as PowC and a Pow with a constant exponent mean it: whole powers of |x| with the sign of x
/// where odd.
template <class V> MGEC_INLINE V powc(V x, float exponent) {
  if (exponent == 0.0f)
    return splat<V>(1.0f);
  if (exponent == 1.0f)
    return x;
  if (exponent == 2.0f)
    return x * x;
  if (exponent == 3.0f)
    return x * x * x;
  if (exponent == 4.0f)
    return (x * x) * (x * x);
  if (exponent == 0.5f)
    return simd::sqrt(x);
  if (exponent == -0.5f)
    return 1.0f / simd::sqrt(x);
  if (exponent == -1.0f)
    return 1.0f / x;
  if (exponent == -2.0f)
    return 1.0f / (x * x);
  return pow(x, splat<V>(exponent));
}

// ---- Integers ------------------------------------------------------------------------------------------------------

template <class V> MGEC_INLINE V shl(V x, V y) {
  return V(simd::rebind<V, uint32_t>(x) << simd::rebind<V, uint32_t>(y & 31));
}
template <class V> MGEC_INLINE V shr(V x, V y) { return x >> (y & 31); }

/// Rounding high half of the product of `Bits`-bit integers.
template <int Bits = 32, class V> MGEC_INLINE V rmulh(V x, V y) {
  return each_pair(x, y, [](int64_t a, int64_t b) {
    constexpr int64_t kLow = -(int64_t(1) << (Bits - 1)), kMask = -(kLow + 1);
    const int64_t p = a * b;
    return int32_t(a == kLow && b == kLow ? kMask : (p >> (Bits - 1)) + ((p & kMask) > (kMask >> 1) ? 1 : 0));
  });
}

template <class V> MGEC_INLINE V not_(V x) { return flag<V>(x == V{}); }
template <class V> MGEC_INLINE V and_(V x, V y) { return flag<V>(both(truth(x), truth(y))); }
template <class V> MGEC_INLINE V or_(V x, V y) { return flag<V>(either(truth(x), truth(y))); }
template <class V> MGEC_INLINE V xor_(V x, V y) { return flag<V>(truth(x) != truth(y)); }

// ---- Comparisons, selections ---------------------------------------------------------------------------------------

template <class V> MGEC_INLINE V lt(V x, V y) { return flag<V>(x < y); }
template <class V> MGEC_INLINE V leq(V x, V y) { return flag<V>(x <= y); }
template <class V> MGEC_INLINE V eq(V x, V y) { return flag<V>(x == y); }
template <class V> MGEC_INLINE V neq(V x, V y) { return flag<V>(x != y); }
template <class V> MGEC_INLINE V isnan(V x) { return flag<V>(x != x); }
template <class V> MGEC_INLINE V isinf(V x) { return flag<V>(simd::abs(x) == infinity<V>()); }
template <class V> MGEC_INLINE V switch_gt0(V x, V y) { return simd::select<V>(x > V{}, y, V{}); }
template <class V> MGEC_INLINE V cond_leq_mov(V x, V y, V z) { return simd::select<V>(x <= y, z, V{}); }
template <class V> MGEC_INLINE V cond_lt_mov(V x, V y, V z) { return simd::select<V>(x < y, z, V{}); }
template <class V> MGEC_INLINE V clip(V x, V y, V z) {
  return simd::select<V>(x <= y, y, simd::select<V>(x <= z, x, z));
}
/// mask ? x : y of the Where operator.
template <class V> MGEC_INLINE V where(V mask, V x, V y) { return simd::select<V>(truth(mask), x, y); }

// ---- Activations ---------------------------------------------------------------------------------------------------

template <class V> MGEC_INLINE V relu(V x) { return simd::max(V{}, x); } // keeps a NaN
template <class V> MGEC_INLINE V relu6(V x) { return simd::min(simd::max(V{}, x), splat<V>(6)); }
template <class V> MGEC_INLINE V prelu(V x, V y) { return simd::select<V>(x > V{}, x, x * y); }
template <class V> MGEC_INLINE V sigmoid(V x) { return 1.0f / (exp(-x) + 1.0f); }
template <class V> MGEC_INLINE V silu(V x) { return x / (exp(-x) + 1.0f); }
template <class V> MGEC_INLINE V h_swish(V x) { return x * (clamp(x + 3.0f, 0.0f, 6.0f) * 0.16666667f); }
template <class V> MGEC_INLINE V hsigmoid(V x) { return clamp(x + 3.0f, 0.0f, 6.0f) * 0.16666667f; }
template <class V> MGEC_INLINE V gelu(V x) { return x * normal_cdf(x); }
template <class V> MGEC_INLINE V fast_tanh(V x) { return x * (x * x + 27.0f) / (x * x * 9.0f + 27.0f); }
template <class V> MGEC_INLINE V softplus(V x) { return log1p(exp(-simd::abs(x))) + simd::max(V{}, x); }
template <class V> MGEC_INLINE V logsigmoid(V x) { return simd::min(V{}, x) - log1p(exp(-simd::abs(x))); }
template <class V> MGEC_INLINE V log_sum_exp(V x, V y) { return simd::max(x, y) + log1p(exp(-simd::abs(x - y))); }
template <class V> MGEC_INLINE V fuse_add_relu(V x, V y) { return relu(x + y); }
template <class V> MGEC_INLINE V fuse_add_sigmoid(V x, V y) { return sigmoid(x + y); }
template <class V> MGEC_INLINE V fuse_add_tanh(V x, V y) { return tanh(x + y); }
template <class V> MGEC_INLINE V fuse_add_h_swish(V x, V y) { return h_swish(x + y); }

// ---- Derivatives ---------------------------------------------------------------------------------------------------

template <class V> MGEC_INLINE V abs_grad(V x, V y) { return simd::select<V>(x > V{}, y, -y); }
template <class V> MGEC_INLINE V sigmoid_grad(V x, V y) { return x * (1 - x) * y; }
template <class V> MGEC_INLINE V tanh_grad(V x, V y) { return (1 - x * x) * y; }
template <class V> MGEC_INLINE V fast_tanh_grad(V x, V y) {
  const V s = x * x, d = s + 3.0f;
  return ((s * -48.0f) / d + 27.0f + s) / (d * 9.0f) * y;
}
template <class V> MGEC_INLINE V h_swish_grad(V x, V y) {
  const V middle = (x * 2.0f + 3.0f) * 0.16666667f * y;
  return simd::select<V>(x < splat<V>(-3.0f), V{}, simd::select<V>(x > splat<V>(3.0f), y, middle));
}
template <class V> MGEC_INLINE V silu_grad(V x, V y) {
  const V s = sigmoid(x);
  return y * s * (1.0f + x * sigmoid(-x));
}
template <class V> MGEC_INLINE V gelu_grad(V x, V y) {
  return y * (normal_cdf(x) + x * exp(x * x * -0.5f) * 0.39894228f);
}
template <class V> MGEC_INLINE V asinh_grad(V x, V y) { return y / simd::sqrt(x * x + 1.0f); }
template <class V> MGEC_INLINE V acosh_grad(V x, V y) { return y / simd::sqrt(simd::fma(x, x, splat<V>(-1.0f))); }
template <class V> MGEC_INLINE V atanh_grad(V x, V y) { return y / ((1.0f - x) * (1.0f + x)); }
template <class V> MGEC_INLINE V prelu_grad(V x, V y, V z) { return simd::select<V>(x >= V{}, y, y * z); }
template <class V> MGEC_INLINE V softplus_grad(V x, V y) { return y * sigmoid(x); }
template <class V> MGEC_INLINE V relu6_grad(V x, V y) {
  return simd::select<V>(either<simd::mask_of<V>>(x <= V{}, x >= splat<V>(6.0f)), V{}, y);
}
template <class V> MGEC_INLINE V hsigmoid_grad(V x, V y) {
  return simd::select<V>(either<simd::mask_of<V>>(x <= splat<V>(-3.0f), x >= splat<V>(3.0f)), V{}, y * 0.16666667f);
}

} // namespace elemwise
MGEC_KERNELS_END
