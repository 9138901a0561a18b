// reference.hpp: two-dimensional convolution in every tensor format and element type of the file format.
//
// Float operands accumulate in double and are rounded once to the type of dst, in which bias and addend are added; the
// activation follows in float. Integers accumulate exactly, modulo 2^32; quantised operands enter as (stored - zero
// point), so that padding is real zero. A quantised bias is added to the sum as an integer. From there a result of type
// QS32 that has neither addend nor sigmoid-like activation is the integer; any other result is sum · (scale of src ·
// scale of filter), plus a float bias and the addend as real values, activated and converted.
//
// Inputs: src, filter, then bias and addend z or absent ones. Channels of dst that no filter computes are zero.
#pragma once
#include "../elemwise/scalar.hpp"
#include "../params.hpp"
#include "../shape/image.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

/// Where element (group, output channel, input channel, row, column) of a filter lies; channels are those of a group.
struct Filter {
  int64_t groups, oc, ic, kh, kw;
  int64_t group_stride, h_stride, w_stride;
  int64_t group_pack = 1, group_inner = 0; // channel-wise filters of packed formats store groups in packs
  PackedAxis output, input;

  MGEC_INLINE int64_t at(int64_t g, int64_t o, int64_t i, int64_t h, int64_t w) const {
    return g / group_pack * group_stride + g % group_pack * group_inner + output.at(o) + input.at(i) + h * h_stride +
           w * w_stride;
  }
};

/// Axes by number; -1 for those that the filter lacks. `o_lanes` and `i_lanes` are the axes of packs.
inline Filter filter_from(const View &v, int g, int o, int i, int h, int w, int o_lanes, int i_lanes) {
  Filter f;
  f.groups = g < 0 ? 1 : v.dims[g];
  f.group_stride = g < 0 ? 0 : v.strides[g];
  f.output.pack = o_lanes < 0 ? 1 : v.dims[o_lanes];
  f.input.pack = i_lanes < 0 ? 1 : v.dims[i_lanes];
  f.oc = v.dims[o] * f.output.pack;
  f.ic = v.dims[i] * f.input.pack;
  f.output.outer = v.strides[o];
  f.input.outer = v.strides[i];
  f.output.inner = o_lanes < 0 ? 0 : v.strides[o_lanes];
  f.input.inner = i_lanes < 0 ? 0 : v.strides[i_lanes];
  f.kh = v.dims[h], f.kw = v.dims[w];
  f.h_stride = v.strides[h], f.w_stride = v.strides[w];
  return f;
}

/// Axis `groups` holds packs of groups of one channel, `lanes` the groups of a pack.
inline Filter channelwise_filter(const View &v, int h, int w, int lanes) {
  Filter f = filter_from(v, 0, 1, 1, h, w, -1, -1);
  f.group_pack = v.dims[lanes], f.group_inner = v.strides[lanes];
  f.groups *= f.group_pack;
  f.oc = f.ic = 1;
  return f;
}

inline Filter filter_of(const View &v, int32_t format, bool grouped) {
  const int g = grouped ? 0 : -1, a = grouped ? 1 : 0; // the first axis after that of groups
  switch (Format(format)) {
  case Format::NHWC:
  case Format::NHWC_NCHW:
  case Format::NHWC_NCHW4_IC_SMALL:
    return filter_from(v, g, a, a + 3, a + 1, a + 2, -1, -1);
  case Format::NHWCD4:
    if (grouped && v.ndim == 5)
      return channelwise_filter(v, 2, 3, 4);
    if (v.ndim == a + 6)
      return filter_from(v, g, a, a + 3, a + 1, a + 2, a + 4, a + 5);
    return filter_from(v, g, a, a + 3, a + 1, a + 2, a + 4, -1);
  case Format::CHWN4:
    return filter_from(v, g, a + 3, a, a + 1, a + 2, -1, a + 4);
  case Format::NCHW88:
  case Format::NCHW44:
    if (grouped && v.ndim == 6)
      return channelwise_filter(v, 3, 4, 5);
    if (!grouped && v.ndim == 5)
      return filter_from(v, -1, 0, 3, 1, 2, 4, -1); // plain source
    return filter_from(v, g, a, a + 1, a + 2, a + 3, a + 5, a + 4);
  case Format::NCHW44_DOT:
    if (grouped && v.ndim == 6)
      return channelwise_filter(v, 3, 4, 5);
    if (!grouped && v.ndim == 5)
      return filter_from(v, -1, 0, 3, 1, 2, 4, -1);
    return filter_from(v, g, a, a + 1, a + 2, a + 3, a + 4, a + 5);
  default:
    return filter_from(v, g, a, a + 1, a + 2, a + 3, -1, v.ndim == a + 5 ? a + 4 : -1);
  }
}

MGEC_INLINE int32_t conv_dst_format(int32_t format) {
  return Format(format) == Format::NCHW4_NHWC ? int32_t(Format::NHWC) : format;
}

/// An operand of dst's rank of which every axis may have extent 1, to be read at dst's indices.
inline Image stretched_image(const View &v, int32_t format) {
  Image image = image_of(v, format);
  if (image.n == 1)
    image.n_stride = 0;
  if (image.h == 1)
    image.h_stride = 0;
  if (image.w == 1)
    image.w_stride = 0;
  if (image.c == 1)
    image.channel = PackedAxis();
  return image;
}

enum class ConvActivation : int32_t { IDENTITY = 0, RELU = 1, SIGMOID = 2, H_SWISH = 3 };

MGEC_INLINE float conv_activate(float x, int32_t activation) {
  switch (ConvActivation(activation)) {
  case ConvActivation::RELU:
    return x <= 0 ? 0.0f : x;
  case ConvActivation::SIGMOID:
    return 1.0f / (__builtin_expf(-x) + 1.0f);
  case ConvActivation::H_SWISH: {
    const float clipped = x + 3.0f < 0.0f ? 0.0f : x + 3.0f > 6.0f ? 6.0f : x + 3.0f;
    return x * clipped * (1.0f / 6.0f);
  }
  default:
    return x;
  }
}

constexpr int64_t kConvColumns = 64, kConvChannels = 8;

struct ConvOperands {
  const View &src, &filter, &dst;
  const View *bias, *z; // null when absent
  Image x, y, bias_image, z_image;
  Filter f;
};

/// Rounds to what a float of this type can hold.
MGEC_INLINE float conv_round(float v, int32_t dtype) {
  return dtype == kF16 ? half_to_float(float_to_half(v)) : dtype == kBF16 ? bfloat16_to_float(float_to_bfloat16(v)) : v;
}

/// Bias, addend, activation and store of `n` columns of one output channel whose sums are `acc`.
inline void conv_finish(const ConvOperands &t, const convParams &p, int64_t n, int64_t c, int64_t h, int64_t w,
                        int64_t count, const double *acc) {
  float value[kConvColumns], other[kConvColumns];
  for (int64_t i = 0; i < count; ++i)
    value[i] = conv_round(float(acc[i]), t.dst.dtype);
  if (t.bias) {
    load_real(*t.bias, t.bias_image.at(n, c, h, w), t.bias_image.w_stride, count, other);
    for (int64_t i = 0; i < count; ++i)
      value[i] = conv_round(value[i] + other[i], t.dst.dtype);
  }
  if (t.z) {
    load_real(*t.z, t.z_image.at(n, c, h, w), t.z_image.w_stride, count, other);
    for (int64_t i = 0; i < count; ++i)
      value[i] = conv_round(value[i] + other[i], t.dst.dtype);
  }
  for (int64_t i = 0; i < count; ++i)
    value[i] = conv_activate(value[i], p.nonline_mode);
  store_real(t.dst, t.y.at(n, c, h, w), t.y.w_stride, count, value);
}

inline void conv_finish(const ConvOperands &t, const convParams &p, int64_t n, int64_t c, int64_t h, int64_t w,
                        int64_t count, const uint32_t *acc) {
  int32_t sum[kConvColumns], whole[kConvColumns];
  float value[kConvColumns], other[kConvColumns];
  const bool float_bias = t.bias && is_float(t.bias->dtype);
  for (int64_t i = 0; i < count; ++i)
    sum[i] = int32_t(acc[i]);
  if (t.bias && !float_bias) {
    load_int(*t.bias, t.bias_image.at(n, c, h, w), t.bias_image.w_stride, count, whole);
    for (int64_t i = 0; i < count; ++i)
      sum[i] = int32_t(uint32_t(sum[i]) + uint32_t(whole[i]));
  }
  const ConvActivation activation = ConvActivation(p.nonline_mode);
  const bool plain = !is_quantized(t.src.dtype) && !is_float(t.dst.dtype);
  const bool stays = t.dst.dtype == kQS32 && !t.z && !float_bias;
  if ((plain || stays) && activation <= ConvActivation::RELU) {
    if (t.z) {
      load_int(*t.z, t.z_image.at(n, c, h, w), t.z_image.w_stride, count, whole);
      for (int64_t i = 0; i < count; ++i)
        sum[i] = int32_t(uint32_t(sum[i]) + uint32_t(whole[i]));
    }
    if (activation == ConvActivation::RELU)
      for (int64_t i = 0; i < count; ++i)
        sum[i] = sum[i] < 0 ? 0 : sum[i];
    store_int(t.dst, t.y.at(n, c, h, w), t.y.w_stride, count, sum);
    return;
  }
  const float scale = is_quantized(t.src.dtype) ? t.src.scale * t.filter.scale : 1.0f;
  for (int64_t i = 0; i < count; ++i)
    value[i] = float(sum[i]) * scale;
  if (float_bias) {
    load_real(*t.bias, t.bias_image.at(n, c, h, w), t.bias_image.w_stride, count, other);
    for (int64_t i = 0; i < count; ++i)
      value[i] += other[i];
  }
  if (t.z) {
    load_real(*t.z, t.z_image.at(n, c, h, w), t.z_image.w_stride, count, other);
    for (int64_t i = 0; i < count; ++i)
      value[i] += other[i];
  }
  for (int64_t i = 0; i < count; ++i)
    value[i] = conv_activate(value[i], p.nonline_mode);
  store_real(t.dst, t.y.at(n, c, h, w), t.y.w_stride, count, value);
}

/// acc[i] += w · x[i].
template <class A> MGEC_INLINE void conv_axpy(A *acc, A w, const A *x, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    acc[i] += w * x[i];
}

/// D: what elements are loaded as; A: what accumulates. Works on up to kConvColumns columns of kConvChannels output
/// channels at a time: each input row is loaded once for all of them.
template <class D, class A, class Load> inline void conv_rows(const ConvOperands &t, const convParams &p, Load load) {
  const Filter &f = t.f;
  const bool flip = p.mode == 1;
  const D zero_x = D(0.5) != D(0) ? D(0) : D(zero_point_of(t.src));
  const D zero_w = D(0.5) != D(0) ? D(0) : D(zero_point_of(t.filter));
  const int64_t sh = p.stride_h, sw = p.stride_w;
  const int64_t icpg = min_i64(f.ic, t.x.c / f.groups);
  for (int64_t n = 0; n < t.y.n; ++n)
    for (int64_t c = 0; c < t.y.c;) {
      const int64_t g = c / f.oc, o = c % f.oc;
      const bool computed = g < f.groups;
      const int64_t channels = computed ? min_i64(min_i64(kConvChannels, f.oc - o), t.y.c - c) : 1;
      for (int64_t h = 0; h < t.y.h; ++h)
        for (int64_t w = 0; w < t.y.w; w += kConvColumns) {
          const int64_t columns = min_i64(kConvColumns, t.y.w - w);
          A acc[kConvChannels][kConvColumns] = {};
          for (int64_t i = 0; computed && i < icpg; ++i)
            for (int64_t r = 0; r < f.kh; ++r) {
              const int64_t row = h * sh - p.pad_h + r * p.dilate_h;
              if (row < 0 || row >= t.x.h)
                continue;
              for (int64_t s = 0; s < f.kw; ++s) {
                // Columns [q0, q1) of the piece read inside of the image.
                const int64_t left = w * sw - p.pad_w + s * p.dilate_w;
                const int64_t q0 = left >= 0 ? 0 : (-left + sw - 1) / sw;
                const int64_t q1 = min_i64(columns, left >= t.x.w ? 0 : (t.x.w - 1 - left) / sw + 1);
                if (q0 >= q1)
                  continue;
                D piece[kConvColumns];
                A input[kConvColumns];
                load(t.src, t.x.at(n, g * icpg + i, row, left + q0 * sw), t.x.w_stride * sw, q1 - q0, piece);
                for (int64_t q = 0; q < q1 - q0; ++q)
                  input[q] = A(piece[q] - zero_x);
                for (int64_t k = 0; k < channels; ++k) {
                  D weight;
                  load(t.filter, f.at(g, o + k, i, flip ? f.kh - 1 - r : r, flip ? f.kw - 1 - s : s), 1, 1, &weight);
                  conv_axpy(acc[k] + q0, A(weight - zero_w), input, q1 - q0);
                }
              }
            }
          for (int64_t k = 0; k < channels; ++k) {
            if (computed) {
              conv_finish(t, p, n, c + k, h, w, columns, acc[k]);
            } else {
              const float zeros[kConvColumns] = {};
              store_real(t.dst, t.y.at(n, c + k, h, w), t.y.w_stride, columns, zeros);
            }
          }
        }
      c += channels;
    }
}

inline void conv(const View *in, int n_in, const View *out, int, const convParams &params) {
  const View *bias = n_in > 2 && in[2].data ? &in[2] : nullptr, *z = n_in > 3 && in[3].data ? &in[3] : nullptr;
  const int32_t to = conv_dst_format(params.format);
  ConvOperands t = {in[0],
                    in[1],
                    out[0],
                    bias,
                    z,
                    image_of(in[0], params.format),
                    image_of(out[0], to),
                    {},
                    {},
                    filter_of(in[1], params.format, params.sparse == 1)};
  if (bias)
    t.bias_image = stretched_image(*bias, to);
  if (z)
    t.z_image = stretched_image(*z, to);
  if (is_float(in[0].dtype))
    conv_rows<float, double>(t, params, load_real);
  else
    conv_rows<int32_t, uint32_t>(t, params, load_int);
}

} // namespace ref
MGEC_KERNELS_END
