//===- Fingerprint.h - the identity of a model by its content -------------------------------------------------===//
//
// XXH3-128 in canonical (big-endian) form over the bytes of the model itself: a V2 file from its size prefix to the end
// of its flatbuffer, a V1 file from its header to the end of its flatbuffer, tensor region included. The "mgbtest0"
// wrapper in front and whatever follows the model do not count. The bytes are only measured, not understood: a damaged
// model has a fingerprint too, which matches nothing. Every offset is checked against the size.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Status.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace mgec::core {

struct Fingerprint {
  uint8_t bytes[16] = {};

  bool operator==(const Fingerprint &other) const;
  std::string hex() const;
};

/// Of a file, which is read through a small buffer.
Status fingerprintFile(const std::string &path, Fingerprint &out);
/// Of bytes in memory; `name` stands for the file in messages.
Status fingerprintBytes(const void *data, size_t size, const std::string &name, Fingerprint &out);

} // namespace mgec::core
