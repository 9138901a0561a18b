// planes.hpp: nearest and linear interpolation of planes of floats, row-major or blocked, by the plane rules of
// reference.hpp.
//
// Each function makes rows [oh0, oh1) of an output plane ([oh][ow]) from an input plane ([ih][iw]); blocked ones work
// on one channel block. `offset` is that of the output plane's first element in dst, `c` its first channel. Linear
// interpolates between the rows first, a whole row at a time, then between columns; enlarging by exactly two has its
// own column step.
//
// `scratch` holds iw + 64 + 2 · ow floats (nearest, linear) or iw · Block + 2 · ow (linear_blocked).
#pragma once
#include "../../simd/simd.hpp"
#include "coordinates.hpp"

MGEC_KERNELS_BEGIN
namespace resize {

// ---- Row-major -----------------------------------------------------------------------------------------------------

/// Hands a row in `row` to the consumer; it may be where it stays.
template <class Consumer>
MGEC_INLINE void consume_row(const float *row, float *dst, int64_t n, int64_t c, int64_t offset,
                             const Consumer &consumer) {
  using V = simd::f32v;
  const int64_t whole = n & -int64_t(simd::kLanes);
  for (int64_t i = 0; i < whole; i += simd::kLanes)
    simd::store(dst + offset + i, V(consumer(simd::load<V>(row + i), c, offset + i)));
  for (int64_t i = whole; i < n; ++i)
    dst[offset + i] = consumer(row[i], c, offset + i);
}

template <class Consumer>
MGEC_NOINLINE void nearest(const float *src, int64_t ih, int64_t iw, float *dst, int64_t oh, int64_t ow, int64_t oh0,
                           int64_t oh1, int64_t c, int64_t offset, float *scratch, const Consumer &consumer) {
  using V = simd::f32v;
  constexpr int L = simd::kLanes;
  int32_t *index = reinterpret_cast<int32_t *>(scratch);
  for (int64_t q = 0; q < ow; ++q)
    index[q] = int32_t(nearest_source(q, ow, iw));
  for (int64_t r = oh0; r < oh1; ++r) {
    const float *x = src + nearest_source(r, oh, ih) * iw;
    float *y = dst + offset + r * ow;
    const int64_t doubled = ow == 2 * iw ? iw & -int64_t(L) : 0; // input columns that make two each
    for (int64_t i = 0; i < doubled; i += L) {
      const V v = simd::load<V>(x + i);
      simd::store(y + 2 * i, simd::interleave_lower(v, v));
      simd::store(y + 2 * i + L, simd::interleave_upper(v, v));
    }
    for (int64_t q = 2 * doubled; q < ow; ++q)
      y[q] = x[index[q]];
    consume_row(y, dst, ow, c, offset + r * ow, consumer);
  }
}

template <class Consumer>
MGEC_NOINLINE void linear(const float *src, int64_t ih, int64_t iw, float *dst, int64_t oh, int64_t ow, int64_t oh0,
                          int64_t oh1, int64_t c, int64_t offset, float *scratch, const Consumer &consumer) {
  using V = simd::f32v;
  constexpr int L = simd::kLanes;
  float *line = scratch + 1, *weight = scratch + iw + 64; // line[-1] and line[iw] repeat the edge
  int32_t *index = reinterpret_cast<int32_t *>(weight + ow);
  for (int64_t q = 0; q < ow; ++q) {
    const Tap tap = linear_source(q, ow, iw);
    index[q] = int32_t(tap.index);
    weight[q] = tap.weight;
  }
  for (int64_t r = oh0; r < oh1; ++r) {
    const Tap tap = linear_source(r, oh, ih);
    const float *x = src + tap.index * iw, *next = ih > 1 ? x + iw : x;
    const float high = tap.weight, low = 1.0f - high;
    const int64_t whole = iw & -int64_t(L);
    for (int64_t i = 0; i < whole; i += L)
      simd::store(line + i, simd::load<V>(x + i) * low + simd::load<V>(next + i) * high);
    for (int64_t i = whole; i < iw; ++i)
      line[i] = x[i] * low + next[i] * high;
    line[-1] = line[0];
    line[iw] = line[iw - 1];
    float *y = dst + offset + r * ow;
    const int64_t doubled = ow == 2 * iw ? whole : 0;
    for (int64_t i = 0; i < doubled; i += L) {
      const V middle = simd::load<V>(line + i) * 0.75f;
      const V even = middle + simd::load<V>(line + i - 1) * 0.25f, odd = middle + simd::load<V>(line + i + 1) * 0.25f;
      simd::store(y + 2 * i, simd::interleave_lower(even, odd));
      simd::store(y + 2 * i + L, simd::interleave_upper(even, odd));
    }
    for (int64_t q = 2 * doubled; q < ow; ++q) {
      const float *p = line + index[q];
      y[q] = p[0] * (1.0f - weight[q]) + p[1] * weight[q];
    }
    consume_row(y, dst, ow, c, offset + r * ow, consumer);
  }
}

// ---- Blocked -------------------------------------------------------------------------------------------------------

/// Consumes and stores one pixel of a block. Tail: lanes from channel `oc` on are stored as zero.
template <int Block, bool Tail, class Load, class Consumer>
MGEC_INLINE void blocked_pixel(float *dst, int64_t oc, int64_t c, int64_t offset, Load load, const Consumer &consumer) {
#pragma GCC unroll 4
  for (int lane = 0; lane < Block; lane += simd::kLanes) {
    simd::f32v v = consumer(load(lane), c + lane, offset + lane);
    if constexpr (Tail)
      v = simd::keep_lanes(v, oc - c - lane);
    simd::store(dst + offset + lane, v);
  }
}

template <int Block, bool Tail, class Consumer>
MGEC_NOINLINE void nearest_blocked(const float *src, int64_t ih, int64_t iw, float *dst, int64_t oh, int64_t ow,
                                   int64_t oh0, int64_t oh1, int64_t oc, int64_t c, int64_t offset,
                                   const Consumer &consumer) {
  using V = simd::f32v;
  for (int64_t r = oh0; r < oh1; ++r) {
    const float *x = src + nearest_source(r, oh, ih) * iw * Block;
    for (int64_t q = 0; q < ow; ++q) {
      const float *p = x + nearest_source(q, ow, iw) * Block;
      auto load = [=](int lane) __attribute__((always_inline)) { return simd::load<V>(p + lane); };
      blocked_pixel<Block, Tail>(dst, oc, c, offset + (r * ow + q) * Block, load, consumer);
    }
  }
}

template <int Block, bool Tail, class Consumer>
MGEC_NOINLINE void linear_blocked(const float *src, int64_t ih, int64_t iw, float *dst, int64_t oh, int64_t ow,
                                  int64_t oh0, int64_t oh1, int64_t oc, int64_t c, int64_t offset, float *scratch,
                                  const Consumer &consumer) {
  using V = simd::f32v;
  float *line = scratch, *weight = scratch + iw * Block;
  int32_t *index = reinterpret_cast<int32_t *>(weight + ow);
  for (int64_t q = 0; q < ow; ++q) {
    const Tap tap = linear_source(q, ow, iw);
    index[q] = int32_t(tap.index);
    weight[q] = tap.weight;
  }
  for (int64_t r = oh0; r < oh1; ++r) {
    const Tap tap = linear_source(r, oh, ih);
    const float *x = src + tap.index * iw * Block, *next = ih > 1 ? x + iw * Block : x;
    const float high = tap.weight, low = 1.0f - high;
    for (int64_t i = 0; i < iw * Block; i += simd::kLanes)
      simd::store(line + i, simd::load<V>(x + i) * low + simd::load<V>(next + i) * high);
    for (int64_t q = 0; q < ow; ++q) {
      const float *p = line + index[q] * Block, *right = iw > 1 ? p + Block : p;
      const float after = weight[q], before = 1.0f - after;
      auto load = [=](int lane) __attribute__((always_inline)) {
        return simd::load<V>(p + lane) * before + simd::load<V>(right + lane) * after;
      };
      blocked_pixel<Block, Tail>(dst, oc, c, offset + (r * ow + q) * Block, load, consumer);
    }
  }
}

} // namespace resize
MGEC_KERNELS_END
