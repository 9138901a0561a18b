// coordinates.hpp: where an output position of an interpolated axis takes from, by the plane rules of reference.hpp, in
// float32 as the file format has them. `out` positions over `in` positions.
#pragma once
#include "../prelude.hpp"

MGEC_KERNELS_BEGIN
namespace resize {

/// Two neighbouring inputs and the weight of the second.
struct Tap {
  int64_t index;
  float weight;
};

MGEC_INLINE int64_t nearest_source(int64_t o, int64_t out, int64_t in) {
  return min_i64(int64_t(float(o) / (float(out) / float(in))), in - 1);
}

/// The centre of output position `o` among the inputs: any number, also below 0 and above in - 1.
MGEC_INLINE float source_position(int64_t o, int64_t out, int64_t in) {
  return (float(o) + 0.5f) / (float(out) / float(in)) - 0.5f;
}

MGEC_INLINE Tap linear_source(int64_t o, int64_t out, int64_t in) {
  const float position = source_position(o, out, in);
  const int64_t first = int64_t(__builtin_floorf(position));
  if (in == 1 || first < 0)
    return {0, 0.0f};
  if (first + 1 >= in)
    return {in - 2, 1.0f};
  return {first, position - float(first)};
}

} // namespace resize
MGEC_KERNELS_END
