// reference.hpp: batch normalisation with given statistics.
//
// y = scale * (x - mean) / sqrt(variance + epsilon) + bias; the four parameters broadcast to x (which shape they have
// is all that `param_dim` says). Outputs before the last are training's and are left alone.
#pragma once
#include "../elemwise/scalar.hpp"
#include "../params.hpp"
#include "../shape/iterate.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

inline void batch_norm(const View *in, int, const View *out, int n_out, const batch_normParams &params) {
  const View &y = out[n_out - 1];
  double epsilon = float(params.epsilon);
  constexpr int64_t kPiece = 256;
  float x[kPiece], scale[kPiece], bias[kPiece], mean[kPiece], variance[kPiece];
  float *operands[5] = {x, scale, bias, mean, variance};
  for_rows<6>(broadcast_walk<6>(in, y), [&](const int64_t *offset, int64_t n, const int64_t *step) {
    for (int64_t i = 0; i < n; i += kPiece) {
      int64_t m = min_i64(kPiece, n - i);
      for (int k = 0; k < 5; ++k)
        load_real(in[k], offset[k] + i * step[k], step[k], m, operands[k]);
      for (int64_t k = 0; k < m; ++k)
        x[k] = float(scale[k] * (double(x[k]) - mean[k]) / __builtin_sqrt(variance[k] + epsilon) + bias[k]);
      store_real(y, offset[5] + i * step[5], step[5], m, x);
    }
  });
}

} // namespace ref
MGEC_KERNELS_END
