// reference.hpp: Elemwise, ElemwiseMultiType and TypeCvt, plainly.
//
// Operands broadcast to the output's shape. Rows are moved in pieces through dense buffers, so that the element type is
// looked at once a piece: float types and quantised modes compute in float32, everything else in wrapping int32. Sums,
// products and divisions round like float32 does; other functions are evaluated in double and rounded once. An integer
// division by zero gives 0. The output's type decides what is stored: a comparison into Bool is a Bool, into a number 0
// or 1.
#pragma once
#include "../params.hpp"
#include "../shape/iterate.hpp"
#include "modes.hpp"
#include "scalar.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

constexpr int kMaxArity = 6;
constexpr int64_t kPiece = 256;

inline double erfc_inverse(double y) {
  if (!(y >= 0.0 && y <= 2.0))
    return __builtin_nan("");
  if (y == 0.0)
    return __builtin_inf();
  if (y == 2.0)
    return -__builtin_inf();
  double t = y < 1.0 ? y : 2.0 - y;                       // erfc_inv(2 - y) = -erfc_inv(y)
  double l = __builtin_sqrt(-2.0 * __builtin_log(t / 2)); // a start good to 1e-3, then Halley's steps
  double x = 0.70711 * (l - (2.30753 + 0.27061 * l) / (1.0 + l * (0.99229 + 0.04481 * l)));
  for (int i = 0; i < 3; ++i) {
    double e = __builtin_erfc(x) - t;
    double d = e / (1.12837916709551257 * __builtin_exp(-x * x));
    x += d / (1.0 - x * d);
  }
  return y < 1.0 ? x : -x;
}

inline double erf_inverse(double y) {
  if (!(y >= -1.0 && y <= 1.0))
    return __builtin_nan("");
  if (__builtin_fabs(y) > 0.5)
    return y > 0 ? erfc_inverse(1.0 - y) : -erfc_inverse(1.0 + y);
  double x = y * 0.88622692545275801; // sqrt(pi) / 2
  for (int i = 0; i < 6; ++i) {
    double d = (y - __builtin_erf(x)) / (1.12837916709551257 * __builtin_exp(-x * x));
    x += d / (1.0 + x * d);
  }
  return x;
}

inline double sigmoid(double x) { return 1.0 / (__builtin_exp(-x) + 1.0); }
inline double normal_cdf(double x) { return 0.5 * __builtin_erfc(-x * 0.70710678118654752440); }

template <class T, class F> MGEC_INLINE void map_piece(const T *const *a, T *to, int64_t n, F f) {
  for (int64_t i = 0; i < n; ++i)
    to[i] = f(a, i);
}

// One case of a mode switch: x y z w are the operands of element i.
#define MGEC_CASE(MODE, expression)                                                                                    \
  case ElemwiseMode::MODE:                                                                                             \
    map_piece(a, to, n, [](const T *const *p, int64_t i) {                                                             \
      T x = p[0][i], y = p[1][i], z = p[2][i], w = p[3][i];                                                            \
      (void)x, (void)y, (void)z, (void)w;                                                                              \
      return T(expression);                                                                                            \
    });                                                                                                                \
    return true;

/// One piece of a mode on reals. Absent operands must point at something readable.
inline bool compute_real(ElemwiseMode mode, const float *const *a, float *to, int64_t n) {
  using T = float;
  switch (mode) {
    MGEC_CASE(RELU, x <= 0 ? 0 : x)
    MGEC_CASE(ABS, __builtin_fabsf(x))
    MGEC_CASE(ACOS, __builtin_acos(double(x)))
    MGEC_CASE(ASIN, __builtin_asin(double(x)))
    MGEC_CASE(CEIL, __builtin_ceilf(x))
    MGEC_CASE(COS, __builtin_cos(double(x)))
    MGEC_CASE(EXP, __builtin_exp(double(x)))
    MGEC_CASE(EXPM1, __builtin_expm1(double(x)))
    MGEC_CASE(FLOOR, __builtin_floorf(x))
    MGEC_CASE(LOG, __builtin_log(double(x)))
    MGEC_CASE(LOG1P, __builtin_log1p(double(x)))
    MGEC_CASE(NEGATE, -x)
    MGEC_CASE(SIGMOID, sigmoid(x))
    MGEC_CASE(SIN, __builtin_sin(double(x)))
    MGEC_CASE(TANH, __builtin_tanh(double(x)))
    MGEC_CASE(ABS_GRAD, x > 0 ? y : -y)
    MGEC_CASE(ADD, x + y)
    MGEC_CASE(FLOOR_DIV, __builtin_floorf(x / y))
    MGEC_CASE(MAX, x > y ? x : y)
    MGEC_CASE(MIN, x < y ? x : y)
    MGEC_CASE(MOD, __builtin_fmodf(x, y))
    MGEC_CASE(MUL, (x * y))
    MGEC_CASE(POW, __builtin_pow(double(x), double(y)))
    MGEC_CASE(SIGMOID_GRAD, double(x) * (1.0 - double(x)) * y)
    MGEC_CASE(SUB, x - y)
    MGEC_CASE(SWITCH_GT0, x > 0 ? y : 0)
    MGEC_CASE(TANH_GRAD, (1.0 - double(x) * x) * y)
    MGEC_CASE(TRUE_DIV, x / y)
    MGEC_CASE(LOG_SUM_EXP,
              double(x > y ? x : y) + __builtin_log1p(__builtin_exp(-__builtin_fabs(double(x) - double(y)))))
    MGEC_CASE(LT, x < y)
    MGEC_CASE(LEQ, x <= y)
    MGEC_CASE(EQ, x == y)
    MGEC_CASE(COND_LEQ_MOV, x <= y ? z : 0)
    MGEC_CASE(FUSE_MUL_ADD3, (x * y) + z)
    MGEC_CASE(FUSE_MUL_ADD4, (x * y) + z * w)
    MGEC_CASE(FUSE_ADD_RELU, x + y <= 0 ? 0 : x + y)
    MGEC_CASE(FUSE_ADD_SIGMOID, sigmoid(x + y))
    MGEC_CASE(FUSE_ADD_TANH, __builtin_tanh(double(x + y)))
    MGEC_CASE(FAST_TANH, double(x) * (27.0 + double(x) * x) / (27.0 + 9.0 * x * x))
    MGEC_CASE(FAST_TANH_GRAD,
              ((-48.0 * x * x) / (3.0 + double(x) * x) + 27.0 + double(x) * x) / (9.0 * (3.0 + double(x) * x)) * y)
    MGEC_CASE(ROUND, __builtin_roundf(x))
    MGEC_CASE(ATAN2, __builtin_atan2(double(x), double(y)))
    MGEC_CASE(ERF, __builtin_erf(double(x)))
    MGEC_CASE(ERFINV, erf_inverse(x))
    MGEC_CASE(ERFC, __builtin_erfc(double(x)))
    MGEC_CASE(ERFCINV, erfc_inverse(x))
    MGEC_CASE(H_SWISH, double(x) * (x + 3 < 0 ? 0.0 : x + 3 > 6 ? 6.0 : double(x) + 3.0) / 6.0)
    MGEC_CASE(H_SWISH_GRAD, x < -3 ? 0.0 : x > 3 ? double(y) : (2.0 * x + 3.0) / 6.0 * y)
    MGEC_CASE(FUSE_ADD_H_SWISH, (x += y, double(x) * (x + 3 < 0 ? 0.0 : x + 3 > 6 ? 6.0 : double(x) + 3.0) / 6.0))
    MGEC_CASE(NOT, x == 0)
    MGEC_CASE(AND, x != 0 && y != 0)
    MGEC_CASE(OR, x != 0 || y != 0)
    MGEC_CASE(XOR, (x != 0) != (y != 0))
    MGEC_CASE(SILU, double(x) / (__builtin_exp(-double(x)) + 1.0))
    MGEC_CASE(SILU_GRAD, double(y) * sigmoid(x) * (1.0 + double(x) * (1.0 - sigmoid(x))))
    MGEC_CASE(GELU, double(x) * normal_cdf(x))
    MGEC_CASE(GELU_GRAD,
              double(y) * (normal_cdf(x) + double(x) * 0.39894228040143267794 * __builtin_exp(-0.5 * double(x) * x)))
    MGEC_CASE(COND_LT_MOV, x < y ? z : 0)
    MGEC_CASE(NEQ, x != y)
    MGEC_CASE(ISNAN, x != x)
    MGEC_CASE(ISINF, __builtin_fabsf(x) == __builtin_inff())
    MGEC_CASE(SINH, __builtin_sinh(double(x)))
    MGEC_CASE(COSH, __builtin_cosh(double(x)))
    MGEC_CASE(ASINH, __builtin_asinh(double(x)))
    MGEC_CASE(ACOSH, __builtin_acosh(double(x)))
    MGEC_CASE(ATANH, __builtin_atanh(double(x)))
    MGEC_CASE(TAN, __builtin_tan(double(x)))
    MGEC_CASE(ASINH_GRAD, y / __builtin_sqrt(double(x) * x + 1.0))
    MGEC_CASE(ACOSH_GRAD, y / __builtin_sqrt(double(x) * x - 1.0))
    MGEC_CASE(ATANH_GRAD, y / (1.0 - double(x) * x))
    MGEC_CASE(PRELU, x > 0 ? x : x * y)
    MGEC_CASE(CLIP, x <= y ? y : x <= z ? x : z)
    MGEC_CASE(PRELU_GRAD, x >= 0 ? y : y * z)
    MGEC_CASE(SOFTPLUS, __builtin_log1p(__builtin_exp(-__builtin_fabs(double(x)))) + (x > 0 ? double(x) : 0.0))
    MGEC_CASE(SOFTPLUS_GRAD, y * sigmoid(x))
    MGEC_CASE(RELU6, x <= 0 ? 0 : x <= 6 ? x : 6)
    MGEC_CASE(RELU6_GRAD, x <= 0 || x >= 6 ? 0 : y)
    MGEC_CASE(HSIGMOID, x <= -3 ? 0.0 : x >= 3 ? 1.0 : (double(x) + 3.0) / 6.0)
    MGEC_CASE(HSIGMOID_GRAD, x <= -3 || x >= 3 ? 0.0 : double(y) / 6.0)
    MGEC_CASE(LOGSIGMOID, -__builtin_log1p(__builtin_exp(-__builtin_fabs(double(x)))) + (x < 0 ? double(x) : 0.0))
    MGEC_CASE(SQRT, __builtin_sqrt(double(x)))
    MGEC_CASE(SQUARE, (x * x))
    MGEC_CASE(SIGN, x < 0 ? -1 : x > 0 ? 1 : 0)
  default:
    return false;
  }
}

MGEC_INLINE int32_t wrap_add(int32_t x, int32_t y) { return int32_t(uint32_t(x) + uint32_t(y)); }
MGEC_INLINE int32_t wrap_sub(int32_t x, int32_t y) { return int32_t(uint32_t(x) - uint32_t(y)); }
MGEC_INLINE int32_t wrap_mul(int32_t x, int32_t y) { return int32_t(uint32_t(x) * uint32_t(y)); }

MGEC_INLINE int32_t floor_divide(int64_t x, int64_t y) {
  if (y == 0)
    return 0;
  int64_t q = x / y;
  return int32_t(x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q);
}

MGEC_INLINE int32_t floor_modulo(int64_t x, int64_t y) {
  if (y == 0)
    return 0;
  int64_t r = x % y;
  return int32_t(r != 0 && (r < 0) != (y < 0) ? r + y : r);
}

/// Rounding high half of the double-width product of `bits`-bit integers; lowest times lowest saturates.
MGEC_INLINE int32_t rounding_multiply_high(int32_t x, int32_t y, int bits) {
  int l = bits - 1;
  int64_t low = -(int64_t(1) << l), mask = (int64_t(1) << l) - 1, p = int64_t(x) * y;
  if (x == low && y == low)
    return int32_t(mask);
  return int32_t((p >> l) + ((p & mask) > (mask >> 1) ? 1 : 0));
}

/// Arithmetic shift that rounds to nearest, ties away from zero.
MGEC_INLINE int64_t rounding_shift_right(int64_t x, int32_t shift) {
  int s = shift < 0 ? 0 : shift > 62 ? 62 : shift;
  int64_t mask = (int64_t(1) << s) - 1;
  return (x >> s) + ((x & mask) > (mask >> 1) + (x < 0 ? 1 : 0) ? 1 : 0);
}

template <int Bits> inline void multiply_high_piece(const int32_t *const *a, int32_t *to, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    to[i] = rounding_multiply_high(a[0][i], a[1][i], Bits);
}

/// One piece of a mode on integers of `bytes` bytes; the caller stores what fits. False for a mode that integers do not
/// have.
inline bool compute_int(ElemwiseMode mode, int64_t bytes, const int32_t *const *a, int32_t *to, int64_t n) {
  using T = int32_t;
  switch (mode) {
    MGEC_CASE(RELU, x <= 0 ? 0 : x)
    MGEC_CASE(ABS, x < 0 ? wrap_sub(0, x) : x)
    MGEC_CASE(NEGATE, wrap_sub(0, x))
    MGEC_CASE(ABS_GRAD, x > 0 ? y : wrap_sub(0, y))
    MGEC_CASE(ADD, wrap_add(x, y))
    MGEC_CASE(FLOOR_DIV, floor_divide(x, y))
    MGEC_CASE(MAX, x > y ? x : y)
    MGEC_CASE(MIN, x < y ? x : y)
    MGEC_CASE(MOD, floor_modulo(x, y))
    MGEC_CASE(MUL, wrap_mul(x, y))
    MGEC_CASE(SIGMOID_GRAD, wrap_mul(wrap_mul(x, wrap_sub(1, x)), y))
    MGEC_CASE(SUB, wrap_sub(x, y))
    MGEC_CASE(SWITCH_GT0, x > 0 ? y : 0)
    MGEC_CASE(TANH_GRAD, wrap_mul(wrap_sub(1, wrap_mul(x, x)), y))
    MGEC_CASE(LT, x < y)
    MGEC_CASE(LEQ, x <= y)
    MGEC_CASE(EQ, x == y)
    MGEC_CASE(NEQ, x != y)
    MGEC_CASE(SHL, uint32_t(x) << (y & 31))
    MGEC_CASE(SHR, x >> (y & 31))
    MGEC_CASE(COND_LEQ_MOV, x <= y ? z : 0)
    MGEC_CASE(COND_LT_MOV, x < y ? z : 0)
    MGEC_CASE(FUSE_MUL_ADD3, wrap_add(wrap_mul(x, y), z))
    MGEC_CASE(FUSE_MUL_ADD4, wrap_add(wrap_mul(x, y), wrap_mul(z, w)))
    MGEC_CASE(FUSE_ADD_RELU, wrap_add(x, y) <= 0 ? 0 : wrap_add(x, y))
    MGEC_CASE(PRELU, x > 0 ? x : wrap_mul(x, y))
    MGEC_CASE(CLIP, x <= y ? y : x <= z ? x : z)
    MGEC_CASE(RELU6, x <= 0 ? 0 : x <= 6 ? x : 6)
    MGEC_CASE(SQUARE, wrap_mul(x, x))
    MGEC_CASE(SIGN, (x > 0) - (x < 0))
    MGEC_CASE(NOT, x == 0)
    MGEC_CASE(AND, x != 0 && y != 0)
    MGEC_CASE(OR, x != 0 || y != 0)
    MGEC_CASE(XOR, (x != 0) != (y != 0))
  case ElemwiseMode::RMULH:
    if (bytes == 1)
      multiply_high_piece<8>(a, to, n);
    else if (bytes == 2)
      multiply_high_piece<16>(a, to, n);
    else
      multiply_high_piece<32>(a, to, n);
    return true;
  default:
    return false;
  }
}
#undef MGEC_CASE

/// Calls piece(buffers, to, n) for every piece; Load and Store are one of the row functions of scalar.hpp.
template <int K, class S, class D, class Load, class Store, class Piece>
inline void map_rows(const View *in, const View &out, Load load, Store store, Piece piece) {
  alignas(64) S buffer[K][kPiece];
  alignas(64) D result[kPiece];
  const S *a[kMaxArity];
  for (int k = 0; k < kMaxArity; ++k)
    a[k] = buffer[k < K ? k : 0];
  for_rows<K + 1>(broadcast_walk<K + 1>(in, out), [&](const int64_t *offset, int64_t n, const int64_t *step) {
    for (int64_t i = 0; i < n; i += kPiece) {
      int64_t m = min_i64(kPiece, n - i);
      for (int k = 0; k < K; ++k)
        load(in[k], offset[k] + i * step[k], step[k], m, buffer[k]);
      piece(a, result, m);
      store(out, offset[K] + i * step[K], step[K], m, result);
    }
  });
}

template <class S, class D, class Load, class Store, class Piece>
inline void map_operands(int arity, const View *in, const View &out, Load load, Store store, Piece piece) {
  switch (arity) {
  case 1:
    map_rows<1, S, D>(in, out, load, store, piece);
    return;
  case 2:
    map_rows<2, S, D>(in, out, load, store, piece);
    return;
  case 3:
    map_rows<3, S, D>(in, out, load, store, piece);
    return;
  case 4:
    map_rows<4, S, D>(in, out, load, store, piece);
    return;
  default:
    map_rows<6, S, D>(in, out, load, store, piece);
    return;
  }
}

/// All operands share one type, which is also the output's (or the output is Bool). Quantised ones compute on stored
/// integers.
inline void elemwise(const View *in, int n_in, const View *out, int, const elemwiseParams &params) {
  ElemwiseMode mode = ElemwiseMode(params.mode);
  int32_t dtype = in[0].dtype;
  if (is_float(dtype)) {
    auto piece = [=](const float *const *a, float *to, int64_t n) { compute_real(mode, a, to, n); };
    map_operands<float, float>(n_in, in, out[0], load_real, store_real, piece);
    return;
  }
  int64_t bytes = element_size(dtype);
  auto piece = [=](const int32_t *const *a, int32_t *to, int64_t n) { compute_int(mode, bytes, a, to, n); };
  map_operands<int32_t, int32_t>(n_in, in, out[0], load_int, store_int, piece);
}

inline void compare(MultiTypeMode mode, const View *in, int n_in, const View &out) {
  ElemwiseMode base = mode == MultiTypeMode::EQ      ? ElemwiseMode::EQ
                      : mode == MultiTypeMode::NEQ   ? ElemwiseMode::NEQ
                      : mode == MultiTypeMode::LT    ? ElemwiseMode::LT
                      : mode == MultiTypeMode::LEQ   ? ElemwiseMode::LEQ
                      : mode == MultiTypeMode::ISNAN ? ElemwiseMode::ISNAN
                                                     : ElemwiseMode::ISINF;
  bool reals = n_in == 1;
  for (int k = 0; k < n_in; ++k)
    reals = reals || is_float(in[k].dtype) || is_quantized(in[k].dtype);
  if (reals)
    map_operands<float, float>(n_in, in, out, load_real, store_real,
                               [=](const float *const *a, float *to, int64_t n) { compute_real(base, a, to, n); });
  else
    map_operands<int32_t, int32_t>(
        n_in, in, out, load_int, store_int,
        [=](const int32_t *const *a, int32_t *to, int64_t n) { compute_int(base, 4, a, to, n); });
}

inline void rounding_shift(const View *in, const View &out, int64_t low, int64_t high) {
  map_rows<2, int32_t, int32_t>(in, out, load_int, store_int, [=](const int32_t *const *a, int32_t *to, int64_t n) {
    for (int64_t i = 0; i < n; ++i)
      to[i] = int32_t(min_i64(max_i64(rounding_shift_right(a[0][i], a[1][i]), low), high));
  });
}

/// (a + b) times c by `rmulh`, shifted and clamped: operands a b c of `Bits` bits, then shift, minimum and maximum.
template <int Bits> inline void requantize_sum(const View *in, const View &out) {
  map_rows<6, int32_t, int32_t>(in, out, load_int, store_int, [](const int32_t *const *a, int32_t *to, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      int32_t sum = wrap_add(a[0][i], a[1][i]);
      if (Bits == 16)
        sum = int16_t(sum);
      int64_t t = rounding_shift_right(rounding_multiply_high(sum, a[2][i], Bits), a[3][i]);
      t = min_i64(max_i64(t, -128), 127);
      to[i] = int32_t(min_i64(max_i64(t, a[4][i]), a[5][i]));
    }
  });
}

inline void elemwise_multi_type(const View *in, int n_in, const View *out, int,
                                const elemwise_multi_typeParams &params) {
  int32_t base = quantized_base_mode(params.mode);
  if (base >= 0) {
    map_operands<float, float>(
        n_in, in, out[0], load_real, store_real,
        [=](const float *const *a, float *to, int64_t n) { compute_real(ElemwiseMode(base), a, to, n); });
    return;
  }
  MultiTypeMode mode = MultiTypeMode(params.mode);
  switch (mode) {
  case MultiTypeMode::FUSE_MUL_ADD3_INT16x32x32x32:
    map_rows<3, int32_t, int32_t>(in, out[0], load_int, store_int, [](const int32_t *const *a, int32_t *to, int64_t n) {
      compute_int(ElemwiseMode::FUSE_MUL_ADD3, 4, a, to, n);
    });
    return;
  case MultiTypeMode::FUSE_MUL_ADD3_IXxF32xF32xI8:
    map_rows<3, float, int32_t>(in, out[0], load_real, store_int, [](const float *const *a, int32_t *to, int64_t n) {
      for (int64_t i = 0; i < n; ++i) {
        float product = a[0][i] * a[1][i];
        float v = __builtin_rintf(product + a[2][i]);
        to[i] = int32_t(!(v > -128.0f) ? -128.0f : v > 127.0f ? 127.0f : v);
      }
    });
    return;
  case MultiTypeMode::FUSE_MUL_ADD3_INT16xF32xF32xF32:
  case MultiTypeMode::FUSE_MUL_ADD3_UINT8xF32xF32xF32:
    map_rows<3, float, float>(in, out[0], load_real, store_real, [](const float *const *a, float *to, int64_t n) {
      compute_real(ElemwiseMode::FUSE_MUL_ADD3, a, to, n);
    });
    return;
  case MultiTypeMode::MUL_INT16xF32xF32:
    map_rows<2, float, float>(in, out[0], load_real, store_real, [](const float *const *a, float *to, int64_t n) {
      compute_real(ElemwiseMode::MUL, a, to, n);
    });
    return;
  case MultiTypeMode::ROUND_SHR_SATURATE_IXxI8xI8:
    rounding_shift(in, out[0], -128, 127);
    return;
  case MultiTypeMode::ROUND_SHR_SATURATE_IXxI8xI16:
    rounding_shift(in, out[0], -32768, 32767);
    return;
  case MultiTypeMode::FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT16x16x16x8:
    requantize_sum<16>(in, out[0]);
    return;
  case MultiTypeMode::FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT32x32x32x8:
    requantize_sum<32>(in, out[0]);
    return;
  default:
    compare(mode, in, n_in, out[0]);
    return;
  }
}

/// x ** exp. A whole exponent applies to |x|, with the sign of x where it is odd; exponent 0 gives 1.
inline void powc(const View *in, int, const View *out, int, const powcParams &params) {
  double exponent = params.exp;
  bool whole = __builtin_floor(exponent) == exponent, odd = whole && __builtin_fmod(exponent, 2.0) != 0;
  map_rows<1, float, float>(in, out[0], load_real, store_real, [=](const float *const *a, float *to, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      double x = a[0][i], p = __builtin_pow(whole ? __builtin_fabs(x) : x, exponent);
      to[i] = float(exponent == 0 ? 1.0 : odd && x < 0 ? -p : p);
    }
  });
}

/// From any type to any type; integers that only change width never pass through float.
inline void type_cvt(const View *in, int, const View *out, int, const type_cvtParams &) {
  bool integers = !is_float(in[0].dtype) && !is_quantized(in[0].dtype) && !is_quantized(out[0].dtype);
  if (integers)
    map_rows<1, int32_t, int32_t>(in, out[0], load_int, store_int, [](const int32_t *const *a, int32_t *to, int64_t n) {
      for (int64_t i = 0; i < n; ++i)
        to[i] = a[0][i];
    });
  else
    map_rows<1, float, float>(in, out[0], load_real, store_real, [](const float *const *a, float *to, int64_t n) {
      for (int64_t i = 0; i < n; ++i)
        to[i] = a[0][i];
    });
}

/// mask ? x : y; the branches are moved as bits, so that NaNs and quantised values stay what they are.
template <class T> inline void select_rows(const View *in, const View &out) {
  for_rows<4>(broadcast_walk<4>(in, out), [&](const int64_t *offset, int64_t n, const int64_t *step) {
    const uint8_t *mask = static_cast<const uint8_t *>(in[0].data) + offset[0];
    const T *x = static_cast<const T *>(in[1].data) + offset[1], *y = static_cast<const T *>(in[2].data) + offset[2];
    T *to = static_cast<T *>(out.data) + offset[3];
    for (int64_t i = 0; i < n; ++i)
      to[i * step[3]] = mask[i * step[0]] ? x[i * step[1]] : y[i * step[2]];
  });
}

template <class Params> inline void where(const View *in, int, const View *out, int, const Params &) {
  switch (element_size(out[0].dtype)) {
  case 1:
    select_rows<uint8_t>(in, out[0]);
    return;
  case 2:
    select_rows<uint16_t>(in, out[0]);
    return;
  case 4:
    select_rows<uint32_t>(in, out[0]);
    return;
  }
}

} // namespace ref
MGEC_KERNELS_END
