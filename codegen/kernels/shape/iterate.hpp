// iterate.hpp: walks over strided tensors, row by row, for the reference functions.
//
// `for_rows<K>` visits an index space of up to 7 axes with K operands in step. Axes of size 1 vanish and neighbouring
// axes that every operand walks as one are joined, so that a dense tensor is a single row. Nothing is called when the
// space is empty.
#pragma once
#include "../view.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

template <int K> struct Walk {
  int ndim = 0;
  int64_t dims[kMaxNdim];
  int64_t strides[K][kMaxNdim];
};

/// Adds an axis inside of the ones added before.
template <int K> MGEC_INLINE void add_axis(Walk<K> &w, int64_t dim, const int64_t (&strides)[K]) {
  if (dim == 1)
    return;
  if (w.ndim > 0) {
    bool joins = true;
    for (int k = 0; k < K; ++k)
      joins = joins && w.strides[k][w.ndim - 1] == strides[k] * dim;
    if (joins) {
      w.dims[w.ndim - 1] *= dim;
      for (int k = 0; k < K; ++k)
        w.strides[k][w.ndim - 1] = strides[k];
      return;
    }
  }
  w.dims[w.ndim] = dim;
  for (int k = 0; k < K; ++k)
    w.strides[k][w.ndim] = strides[k];
  ++w.ndim;
}

/// Calls f(offsets, n, strides) for each row: operand k's elements are offsets[k] + i * strides[k], i < n.
template <int K, class F> inline void for_rows(const Walk<K> &w, F f) {
  int64_t offsets[K] = {};
  int64_t step[K];
  if (w.ndim == 0) {
    for (int k = 0; k < K; ++k)
      step[k] = 0;
    f(offsets, int64_t(1), step);
    return;
  }
  for (int a = 0; a < w.ndim; ++a)
    if (w.dims[a] <= 0)
      return;
  int last = w.ndim - 1;
  for (int k = 0; k < K; ++k)
    step[k] = w.strides[k][last];
  int64_t index[kMaxNdim] = {};
  for (;;) {
    f(offsets, w.dims[last], step);
    int a = last - 1;
    for (; a >= 0; --a) {
      for (int k = 0; k < K; ++k)
        offsets[k] += w.strides[k][a];
      if (++index[a] < w.dims[a])
        break;
      for (int k = 0; k < K; ++k)
        offsets[k] -= w.strides[k][a] * w.dims[a];
      index[a] = 0;
    }
    if (a < 0)
      return;
  }
}

/// The stride with which operand `v` walks axis `axis` of a space of `ndim` axes aligned at the last one; 0 where it
/// stretches.
MGEC_INLINE int64_t broadcast_stride(const View &v, int axis, int ndim) {
  int a = axis - (ndim - v.ndim);
  return a < 0 || v.dims[a] == 1 ? 0 : v.strides[a];
}

/// The walk of `out` with the K - 1 operands `in` broadcast to its shape; operand K - 1 of the walk is `out`.
template <int K> MGEC_INLINE Walk<K> broadcast_walk(const View *in, const View &out) {
  Walk<K> w;
  for (int a = 0; a < out.ndim; ++a) {
    int64_t strides[K];
    for (int k = 0; k < K - 1; ++k)
      strides[k] = broadcast_stride(in[k], a, out.ndim);
    strides[K - 1] = out.strides[a];
    add_axis<K>(w, out.dims[a], strides);
  }
  return w;
}

MGEC_INLINE int normalize_axis(int64_t axis, int ndim) { return int(axis < 0 ? axis + ndim : axis); }

MGEC_INLINE int64_t element_count(const View &v) {
  int64_t n = 1;
  for (int a = 0; a < v.ndim; ++a)
    n *= v.dims[a];
  return n;
}

/// An axis that memory stores in packs: index i lies at (i / pack) * outer + (i % pack) * inner.
struct PackedAxis {
  int64_t pack = 1, outer = 0, inner = 0;
  MGEC_INLINE int64_t at(int64_t i) const { return pack == 1 ? i * outer : i / pack * outer + i % pack * inner; }
};

} // namespace ref
MGEC_KERNELS_END
