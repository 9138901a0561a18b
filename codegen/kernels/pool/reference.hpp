// reference.hpp: two-dimensional pooling in every tensor format.
//
// MAX looks at elements inside of the image only. AVERAGE divides by the window's area, AVERAGE_COUNT_EXCLUDE_PADDING
// by the elements inside; padding counts as zero, for asymmetric types as the zero point. Integer averages: quantised
// types and EXCLUDE round half away from zero, other integers truncate. A window wholly outside gives 0 (real zero).
// The maximum of a window with a NaN is NaN here; the fast kernels leave it open, as the file format does.
#pragma once
#include "../elemwise/scalar.hpp"
#include "../params.hpp"
#include "../shape/image.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

enum class PoolingMode : int32_t { MAX = 0, AVERAGE = 1, AVERAGE_COUNT_EXCLUDE_PADDING = 2 };

struct PoolWindow {
  int64_t pad_h, pad_w, stride_h, stride_w, window_h, window_w;
};

/// The pooled values of one output row in one channel. D is float (accumulated in double) or int32 (in int64).
template <class D, class Load, class Store>
inline void pool_rows(const View &in, const View &out, PoolingMode mode, int32_t format, const PoolWindow &p, Load load,
                      Store store) {
  constexpr bool kReal = D(0.5) != D(0);
  Image x = image_of(in, format), y = image_of(out, format);
  int64_t area = p.window_h * p.window_w;
  bool rounds = is_quantized(in.dtype) || mode != PoolingMode::AVERAGE;
  int64_t zero = kReal ? 0 : zero_point_of(in);
  for (int64_t n = 0; n < y.n; ++n)
    for (int64_t c = 0; c < y.c; ++c)
      for (int64_t oh = 0; oh < y.h; ++oh)
        for (int64_t ow = 0; ow < y.w; ++ow) {
          int64_t top = oh * p.stride_h - p.pad_h, left = ow * p.stride_w - p.pad_w;
          int64_t h0 = max_i64(top, 0), h1 = min_i64(top + p.window_h, x.h);
          int64_t w0 = max_i64(left, 0), w1 = min_i64(left + p.window_w, x.w);
          D best = 0;
          double real_sum = 0;
          int64_t sum = 0, count = 0;
          for (int64_t h = h0; h < h1; ++h)
            for (int64_t w = w0; w < w1; w += 64) {
              D piece[64];
              int64_t m = min_i64(64, w1 - w);
              load(in, x.at(n, c, h, w), x.w_stride, m, piece);
              for (int64_t i = 0; i < m; ++i) {
                D v = piece[i];
                best = count + i == 0 || v > best || v != v ? v : best;
                if (kReal)
                  real_sum += double(v);
                else
                  sum += int64_t(v);
              }
              count += m;
            }
          D result = best;
          if (count == 0) {
            result = D(zero);
          } else if (mode != PoolingMode::MAX) {
            int64_t divisor = mode == PoolingMode::AVERAGE ? area : count;
            if (kReal)
              result = D(real_sum / double(divisor));
            else {
              sum += (divisor - count) * zero;
              result = rounds ? D(__builtin_round(double(sum) / double(divisor))) : D(sum / divisor);
            }
          }
          store(out, y.at(n, c, oh, ow), 1, 1, &result);
        }
}

inline void pool_of(const View &in, const View &out, int32_t mode, int32_t format, const PoolWindow &window) {
  if (is_float(in.dtype))
    pool_rows<float>(in, out, PoolingMode(mode), format, window, load_real, store_real);
  else
    pool_rows<int32_t>(in, out, PoolingMode(mode), format, window, load_int, store_int);
}

inline void pool(const View *in, int, const View *out, int, const poolParams &p) {
  pool_of(in[0], out[0], p.mode, p.format, {p.pad_h, p.pad_w, p.stride_h, p.stride_w, p.window_h, p.window_w});
}

/// The window follows from the sizes: stride floor(I / O), window I - (O - 1) * stride, no padding.
inline void adaptive_pool(const View *in, int, const View *out, int, const adaptive_poolParams &p) {
  Image x = image_of(in[0], p.format), y = image_of(out[0], p.format);
  if (y.h <= 0 || y.w <= 0)
    return;
  int64_t stride_h = x.h / y.h, stride_w = x.w / y.w;
  pool_of(in[0], out[0], p.mode, p.format,
          {0, 0, stride_h, stride_w, x.h - (y.h - 1) * stride_h, x.w - (y.w - 1) * stride_w});
}

} // namespace ref
MGEC_KERNELS_END
