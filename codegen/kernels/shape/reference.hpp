// reference.hpp: operations that only move elements: copy, reshape, axis_add_remove, dimshuffle, broadcast, concat,
// split, slice and subtensor.
//
// Elements are moved as bits, so input and output have one element type. The output's dims are taken from its view,
// never derived; what the parameters say must fit them (the operations' verifiers see to that).
#pragma once
#include "../elemwise/scalar.hpp"
#include "../params.hpp"
#include "iterate.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

template <class T> inline void move_rows(const Walk<2> &w, const View &in, int64_t from, const View &out, int64_t to) {
  const T *src = static_cast<const T *>(in.data) + from;
  T *dst = static_cast<T *>(out.data) + to;
  for_rows<2>(w, [=](const int64_t *offset, int64_t n, const int64_t *step) {
    const T *s = src + offset[0];
    T *d = dst + offset[1];
    if (step[0] == 1 && step[1] == 1) {
      __builtin_memmove(d, s, sizeof(T) * static_cast<__SIZE_TYPE__>(n));
    } else if (step[0] == 0) {
      T v = *s;
      for (int64_t i = 0; i < n; ++i)
        d[i * step[1]] = v;
    } else {
      for (int64_t i = 0; i < n; ++i)
        d[i * step[1]] = s[i * step[0]];
    }
  });
}

/// Copies along a walk whose operands are `in`, starting at element `from`, and `out`, starting at element `to`.
inline void move(const Walk<2> &w, const View &in, int64_t from, const View &out, int64_t to) {
  switch (element_size(in.dtype)) {
  case 1:
    move_rows<uint8_t>(w, in, from, out, to);
    return;
  case 2:
    move_rows<uint16_t>(w, in, from, out, to);
    return;
  case 4:
    move_rows<uint32_t>(w, in, from, out, to);
    return;
  default:
    for_rows<2>(w, [&](const int64_t *offset, int64_t n, const int64_t *step) {
      for (int64_t i = 0; i < n; ++i) {
        int32_t q;
        load_int(in, from + offset[0] + i * step[0], 1, 1, &q);
        store_int(out, to + offset[1] + i * step[1], 1, 1, &q);
      }
    });
  }
}

MGEC_INLINE bool is_dense(const View &v) {
  int64_t expected = 1;
  for (int a = v.ndim - 1; a >= 0; --a) {
    if (v.dims[a] != 1 && v.strides[a] != expected)
      return false;
    expected *= v.dims[a];
  }
  return true;
}

MGEC_INLINE int64_t offset_of_index(const View &v, int64_t flat) {
  int64_t offset = 0;
  for (int a = v.ndim - 1; a >= 0; --a) {
    int64_t d = v.dims[a] > 0 ? v.dims[a] : 1;
    offset += flat % d * v.strides[a];
    flat /= d;
  }
  return offset;
}

/// Row-major order is kept; shapes may differ.
inline void copy_in_order(const View &in, const View &out) {
  Walk<2> w;
  if (is_dense(in) && is_dense(out)) {
    add_axis<2>(w, element_count(out), {1, 1});
    move(w, in, 0, out, 0);
    return;
  }
  int64_t count = element_count(out);
  for (int64_t i = 0; i < count; ++i)
    move(w, in, offset_of_index(in, i), out, offset_of_index(out, i));
}

inline void reshape(const View *in, int, const View *out, int, const reshapeParams &) { copy_in_order(in[0], out[0]); }

inline void axis_add_remove(const View *in, int, const View *out, int, const axis_add_removeParams &) {
  copy_in_order(in[0], out[0]);
}

inline void broadcast(const View *in, int, const View *out, int, const broadcastParams &) {
  move(broadcast_walk<2>(in, out[0]), in[0], 0, out[0], 0);
}

template <class Params> inline void copy(const View *in, int, const View *out, int, const Params &) {
  move(broadcast_walk<2>(in, out[0]), in[0], 0, out[0], 0);
}

/// Output axis i is input axis pattern[i], or a new axis of size 1 where that is -1.
inline void dimshuffle(const View *in, int, const View *out, int, const dimshuffleParams &params) {
  Walk<2> w;
  for (int a = 0; a < out[0].ndim; ++a) {
    int64_t from = a < params.pattern.size ? params.pattern.v[a] : -1;
    add_axis<2>(w, out[0].dims[a], {from < 0 ? 0 : in[0].strides[from], out[0].strides[a]});
  }
  move(w, in[0], 0, out[0], 0);
}

inline Walk<2> slab_walk(const View &part, const View &a, const View &b) {
  Walk<2> w;
  for (int i = 0; i < part.ndim; ++i)
    add_axis<2>(w, part.dims[i], {a.strides[i], b.strides[i]});
  return w;
}

inline void concat(const View *in, int n_in, const View *out, int, const concatParams &params) {
  int axis = normalize_axis(params.axis, out[0].ndim);
  int64_t at = 0;
  for (int k = 0; k < n_in; ++k) {
    move(slab_walk(in[k], in[k], out[0]), in[k], 0, out[0], at * out[0].strides[axis]);
    at += in[k].dims[axis];
  }
}

/// Only the first input is looked at; the sizes are those of the outputs.
inline void split(const View *in, int, const View *out, int n_out, const splitParams &params) {
  int axis = normalize_axis(params.axis, in[0].ndim);
  int64_t at = 0;
  for (int k = 0; k < n_out; ++k) {
    if (out[k].data)
      move(slab_walk(out[k], in[0], out[k]), in[0], at * in[0].strides[axis], out[k], 0);
    at += out[k].dims[axis];
  }
}

/// Element i of axis a of the part is element starts[a] + i * steps[a]; axes with drop[a] are gone from the output
/// (which keeps one axis of extent 1 where all are).
inline void slice_of(const View &in, const View &out, const IntArray &starts, const IntArray &steps,
                     const IntArray &drop) {
  Walk<2> w;
  int64_t from = 0;
  int to_axis = 0;
  for (int a = 0; a < in.ndim; ++a) {
    from += (a < starts.size ? starts.v[a] : 0) * in.strides[a];
    if (a < drop.size && drop.v[a])
      continue;
    add_axis<2>(w, out.dims[to_axis], {(a < steps.size ? steps.v[a] : 1) * in.strides[a], out.strides[to_axis]});
    ++to_axis;
  }
  move(w, in, from, out, 0);
}

inline void slice(const View *in, int, const View *out, int, const sliceParams &params) {
  slice_of(in[0], out[0], params.starts, params.steps, params.drop);
}

/// With known indices only: like `slice`, the extents are the output's.
inline void subtensor(const View *in, int, const View *out, int, const subtensorParams &params) {
  slice_of(in[0], out[0], params.starts, params.steps, params.drop);
}

} // namespace ref
MGEC_KERNELS_END
