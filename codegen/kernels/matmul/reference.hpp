// reference.hpp: matrix products, alone or in batches, in the matrix formats of the file format.
//
// Axes before the last two are the batch (an extent of 1 stretches); DEFAULT matrices may be transposed. Float types
// accumulate in double and round once. Integers accumulate exactly and wrap to the output's type; quantised operands
// enter as (stored - zero point) and the output holds that integer.
#pragma once
#include "../elemwise/scalar.hpp"
#include "../params.hpp"
#include "../shape/iterate.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

enum class MatrixFormat : int32_t { DEFAULT = 0, MK4 = 1, MK8 = 2, MK4_DOT = 3, N32K4_DOT = 4 };

/// Where element (row, column) of a matrix lies.
struct Matrix {
  int64_t rows, columns;
  PackedAxis row, column;
};

MGEC_INLINE Matrix matrix_from(const View &v, int row, int column, int row_lanes, int column_lanes) {
  Matrix m;
  m.row.pack = row_lanes < 0 ? 1 : v.dims[row_lanes];
  m.column.pack = column_lanes < 0 ? 1 : v.dims[column_lanes];
  m.rows = (row < 0 ? 1 : v.dims[row]) * m.row.pack;
  m.columns = v.dims[column] * m.column.pack;
  m.row.outer = row < 0 ? 0 : v.strides[row];
  m.row.inner = row_lanes < 0 ? 0 : v.strides[row_lanes];
  m.column.outer = v.strides[column];
  m.column.inner = column_lanes < 0 ? 0 : v.strides[column_lanes];
  return m;
}

/// Operands as (m, k), (k, n) and (m, n). Batch axes come first in each view; `base` is their number.
inline void matrices(const View &a, const View &b, const View &c, const matmulParams &p, Matrix &ma, Matrix &mb,
                     Matrix &mc) {
  int base_a = a.ndim - 2, base_b = b.ndim - 2, base_c = c.ndim - 2;
  switch (MatrixFormat(p.format)) {
  case MatrixFormat::MK4:
  case MatrixFormat::MK8:
  case MatrixFormat::MK4_DOT: {
    bool dot = MatrixFormat(p.format) == MatrixFormat::MK4_DOT;
    base_a = a.ndim - 4, base_b = b.ndim - 3, base_c = c.ndim - 3;
    ma = matrix_from(a, base_a, base_a + 1, base_a + (dot ? 2 : 3), base_a + (dot ? 3 : 2));
    mb = matrix_from(b, base_b, base_b + 1, base_b + 2, -1);
    mc = matrix_from(c, base_c, base_c + 1, base_c + 2, -1);
    return;
  }
  case MatrixFormat::N32K4_DOT:
    base_b = b.ndim - 4;
    ma = matrix_from(a, base_a, base_a + 1, -1, -1);
    mb = matrix_from(b, base_b + 1, base_b, base_b + 3, base_b + 2);
    mc = matrix_from(c, base_c, base_c + 1, -1, -1);
    return;
  default:
    ma = p.transpose_a ? matrix_from(a, base_a + 1, base_a, -1, -1) : matrix_from(a, base_a, base_a + 1, -1, -1);
    mb = p.transpose_b ? matrix_from(b, base_b + 1, base_b, -1, -1) : matrix_from(b, base_b, base_b + 1, -1, -1);
    mc = matrix_from(c, base_c, base_c + 1, -1, -1);
  }
}

constexpr int64_t kColumns = 64;

/// Up to kColumns elements of row `r` from column `c` on.
template <class T, class Load>
MGEC_INLINE void load_row(const View &v, int64_t base, const Matrix &m, int64_t r, int64_t c, int64_t n, T *to,
                          Load load) {
  int64_t from = base + m.row.at(r);
  if (m.column.pack == 1) {
    load(v, from + c * m.column.outer, m.column.outer, n, to);
    return;
  }
  for (int64_t i = 0; i < n; ++i)
    load(v, from + m.column.at(c + i), 1, 1, to + i);
}

/// T: what elements are loaded as; A: what accumulates.
template <class T, class A, class Load, class Store>
inline void multiply(const View &a, const View &b, const View &c, const int64_t *base, const Matrix &ma,
                     const Matrix &mb, const Matrix &mc, T zero_a, T zero_b, Load load, Store store) {
  for (int64_t j = 0; j < mc.columns; j += kColumns) {
    int64_t n = min_i64(kColumns, mc.columns - j);
    for (int64_t i = 0; i < mc.rows; ++i) {
      A acc[kColumns] = {};
      for (int64_t k0 = 0; k0 < ma.columns; k0 += kColumns) {
        T left[kColumns], right[kColumns];
        int64_t depth = min_i64(kColumns, ma.columns - k0);
        load_row(a, base[0], ma, i, k0, depth, left, load);
        for (int64_t k = 0; k < depth; ++k) {
          load_row(b, base[1], mb, k0 + k, j, n, right, load);
          A l = A(left[k] - zero_a);
          for (int64_t x = 0; x < n; ++x)
            acc[x] += l * A(right[x] - zero_b);
        }
      }
      T result[kColumns];
      for (int64_t x = 0; x < n; ++x)
        result[x] = T(acc[x]);
      for (int64_t x = 0; x < n; ++x)
        store(c, base[2] + mc.row.at(i) + mc.column.at(j + x), 1, 1, result + x);
    }
  }
}

inline void matmul(const View *in, int, const View *out, int, const matmulParams &params) {
  const View &a = in[0], &b = in[1], &c = out[0];
  Matrix ma, mb, mc;
  matrices(a, b, c, params, ma, mb, mc);
  int batch_axes = params.format == int32_t(MatrixFormat::DEFAULT) ? c.ndim - 2 : 0;
  Walk<3> w;
  for (int axis = 0; axis < batch_axes; ++axis) {
    int in_a = axis - (c.ndim - a.ndim), in_b = axis - (c.ndim - b.ndim);
    int64_t strides[3] = {in_a < 0 || a.dims[in_a] == 1 ? 0 : a.strides[in_a],
                          in_b < 0 || b.dims[in_b] == 1 ? 0 : b.strides[in_b], c.strides[axis]};
    add_axis<3>(w, c.dims[axis], strides);
  }
  for_rows<3>(w, [&](const int64_t *offset, int64_t n, const int64_t *step) {
    for (int64_t i = 0; i < n; ++i) {
      int64_t base[3] = {offset[0] + i * step[0], offset[1] + i * step[1], offset[2] + i * step[2]};
      if (is_float(a.dtype))
        multiply<float, double>(a, b, c, base, ma, mb, mc, 0.0f, 0.0f, load_real, store_real);
      else
        multiply<int32_t, int64_t>(a, b, c, base, ma, mb, mc, zero_point_of(a), zero_point_of(b), load_int, store_int);
    }
  });
}

} // namespace ref
MGEC_KERNELS_END
