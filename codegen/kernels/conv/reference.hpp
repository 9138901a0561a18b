// reference.hpp: convolution, optionally with bias, addend z and activation.
//
//   dst[n,oc,oh,ow] = nonline(sum over ic,kh,kw of src[n, g*icpg+ic, oh*sh-ph+kh*dh, ow*sw-pw+kw*dw] * filter[g,oc,ic,kh,kw]
//                             + bias[oc] + z[n,oc,oh,ow])
//
// Positions outside of src contribute zero. Formats NCHW and NHWC, dense and grouped, both filter orientations. Float types
// accumulate in double; integers and quantised types exactly, in int32 of (q - zero point) products, and are scaled, activated
// and rounded once.
#pragma once
#include "../elemwise/scalar.hpp"
#include "../params.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

struct ConvGeometry {
  int64_t n, groups, oc, ic, oh, ow, ih, iw, kh, kw; // oc, ic per group
  int64_t src_n, src_c, src_h, src_w, dst_n, dst_c, dst_h, dst_w, f_g, f_o, f_i, f_h, f_w;
};

inline ConvGeometry conv_geometry(const View &src, const View &filter, const View &dst, const convParams &p) {
  bool nhwc = p.format == 1, grouped = p.sparse == 1;
  int c = nhwc ? 3 : 1, h = nhwc ? 1 : 2, w = nhwc ? 2 : 3, base = grouped ? 1 : 0;
  ConvGeometry g;
  g.n = src.dims[0];
  g.groups = grouped ? filter.dims[0] : 1;
  g.oc = filter.dims[base];
  g.ic = filter.dims[base + c];
  g.kh = filter.dims[base + h];
  g.kw = filter.dims[base + w];
  g.ih = src.dims[h], g.iw = src.dims[w], g.oh = dst.dims[h], g.ow = dst.dims[w];
  g.src_n = src.strides[0], g.src_c = src.strides[c], g.src_h = src.strides[h], g.src_w = src.strides[w];
  g.dst_n = dst.strides[0], g.dst_c = dst.strides[c], g.dst_h = dst.strides[h], g.dst_w = dst.strides[w];
  g.f_g = grouped ? filter.strides[0] : 0;
  g.f_o = filter.strides[base], g.f_i = filter.strides[base + c], g.f_h = filter.strides[base + h], g.f_w = filter.strides[base + w];
  return g;
}

constexpr int64_t kConvPiece = 256;

/// One piece of an output row: `m` pixels from `ow` on, accumulated into `acc`. `Load(view, offset, stride, n, to)`.
template <class Acc, class T, class Load>
inline void conv_accumulate(const View &src, const View &filter, const ConvGeometry &g, const convParams &p, int64_t n,
                            int64_t group, int64_t oc, int64_t oh, int64_t ow, int64_t m, Acc *acc, Load load) {
  T row[kConvPiece], weight;
  for (int64_t i = 0; i < m; ++i) acc[i] = 0;
  for (int64_t ic = 0; ic < g.ic; ++ic)
    for (int64_t r = 0; r < g.kh; ++r) {
      int64_t ih = oh * p.stride_h - p.pad_h + r * p.dilate_h;
      if (ih < 0 || ih >= g.ih) continue;
      for (int64_t s = 0; s < g.kw; ++s) {
        // The pixels whose tap lies inside of the row.
        int64_t first = s * p.dilate_w - p.pad_w, sw = p.stride_w;
        int64_t low = max_i64(ow, first >= 0 ? 0 : (-first + sw - 1) / sw);
        int64_t high = g.iw - 1 - first < 0 ? low : min_i64(ow + m, (g.iw - 1 - first) / sw + 1);
        if (low >= high) continue;
        int64_t fr = p.mode == 1 ? g.kh - 1 - r : r, fs = p.mode == 1 ? g.kw - 1 - s : s;
        load(filter, group * g.f_g + oc * g.f_o + ic * g.f_i + fr * g.f_h + fs * g.f_w, 1, 1, &weight);
        int64_t from = n * g.src_n + (group * g.ic + ic) * g.src_c + ih * g.src_h + (low * sw + first) * g.src_w;
        load(src, from, sw * g.src_w, high - low, row);
        Acc *a = acc + (low - ow);
        for (int64_t i = 0; i < high - low; ++i) a[i] += Acc(weight) * Acc(row[i]);
      }
    }
}

MGEC_INLINE float conv_activate(float x, int32_t mode) {
  switch (mode) {
  case 1: return x <= 0 ? 0 : x;
  case 2: return 1 / (__builtin_expf(-x) + 1);
  case 3: {
    float y = x + 3 < 0 ? 0 : x + 3;
    return x * (y > 6 ? 6 : y) * (1.0f / 6);
  }
  default: return x;
  }
}

inline void conv(const View *in, int n_in, const View *out, int, const convParams &p) {
  const View &src = in[0], &filter = in[1], &dst = out[0];
  const View *bias = n_in > 2 && in[2].data ? &in[2] : nullptr, *z = n_in > 3 && in[3].data ? &in[3] : nullptr;
  ConvGeometry g = conv_geometry(src, filter, dst, p);
  int channel = p.format == 1 ? 3 : 1;
  bool real = src.dtype == kF32 || src.dtype == kF16 || src.dtype == kBF16;
  double acc[kConvPiece];
  int32_t sums[kConvPiece], integers[kConvPiece];
  float values[kConvPiece], addend[kConvPiece];
  int32_t src_zero = zero_point_of(src), filter_zero = zero_point_of(filter);
  auto load_centred = [=](const View &v, int64_t offset, int64_t stride, int64_t n, int32_t *to) {
    load_int(v, offset, stride, n, to);
    int32_t zero = v.data == src.data ? src_zero : filter_zero;
    for (int64_t i = 0; i < n; ++i) to[i] -= zero;
  };
  bool quantised = dst.dtype >= kQS8 || src.dtype >= kQS8;
  float scale = quantised ? src.scale * filter.scale : 1.0f;
  for (int64_t n = 0; n < g.n; ++n)
    for (int64_t oc = 0; oc < g.groups * g.oc; ++oc)
      for (int64_t oh = 0; oh < g.oh; ++oh)
        for (int64_t ow = 0; ow < g.ow; ow += kConvPiece) {
          int64_t m = min_i64(kConvPiece, g.ow - ow);
          int64_t at = n * g.dst_n + oc * g.dst_c + oh * g.dst_h + ow * g.dst_w;
          // A bias of one element a channel, or of dst's shape.
          int64_t bias_at = 0, bias_step = 0;
          if (bias) {
            int64_t index[4] = {n, 0, 0, 0};
            index[channel] = oc;
            index[channel == 1 ? 2 : 1] = oh;
            int w = channel == 1 ? 3 : 2;
            index[w] = ow;
            for (int a = 0; a < 4; ++a) bias_at += bias->dims[a] == 1 ? 0 : index[a] * bias->strides[a];
            bias_step = bias->dims[w] == 1 ? 0 : bias->strides[w];
          }
          if (z) load_real(*z, n * z->strides[0] + oc * z->strides[channel] + oh * z->strides[channel == 1 ? 2 : 1] +
                                   ow * z->strides[channel == 1 ? 3 : 2], z->strides[channel == 1 ? 3 : 2], m, addend);
          if (real) {
            conv_accumulate<double, float>(src, filter, g, p, n, oc / g.oc, oc % g.oc, oh, ow, m, acc, load_real);
            for (int64_t i = 0; i < m; ++i) values[i] = float(acc[i]);
            if (bias) {
              float b[kConvPiece];
              load_real(*bias, bias_at, bias_step, m, b);
              for (int64_t i = 0; i < m; ++i) values[i] += b[i];
            }
            for (int64_t i = 0; i < m; ++i) values[i] = conv_activate(z ? values[i] + addend[i] : values[i], p.nonline_mode);
            store_real(dst, at, g.dst_w, m, values);
            continue;
          }
          conv_accumulate<int32_t, int32_t>(src, filter, g, p, n, oc / g.oc, oc % g.oc, oh, ow, m, sums, load_centred);
          if (bias && bias->dtype != kF32) {
            load_int(*bias, bias_at, bias_step, m, integers);
            for (int64_t i = 0; i < m; ++i) sums[i] += integers[i];
          }
          bool exact = !z && p.nonline_mode == 0 && !(bias && bias->dtype == kF32) &&
                       (dst.dtype == kI32 || dst.dtype == kI16 || dst.dtype == kQS32);
          if (exact) {
            store_int(dst, at, g.dst_w, m, sums);
            continue;
          }
          for (int64_t i = 0; i < m; ++i) values[i] = float(sums[i]) * scale;
          if (bias && bias->dtype == kF32) {
            float b[kConvPiece];
            load_real(*bias, bias_at, bias_step, m, b);
            for (int64_t i = 0; i < m; ++i) values[i] += b[i];
          }
          for (int64_t i = 0; i < m; ++i) values[i] = conv_activate(z ? values[i] + addend[i] : values[i], p.nonline_mode);
          store_real(dst, at, g.dst_w, m, values);
        }
}

} // namespace ref
MGEC_KERNELS_END
