//===- MgeEnums.td - enumerations of MegEngine's operator parameters --------------------------------------------===//
//
// Values are those of the file format; spellings are the format's in lower case without the underscore that it appends to
// reserved words (MAX_ -> max).
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MGE_ENUMS
#define MGE_ENUMS

include "compiler/dialect/MgeBase.td"
include "mlir/IR/EnumAttr.td"

def Mge_ElemwiseMode_RELU : I32EnumAttrCase<"RELU", 0, "relu">;
def Mge_ElemwiseMode_ABS : I32EnumAttrCase<"ABS", 1, "abs">;
def Mge_ElemwiseMode_ACOS : I32EnumAttrCase<"ACOS", 2, "acos">;
def Mge_ElemwiseMode_ASIN : I32EnumAttrCase<"ASIN", 3, "asin">;
def Mge_ElemwiseMode_CEIL : I32EnumAttrCase<"CEIL", 4, "ceil">;
def Mge_ElemwiseMode_COS : I32EnumAttrCase<"COS", 5, "cos">;
def Mge_ElemwiseMode_EXP : I32EnumAttrCase<"EXP", 6, "exp">;
def Mge_ElemwiseMode_EXPM1 : I32EnumAttrCase<"EXPM1", 7, "expm1">;
def Mge_ElemwiseMode_FLOOR : I32EnumAttrCase<"FLOOR", 8, "floor">;
def Mge_ElemwiseMode_LOG : I32EnumAttrCase<"LOG", 9, "log">;
def Mge_ElemwiseMode_LOG1P : I32EnumAttrCase<"LOG1P", 10, "log1p">;
def Mge_ElemwiseMode_NEGATE : I32EnumAttrCase<"NEGATE", 11, "negate">;
def Mge_ElemwiseMode_SIGMOID : I32EnumAttrCase<"SIGMOID", 12, "sigmoid">;
def Mge_ElemwiseMode_SIN : I32EnumAttrCase<"SIN", 13, "sin">;
def Mge_ElemwiseMode_TANH : I32EnumAttrCase<"TANH", 14, "tanh">;
def Mge_ElemwiseMode_ABS_GRAD : I32EnumAttrCase<"ABS_GRAD", 15, "abs_grad">;
def Mge_ElemwiseMode_ADD : I32EnumAttrCase<"ADD", 16, "add">;
def Mge_ElemwiseMode_FLOOR_DIV : I32EnumAttrCase<"FLOOR_DIV", 17, "floor_div">;
def Mge_ElemwiseMode_MAX : I32EnumAttrCase<"MAX", 18, "max">;
def Mge_ElemwiseMode_MIN : I32EnumAttrCase<"MIN", 19, "min">;
def Mge_ElemwiseMode_MOD : I32EnumAttrCase<"MOD", 20, "mod">;
def Mge_ElemwiseMode_MUL : I32EnumAttrCase<"MUL", 21, "mul">;
def Mge_ElemwiseMode_POW : I32EnumAttrCase<"POW", 22, "pow">;
def Mge_ElemwiseMode_SIGMOID_GRAD : I32EnumAttrCase<"SIGMOID_GRAD", 23, "sigmoid_grad">;
def Mge_ElemwiseMode_SUB : I32EnumAttrCase<"SUB", 24, "sub">;
def Mge_ElemwiseMode_SWITCH_GT0 : I32EnumAttrCase<"SWITCH_GT0", 25, "switch_gt0">;
def Mge_ElemwiseMode_TANH_GRAD : I32EnumAttrCase<"TANH_GRAD", 26, "tanh_grad">;
def Mge_ElemwiseMode_TRUE_DIV : I32EnumAttrCase<"TRUE_DIV", 27, "true_div">;
def Mge_ElemwiseMode_LOG_SUM_EXP : I32EnumAttrCase<"LOG_SUM_EXP", 28, "log_sum_exp">;
def Mge_ElemwiseMode_LT : I32EnumAttrCase<"LT", 29, "lt">;
def Mge_ElemwiseMode_LEQ : I32EnumAttrCase<"LEQ", 30, "leq">;
def Mge_ElemwiseMode_EQ : I32EnumAttrCase<"EQ", 31, "eq">;
def Mge_ElemwiseMode_SHL : I32EnumAttrCase<"SHL", 32, "shl">;
def Mge_ElemwiseMode_SHR : I32EnumAttrCase<"SHR", 33, "shr">;
def Mge_ElemwiseMode_COND_LEQ_MOV : I32EnumAttrCase<"COND_LEQ_MOV", 34, "cond_leq_mov">;
def Mge_ElemwiseMode_FUSE_MUL_ADD3 : I32EnumAttrCase<"FUSE_MUL_ADD3", 35, "fuse_mul_add3">;
def Mge_ElemwiseMode_FUSE_MUL_ADD4 : I32EnumAttrCase<"FUSE_MUL_ADD4", 36, "fuse_mul_add4">;
def Mge_ElemwiseMode_FUSE_ADD_RELU : I32EnumAttrCase<"FUSE_ADD_RELU", 37, "fuse_add_relu">;
def Mge_ElemwiseMode_FUSE_ADD_SIGMOID : I32EnumAttrCase<"FUSE_ADD_SIGMOID", 38, "fuse_add_sigmoid">;
def Mge_ElemwiseMode_FUSE_ADD_TANH : I32EnumAttrCase<"FUSE_ADD_TANH", 39, "fuse_add_tanh">;
def Mge_ElemwiseMode_FAST_TANH : I32EnumAttrCase<"FAST_TANH", 40, "fast_tanh">;
def Mge_ElemwiseMode_FAST_TANH_GRAD : I32EnumAttrCase<"FAST_TANH_GRAD", 41, "fast_tanh_grad">;
def Mge_ElemwiseMode_ROUND : I32EnumAttrCase<"ROUND", 42, "round">;
def Mge_ElemwiseMode_RMULH : I32EnumAttrCase<"RMULH", 43, "rmulh">;
def Mge_ElemwiseMode_ATAN2 : I32EnumAttrCase<"ATAN2", 44, "atan2">;
def Mge_ElemwiseMode_ERF : I32EnumAttrCase<"ERF", 45, "erf">;
def Mge_ElemwiseMode_ERFINV : I32EnumAttrCase<"ERFINV", 46, "erfinv">;
def Mge_ElemwiseMode_ERFC : I32EnumAttrCase<"ERFC", 47, "erfc">;
def Mge_ElemwiseMode_ERFCINV : I32EnumAttrCase<"ERFCINV", 48, "erfcinv">;
def Mge_ElemwiseMode_H_SWISH : I32EnumAttrCase<"H_SWISH", 49, "h_swish">;
def Mge_ElemwiseMode_H_SWISH_GRAD : I32EnumAttrCase<"H_SWISH_GRAD", 50, "h_swish_grad">;
def Mge_ElemwiseMode_FUSE_ADD_H_SWISH : I32EnumAttrCase<"FUSE_ADD_H_SWISH", 51, "fuse_add_h_swish">;
def Mge_ElemwiseMode_NOT : I32EnumAttrCase<"NOT", 52, "not">;
def Mge_ElemwiseMode_AND : I32EnumAttrCase<"AND", 53, "and">;
def Mge_ElemwiseMode_OR : I32EnumAttrCase<"OR", 54, "or">;
def Mge_ElemwiseMode_XOR : I32EnumAttrCase<"XOR", 55, "xor">;
def Mge_ElemwiseMode_SILU : I32EnumAttrCase<"SILU", 56, "silu">;
def Mge_ElemwiseMode_SILU_GRAD : I32EnumAttrCase<"SILU_GRAD", 57, "silu_grad">;
def Mge_ElemwiseMode_GELU : I32EnumAttrCase<"GELU", 58, "gelu">;
def Mge_ElemwiseMode_GELU_GRAD : I32EnumAttrCase<"GELU_GRAD", 59, "gelu_grad">;
def Mge_ElemwiseMode_COND_LT_MOV : I32EnumAttrCase<"COND_LT_MOV", 60, "cond_lt_mov">;
def Mge_ElemwiseMode_NEQ : I32EnumAttrCase<"NEQ", 61, "neq">;
def Mge_ElemwiseMode_ISNAN : I32EnumAttrCase<"ISNAN", 62, "isnan">;
def Mge_ElemwiseMode_ISINF : I32EnumAttrCase<"ISINF", 63, "isinf">;
def Mge_ElemwiseMode_SINH : I32EnumAttrCase<"SINH", 64, "sinh">;
def Mge_ElemwiseMode_COSH : I32EnumAttrCase<"COSH", 65, "cosh">;
def Mge_ElemwiseMode_ASINH : I32EnumAttrCase<"ASINH", 66, "asinh">;
def Mge_ElemwiseMode_ACOSH : I32EnumAttrCase<"ACOSH", 67, "acosh">;
def Mge_ElemwiseMode_ATANH : I32EnumAttrCase<"ATANH", 68, "atanh">;
def Mge_ElemwiseMode_TAN : I32EnumAttrCase<"TAN", 69, "tan">;
def Mge_ElemwiseMode_ASINH_GRAD : I32EnumAttrCase<"ASINH_GRAD", 70, "asinh_grad">;
def Mge_ElemwiseMode_ACOSH_GRAD : I32EnumAttrCase<"ACOSH_GRAD", 71, "acosh_grad">;
def Mge_ElemwiseMode_ATANH_GRAD : I32EnumAttrCase<"ATANH_GRAD", 72, "atanh_grad">;
def Mge_ElemwiseMode_PRELU : I32EnumAttrCase<"PRELU", 73, "prelu">;
def Mge_ElemwiseMode_CLIP : I32EnumAttrCase<"CLIP", 74, "clip">;
def Mge_ElemwiseMode_PRELU_GRAD : I32EnumAttrCase<"PRELU_GRAD", 75, "prelu_grad">;
def Mge_ElemwiseMode_SOFTPLUS : I32EnumAttrCase<"SOFTPLUS", 76, "softplus">;
def Mge_ElemwiseMode_SOFTPLUS_GRAD : I32EnumAttrCase<"SOFTPLUS_GRAD", 77, "softplus_grad">;
def Mge_ElemwiseMode_RELU6 : I32EnumAttrCase<"RELU6", 78, "relu6">;
def Mge_ElemwiseMode_RELU6_GRAD : I32EnumAttrCase<"RELU6_GRAD", 79, "relu6_grad">;
def Mge_ElemwiseMode_HSIGMOID : I32EnumAttrCase<"HSIGMOID", 80, "hsigmoid">;
def Mge_ElemwiseMode_HSIGMOID_GRAD : I32EnumAttrCase<"HSIGMOID_GRAD", 81, "hsigmoid_grad">;
def Mge_ElemwiseMode_LOGSIGMOID : I32EnumAttrCase<"LOGSIGMOID", 82, "logsigmoid">;
def Mge_ElemwiseMode_SQRT : I32EnumAttrCase<"SQRT", 83, "sqrt">;
def Mge_ElemwiseMode_SQUARE : I32EnumAttrCase<"SQUARE", 84, "square">;
def Mge_ElemwiseMode_SIGN : I32EnumAttrCase<"SIGN", 85, "sign">;
def Mge_ElemwiseMode : I32EnumAttr<"ElemwiseMode", "element-wise function", [
  Mge_ElemwiseMode_RELU, Mge_ElemwiseMode_ABS, Mge_ElemwiseMode_ACOS, Mge_ElemwiseMode_ASIN, Mge_ElemwiseMode_CEIL,
  Mge_ElemwiseMode_COS, Mge_ElemwiseMode_EXP, Mge_ElemwiseMode_EXPM1, Mge_ElemwiseMode_FLOOR, Mge_ElemwiseMode_LOG,
  Mge_ElemwiseMode_LOG1P, Mge_ElemwiseMode_NEGATE, Mge_ElemwiseMode_SIGMOID, Mge_ElemwiseMode_SIN,
  Mge_ElemwiseMode_TANH, Mge_ElemwiseMode_ABS_GRAD, Mge_ElemwiseMode_ADD, Mge_ElemwiseMode_FLOOR_DIV,
  Mge_ElemwiseMode_MAX, Mge_ElemwiseMode_MIN, Mge_ElemwiseMode_MOD, Mge_ElemwiseMode_MUL, Mge_ElemwiseMode_POW,
  Mge_ElemwiseMode_SIGMOID_GRAD, Mge_ElemwiseMode_SUB, Mge_ElemwiseMode_SWITCH_GT0, Mge_ElemwiseMode_TANH_GRAD,
  Mge_ElemwiseMode_TRUE_DIV, Mge_ElemwiseMode_LOG_SUM_EXP, Mge_ElemwiseMode_LT, Mge_ElemwiseMode_LEQ,
  Mge_ElemwiseMode_EQ, Mge_ElemwiseMode_SHL, Mge_ElemwiseMode_SHR, Mge_ElemwiseMode_COND_LEQ_MOV,
  Mge_ElemwiseMode_FUSE_MUL_ADD3, Mge_ElemwiseMode_FUSE_MUL_ADD4, Mge_ElemwiseMode_FUSE_ADD_RELU,
  Mge_ElemwiseMode_FUSE_ADD_SIGMOID, Mge_ElemwiseMode_FUSE_ADD_TANH, Mge_ElemwiseMode_FAST_TANH,
  Mge_ElemwiseMode_FAST_TANH_GRAD, Mge_ElemwiseMode_ROUND, Mge_ElemwiseMode_RMULH, Mge_ElemwiseMode_ATAN2,
  Mge_ElemwiseMode_ERF, Mge_ElemwiseMode_ERFINV, Mge_ElemwiseMode_ERFC, Mge_ElemwiseMode_ERFCINV,
  Mge_ElemwiseMode_H_SWISH, Mge_ElemwiseMode_H_SWISH_GRAD, Mge_ElemwiseMode_FUSE_ADD_H_SWISH, Mge_ElemwiseMode_NOT,
  Mge_ElemwiseMode_AND, Mge_ElemwiseMode_OR, Mge_ElemwiseMode_XOR, Mge_ElemwiseMode_SILU,
  Mge_ElemwiseMode_SILU_GRAD, Mge_ElemwiseMode_GELU, Mge_ElemwiseMode_GELU_GRAD, Mge_ElemwiseMode_COND_LT_MOV,
  Mge_ElemwiseMode_NEQ, Mge_ElemwiseMode_ISNAN, Mge_ElemwiseMode_ISINF, Mge_ElemwiseMode_SINH,
  Mge_ElemwiseMode_COSH, Mge_ElemwiseMode_ASINH, Mge_ElemwiseMode_ACOSH, Mge_ElemwiseMode_ATANH,
  Mge_ElemwiseMode_TAN, Mge_ElemwiseMode_ASINH_GRAD, Mge_ElemwiseMode_ACOSH_GRAD, Mge_ElemwiseMode_ATANH_GRAD,
  Mge_ElemwiseMode_PRELU, Mge_ElemwiseMode_CLIP, Mge_ElemwiseMode_PRELU_GRAD, Mge_ElemwiseMode_SOFTPLUS,
  Mge_ElemwiseMode_SOFTPLUS_GRAD, Mge_ElemwiseMode_RELU6, Mge_ElemwiseMode_RELU6_GRAD, Mge_ElemwiseMode_HSIGMOID,
  Mge_ElemwiseMode_HSIGMOID_GRAD, Mge_ElemwiseMode_LOGSIGMOID, Mge_ElemwiseMode_SQRT, Mge_ElemwiseMode_SQUARE,
  Mge_ElemwiseMode_SIGN]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_ElemwiseModeAttr : EnumAttr<Mge_Dialect, Mge_ElemwiseMode, "elemwiseMode">;

def Mge_MultiTypeMode_FUSE_MUL_ADD3_INT16x32x32x32 : I32EnumAttrCase<"FUSE_MUL_ADD3_INT16x32x32x32", 0, "fuse_mul_add3_int16x32x32x32">;
def Mge_MultiTypeMode_FUSE_MUL_ADD3_IXxF32xF32xI8 : I32EnumAttrCase<"FUSE_MUL_ADD3_IXxF32xF32xI8", 1, "fuse_mul_add3_ixxf32xf32xi8">;
def Mge_MultiTypeMode_ROUND_SHR_SATURATE_IXxI8xI8 : I32EnumAttrCase<"ROUND_SHR_SATURATE_IXxI8xI8", 2, "round_shr_saturate_ixxi8xi8">;
def Mge_MultiTypeMode_FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT16x16x16x8 : I32EnumAttrCase<"FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT16x16x16x8", 3, "fuse_add_rmulh_round_shr_saturate_int16x16x16x8">;
def Mge_MultiTypeMode_FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT32x32x32x8 : I32EnumAttrCase<"FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT32x32x32x8", 4, "fuse_add_rmulh_round_shr_saturate_int32x32x32x8">;
def Mge_MultiTypeMode_ROUND_SHR_SATURATE_IXxI8xI16 : I32EnumAttrCase<"ROUND_SHR_SATURATE_IXxI8xI16", 5, "round_shr_saturate_ixxi8xi16">;
def Mge_MultiTypeMode_QADD : I32EnumAttrCase<"QADD", 6, "qadd">;
def Mge_MultiTypeMode_QFUSE_ADD_RELU : I32EnumAttrCase<"QFUSE_ADD_RELU", 7, "qfuse_add_relu">;
def Mge_MultiTypeMode_QMUL : I32EnumAttrCase<"QMUL", 8, "qmul">;
def Mge_MultiTypeMode_QMIN : I32EnumAttrCase<"QMIN", 9, "qmin">;
def Mge_MultiTypeMode_QMAX : I32EnumAttrCase<"QMAX", 10, "qmax">;
def Mge_MultiTypeMode_QSUB : I32EnumAttrCase<"QSUB", 11, "qsub">;
def Mge_MultiTypeMode_QTRUE_DIV : I32EnumAttrCase<"QTRUE_DIV", 12, "qtrue_div">;
def Mge_MultiTypeMode_QFUSE_ADD_SIGMOID : I32EnumAttrCase<"QFUSE_ADD_SIGMOID", 13, "qfuse_add_sigmoid">;
def Mge_MultiTypeMode_QFUSE_ADD_TANH : I32EnumAttrCase<"QFUSE_ADD_TANH", 14, "qfuse_add_tanh">;
def Mge_MultiTypeMode_QRELU : I32EnumAttrCase<"QRELU", 15, "qrelu">;
def Mge_MultiTypeMode_QABS : I32EnumAttrCase<"QABS", 16, "qabs">;
def Mge_MultiTypeMode_QSIGMOID : I32EnumAttrCase<"QSIGMOID", 17, "qsigmoid">;
def Mge_MultiTypeMode_QEXP : I32EnumAttrCase<"QEXP", 18, "qexp">;
def Mge_MultiTypeMode_QTANH : I32EnumAttrCase<"QTANH", 19, "qtanh">;
def Mge_MultiTypeMode_QFUSE_MUL_ADD3 : I32EnumAttrCase<"QFUSE_MUL_ADD3", 20, "qfuse_mul_add3">;
def Mge_MultiTypeMode_QFAST_TANH : I32EnumAttrCase<"QFAST_TANH", 21, "qfast_tanh">;
def Mge_MultiTypeMode_QNEGATE : I32EnumAttrCase<"QNEGATE", 22, "qnegate">;
def Mge_MultiTypeMode_QACOS : I32EnumAttrCase<"QACOS", 23, "qacos">;
def Mge_MultiTypeMode_QASIN : I32EnumAttrCase<"QASIN", 24, "qasin">;
def Mge_MultiTypeMode_QCEIL : I32EnumAttrCase<"QCEIL", 25, "qceil">;
def Mge_MultiTypeMode_QCOS : I32EnumAttrCase<"QCOS", 26, "qcos">;
def Mge_MultiTypeMode_QEXPM1 : I32EnumAttrCase<"QEXPM1", 27, "qexpm1">;
def Mge_MultiTypeMode_QFLOOR : I32EnumAttrCase<"QFLOOR", 28, "qfloor">;
def Mge_MultiTypeMode_QLOG : I32EnumAttrCase<"QLOG", 29, "qlog">;
def Mge_MultiTypeMode_QLOG1P : I32EnumAttrCase<"QLOG1P", 30, "qlog1p">;
def Mge_MultiTypeMode_QSIN : I32EnumAttrCase<"QSIN", 31, "qsin">;
def Mge_MultiTypeMode_QROUND : I32EnumAttrCase<"QROUND", 32, "qround">;
def Mge_MultiTypeMode_QERF : I32EnumAttrCase<"QERF", 33, "qerf">;
def Mge_MultiTypeMode_QERFINV : I32EnumAttrCase<"QERFINV", 34, "qerfinv">;
def Mge_MultiTypeMode_QERFC : I32EnumAttrCase<"QERFC", 35, "qerfc">;
def Mge_MultiTypeMode_QERFCINV : I32EnumAttrCase<"QERFCINV", 36, "qerfcinv">;
def Mge_MultiTypeMode_QABS_GRAD : I32EnumAttrCase<"QABS_GRAD", 37, "qabs_grad">;
def Mge_MultiTypeMode_QFLOOR_DIV : I32EnumAttrCase<"QFLOOR_DIV", 38, "qfloor_div">;
def Mge_MultiTypeMode_QMOD : I32EnumAttrCase<"QMOD", 39, "qmod">;
def Mge_MultiTypeMode_QSIGMOID_GRAD : I32EnumAttrCase<"QSIGMOID_GRAD", 40, "qsigmoid_grad">;
def Mge_MultiTypeMode_QSWITCH_GT0 : I32EnumAttrCase<"QSWITCH_GT0", 41, "qswitch_gt0">;
def Mge_MultiTypeMode_QTANH_GRAD : I32EnumAttrCase<"QTANH_GRAD", 42, "qtanh_grad">;
def Mge_MultiTypeMode_QLT : I32EnumAttrCase<"QLT", 43, "qlt">;
def Mge_MultiTypeMode_QLEQ : I32EnumAttrCase<"QLEQ", 44, "qleq">;
def Mge_MultiTypeMode_QEQ : I32EnumAttrCase<"QEQ", 45, "qeq">;
def Mge_MultiTypeMode_QPOW : I32EnumAttrCase<"QPOW", 46, "qpow">;
def Mge_MultiTypeMode_QLOG_SUM_EXP : I32EnumAttrCase<"QLOG_SUM_EXP", 47, "qlog_sum_exp">;
def Mge_MultiTypeMode_QFAST_TANH_GRAD : I32EnumAttrCase<"QFAST_TANH_GRAD", 48, "qfast_tanh_grad">;
def Mge_MultiTypeMode_QATAN2 : I32EnumAttrCase<"QATAN2", 49, "qatan2">;
def Mge_MultiTypeMode_QCOND_LEQ_MOV : I32EnumAttrCase<"QCOND_LEQ_MOV", 50, "qcond_leq_mov">;
def Mge_MultiTypeMode_QH_SWISH : I32EnumAttrCase<"QH_SWISH", 51, "qh_swish">;
def Mge_MultiTypeMode_QFUSE_ADD_H_SWISH : I32EnumAttrCase<"QFUSE_ADD_H_SWISH", 52, "qfuse_add_h_swish">;
def Mge_MultiTypeMode_QH_SWISH_GRAD : I32EnumAttrCase<"QH_SWISH_GRAD", 53, "qh_swish_grad">;
def Mge_MultiTypeMode_FUSE_MUL_ADD3_INT16xF32xF32xF32 : I32EnumAttrCase<"FUSE_MUL_ADD3_INT16xF32xF32xF32", 54, "fuse_mul_add3_int16xf32xf32xf32">;
def Mge_MultiTypeMode_MUL_INT16xF32xF32 : I32EnumAttrCase<"MUL_INT16xF32xF32", 55, "mul_int16xf32xf32">;
def Mge_MultiTypeMode_FUSE_MUL_ADD3_UINT8xF32xF32xF32 : I32EnumAttrCase<"FUSE_MUL_ADD3_UINT8xF32xF32xF32", 56, "fuse_mul_add3_uint8xf32xf32xf32">;
def Mge_MultiTypeMode_QCOND_LT_MOV : I32EnumAttrCase<"QCOND_LT_MOV", 57, "qcond_lt_mov">;
def Mge_MultiTypeMode_EQ : I32EnumAttrCase<"EQ", 58, "eq">;
def Mge_MultiTypeMode_NEQ : I32EnumAttrCase<"NEQ", 59, "neq">;
def Mge_MultiTypeMode_LT : I32EnumAttrCase<"LT", 60, "lt">;
def Mge_MultiTypeMode_LEQ : I32EnumAttrCase<"LEQ", 61, "leq">;
def Mge_MultiTypeMode_ISNAN : I32EnumAttrCase<"ISNAN", 62, "isnan">;
def Mge_MultiTypeMode_ISINF : I32EnumAttrCase<"ISINF", 63, "isinf">;
def Mge_MultiTypeMode : I32EnumAttr<"MultiTypeMode", "element-wise function over mixed types", [
  Mge_MultiTypeMode_FUSE_MUL_ADD3_INT16x32x32x32, Mge_MultiTypeMode_FUSE_MUL_ADD3_IXxF32xF32xI8,
  Mge_MultiTypeMode_ROUND_SHR_SATURATE_IXxI8xI8, Mge_MultiTypeMode_FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT16x16x16x8,
  Mge_MultiTypeMode_FUSE_ADD_RMULH_ROUND_SHR_SATURATE_INT32x32x32x8,
  Mge_MultiTypeMode_ROUND_SHR_SATURATE_IXxI8xI16, Mge_MultiTypeMode_QADD, Mge_MultiTypeMode_QFUSE_ADD_RELU,
  Mge_MultiTypeMode_QMUL, Mge_MultiTypeMode_QMIN, Mge_MultiTypeMode_QMAX, Mge_MultiTypeMode_QSUB,
  Mge_MultiTypeMode_QTRUE_DIV, Mge_MultiTypeMode_QFUSE_ADD_SIGMOID, Mge_MultiTypeMode_QFUSE_ADD_TANH,
  Mge_MultiTypeMode_QRELU, Mge_MultiTypeMode_QABS, Mge_MultiTypeMode_QSIGMOID, Mge_MultiTypeMode_QEXP,
  Mge_MultiTypeMode_QTANH, Mge_MultiTypeMode_QFUSE_MUL_ADD3, Mge_MultiTypeMode_QFAST_TANH,
  Mge_MultiTypeMode_QNEGATE, Mge_MultiTypeMode_QACOS, Mge_MultiTypeMode_QASIN, Mge_MultiTypeMode_QCEIL,
  Mge_MultiTypeMode_QCOS, Mge_MultiTypeMode_QEXPM1, Mge_MultiTypeMode_QFLOOR, Mge_MultiTypeMode_QLOG,
  Mge_MultiTypeMode_QLOG1P, Mge_MultiTypeMode_QSIN, Mge_MultiTypeMode_QROUND, Mge_MultiTypeMode_QERF,
  Mge_MultiTypeMode_QERFINV, Mge_MultiTypeMode_QERFC, Mge_MultiTypeMode_QERFCINV, Mge_MultiTypeMode_QABS_GRAD,
  Mge_MultiTypeMode_QFLOOR_DIV, Mge_MultiTypeMode_QMOD, Mge_MultiTypeMode_QSIGMOID_GRAD,
  Mge_MultiTypeMode_QSWITCH_GT0, Mge_MultiTypeMode_QTANH_GRAD, Mge_MultiTypeMode_QLT, Mge_MultiTypeMode_QLEQ,
  Mge_MultiTypeMode_QEQ, Mge_MultiTypeMode_QPOW, Mge_MultiTypeMode_QLOG_SUM_EXP, Mge_MultiTypeMode_QFAST_TANH_GRAD,
  Mge_MultiTypeMode_QATAN2, Mge_MultiTypeMode_QCOND_LEQ_MOV, Mge_MultiTypeMode_QH_SWISH,
  Mge_MultiTypeMode_QFUSE_ADD_H_SWISH, Mge_MultiTypeMode_QH_SWISH_GRAD,
  Mge_MultiTypeMode_FUSE_MUL_ADD3_INT16xF32xF32xF32, Mge_MultiTypeMode_MUL_INT16xF32xF32,
  Mge_MultiTypeMode_FUSE_MUL_ADD3_UINT8xF32xF32xF32, Mge_MultiTypeMode_QCOND_LT_MOV, Mge_MultiTypeMode_EQ,
  Mge_MultiTypeMode_NEQ, Mge_MultiTypeMode_LT, Mge_MultiTypeMode_LEQ, Mge_MultiTypeMode_ISNAN,
  Mge_MultiTypeMode_ISINF]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_MultiTypeModeAttr : EnumAttr<Mge_Dialect, Mge_MultiTypeMode, "multiTypeMode">;

def Mge_ConvMode_CROSS_CORRELATION : I32EnumAttrCase<"CROSS_CORRELATION", 0, "cross_correlation">;
def Mge_ConvMode_CONVOLUTION : I32EnumAttrCase<"CONVOLUTION", 1, "convolution">;
def Mge_ConvMode : I32EnumAttr<"ConvMode", "whether the filter is flipped", [
  Mge_ConvMode_CROSS_CORRELATION, Mge_ConvMode_CONVOLUTION]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_ConvModeAttr : EnumAttr<Mge_Dialect, Mge_ConvMode, "convMode">;

def Mge_ConvSparse_DENSE : I32EnumAttrCase<"DENSE", 0, "dense">;
def Mge_ConvSparse_GROUP : I32EnumAttrCase<"GROUP", 1, "group">;
def Mge_ConvSparse : I32EnumAttr<"ConvSparse", "dense or grouped filter", [
  Mge_ConvSparse_DENSE, Mge_ConvSparse_GROUP]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_ConvSparseAttr : EnumAttr<Mge_Dialect, Mge_ConvSparse, "convSparse">;

def Mge_ConvFormat_NCHW : I32EnumAttrCase<"NCHW", 0, "nchw">;
def Mge_ConvFormat_NHWC : I32EnumAttrCase<"NHWC", 1, "nhwc">;
def Mge_ConvFormat_NHWCD4 : I32EnumAttrCase<"NHWCD4", 2, "nhwcd4">;
def Mge_ConvFormat_NCHW4 : I32EnumAttrCase<"NCHW4", 3, "nchw4">;
def Mge_ConvFormat_NCHW8 : I32EnumAttrCase<"NCHW8", 4, "nchw8">;
def Mge_ConvFormat_NCHW32 : I32EnumAttrCase<"NCHW32", 5, "nchw32">;
def Mge_ConvFormat_NCHW88 : I32EnumAttrCase<"NCHW88", 6, "nchw88">;
def Mge_ConvFormat_NCHW44 : I32EnumAttrCase<"NCHW44", 7, "nchw44">;
def Mge_ConvFormat_NCHW44_DOT : I32EnumAttrCase<"NCHW44_DOT", 8, "nchw44_dot">;
def Mge_ConvFormat_NCHW4_NCHW32 : I32EnumAttrCase<"NCHW4_NCHW32", 9, "nchw4_nchw32">;
def Mge_ConvFormat_NCHW32_NCHW4 : I32EnumAttrCase<"NCHW32_NCHW4", 10, "nchw32_nchw4">;
def Mge_ConvFormat_NCHW4_NCHW : I32EnumAttrCase<"NCHW4_NCHW", 11, "nchw4_nchw">;
def Mge_ConvFormat_NHWC_NCHW : I32EnumAttrCase<"NHWC_NCHW", 12, "nhwc_nchw">;
def Mge_ConvFormat_NHWC_NCHW4_IC_SMALL : I32EnumAttrCase<"NHWC_NCHW4_IC_SMALL", 13, "nhwc_nchw4_ic_small">;
def Mge_ConvFormat_NCHW_NCHW4_IC_SMALL : I32EnumAttrCase<"NCHW_NCHW4_IC_SMALL", 14, "nchw_nchw4_ic_small">;
def Mge_ConvFormat_CHWN4 : I32EnumAttrCase<"CHWN4", 15, "chwn4">;
def Mge_ConvFormat_NCHW64 : I32EnumAttrCase<"NCHW64", 16, "nchw64">;
def Mge_ConvFormat_NCHW4_NHWC : I32EnumAttrCase<"NCHW4_NHWC", 17, "nchw4_nhwc">;
def Mge_ConvFormat : I32EnumAttr<"ConvFormat", "tensor format of an operator in the file", [
  Mge_ConvFormat_NCHW, Mge_ConvFormat_NHWC, Mge_ConvFormat_NHWCD4, Mge_ConvFormat_NCHW4, Mge_ConvFormat_NCHW8,
  Mge_ConvFormat_NCHW32, Mge_ConvFormat_NCHW88, Mge_ConvFormat_NCHW44, Mge_ConvFormat_NCHW44_DOT,
  Mge_ConvFormat_NCHW4_NCHW32, Mge_ConvFormat_NCHW32_NCHW4, Mge_ConvFormat_NCHW4_NCHW, Mge_ConvFormat_NHWC_NCHW,
  Mge_ConvFormat_NHWC_NCHW4_IC_SMALL, Mge_ConvFormat_NCHW_NCHW4_IC_SMALL, Mge_ConvFormat_CHWN4,
  Mge_ConvFormat_NCHW64, Mge_ConvFormat_NCHW4_NHWC]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_ConvFormatAttr : EnumAttr<Mge_Dialect, Mge_ConvFormat, "convFormat">;

def Mge_ConvComputeMode_DEFAULT : I32EnumAttrCase<"DEFAULT", 0, "default">;
def Mge_ConvComputeMode_FLOAT32 : I32EnumAttrCase<"FLOAT32", 1, "float32">;
def Mge_ConvComputeMode : I32EnumAttr<"ConvComputeMode", "accumulator precision", [
  Mge_ConvComputeMode_DEFAULT, Mge_ConvComputeMode_FLOAT32]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_ConvComputeModeAttr : EnumAttr<Mge_Dialect, Mge_ConvComputeMode, "convComputeMode">;

def Mge_NonlineMode_IDENTITY : I32EnumAttrCase<"IDENTITY", 0, "identity">;
def Mge_NonlineMode_RELU : I32EnumAttrCase<"RELU", 1, "relu">;
def Mge_NonlineMode_SIGMOID : I32EnumAttrCase<"SIGMOID", 2, "sigmoid">;
def Mge_NonlineMode_H_SWISH : I32EnumAttrCase<"H_SWISH", 3, "h_swish">;
def Mge_NonlineMode : I32EnumAttr<"NonlineMode", "activation of a ConvBias", [
  Mge_NonlineMode_IDENTITY, Mge_NonlineMode_RELU, Mge_NonlineMode_SIGMOID, Mge_NonlineMode_H_SWISH]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_NonlineModeAttr : EnumAttr<Mge_Dialect, Mge_NonlineMode, "nonlineMode">;

def Mge_MatmulComputeMode_DEFAULT : I32EnumAttrCase<"DEFAULT", 0, "default">;
def Mge_MatmulComputeMode_FLOAT32 : I32EnumAttrCase<"FLOAT32", 1, "float32">;
def Mge_MatmulComputeMode : I32EnumAttr<"MatmulComputeMode", "accumulator precision", [
  Mge_MatmulComputeMode_DEFAULT, Mge_MatmulComputeMode_FLOAT32]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_MatmulComputeModeAttr : EnumAttr<Mge_Dialect, Mge_MatmulComputeMode, "matmulComputeMode">;

def Mge_MatmulFormat_DEFAULT : I32EnumAttrCase<"DEFAULT", 0, "default">;
def Mge_MatmulFormat_MK4 : I32EnumAttrCase<"MK4", 1, "mk4">;
def Mge_MatmulFormat_MK8 : I32EnumAttrCase<"MK8", 2, "mk8">;
def Mge_MatmulFormat_MK4_DOT : I32EnumAttrCase<"MK4_DOT", 3, "mk4_dot">;
def Mge_MatmulFormat_N32K4_DOT : I32EnumAttrCase<"N32K4_DOT", 4, "n32k4_dot">;
def Mge_MatmulFormat : I32EnumAttr<"MatmulFormat", "operand packing in the file", [
  Mge_MatmulFormat_DEFAULT, Mge_MatmulFormat_MK4, Mge_MatmulFormat_MK8, Mge_MatmulFormat_MK4_DOT,
  Mge_MatmulFormat_N32K4_DOT]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_MatmulFormatAttr : EnumAttr<Mge_Dialect, Mge_MatmulFormat, "matmulFormat">;

def Mge_PoolMode_MAX : I32EnumAttrCase<"MAX", 0, "max">;
def Mge_PoolMode_AVERAGE : I32EnumAttrCase<"AVERAGE", 1, "average">;
def Mge_PoolMode_AVERAGE_COUNT_EXCLUDE_PADDING : I32EnumAttrCase<"AVERAGE_COUNT_EXCLUDE_PADDING", 2, "average_count_exclude_padding">;
def Mge_PoolMode : I32EnumAttr<"PoolMode", "pooling function", [
  Mge_PoolMode_MAX, Mge_PoolMode_AVERAGE, Mge_PoolMode_AVERAGE_COUNT_EXCLUDE_PADDING]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_PoolModeAttr : EnumAttr<Mge_Dialect, Mge_PoolMode, "poolMode">;

def Mge_ReduceMode_SUM : I32EnumAttrCase<"SUM", 0, "sum">;
def Mge_ReduceMode_SUM_SQR : I32EnumAttrCase<"SUM_SQR", 1, "sum_sqr">;
def Mge_ReduceMode_PRODUCT : I32EnumAttrCase<"PRODUCT", 2, "product">;
def Mge_ReduceMode_MIN : I32EnumAttrCase<"MIN", 3, "min">;
def Mge_ReduceMode_MAX : I32EnumAttrCase<"MAX", 4, "max">;
def Mge_ReduceMode_MEAN : I32EnumAttrCase<"MEAN", 5, "mean">;
def Mge_ReduceMode : I32EnumAttr<"ReduceMode", "reduction function", [
  Mge_ReduceMode_SUM, Mge_ReduceMode_SUM_SQR, Mge_ReduceMode_PRODUCT, Mge_ReduceMode_MIN, Mge_ReduceMode_MAX,
  Mge_ReduceMode_MEAN]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_ReduceModeAttr : EnumAttr<Mge_Dialect, Mge_ReduceMode, "reduceMode">;

def Mge_ReduceDataType_DEFAULT : I32EnumAttrCase<"DEFAULT", 0, "default">;
def Mge_ReduceDataType_FLOAT_IO16xC32 : I32EnumAttrCase<"FLOAT_IO16xC32", 1, "float_io16xc32">;
def Mge_ReduceDataType_FLOAT_O32xC32 : I32EnumAttrCase<"FLOAT_O32xC32", 2, "float_o32xc32">;
def Mge_ReduceDataType_FLOAT_O16xC32 : I32EnumAttrCase<"FLOAT_O16xC32", 3, "float_o16xc32">;
def Mge_ReduceDataType_QUINT_I8xO32 : I32EnumAttrCase<"QUINT_I8xO32", 4, "quint_i8xo32">;
def Mge_ReduceDataType_QINT_I8xO32 : I32EnumAttrCase<"QINT_I8xO32", 5, "qint_i8xo32">;
def Mge_ReduceDataType : I32EnumAttr<"ReduceDataType", "types of a reduction", [
  Mge_ReduceDataType_DEFAULT, Mge_ReduceDataType_FLOAT_IO16xC32, Mge_ReduceDataType_FLOAT_O32xC32,
  Mge_ReduceDataType_FLOAT_O16xC32, Mge_ReduceDataType_QUINT_I8xO32, Mge_ReduceDataType_QINT_I8xO32]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_ReduceDataTypeAttr : EnumAttr<Mge_Dialect, Mge_ReduceDataType, "reduceDataType">;

def Mge_BNParamDim_DIM_11HW : I32EnumAttrCase<"DIM_11HW", 0, "dim_11hw">;
def Mge_BNParamDim_DIM_1CHW : I32EnumAttrCase<"DIM_1CHW", 1, "dim_1chw">;
def Mge_BNParamDim_DIM_1C11 : I32EnumAttrCase<"DIM_1C11", 2, "dim_1c11">;
def Mge_BNParamDim_DIM_111C : I32EnumAttrCase<"DIM_111C", 3, "dim_111c">;
def Mge_BNParamDim : I32EnumAttr<"BNParamDim", "shape of the statistics", [
  Mge_BNParamDim_DIM_11HW, Mge_BNParamDim_DIM_1CHW, Mge_BNParamDim_DIM_1C11, Mge_BNParamDim_DIM_111C]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_BNParamDimAttr : EnumAttr<Mge_Dialect, Mge_BNParamDim, "bNParamDim">;

def Mge_BNFwdMode_TRAINING : I32EnumAttrCase<"TRAINING", 0, "training">;
def Mge_BNFwdMode_INFERENCE : I32EnumAttrCase<"INFERENCE", 1, "inference">;
def Mge_BNFwdMode : I32EnumAttr<"BNFwdMode", "training or inference", [
  Mge_BNFwdMode_TRAINING, Mge_BNFwdMode_INFERENCE]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_BNFwdModeAttr : EnumAttr<Mge_Dialect, Mge_BNFwdMode, "bNFwdMode">;

def Mge_PaddingMode_REPLICATE : I32EnumAttrCase<"REPLICATE", 0, "replicate">;
def Mge_PaddingMode_REFLECT : I32EnumAttrCase<"REFLECT", 1, "reflect">;
def Mge_PaddingMode_CONSTANT : I32EnumAttrCase<"CONSTANT", 2, "constant">;
def Mge_PaddingMode : I32EnumAttr<"PaddingMode", "what fills the border", [
  Mge_PaddingMode_REPLICATE, Mge_PaddingMode_REFLECT, Mge_PaddingMode_CONSTANT]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_PaddingModeAttr : EnumAttr<Mge_Dialect, Mge_PaddingMode, "paddingMode">;

def Mge_InterpolationMode_NEAREST : I32EnumAttrCase<"NEAREST", 0, "nearest">;
def Mge_InterpolationMode_LINEAR : I32EnumAttrCase<"LINEAR", 1, "linear">;
def Mge_InterpolationMode_AREA : I32EnumAttrCase<"AREA", 2, "area">;
def Mge_InterpolationMode_CUBIC : I32EnumAttrCase<"CUBIC", 3, "cubic">;
def Mge_InterpolationMode_LANCZOS4 : I32EnumAttrCase<"LANCZOS4", 4, "lanczos4">;
def Mge_InterpolationMode : I32EnumAttr<"InterpolationMode", "interpolation", [
  Mge_InterpolationMode_NEAREST, Mge_InterpolationMode_LINEAR, Mge_InterpolationMode_AREA,
  Mge_InterpolationMode_CUBIC, Mge_InterpolationMode_LANCZOS4]> {
  let cppNamespace = "::mgec::mge";
  let genSpecializedAttr = 0;
}
def Mge_InterpolationModeAttr : EnumAttr<Mge_Dialect, Mge_InterpolationMode, "interpolationMode">;

#endif // MGE_ENUMS
