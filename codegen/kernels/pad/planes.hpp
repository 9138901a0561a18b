// planes.hpp: padding of planes, row-major or blocked.
//
// Rows [oh0, oh1) of dst ([oh][ow][Unit]) from src ([ih][iw][Unit]): row oh shows input row oh - front_h, column ow
// input column ow - front_w, each mapped by the mode (the file format's: 0 the nearest element, 1 the mirror image
// without the edge, 2 `value`). Unit is 1 for row-major maps, the block for blocked ones (whose pad lanes are zero:
// with a `value` other than 0 a partial last block needs zero_lanes after). T is an unsigned integer of the element's
// size, or float.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
namespace pad {

constexpr int kReplicate = 0, kReflect = 1, kConstant = 2;

/// The input index of `i`; -1 where the constant goes.
template <int Mode> MGEC_INLINE int64_t source_index(int64_t i, int64_t n) {
  if (i >= 0 && i < n)
    return i;
  if (Mode == kConstant || n <= 0)
    return -1;
  if (Mode == kReflect)
    i = i < 0 ? -i : 2 * n - 2 - i;
  return i < 0 ? 0 : i >= n ? n - 1 : i;
}

template <int Unit, class T> MGEC_INLINE void fill(T *dst, int64_t units, T value) {
  for (int64_t i = 0; i < units * Unit; ++i)
    dst[i] = value;
}

template <int Mode, int Unit, class T>
MGEC_NOINLINE void plane(const T *src, int64_t ih, int64_t iw, T *dst, int64_t ow, int64_t front_h, int64_t front_w,
                         int64_t oh0, int64_t oh1, T value) {
  const int64_t w0 = min_i64(max_i64(front_w, 0), ow),
                w1 = max_i64(min_i64(front_w + iw, ow), w0); // columns that are copies
  for (int64_t oh = oh0; oh < oh1; ++oh) {
    const int64_t h = source_index<Mode>(oh - front_h, ih);
    T *to = dst + oh * ow * Unit;
    if (h < 0) {
      fill<Unit>(to, ow, value);
      continue;
    }
    const T *from = src + h * iw * Unit;
    if (w1 > w0)
      __builtin_memcpy(to + w0 * Unit, from + (w0 - front_w) * Unit,
                       static_cast<__SIZE_TYPE__>(w1 - w0) * Unit * sizeof(T));
    if constexpr (Mode == kConstant) {
      fill<Unit>(to, w0, value);
      fill<Unit>(to + w1 * Unit, ow - w1, value);
    } else {
      for (int64_t w = 0; w < ow; w = w + 1 == w0 ? w1 : w + 1) {
        if (w >= w0 && w < w1) {
          w = w1 - 1;
          continue;
        }
        const int64_t s = source_index<Mode>(w - front_w, iw);
        for (int u = 0; u < Unit; ++u)
          to[w * Unit + u] = s < 0 ? value : from[s * Unit + u];
      }
    }
  }
}

} // namespace pad
MGEC_KERNELS_END
