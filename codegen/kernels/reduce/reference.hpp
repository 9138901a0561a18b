// reference.hpp: Reduce, Argmax and Argmin.
//
// The reduced axes are those where the output is 1 and the input is not, shapes aligned at the last axis; so `axis` and
// a target shape are the same thing here. Float types accumulate in double and round once. Integers accumulate exactly
// and wrap to their own type, a MEAN then divides truncating; quantised types accumulate (stored - zero point) and
// saturate on the way back. MIN and MAX pass a NaN on. Nothing to reduce over: 0 for sums, 1 for PRODUCT, the type's
// extreme for MIN and MAX.
#pragma once
#include "../elemwise/scalar.hpp"
#include "../params.hpp"
#include "../shape/iterate.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

enum class ReduceMode : int32_t { SUM = 0, SUM_SQR = 1, PRODUCT = 2, MIN = 3, MAX = 4, MEAN = 5 };

/// Kept axes with the strides of input and output, reduced axes with the strides of the input.
struct ReducePlan {
  Walk<2> kept;
  Walk<1> reduced;
  int64_t count = 1;
};

inline ReducePlan plan_reduce(const View &x, const View &y) {
  ReducePlan plan;
  for (int a = 0; a < x.ndim; ++a) {
    int b = a - (x.ndim - y.ndim);
    if (x.dims[a] == 1)
      continue;
    if (b < 0 || y.dims[b] == 1) {
      add_axis<1>(plan.reduced, x.dims[a], {x.strides[a]});
      plan.count *= x.dims[a];
    } else {
      add_axis<2>(plan.kept, x.dims[a], {x.strides[a], y.strides[b]});
    }
  }
  return plan;
}

constexpr int64_t kReducePiece = 256;

inline float reduce_real(const View &x, int64_t from, const ReducePlan &plan, ReduceMode mode) {
  double acc = mode == ReduceMode::PRODUCT ? 1.0
               : mode == ReduceMode::MIN   ? __builtin_inf()
               : mode == ReduceMode::MAX   ? -__builtin_inf()
                                           : 0.0;
  float piece[kReducePiece];
  for_rows<1>(plan.reduced, [&](const int64_t *offset, int64_t n, const int64_t *step) {
    for (int64_t i = 0; i < n; i += kReducePiece) {
      int64_t m = min_i64(kReducePiece, n - i);
      load_real(x, from + offset[0] + i * step[0], step[0], m, piece);
      switch (mode) {
      case ReduceMode::SUM:
      case ReduceMode::MEAN:
        for (int64_t k = 0; k < m; ++k)
          acc += piece[k];
        break;
      case ReduceMode::SUM_SQR:
        for (int64_t k = 0; k < m; ++k)
          acc += double(piece[k]) * piece[k];
        break;
      case ReduceMode::PRODUCT:
        for (int64_t k = 0; k < m; ++k)
          acc *= piece[k];
        break;
      case ReduceMode::MIN:
        for (int64_t k = 0; k < m; ++k)
          acc = piece[k] < acc || piece[k] != piece[k] ? double(piece[k]) : acc;
        break;
      case ReduceMode::MAX:
        for (int64_t k = 0; k < m; ++k)
          acc = piece[k] > acc || piece[k] != piece[k] ? double(piece[k]) : acc;
        break;
      }
    }
  });
  return float(mode == ReduceMode::MEAN ? acc / double(plan.count) : acc);
}

MGEC_INLINE int64_t wrapped(int64_t v, int32_t dtype) {
  switch (dtype) {
  case kI8:
    return int8_t(v);
  case kU8:
    return uint8_t(v);
  case kI16:
    return int16_t(v);
  case kU16:
    return uint16_t(v);
  default:
    return int32_t(v);
  }
}

inline int64_t reduce_int(const View &x, int64_t from, const ReducePlan &plan, ReduceMode mode) {
  int32_t zero = zero_point_of(x);
  uint64_t acc = mode == ReduceMode::PRODUCT ? 1 : 0;
  bool extreme = mode == ReduceMode::MIN || mode == ReduceMode::MAX;
  int32_t best = mode == ReduceMode::MIN ? 2147483647 : -2147483647 - 1;
  int32_t piece[kReducePiece];
  for_rows<1>(plan.reduced, [&](const int64_t *offset, int64_t n, const int64_t *step) {
    for (int64_t i = 0; i < n; i += kReducePiece) {
      int64_t m = min_i64(kReducePiece, n - i);
      load_int(x, from + offset[0] + i * step[0], step[0], m, piece);
      for (int64_t k = 0; k < m; ++k) {
        int32_t v = piece[k] - zero;
        switch (mode) {
        case ReduceMode::SUM:
        case ReduceMode::MEAN:
          acc += uint64_t(int64_t(v));
          break;
        case ReduceMode::SUM_SQR:
          acc += uint64_t(int64_t(v) * v);
          break;
        case ReduceMode::PRODUCT:
          acc *= uint64_t(int64_t(v));
          break;
        case ReduceMode::MIN:
          best = v < best ? v : best;
          break;
        case ReduceMode::MAX:
          best = v > best ? v : best;
          break;
        }
      }
    }
  });
  return extreme ? best : int64_t(acc);
}

inline void reduce(const View *in, int, const View *out, int, const reduceParams &params) {
  const View &x = in[0], &y = out[0];
  ReduceMode mode = ReduceMode(params.mode);
  ReducePlan plan = plan_reduce(x, y);
  bool real = is_float(x.dtype) || is_float(y.dtype);
  for_rows<2>(plan.kept, [&](const int64_t *offset, int64_t n, const int64_t *step) {
    for (int64_t i = 0; i < n; ++i) {
      int64_t from = offset[0] + i * step[0], to = offset[1] + i * step[1];
      if (real) {
        float v = reduce_real(x, from, plan, mode);
        store_real(y, to, 1, 1, &v);
        continue;
      }
      int64_t v = reduce_int(x, from, plan, mode);
      bool quantized = is_quantized(y.dtype);
      if (!quantized)
        v = wrapped(v, y.dtype);
      if (mode == ReduceMode::MEAN)
        v = plan.count > 0 ? v / plan.count : 0;
      int32_t stored = quantized ? saturate_stored(v + zero_point_of(y), y.dtype) : int32_t(v);
      store_int(y, to, 1, 1, &stored);
    }
  });
}

/// Index of the first extreme along the axis, compared as float32; a NaN takes the place of whatever was best before
/// it.
inline void find_extreme(const View &x, const View &y, int axis, bool maximum) {
  int64_t n = x.dims[axis];
  Walk<2> w;
  for (int a = 0; a < x.ndim; ++a)
    if (a != axis)
      add_axis<2>(w, x.dims[a], {x.strides[a], y.strides[a]});
  View stored = x; // quantised values are compared as stored
  stored.dtype = x.dtype == kQS8    ? kI8
                 : x.dtype == kQU8  ? kU8
                 : x.dtype == kQS16 ? kI16
                 : x.dtype == kQS32 ? kI32
                                    : x.dtype;
  float piece[kReducePiece];
  for_rows<2>(w, [&](const int64_t *offset, int64_t rows, const int64_t *step) {
    for (int64_t r = 0; r < rows; ++r) {
      int32_t at = 0;
      float best = 0;
      for (int64_t i = 0; i < n; i += kReducePiece) {
        int64_t m = min_i64(kReducePiece, n - i);
        load_real(stored, offset[0] + r * step[0] + i * x.strides[axis], x.strides[axis], m, piece);
        for (int64_t k = 0; k < m; ++k) {
          float v = piece[k];
          if (i + k == 0 || v != v || (maximum ? v > best : v < best)) {
            best = v;
            at = int32_t(i + k);
          }
        }
      }
      store_int(y, offset[1] + r * step[1], 1, 1, &at);
    }
  });
}

inline void argmax(const View *in, int, const View *out, int, const argmaxParams &params) {
  find_extreme(in[0], out[0], normalize_axis(params.axis, in[0].ndim), true);
}

inline void argmin(const View *in, int, const View *out, int, const argminParams &params) {
  find_extreme(in[0], out[0], normalize_axis(params.axis, in[0].ndim), false);
}

} // namespace ref
MGEC_KERNELS_END
