// modes.hpp: the modes of Elemwise and ElemwiseMultiType with the numbers that files use.
//
// MGEC_ELEMWISE_MODES(X) expands X(NAME, function, id, arity, types) for each Elemwise mode: `function` is its name in
// functions.hpp (lower case; the four C++ keywords end in an underscore), `types` says what it takes: f float, i int, b
// bool.
#pragma once
#include "../prelude.hpp"

// clang-format off
#define MGEC_ELEMWISE_MODES(X) \
  X(RELU, relu, 0, 1, "fi") \
  X(ABS, abs, 1, 1, "fi") \
  X(ACOS, acos, 2, 1, "f") \
  X(ASIN, asin, 3, 1, "f") \
  X(CEIL, ceil, 4, 1, "f") \
  X(COS, cos, 5, 1, "f") \
  X(EXP, exp, 6, 1, "f") \
  X(EXPM1, expm1, 7, 1, "f") \
  X(FLOOR, floor, 8, 1, "f") \
  X(LOG, log, 9, 1, "f") \
  X(LOG1P, log1p, 10, 1, "f") \
  X(NEGATE, negate, 11, 1, "fi") \
  X(SIGMOID, sigmoid, 12, 1, "f") \
  X(SIN, sin, 13, 1, "f") \
  X(TANH, tanh, 14, 1, "f") \
  X(ABS_GRAD, abs_grad, 15, 2, "fi") \
  X(ADD, add, 16, 2, "fi") \
  X(FLOOR_DIV, floor_div, 17, 2, "fi") \
  X(MAX, max, 18, 2, "fi") \
  X(MIN, min, 19, 2, "fi") \
  X(MOD, mod, 20, 2, "fi") \
  X(MUL, mul, 21, 2, "fi") \
  X(POW, pow, 22, 2, "f") \
  X(SIGMOID_GRAD, sigmoid_grad, 23, 2, "fi") \
  X(SUB, sub, 24, 2, "fi") \
  X(SWITCH_GT0, switch_gt0, 25, 2, "fi") \
  X(TANH_GRAD, tanh_grad, 26, 2, "fi") \
  X(TRUE_DIV, true_div, 27, 2, "f") \
  X(LOG_SUM_EXP, log_sum_exp, 28, 2, "f") \
  X(LT, lt, 29, 2, "fib") \
  X(LEQ, leq, 30, 2, "fib") \
  X(EQ, eq, 31, 2, "fib") \
  X(SHL, shl, 32, 2, "i") \
  X(SHR, shr, 33, 2, "i") \
  X(COND_LEQ_MOV, cond_leq_mov, 34, 3, "fi") \
  X(FUSE_MUL_ADD3, fuse_mul_add3, 35, 3, "fi") \
  X(FUSE_MUL_ADD4, fuse_mul_add4, 36, 4, "fi") \
  X(FUSE_ADD_RELU, fuse_add_relu, 37, 2, "fi") \
  X(FUSE_ADD_SIGMOID, fuse_add_sigmoid, 38, 2, "f") \
  X(FUSE_ADD_TANH, fuse_add_tanh, 39, 2, "f") \
  X(FAST_TANH, fast_tanh, 40, 1, "f") \
  X(FAST_TANH_GRAD, fast_tanh_grad, 41, 2, "f") \
  X(ROUND, round, 42, 1, "f") \
  X(RMULH, rmulh, 43, 2, "i") \
  X(ATAN2, atan2, 44, 2, "f") \
  X(ERF, erf, 45, 1, "f") \
  X(ERFINV, erfinv, 46, 1, "f") \
  X(ERFC, erfc, 47, 1, "f") \
  X(ERFCINV, erfcinv, 48, 1, "f") \
  X(H_SWISH, h_swish, 49, 1, "f") \
  X(H_SWISH_GRAD, h_swish_grad, 50, 2, "f") \
  X(FUSE_ADD_H_SWISH, fuse_add_h_swish, 51, 2, "f") \
  X(NOT, not_, 52, 1, "b") \
  X(AND, and_, 53, 2, "b") \
  X(OR, or_, 54, 2, "b") \
  X(XOR, xor_, 55, 2, "b") \
  X(SILU, silu, 56, 1, "f") \
  X(SILU_GRAD, silu_grad, 57, 2, "f") \
  X(GELU, gelu, 58, 1, "f") \
  X(GELU_GRAD, gelu_grad, 59, 2, "f") \
  X(COND_LT_MOV, cond_lt_mov, 60, 3, "fi") \
  X(NEQ, neq, 61, 2, "fib") \
  X(ISNAN, isnan, 62, 1, "f") \
  X(ISINF, isinf, 63, 1, "f") \
  X(SINH, sinh, 64, 1, "f") \
  X(COSH, cosh, 65, 1, "f") \
  X(ASINH, asinh, 66, 1, "f") \
  X(ACOSH, acosh, 67, 1, "f") \
  X(ATANH, atanh, 68, 1, "f") \
  X(TAN, tan, 69, 1, "f") \
  X(ASINH_GRAD, asinh_grad, 70, 2, "f") \
  X(ACOSH_GRAD, acosh_grad, 71, 2, "f") \
  X(ATANH_GRAD, atanh_grad, 72, 2, "f") \
  X(PRELU, prelu, 73, 2, "fi") \
  X(CLIP, clip, 74, 3, "fi") \
  X(PRELU_GRAD, prelu_grad, 75, 3, "f") \
  X(SOFTPLUS, softplus, 76, 1, "f") \
  X(SOFTPLUS_GRAD, softplus_grad, 77, 2, "f") \
  X(RELU6, relu6, 78, 1, "fi") \
  X(RELU6_GRAD, relu6_grad, 79, 2, "f") \
  X(HSIGMOID, hsigmoid, 80, 1, "f") \
  X(HSIGMOID_GRAD, hsigmoid_grad, 81, 2, "f") \
  X(LOGSIGMOID, logsigmoid, 82, 1, "f") \
  X(SQRT, sqrt, 83, 1, "f") \
  X(SQUARE, square, 84, 1, "fi") \
  X(SIGN, sign, 85, 1, "fi")

// The ElemwiseMultiType modes that are an Elemwise mode between quantised tensors: X(NAME, id) where NAME is that mode.
#define MGEC_QUANTIZED_MODES(X) \
  X(ADD, 6) \
  X(FUSE_ADD_RELU, 7) \
  X(MUL, 8) \
  X(MIN, 9) \
  X(MAX, 10) \
  X(SUB, 11) \
  X(TRUE_DIV, 12) \
  X(FUSE_ADD_SIGMOID, 13) \
  X(FUSE_ADD_TANH, 14) \
  X(RELU, 15) \
  X(ABS, 16) \
  X(SIGMOID, 17) \
  X(EXP, 18) \
  X(TANH, 19) \
  X(FUSE_MUL_ADD3, 20) \
  X(FAST_TANH, 21) \
  X(NEGATE, 22) \
  X(ACOS, 23) \
  X(ASIN, 24) \
  X(CEIL, 25) \
  X(COS, 26) \
  X(EXPM1, 27) \
  X(FLOOR, 28) \
  X(LOG, 29) \
  X(LOG1P, 30) \
  X(SIN, 31) \
  X(ROUND, 32) \
  X(ERF, 33) \
  X(ERFINV, 34) \
  X(ERFC, 35) \
  X(ERFCINV, 36) \
  X(ABS_GRAD, 37) \
  X(FLOOR_DIV, 38) \
  X(MOD, 39) \
  X(SIGMOID_GRAD, 40) \
  X(SWITCH_GT0, 41) \
  X(TANH_GRAD, 42) \
  X(LT, 43) \
  X(LEQ, 44) \
  X(EQ, 45) \
  X(POW, 46) \
  X(LOG_SUM_EXP, 47) \
  X(FAST_TANH_GRAD, 48) \
  X(ATAN2, 49) \
  X(COND_LEQ_MOV, 50) \
  X(H_SWISH, 51) \
  X(FUSE_ADD_H_SWISH, 52) \
  X(H_SWISH_GRAD, 53) \
  X(COND_LT_MOV, 57)
// clang-format on

MGEC_KERNELS_BEGIN
namespace ref {

enum class ElemwiseMode : int32_t {
#define MGEC_MODE(NAME, function, id, arity, types) NAME = id,
  MGEC_ELEMWISE_MODES(MGEC_MODE)
#undef MGEC_MODE
};

enum class MultiTypeMode : int32_t {
  FUSE_MUL_ADD3_INT16x32x32x32 = 0,
  FUSE_MUL_ADD3_IXxF32xF32xI8 = 1,
  ROUND_SHR_SATURATE_IXxI8xI8 = 2,
  FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT16x16x16x8 = 3,
  FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT32x32x32x8 = 4,
  ROUND_SHR_SATURATE_IXxI8xI16 = 5,
  FUSE_MUL_ADD3_INT16xF32xF32xF32 = 54,
  MUL_INT16xF32xF32 = 55,
  FUSE_MUL_ADD3_UINT8xF32xF32xF32 = 56,
  EQ = 58,
  NEQ = 59,
  LT = 60,
  LEQ = 61,
  ISNAN = 62,
  ISINF = 63,
};

/// The Elemwise mode that a quantised ElemwiseMultiType mode computes; -1 for the other modes.
MGEC_INLINE int32_t quantized_base_mode(int32_t multi_type_mode) {
  switch (multi_type_mode) {
#define MGEC_MODE(NAME, id)                                                                                            \
  case id:                                                                                                             \
    return int32_t(ElemwiseMode::NAME);
    MGEC_QUANTIZED_MODES(MGEC_MODE)
#undef MGEC_MODE
  default:
    return -1;
  }
}

} // namespace ref
MGEC_KERNELS_END
