// image.hpp: the tensor formats of the file format as index maps, for the reference functions.
//
// `image_of` reads a view in any of these formats as (n, c, h, w); element offsets come from `at`. Channels of packed
// formats are the stored ones, padding included.
#pragma once
#include "iterate.hpp"

MGEC_KERNELS_BEGIN
namespace ref {

enum class Format : int32_t {
  NCHW = 0,
  NHWC = 1,
  NHWCD4 = 2,
  NCHW4 = 3,
  NCHW8 = 4,
  NCHW32 = 5,
  NCHW88 = 6,
  NCHW44 = 7,
  NCHW44_DOT = 8,
  NCHW4_NCHW32 = 9,
  NCHW32_NCHW4 = 10,
  NCHW4_NCHW = 11,
  NHWC_NCHW = 12,
  NHWC_NCHW4_IC_SMALL = 13,
  NCHW_NCHW4_IC_SMALL = 14,
  CHWN4 = 15,
  NCHW64 = 16,
  NCHW4_NHWC = 17
};

struct Image {
  int64_t n, c, h, w;
  int64_t n_stride, h_stride, w_stride;
  PackedAxis channel;
  MGEC_INLINE int64_t at(int64_t in, int64_t ic, int64_t ih, int64_t iw) const {
    return in * n_stride + channel.at(ic) + ih * h_stride + iw * w_stride;
  }
};

/// The first four arguments name the axes of the view; `pack` its lanes axis, -1 where there is none.
MGEC_INLINE Image image_from(const View &v, int n, int c, int h, int w, int pack) {
  Image image;
  int64_t lanes = pack < 0 ? 1 : v.dims[pack];
  image.n = v.dims[n], image.c = v.dims[c] * lanes, image.h = v.dims[h], image.w = v.dims[w];
  image.n_stride = v.strides[n], image.h_stride = v.strides[h], image.w_stride = v.strides[w];
  image.channel.pack = lanes;
  image.channel.outer = v.strides[c];
  image.channel.inner = pack < 0 ? 0 : v.strides[pack];
  return image;
}

inline Image image_of(const View &v, int32_t format) {
  switch (Format(format)) {
  case Format::NHWC:
  case Format::NHWC_NCHW:
  case Format::NHWC_NCHW4_IC_SMALL:
    return image_from(v, 0, 3, 1, 2, -1);
  case Format::NHWCD4:
    return image_from(v, 0, 2, 1, 3, 4);
  case Format::CHWN4:
    return image_from(v, 3, 0, 1, 2, 4);
  default:
    return image_from(v, 0, 1, 2, 3, v.ndim == 5 ? 4 : -1);
  }
}

} // namespace ref
MGEC_KERNELS_END
