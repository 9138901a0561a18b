// rows.hpp: element-wise work on rows.
//
//     row1 … row4    dst[i] = op(x[i · x_step], y[i · y_step] …): one function with operands of any types and steps
//
// dst may be an operand of the same row; otherwise rows do not overlap. Nothing outside of the rows is touched.
#pragma once
#include "convert.hpp"
#include "functions.hpp"
#include "modes.hpp"

MGEC_KERNELS_BEGIN
namespace elemwise {

// The functions of functions.hpp as types: op::relu, op::add …
namespace op {
#define MGEC_MODE(NAME, function, id, arity, types)                                                                    \
  struct function {                                                                                                    \
    template <class... V> MGEC_INLINE auto operator()(V... v) const { return elemwise::function(v...); }               \
  };
MGEC_ELEMWISE_MODES(MGEC_MODE)
#undef MGEC_MODE
/// The value itself: with it row1 is a conversion between types.
struct identity {
  template <class V> MGEC_INLINE V operator()(V v) const { return v; }
};
} // namespace op

// ---- Rows of one function ------------------------------------------------------------------------------------------

constexpr int64_t kRowPiece = 256;

/// Elements [i, i + n) of an operand as a dense run of C: in place where it is one, else in `buffer`. A splat is
/// written once, for the first piece.
template <class C, class S>
MGEC_INLINE const C *row_operand(const S *p, int64_t step, int64_t i, int64_t n, C *buffer) {
  if constexpr (simd::same<C, S>) {
    if (step == 1)
      return p + i;
  }
  if (step == 1) {
    using V = simd::vec<C, simd::kLanes>;
    const int64_t whole = n & -int64_t(simd::kLanes);
    for (int64_t k = 0; k < whole; k += simd::kLanes)
      simd::store(buffer + k, load_lanes<V>(p + i + k, simd::kLanes));
    for (int64_t k = whole; k < n; ++k)
      buffer[k] = C(p[i + k]);
  } else if (step != 0) {
    for (int64_t k = 0; k < n; ++k)
      buffer[k] = C(p[(i + k) * step]);
  } else if (i == 0) {
    const C v = C(*p);
    for (int64_t k = 0; k < n; ++k)
      buffer[k] = v;
  }
  return buffer;
}

/// Calls body(i, n, piece operands…) for pieces of a row, then each vector of the piece.
template <class C, class D, class F, class... P>
MGEC_INLINE void row_piece(const F &f, D *dst, int64_t n, const P *...operands) {
  using V = simd::vec<C, simd::kLanes>;
  const int64_t whole = n & -int64_t(simd::kLanes);
  for (int64_t k = 0; k < whole; k += simd::kLanes)
    store_lanes(dst + k, V(f(simd::load<V>(operands + k)...)), simd::kLanes);
  if (whole < n)
    store_lanes(dst + whole, V(f(simd::load_part<V>(operands + whole, n - whole)...)), n - whole);
}

/// F: one of `op`, or any function object on vectors of C. C: float, or int32_t for integers and Bool, which then wrap
/// to D.
template <class F, class C, class D, class X>
MGEC_NOINLINE void row1(const X *x, int64_t x_step, D *dst, int64_t n, const F &f = F()) {
  alignas(64) C xs[kRowPiece];
  for (int64_t i = 0; i < n; i += kRowPiece) {
    const int64_t m = min_i64(kRowPiece, n - i);
    row_piece<C>(f, dst + i, m, row_operand(x, x_step, i, m, xs));
  }
}

template <class F, class C, class D, class X, class Y>
MGEC_NOINLINE void row2(const X *x, int64_t x_step, const Y *y, int64_t y_step, D *dst, int64_t n, const F &f = F()) {
  alignas(64) C xs[kRowPiece], ys[kRowPiece];
  for (int64_t i = 0; i < n; i += kRowPiece) {
    const int64_t m = min_i64(kRowPiece, n - i);
    row_piece<C>(f, dst + i, m, row_operand(x, x_step, i, m, xs), row_operand(y, y_step, i, m, ys));
  }
}

template <class F, class C, class D, class X, class Y, class Z>
MGEC_NOINLINE void row3(const X *x, int64_t x_step, const Y *y, int64_t y_step, const Z *z, int64_t z_step, D *dst,
                        int64_t n, const F &f = F()) {
  alignas(64) C xs[kRowPiece], ys[kRowPiece], zs[kRowPiece];
  for (int64_t i = 0; i < n; i += kRowPiece) {
    const int64_t m = min_i64(kRowPiece, n - i);
    row_piece<C>(f, dst + i, m, row_operand(x, x_step, i, m, xs), row_operand(y, y_step, i, m, ys),
                 row_operand(z, z_step, i, m, zs));
  }
}

template <class F, class C, class D, class X, class Y, class Z, class W>
MGEC_NOINLINE void row4(const X *x, int64_t x_step, const Y *y, int64_t y_step, const Z *z, int64_t z_step, const W *w,
                        int64_t w_step, D *dst, int64_t n, const F &f = F()) {
  alignas(64) C xs[kRowPiece], ys[kRowPiece], zs[kRowPiece], ws[kRowPiece];
  for (int64_t i = 0; i < n; i += kRowPiece) {
    const int64_t m = min_i64(kRowPiece, n - i);
    row_piece<C>(f, dst + i, m, row_operand(x, x_step, i, m, xs), row_operand(y, y_step, i, m, ys),
                 row_operand(z, z_step, i, m, zs), row_operand(w, w_step, i, m, ws));
  }
}

} // namespace elemwise
MGEC_KERNELS_END
