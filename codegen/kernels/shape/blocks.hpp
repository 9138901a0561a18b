// blocks.hpp: channel blocks of elements of any size.
//
//     interleave      dst[p][l] = src[l][p] for the channels of one block and a run of pixels; lanes without a channel
//     are zero
//
// The way back is shape::transpose. Floats have their own (transpose.hpp).
#pragma once
#include "../prelude.hpp"

MGEC_KERNELS_BEGIN
namespace shape {

/// Planes of src are src_plane elements apart; `channels` of them exist (at most Block).
template <int Block, class T>
MGEC_NOINLINE void interleave(const T *src, int64_t src_plane, T *dst, int64_t pixels, int64_t channels) {
  for (int64_t p = 0; p < pixels; ++p) {
    for (int64_t lane = 0; lane < channels; ++lane)
      dst[p * Block + lane] = src[lane * src_plane + p];
    for (int64_t lane = channels; lane < Block; ++lane)
      dst[p * Block + lane] = 0;
  }
}

} // namespace shape
MGEC_KERNELS_END
