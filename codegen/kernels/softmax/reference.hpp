// reference.hpp: softmax along one axis: exp(x - max) over the sum of those, in double.
#pragma once
#include "../elemwise/scalar.hpp"
#include "../params.hpp"
#include "../shape/iterate.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

inline void softmax(const View *in, int, const View *out, int, const softmaxParams &params) {
  const View &x = in[0], &y = out[0];
  int axis = normalize_axis(params.axis, x.ndim);
  int64_t n = x.dims[axis];
  Walk<2> w;
  for (int a = 0; a < x.ndim; ++a)
    if (a != axis)
      add_axis<2>(w, x.dims[a], {x.strides[a], y.strides[a]});
  constexpr int64_t kPiece = 256;
  float piece[kPiece];
  for_rows<2>(w, [&](const int64_t *offset, int64_t rows, const int64_t *step) {
    for (int64_t r = 0; r < rows; ++r) {
      int64_t from = offset[0] + r * step[0], to = offset[1] + r * step[1];
      float maximum = -__builtin_inff();
      double sum = 0;
      for (int64_t i = 0; i < n; i += kPiece) {
        int64_t m = min_i64(kPiece, n - i);
        load_real(x, from + i * x.strides[axis], x.strides[axis], m, piece);
        for (int64_t k = 0; k < m; ++k)
          maximum = piece[k] > maximum || piece[k] != piece[k] ? piece[k] : maximum;
      }
      for (int64_t i = 0; i < n; i += kPiece) {
        int64_t m = min_i64(kPiece, n - i);
        load_real(x, from + i * x.strides[axis], x.strides[axis], m, piece);
        for (int64_t k = 0; k < m; ++k)
          sum += __builtin_exp(double(piece[k]) - maximum);
      }
      for (int64_t i = 0; i < n; i += kPiece) {
        int64_t m = min_i64(kPiece, n - i);
        load_real(x, from + i * x.strides[axis], x.strides[axis], m, piece);
        for (int64_t k = 0; k < m; ++k)
          piece[k] = float(__builtin_exp(double(piece[k]) - maximum) / sum);
        store_real(y, to + i * y.strides[axis], y.strides[axis], m, piece);
      }
    }
  });
}

} // namespace ref
MGEC_KERNELS_END
