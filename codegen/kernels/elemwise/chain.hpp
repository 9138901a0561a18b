// chain.hpp: the function that a chain of element-wise functions begins with; the consumer is the rest.
//
//     chain           dst[i] = consumer( f(x[i], y[i] …) )    a row of a row-major tensor of floats
//     chain_blocked   the same for a run of pixels of one channel block
//
// Every operand says how the row reads it: Run element by element, Splat its first element over and over, Lanes the
// first element of every block for lane 0, the second for lane 1 …, Pixels one element a pixel. A literal is itself,
// whatever it says. Operand pointers are those of the row's first element; dst is the whole result, `offset` and `c`
// the row's first element and its channel. LanesAreChannels: every further element is of the next channel; otherwise
// all are of channel c.
//
// dst may be an operand that is read as a Run; otherwise operands and dst do not overlap.
#pragma once
#include "rows.hpp"

MGEC_KERNELS_BEGIN
namespace elemwise {

/// A function of one operand: x to a constant power.
struct Power {
  float exponent;
  template <class V> MGEC_INLINE V operator()(V x) const { return powc(x, exponent); }
};

struct Run {
  template <class V> static MGEC_INLINE V read(const float *p, int64_t i, int64_t, int64_t) {
    return simd::load<V>(p + i);
  }
};
struct Splat {
  template <class V> static MGEC_INLINE V read(const float *p, int64_t, int64_t, int64_t) { return simd::splat<V>(*p); }
};
struct Lanes {
  template <class V> static MGEC_INLINE V read(const float *p, int64_t, int64_t, int64_t lane) {
    return simd::load<V>(p + lane);
  }
};
struct Pixels {
  template <class V> static MGEC_INLINE V read(const float *p, int64_t, int64_t pixel, int64_t) {
    return simd::splat<V>(p[pixel]);
  }
};

template <class V, class Kind> MGEC_INLINE V operand(const float *p, int64_t i, int64_t pixel, int64_t lane) {
  return Kind::template read<V>(p, i, pixel, lane);
}
template <class V, class Kind> MGEC_INLINE V operand(float literal, int64_t, int64_t, int64_t) {
  return simd::splat<V>(literal);
}

template <bool LanesAreChannels, class Value, class Consumer>
MGEC_INLINE void chain_row(float *dst, int64_t n, int64_t c, int64_t offset, Value value, const Consumer &consumer) {
  using V = simd::f32v;
  const int64_t whole = n & -int64_t(simd::kLanes);
  for (int64_t i = 0; i < whole; i += simd::kLanes) {
    const V v = consumer(V(value(V{}, i)), LanesAreChannels ? c + i : c, offset + i);
    simd::store(dst + offset + i, v);
  }
  for (int64_t i = whole; i < n; ++i)
    dst[offset + i] = consumer(float(value(0.0f, i)), LanesAreChannels ? c + i : c, offset + i);
}

template <int Block, bool Tail, class Value, class Consumer>
MGEC_INLINE void chain_pixels(float *dst, int64_t pixels, int64_t oc, int64_t c, int64_t offset, Value value,
                              const Consumer &consumer) {
  using V = simd::f32v;
  static_assert(Block % simd::kLanes == 0, "a vector is never wider than a block");
  for (int64_t p = 0; p < pixels; ++p) {
#pragma GCC unroll 4
    for (int lane = 0; lane < Block; lane += simd::kLanes) {
      const int64_t at = offset + p * Block + lane;
      V v = consumer(V(value(p, int64_t(lane))), c + lane, at);
      if constexpr (Tail)
        v = simd::keep_lanes(v, oc - c - lane);
      simd::store(dst + at, v);
    }
  }
}

// ---- Rows ----------------------------------------------------------------------------------------------------------

template <bool LanesAreChannels, class X, class F, class PX, class Consumer>
MGEC_NOINLINE void chain(F f, PX x, float *dst, int64_t n, int64_t c, int64_t offset, const Consumer &consumer) {
  auto value = [=](auto v, int64_t i) __attribute__((always_inline)) { return f(operand<decltype(v), X>(x, i, 0, 0)); };
  chain_row<LanesAreChannels>(dst, n, c, offset, value, consumer);
}

template <bool LanesAreChannels, class X, class Y, class F, class PX, class PY, class Consumer>
MGEC_NOINLINE void chain(F f, PX x, PY y, float *dst, int64_t n, int64_t c, int64_t offset, const Consumer &consumer) {
  auto value = [=](auto v, int64_t i) __attribute__((always_inline)) {
    using V = decltype(v);
    return f(operand<V, X>(x, i, 0, 0), operand<V, Y>(y, i, 0, 0));
  };
  chain_row<LanesAreChannels>(dst, n, c, offset, value, consumer);
}

template <bool LanesAreChannels, class X, class Y, class Z, class F, class PX, class PY, class PZ, class Consumer>
MGEC_NOINLINE void chain(F f, PX x, PY y, PZ z, float *dst, int64_t n, int64_t c, int64_t offset,
                         const Consumer &consumer) {
  auto value = [=](auto v, int64_t i) __attribute__((always_inline)) {
    using V = decltype(v);
    return f(operand<V, X>(x, i, 0, 0), operand<V, Y>(y, i, 0, 0), operand<V, Z>(z, i, 0, 0));
  };
  chain_row<LanesAreChannels>(dst, n, c, offset, value, consumer);
}

template <bool LanesAreChannels, class X, class Y, class Z, class W, class F, class PX, class PY, class PZ, class PW,
          class Consumer>
MGEC_NOINLINE void chain(F f, PX x, PY y, PZ z, PW w, float *dst, int64_t n, int64_t c, int64_t offset,
                         const Consumer &consumer) {
  auto value = [=](auto v, int64_t i) __attribute__((always_inline)) {
    using V = decltype(v);
    return f(operand<V, X>(x, i, 0, 0), operand<V, Y>(y, i, 0, 0), operand<V, Z>(z, i, 0, 0),
             operand<V, W>(w, i, 0, 0));
  };
  chain_row<LanesAreChannels>(dst, n, c, offset, value, consumer);
}

// ---- Channel blocks ------------------------------------------------------------------------------------------------

// Tail: lanes from channel `oc` on are stored as zero.

template <int Block, bool Tail, class X, class F, class PX, class Consumer>
MGEC_NOINLINE void chain_blocked(F f, PX x, float *dst, int64_t pixels, int64_t oc, int64_t c, int64_t offset,
                                 const Consumer &consumer) {
  using V = simd::f32v;
  auto value = [=](int64_t p, int64_t lane) __attribute__((always_inline)) {
    return f(operand<V, X>(x, p * Block + lane, p, lane));
  };
  chain_pixels<Block, Tail>(dst, pixels, oc, c, offset, value, consumer);
}

template <int Block, bool Tail, class X, class Y, class F, class PX, class PY, class Consumer>
MGEC_NOINLINE void chain_blocked(F f, PX x, PY y, float *dst, int64_t pixels, int64_t oc, int64_t c, int64_t offset,
                                 const Consumer &consumer) {
  using V = simd::f32v;
  auto value = [=](int64_t p, int64_t lane) __attribute__((always_inline)) {
    const int64_t i = p * Block + lane;
    return f(operand<V, X>(x, i, p, lane), operand<V, Y>(y, i, p, lane));
  };
  chain_pixels<Block, Tail>(dst, pixels, oc, c, offset, value, consumer);
}

template <int Block, bool Tail, class X, class Y, class Z, class F, class PX, class PY, class PZ, class Consumer>
MGEC_NOINLINE void chain_blocked(F f, PX x, PY y, PZ z, float *dst, int64_t pixels, int64_t oc, int64_t c,
                                 int64_t offset, const Consumer &consumer) {
  using V = simd::f32v;
  auto value = [=](int64_t p, int64_t lane) __attribute__((always_inline)) {
    const int64_t i = p * Block + lane;
    return f(operand<V, X>(x, i, p, lane), operand<V, Y>(y, i, p, lane), operand<V, Z>(z, i, p, lane));
  };
  chain_pixels<Block, Tail>(dst, pixels, oc, c, offset, value, consumer);
}

template <int Block, bool Tail, class X, class Y, class Z, class W, class F, class PX, class PY, class PZ, class PW,
          class Consumer>
MGEC_NOINLINE void chain_blocked(F f, PX x, PY y, PZ z, PW w, float *dst, int64_t pixels, int64_t oc, int64_t c,
                                 int64_t offset, const Consumer &consumer) {
  using V = simd::f32v;
  auto value = [=](int64_t p, int64_t lane) __attribute__((always_inline)) {
    const int64_t i = p * Block + lane;
    return f(operand<V, X>(x, i, p, lane), operand<V, Y>(y, i, p, lane), operand<V, Z>(z, i, p, lane),
             operand<V, W>(w, i, p, lane));
  };
  chain_pixels<Block, Tail>(dst, pixels, oc, c, offset, value, consumer);
}

} // namespace elemwise
MGEC_KERNELS_END
