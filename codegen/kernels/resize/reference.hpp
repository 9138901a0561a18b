// reference.hpp: two-dimensional interpolation in every tensor format.
//
// Two sets of rules, as the file format has them. Plane rules (all formats): NEAREST, LINEAR and CUBIC with coordinates
// in float32, whole-number types rounded half away from zero; CUBIC exists in NCHW only and is LINEAR elsewhere. Image
// rules (NHWC, 1 or 3 channels, Float32 or Uint8): all five modes; Uint8 interpolates in fixed point with 11 bits an
// axis, where LINEAR truncates, CUBIC and LANCZOS4 round, and an enlarging AREA drops bits between the passes.
#pragma once
#include "../elemwise/scalar.hpp"
#include "../params.hpp"
#include "../shape/image.hpp"
#include "coordinates.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

enum class Interpolation : int32_t { NEAREST = 0, LINEAR = 1, AREA = 2, CUBIC = 3, LANCZOS4 = 4 };

/// The input positions that one output position takes from, along one axis.
struct Taps {
  int count = 0;
  int64_t index[8];
  float weight[8];
};

MGEC_INLINE int64_t clamp_index(int64_t i, int64_t n) { return i < 0 ? 0 : i >= n ? n - 1 : i; }

/// Weights of the four pixels around a point at fraction `t` after the second.
inline void cubic_weights(float t, float *w) {
  constexpr float a = -0.75f;
  w[0] = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
  w[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
  w[2] = ((a + 2) * (1 - t) - (a + 3)) * (1 - t) * (1 - t) + 1;
  w[3] = 1.0f - w[0] - w[1] - w[2];
}

/// Weights of the eight pixels around a point at fraction `t` after the fourth.
inline void lanczos_weights(float t, float *w) {
  constexpr double s = 0.70710678118654752440, quarter_pi = 0.78539816339744830962;
  constexpr double sine[8] = {1, -s, 0, s, -1, s, 0, -s}, cosine[8] = {0, -s, 1, -s, 0, s, -1, s};
  for (int i = 0; i < 8; ++i)
    w[i] = 0;
  if (t < 1.1920929e-7f) {
    w[3] = 1;
    return;
  }
  double y0 = -(double(t) + 3) * quarter_pi, s0 = __builtin_sin(y0), c0 = __builtin_cos(y0);
  float sum = 0;
  for (int i = 0; i < 8; ++i) {
    double y = -(double(t) + 3 - i) * quarter_pi;
    w[i] = float((sine[i] * s0 + cosine[i] * c0) / (y * y));
    sum += w[i];
  }
  for (int i = 0; i < 8; ++i)
    w[i] /= sum;
}

/// Plane rules: output position `o` of `out` over `in` input positions.
inline Taps plane_taps(int64_t o, int64_t out, int64_t in, Interpolation mode) {
  Taps taps;
  if (mode == Interpolation::NEAREST) {
    taps.count = 1;
    taps.index[0] = resize::nearest_source(o, out, in);
    taps.weight[0] = 1;
  } else if (mode == Interpolation::CUBIC) {
    const float position = resize::source_position(o, out, in);
    const int64_t first = int64_t(__builtin_floorf(position));
    taps.count = 4;
    cubic_weights(position - float(first), taps.weight);
    for (int k = 0; k < 4; ++k)
      taps.index[k] = clamp_index(first - 1 + k, in);
  } else {
    const resize::Tap tap = resize::linear_source(o, out, in);
    taps.count = 2;
    taps.index[0] = tap.index, taps.index[1] = min_i64(tap.index + 1, in - 1);
    taps.weight[0] = 1 - tap.weight, taps.weight[1] = tap.weight;
  }
  return taps;
}

template <class D, class Load, class Store>
inline void resize_planes(const View &in, const View &out, Interpolation mode, int32_t format, Load load, Store store) {
  constexpr bool kReal = D(0.5) != D(0);
  Image x = image_of(in, format), y = image_of(out, format);
  for (int64_t oh = 0; oh < y.h; ++oh) {
    Taps th = plane_taps(oh, y.h, x.h, mode);
    for (int64_t ow = 0; ow < y.w; ++ow) {
      Taps tw = plane_taps(ow, y.w, x.w, mode);
      for (int64_t n = 0; n < y.n; ++n)
        for (int64_t c = 0; c < y.c; ++c) {
          double sum = 0;
          float single = 0; // decides how ties of whole numbers round
          for (int i = 0; i < th.count; ++i)
            for (int j = 0; j < tw.count; ++j) {
              D v;
              load(in, x.at(n, c, th.index[i], tw.index[j]), 1, 1, &v);
              sum += double(v) * th.weight[i] * tw.weight[j];
              single += float(v) * th.weight[i] * tw.weight[j];
            }
          D result = D(sum);
          if (!kReal) {
            single = __builtin_roundf(single);
            if (in.dtype == kU8 || in.dtype == kQU8)
              single = single < 0 ? 0 : single > 255 ? 255 : single;
            result = D(single);
          }
          store(out, y.at(n, c, oh, ow), 1, 1, &result);
        }
    }
  }
}

/// Image rules except AREA when shrinking.
inline Taps image_taps(int64_t o, int64_t out, int64_t in, Interpolation mode) {
  Taps taps;
  double ratio = double(out) / double(in), scale = 1.0 / ratio;
  switch (mode) {
  case Interpolation::NEAREST:
    taps.count = 1;
    taps.index[0] = min_i64(int64_t(__builtin_floor(double(o) * scale)), in - 1);
    taps.weight[0] = 1;
    return taps;
  case Interpolation::LINEAR: {
    float inverse = 1.0f / (float(out) / float(in)), alpha = (float(o) + 0.5f) * inverse - 0.5f;
    int64_t first = int64_t(__builtin_floorf(alpha));
    float t = alpha - float(first);
    if (in == 1 || first < 0)
      first = 0, t = 0;
    else if (first + 1 >= in)
      first = in - 2, t = 1;
    taps.count = 2;
    taps.index[0] = first, taps.index[1] = min_i64(first + 1, in - 1);
    taps.weight[0] = 1 - t, taps.weight[1] = t;
    return taps;
  }
  case Interpolation::AREA: {
    int64_t first = int64_t(__builtin_floor(double(o) * scale));
    float t = float(double(o + 1) - double(first + 1) * ratio);
    t = t <= 0 ? 0 : t - __builtin_floorf(t);
    if (first >= in - 1)
      first = in - 1, t = 0;
    taps.count = 2;
    taps.index[0] = first, taps.index[1] = min_i64(first + 1, in - 1);
    taps.weight[0] = 1 - t, taps.weight[1] = t;
    return taps;
  }
  default: {
    float alpha = float((double(o) + 0.5) * scale - 0.5);
    int64_t first = int64_t(__builtin_floorf(alpha));
    float t = alpha - float(first);
    taps.count = mode == Interpolation::CUBIC ? 4 : 8;
    if (mode == Interpolation::CUBIC)
      cubic_weights(t, taps.weight);
    else
      lanczos_weights(t, taps.weight);
    for (int k = 0; k < taps.count; ++k)
      taps.index[k] = clamp_index(first - (taps.count / 2 - 1) + k, in);
    return taps;
  }
  }
}

inline void image_pixels(const View &in, const View &out, Interpolation mode, bool bytes) {
  Image x = image_of(in, int32_t(Format::NHWC)), y = image_of(out, int32_t(Format::NHWC));
  bool linear = mode == Interpolation::LINEAR;
  for (int64_t oh = 0; oh < y.h; ++oh) {
    Taps th = image_taps(oh, y.h, x.h, mode);
    for (int64_t ow = 0; ow < y.w; ++ow) {
      Taps tw = image_taps(ow, y.w, x.w, mode);
      int32_t wh[8], ww[8];
      for (int k = 0; k < th.count; ++k)
        wh[k] = int32_t(__builtin_rintf(th.weight[k] * 2048));
      for (int k = 0; k < tw.count; ++k)
        ww[k] = int32_t(__builtin_rintf(tw.weight[k] * 2048));
      if (linear) {
        wh[1] = int32_t(th.weight[1] * 2048), wh[0] = 2048 - wh[1];
        ww[1] = int32_t(tw.weight[1] * 2048), ww[0] = 2048 - ww[1];
      }
      for (int64_t n = 0; n < y.n; ++n)
        for (int64_t c = 0; c < y.c; ++c) {
          double real = 0;
          int64_t fixed = 0, row[8] = {};
          for (int i = 0; i < th.count; ++i)
            for (int j = 0; j < tw.count; ++j) {
              float v;
              load_real(in, x.at(n, c, th.index[i], tw.index[j]), 1, 1, &v);
              real += double(v) * th.weight[i] * tw.weight[j];
              row[i] += int64_t(v) * ww[j];
              fixed += int64_t(v) * wh[i] * ww[j];
            }
          float result = float(real);
          if (bytes && mode == Interpolation::NEAREST) {
            result = float(fixed >> 22);
          } else if (bytes && mode == Interpolation::AREA) {
            int64_t q = 2;
            for (int i = 0; i < 2; ++i)
              q += (wh[i] * (row[i] >> 4)) >> 16;
            result = float(q >> 2);
          } else if (bytes) {
            int64_t q = (linear ? fixed : fixed + (int64_t(1) << 21)) >> 22;
            result = float(q < 0 ? 0 : q > 255 ? 255 : q);
          }
          store_real(out, y.at(n, c, oh, ow), 1, 1, &result);
        }
    }
  }
}

/// The part of input pixel `i` in the cell [o * scale, (o + 1) * scale), as a weight; parts below a thousandth are
/// dropped.
struct AreaCell {
  double start, width;
  int64_t begin, end; // whole pixels
  float head, body, tail;
};

inline AreaCell area_cell(int64_t o, int64_t in, double scale) {
  AreaCell cell;
  cell.start = double(o) * scale;
  double stop = cell.start + scale;
  cell.width = scale < double(in) - cell.start ? scale : double(in) - cell.start;
  cell.end = min_i64(int64_t(__builtin_floor(stop)), in - 1);
  cell.begin = min_i64(int64_t(__builtin_ceil(cell.start)), cell.end);
  double head = double(cell.begin) - cell.start, tail = stop - double(cell.end);
  cell.head = head > 1e-3 && cell.begin > 0 ? float(head / cell.width) : 0;
  cell.body = float(1.0 / cell.width);
  tail = tail < 1.0 ? tail : 1.0;
  tail = tail < cell.width ? tail : cell.width;
  cell.tail = stop - double(cell.end) > 1e-3 ? float(tail / cell.width) : 0;
  return cell;
}

inline float area_row(const View &in, const Image &x, int64_t n, int64_t c, int64_t h, const AreaCell &w) {
  float sum = 0, v;
  auto add = [&](int64_t i, float weight) {
    load_real(in, x.at(n, c, h, i), 1, 1, &v);
    sum += v * weight;
  };
  if (w.head > 0)
    add(w.begin - 1, w.head);
  for (int64_t i = w.begin; i < w.end; ++i)
    add(i, w.body);
  if (w.tail > 0)
    add(w.end, w.tail);
  return sum;
}

inline void image_area(const View &in, const View &out, bool bytes) {
  Image x = image_of(in, int32_t(Format::NHWC)), y = image_of(out, int32_t(Format::NHWC));
  double scale_h = 1.0 / (double(y.h) / double(x.h)), scale_w = 1.0 / (double(y.w) / double(x.w));
  int64_t step_h = int64_t(__builtin_rint(scale_h)), step_w = int64_t(__builtin_rint(scale_w));
  bool whole = __builtin_fabs(scale_h - double(step_h)) < 2.3e-16 && __builtin_fabs(scale_w - double(step_w)) < 2.3e-16;
  for (int64_t n = 0; n < y.n; ++n)
    for (int64_t oh = 0; oh < y.h; ++oh)
      for (int64_t ow = 0; ow < y.w; ++ow)
        for (int64_t c = 0; c < y.c; ++c) {
          float result = 0;
          if (whole) {
            float sum = 0, v;
            for (int64_t i = 0; i < step_h; ++i)
              for (int64_t j = 0; j < step_w; ++j) {
                load_real(in, x.at(n, c, oh * step_h + i, ow * step_w + j), 1, 1, &v);
                sum += v;
              }
            result = bytes && step_h == 2 && step_w == 2 ? float((int32_t(sum) + 2) >> 2)
                                                         : sum * (1.0f / float(step_h * step_w));
          } else {
            AreaCell h = area_cell(oh, x.h, scale_h), w = area_cell(ow, x.w, scale_w);
            if (h.head > 0)
              result += area_row(in, x, n, c, h.begin - 1, w) * h.head;
            for (int64_t i = h.begin; i < h.end; ++i)
              result += area_row(in, x, n, c, i, w) * h.body;
            if (h.tail > 0)
              result += area_row(in, x, n, c, h.end, w) * h.tail;
          }
          store_real(out, y.at(n, c, oh, ow), 1, 1, &result); // truncates for bytes
        }
}

inline void resize(const View *in, int, const View *out, int, const resizeParams &p) {
  Interpolation mode = Interpolation(p.imode);
  Image x = image_of(in[0], p.format), y = image_of(out[0], p.format);
  if (x.h <= 0 || x.w <= 0)
    return;
  bool bytes = in[0].dtype == kU8;
  bool image = Format(p.format) == Format::NHWC && (x.c == 1 || x.c == 3) && (bytes || in[0].dtype == kF32);
  if (!image && mode != Interpolation::NEAREST && (Format(p.format) != Format::NCHW || mode != Interpolation::CUBIC))
    mode = Interpolation::LINEAR;
  if (image && mode == Interpolation::AREA && y.h <= x.h && y.w <= x.w)
    image_area(in[0], out[0], bytes);
  else if (image)
    image_pixels(in[0], out[0], mode, bytes);
  else if (is_float(in[0].dtype))
    resize_planes<float>(in[0], out[0], mode, p.format, load_real, store_real);
  else
    resize_planes<int32_t>(in[0], out[0], mode, p.format, load_int, store_int);
}

} // namespace ref
MGEC_KERNELS_END
