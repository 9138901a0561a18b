// reference.hpp: padding of any axes.
//
// An output index maps to input index i - front per axis. Outside of the input CONSTANT gives `padding_val` cast to the
// element type (quantised types: to the stored integer), REPLICATE the nearest element, REFLECT the mirror image
// without the edge itself, reflected once.
#pragma once
#include "../elemwise/scalar.hpp"
#include "../params.hpp"
#include "../shape/iterate.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

enum class PadMode : int32_t { REPLICATE = 0, REFLECT = 1, CONSTANT = 2 };

/// The input index of `i`, which may lie outside of [0, n); -1 where the constant goes.
MGEC_INLINE int64_t padded_index(int64_t i, int64_t n, PadMode mode) {
  if (i >= 0 && i < n)
    return i;
  if (mode == PadMode::CONSTANT || n <= 0)
    return -1;
  if (mode == PadMode::REFLECT)
    i = i < 0 ? -i : 2 * n - 2 - i;
  return i < 0 ? 0 : i >= n ? n - 1 : i;
}

template <class T> inline void pad_rows(const View &in, const View &out, const paddingParams &params, T value) {
  PadMode mode = PadMode(params.mode);
  int64_t front[kMaxNdim];
  int nd = out.ndim, last = nd - 1;
  for (int a = 0; a < nd; ++a) {
    front[a] = a < params.front.size ? params.front.v[a] : 0;
    if (out.dims[a] <= 0)
      return;
  }
  const T *src = static_cast<const T *>(in.data);
  T *dst = static_cast<T *>(out.data);
  int64_t index[kMaxNdim] = {};
  for (;;) {
    int64_t from = 0, to = 0;
    bool inside = true;
    for (int a = 0; a < last; ++a) {
      int64_t i = padded_index(index[a] - front[a], in.dims[a], mode);
      inside = inside && i >= 0;
      from += i * in.strides[a];
      to += index[a] * out.strides[a];
    }
    for (int64_t i = 0; i < out.dims[last]; ++i) {
      int64_t s = inside ? padded_index(i - front[last], in.dims[last], mode) : -1;
      dst[to + i * out.strides[last]] = s < 0 ? value : src[from + s * in.strides[last]];
    }
    int a = last - 1;
    for (; a >= 0; --a) {
      if (++index[a] < out.dims[a])
        break;
      index[a] = 0;
    }
    if (a < 0)
      return;
  }
}

inline void padding(const View *in, int, const View *out, int, const paddingParams &params) {
  alignas(8) unsigned char bytes[8] = {}; // read back as bytes: the element types do not alias
  View cell = {};
  cell.data = bytes;
  cell.dtype = out[0].dtype;
  float real = params.padding_val;
  int32_t stored = float_to_int(real);
  if (is_float(cell.dtype))
    store_real(cell, 0, 1, 1, &real);
  else
    store_int(cell, 0, 1, 1, &stored);
  uint32_t value;
  __builtin_memcpy(&value, bytes, sizeof value);
  switch (element_size(cell.dtype)) {
  case 1:
    pad_rows<uint8_t>(in[0], out[0], params, uint8_t(value));
    return;
  case 2:
    pad_rows<uint16_t>(in[0], out[0], params, uint16_t(value));
    return;
  case 4:
    pad_rows<uint32_t>(in[0], out[0], params, value);
    return;
  }
}

} // namespace ref
MGEC_KERNELS_END
