//===- Fingerprint.h - the identity of a model file -------------------------------------------------------------===//
//
// A model is identified by XXH3-128, in canonical (big-endian) form, of its own bytes: of a V2 file the size prefix and
// the flatbuffer, of a V1 file everything from its magic to the end of its flatbuffer, tensor region included. A
// test-case wrapper around a model and bytes behind it do not count. Only headers are looked at, so this says nothing
// about whether the model is sound. Depends on nothing but the standard library and header-only xxhash.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace mgec::read {

using Digest = std::array<uint8_t, 16>;

/// Where the parts of a bare model lie. All of them are within the bytes that were looked at.
struct Extent {
  bool v2 = false;
  bool byShortId = false; // V1 written for MegBrain 8.14: operators go by their short ids
  size_t begin = 0;       // first byte of the model
  size_t tensors = 0;     // V1: first byte of the tensor region
  size_t graph = 0;       // first byte of the flatbuffer
  size_t end = 0;         // behind the flatbuffer
};

/// Finds the bare model that starts at `begin`. On failure returns nothing and, where asked for, says in `why` what is
/// wrong, as the second half of a sentence about the file ("is truncated: ...").
std::optional<Extent> findModel(std::span<const uint8_t> bytes, size_t begin = 0, std::string *why = nullptr);

/// The fingerprint of the model in `bytes`, which may be inside a test-case wrapper; nothing if there is none.
std::optional<Digest> fingerprint(std::span<const uint8_t> bytes);

/// XXH3-128 of any bytes, in canonical form.
Digest digest(std::span<const uint8_t> bytes);

/// A digest as 32 hexadecimal digits.
std::string hex(const Digest &digest);

} // namespace mgec::read
