//===- FakeModel.h - a model file for the compiled models of these tests --------------------------------------===//
//
// The smallest bytes that the fingerprint rules call a model: the compiled models in this folder carry the fingerprint
// of these, so that tests can bind one to the other.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

namespace fake {

inline void put32(std::vector<uint8_t> &out, uint32_t v) {
  for (int i = 0; i < 4; ++i)
    out.push_back(static_cast<uint8_t>(v >> 8 * i));
}

/// A V2 file: size prefix, root offset, identifier, and a body that depends on `seed`.
inline std::vector<uint8_t> modelV2(uint32_t seed, size_t body = 100) {
  std::vector<uint8_t> out;
  put32(out, static_cast<uint32_t>(8 + body));
  put32(out, 16);
  out.insert(out.end(), {'m', 'g', 'v', '2'});
  for (size_t i = 0; i < body; ++i)
    out.push_back(static_cast<uint8_t>((seed = seed * 1664525u + 1013904223u) >> 24));
  return out;
}

/// A V1 file with a tensor region of `region` bytes; `mgbs` picks the older header.
inline std::vector<uint8_t> modelV1(uint32_t seed, size_t region, bool mgbs) {
  std::vector<uint8_t> out;
  put32(out, mgbs ? 0x5342474Du : 0x4342474Du);
  for (int i = 0; i < (mgbs ? 1 : 3); ++i)
    put32(out, 0);
  put32(out, static_cast<uint32_t>(region));
  put32(out, 0);
  for (size_t i = 0; i < region; ++i)
    out.push_back(static_cast<uint8_t>((seed = seed * 1664525u + 1013904223u) >> 24));
  const std::vector<uint8_t> graph = modelV2(seed, 60);
  out.insert(out.end(), graph.begin(), graph.end());
  std::memcpy(out.data() + out.size() - graph.size() + 8, "mgb1", 4);
  return out;
}

} // namespace fake
