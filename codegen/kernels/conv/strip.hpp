// strip.hpp: rows of the source copied into scratch with their padding, so that tiles need no edge cases.
//
//     strip[b][r][q][l] = src[b][h0 + r · h_step][q · w_step - left][l]  where that lies inside of the source, else
//     `fill`
//
// Works for blocked sources (Block channels a pixel) and, with Block = 1, for plain ones, whose planes are then the
// blocks. The element type may change on the way, and a producer may work on the values (never on the padding):
// conversions of input images, the offsets of quantised types.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace conv {

/// The default producer. Others, too, are called with a vector (or scalar) of the strip's element type and its channel.
struct Copy {
  template <class V> MGEC_INLINE V operator()(V value, int64_t) const { return value; }
};
/// Adds a constant, to integers modulo the element type.
template <class T> struct Shift {
  T by;
  template <class V> MGEC_INLINE V operator()(V value, int64_t) const {
    if constexpr ((T)0.5 != (T)0) {
      return value + simd::splat<V>(by);
    } else {
      using U = simd::rebind<V, typename simd::detail::IntOf<sizeof(T), false>::type>;
      return (V)((U)value + (U)simd::splat<V>(by));
    }
  }
};

/// `count` elements from src to dst, all of channels c … c + Block - 1 in turn.
template <int Block, class S, class D, class Producer>
MGEC_INLINE void copy_span(const S *src, D *dst, int64_t count, int64_t c, const Producer &producer) {
  constexpr int kWide = Block == 1 || Block > simd::kLanes ? simd::kLanes : Block;
  using V = simd::vec<D, kWide>;
  int64_t i = 0;
  for (; i + kWide <= count; i += kWide)
    simd::store(dst + i, producer(simd::load_as<V>(src + i), c + i % Block));
  for (int rest = 0; rest < kWide && i < count; ++rest, ++i)
    dst[i] = producer((D)src[i], c + i % Block);
}

template <class D> MGEC_INLINE void fill_span(D *dst, int64_t count, D fill) {
  using V = simd::vec<D, simd::kLanes>;
  int64_t i = 0;
  for (; i + simd::kLanes <= count; i += simd::kLanes)
    simd::store(dst + i, simd::splat<V>(fill));
  for (int rest = 0; rest < simd::kLanes && i < count; ++rest, ++i)
    dst[i] = fill;
}

/// src_block and src_row are offsets between blocks (planes) and rows of the source, which has ih rows of iw pixels;
/// the strip is dense: `blocks` blocks of `rows` rows of `width` pixels. `c` is the channel of the first block.
template <int Block, class S, class D, class Producer>
MGEC_NOINLINE void strip(const S *src, int64_t src_block, int64_t src_row, int64_t h0, int64_t h_step, int64_t ih,
                         int64_t left, int64_t w_step, int64_t iw, D *dst, int64_t blocks, int64_t rows, int64_t width,
                         int64_t c, D fill, const Producer &producer) {
  const int64_t before = min_i64(width, (left + w_step - 1) / w_step);
  const int64_t inside = max_i64(0, min_i64(width, (iw - 1 + left) / w_step + 1) - before);
  for (int64_t b = 0; b < blocks; ++b, src += src_block, c += Block)
    for (int64_t r = 0; r < rows; ++r, dst += width * Block) {
      const int64_t h = h0 + r * h_step;
      if (h < 0 || h >= ih) {
        fill_span(dst, width * Block, fill);
        continue;
      }
      const S *from = src + h * src_row + (before * w_step - left) * Block;
      D *to = dst + before * Block;
      fill_span(dst, before * Block, fill);
      if (w_step == 1) {
        copy_span<Block>(from, to, inside * Block, c, producer);
      } else {
        for (int64_t q = 0; q < inside; ++q)
          copy_span<Block>(from + q * w_step * Block, to + q * Block, Block, c, producer);
      }
      fill_span(to + inside * Block, (width - before - inside) * Block, fill);
    }
}

/// A strip for grouped convolution of any shape: plane i of the strip holds, in lane l, the source channel from[i ·
/// Block + l] (a blocked source; a negative entry reads as zero), so that the convolution becomes a depthwise one over
/// `planes` planes.
template <int Block>
MGEC_NOINLINE void gather_strip(const float *src, int64_t src_block, int64_t src_row, int64_t h0, int64_t ih,
                                int64_t left, int64_t iw, const int32_t *from, float *dst, int64_t planes, int64_t rows,
                                int64_t width) {
  const int64_t before = min_i64(width, left), inside = max_i64(0, min_i64(width, iw + left) - before);
  for (int64_t i = 0; i < planes; ++i, from += Block) {
    int64_t at[Block];
    for (int l = 0; l < Block; ++l)
      at[l] = from[l] < 0 ? -1 : (from[l] / Block) * src_block + from[l] % Block;
    for (int64_t r = 0; r < rows; ++r, dst += width * Block) {
      const int64_t h = h0 + r;
      fill_span(dst, width * Block, 0.0f);
      if (h < 0 || h >= ih)
        continue;
      for (int l = 0; l < Block; ++l) {
        if (at[l] < 0)
          continue;
        const float *p = src + at[l] + h * src_row + (before - left) * Block;
        float *to = dst + before * Block + l;
        for (int64_t q = 0; q < inside; ++q)
          to[q * Block] = p[q * Block];
      }
    }
  }
}

} // namespace conv
MGEC_KERNELS_END
