// transpose.hpp: exchanging two axes, and relayouts between row-major and blocked maps, which are the same thing.
//
//     transpose       dst[j][i] = src[i][j]
//     to_blocked      dst[p][l] = src[l][p] for the channels of one block and a run of pixels; other lanes are zero
//     from_blocked    dst[l][p] = src[p][l]
//
// Squares of kLanes x kLanes floats turn in registers; edges element by element. Only the elements named are touched.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace shape {

/// A square of floats: rows src_row apart, columns become rows dst_row apart.
MGEC_INLINE void turn_square(const float *src, int64_t src_row, float *dst, int64_t dst_row) {
  using V = simd::f32v;
  constexpr int L = simd::kLanes;
  V square[L];
#pragma GCC unroll 16
  for (int i = 0; i < L; ++i)
    square[i] = simd::load<V>(src + i * src_row);
  simd::transpose(square);
#pragma GCC unroll 16
  for (int i = 0; i < L; ++i)
    simd::store(dst + i * dst_row, square[i]);
}

/// `rows` x `columns` elements of src. Squares are taken down the columns first, so that lines of dst fill while they
/// are near.
template <class T>
MGEC_NOINLINE void transpose(const T *src, int64_t src_row, T *dst, int64_t dst_row, int64_t rows, int64_t columns) {
  if constexpr (sizeof(T) == 4) {
    constexpr int L = simd::kLanes, Tall = L >= 16 ? L : 16;
    const float *from = reinterpret_cast<const float *>(src);
    float *to = reinterpret_cast<float *>(dst);
    const int64_t whole_rows = rows & -int64_t(L), whole_columns = columns & -int64_t(L);
    for (int64_t i = 0; i < whole_rows; i += Tall)
      for (int64_t j = 0; j < whole_columns; j += L)
        for (int64_t k = i; k < min_i64(i + Tall, whole_rows); k += L)
          turn_square(from + k * src_row + j, src_row, to + j * dst_row + k, dst_row);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = i < whole_rows ? whole_columns : 0; j < columns; ++j)
        dst[j * dst_row + i] = src[i * src_row + j];
  } else {
    constexpr int64_t kEdge = 16;
    for (int64_t i0 = 0; i0 < rows; i0 += kEdge)
      for (int64_t j0 = 0; j0 < columns; j0 += kEdge)
        for (int64_t j = j0; j < min_i64(j0 + kEdge, columns); ++j)
          for (int64_t i = i0; i < min_i64(i0 + kEdge, rows); ++i)
            dst[j * dst_row + i] = src[i * src_row + j];
  }
}

/// One channel block. Planes of src are src_plane floats apart; `channels` of them exist (at most Block).
template <int Block>
MGEC_NOINLINE void to_blocked(const float *src, int64_t src_plane, float *dst, int64_t pixels, int64_t channels) {
  constexpr int L = simd::kLanes;
  using V = simd::f32v;
  static_assert(Block % L == 0, "a vector is never wider than a block");
  const int64_t whole = pixels & -int64_t(L);
  for (int64_t p = 0; p < whole; p += L) {
    for (int lane = 0; lane < Block; lane += L) {
      if (lane + L <= channels) {
        turn_square(src + lane * src_plane + p, src_plane, dst + p * Block + lane, Block);
        continue;
      }
      V square[L];
#pragma GCC unroll 16
      for (int i = 0; i < L; ++i)
        square[i] = lane + i < channels ? simd::load<V>(src + (lane + i) * src_plane + p) : V{};
      simd::transpose(square);
#pragma GCC unroll 16
      for (int i = 0; i < L; ++i)
        simd::store(dst + (p + i) * Block + lane, square[i]);
    }
  }
  for (int64_t p = whole; p < pixels; ++p)
    for (int lane = 0; lane < Block; ++lane)
      dst[p * Block + lane] = lane < channels ? src[lane * src_plane + p] : 0.0f;
}

/// One channel block, of which the first `channels` lanes are wanted.
template <int Block>
MGEC_NOINLINE void from_blocked(const float *src, float *dst, int64_t dst_plane, int64_t pixels, int64_t channels) {
  constexpr int L = simd::kLanes;
  using V = simd::f32v;
  static_assert(Block % L == 0, "a vector is never wider than a block");
  const int64_t whole = pixels & -int64_t(L);
  for (int64_t p = 0; p < whole; p += L) {
    for (int lane = 0; lane < min_i64(Block, channels); lane += L) {
      if (lane + L <= channels) {
        turn_square(src + p * Block + lane, Block, dst + lane * dst_plane + p, dst_plane);
        continue;
      }
      V square[L];
#pragma GCC unroll 16
      for (int i = 0; i < L; ++i)
        square[i] = simd::load<V>(src + (p + i) * Block + lane);
      simd::transpose(square);
#pragma GCC unroll 16
      for (int i = 0; i < L; ++i) {
        if (lane + i < channels)
          simd::store(dst + (lane + i) * dst_plane + p, square[i]);
      }
    }
  }
  for (int64_t p = whole; p < pixels; ++p)
    for (int64_t lane = 0; lane < min_i64(Block, channels); ++lane)
      dst[lane * dst_plane + p] = src[p * Block + lane];
}

} // namespace shape
MGEC_KERNELS_END
