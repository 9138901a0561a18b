//===- Fingerprint.cpp - the identity of a model file -----------------------------------------------------------===//
#include "compiler/read/Fingerprint.h"

#include <cstring>
#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

using namespace mgec::read;

namespace {

constexpr uint64_t magicV1 = 0x4342474D;      // "MGBC"
constexpr uint64_t magicV1Short = 0x5342474D; // "MGBS"
constexpr size_t smallestV2 = 25;             // what MegEngine's own loader wants to see
constexpr size_t wrapperHeader = 12;          // "mgbtest0" and a count

template <typename T> T load(std::span<const uint8_t> bytes, size_t at) {
  T value = 0;
  for (size_t i = 0; i != sizeof(T); ++i)
    value |= static_cast<T>(bytes[at + i]) << (8 * i);
  return value;
}

std::string number(uint64_t value) { return std::to_string(value); }

} // namespace

std::optional<Extent> mgec::read::findModel(std::span<const uint8_t> bytes, size_t begin, std::string *why) {
  auto no = [&](std::string reason) -> std::optional<Extent> {
    if (why)
      *why = std::move(reason);
    return std::nullopt;
  };
  if (begin > bytes.size())
    return no("ends before the model starts");
  std::span<const uint8_t> model = bytes.subspan(begin);
  if (model.size() < 12)
    return no("is too short to hold a model: " + number(model.size()) + " bytes");

  Extent extent;
  extent.begin = begin;
  uint64_t first = load<uint64_t>(model, 0);
  size_t graphSizeAt = 0;
  if (first == magicV1 || first == magicV1Short) {
    extent.byShortId = first == magicV1Short;
    size_t header = extent.byShortId ? 16 : 24;
    if (model.size() < header + 4)
      return no("is truncated: its V1 header takes " + number(header + 4) + " bytes, of which " + number(model.size()) +
                " are there");
    uint64_t region = load<uint64_t>(model, header - 8);
    if (region > model.size() - header - 4)
      return no("is truncated or damaged: its tensors take " + number(region) + " bytes, of which at most " +
                number(model.size() - header - 4) + " are there");
    extent.tensors = begin + header;
    graphSizeAt = header + region;
  } else if (std::memcmp(model.data() + 8, "mgv2", 4) == 0) {
    extent.v2 = true;
    if (model.size() < smallestV2)
      return no("is truncated: only " + number(model.size()) + " bytes are left of its model");
  } else {
    return no("holds no MegEngine model at byte " + number(begin));
  }

  uint64_t graphSize = load<uint32_t>(model, graphSizeAt);
  size_t left = model.size() - graphSizeAt - 4;
  if (graphSize > left)
    return no("is truncated or damaged: its graph takes " + number(graphSize) + " bytes, of which " + number(left) +
              " are there");
  if (graphSize < 8 || graphSize >= static_cast<uint64_t>(std::numeric_limits<int32_t>::max()))
    return no("is damaged: a graph cannot take " + number(graphSize) + " bytes");
  extent.graph = begin + graphSizeAt + 4;
  extent.end = extent.graph + graphSize;
  return extent;
}

std::optional<Digest> mgec::read::fingerprint(std::span<const uint8_t> bytes) {
  bool wrapped = bytes.size() >= wrapperHeader && std::memcmp(bytes.data(), "mgbtest0", 8) == 0;
  std::optional<Extent> extent = findModel(bytes, wrapped ? wrapperHeader : 0);
  if (!extent)
    return std::nullopt;
  return digest(bytes.subspan(extent->begin, extent->end - extent->begin));
}

Digest mgec::read::digest(std::span<const uint8_t> bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  Digest result;
  static_assert(sizeof canonical.digest == sizeof result);
  std::memcpy(result.data(), canonical.digest, sizeof result);
  return result;
}

std::string mgec::read::hex(const Digest &digest) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (uint8_t byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}
