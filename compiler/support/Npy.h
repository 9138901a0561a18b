//===- Npy.h - arrays in numpy's file format ----------------------------------------------------------------------===//
//
// Reads and writes .npy files, versions 1 to 3, of bool, integer and float elements. What is read is always in C
// order and in this machine's byte order, whatever the file has. Sizes are checked against the file before anything is
// allocated; a damaged file gives a message that names it. Nothing of the runtime or of MLIR is needed.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace mgec::support {

/// One sentence that names the file.
struct NpyError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An element type: numpy's kind letter and the bytes of one element. 'b' bool, 'i' signed, 'u' unsigned, 'f' float.
struct NpyType {
  char kind = 'f';
  unsigned size = 4;

  bool operator==(const NpyType &) const = default;
  /// As numpy users say it: "float32".
  std::string name() const;
  /// As the file says it: "<f4".
  std::string descr() const;
};

struct NpyHeader {
  NpyType type;
  std::vector<int64_t> shape; // empty for a scalar
  uint64_t elements = 1;      // checked product
};

struct NpyArray : NpyHeader {
  std::vector<uint8_t> data; // elements * type.size bytes
};

/// What an array is, without its elements; checks that the file holds them all. Throws NpyError.
NpyHeader readNpyHeader(const std::string &path);
/// Throws NpyError.
NpyArray readNpy(const std::string &path);
/// The same from bytes; `path` is used in messages only.
NpyArray readNpy(std::span<const uint8_t> bytes, const std::string &path);

/// Writes version 1 (2 where the header is too long for it). `data` has the bytes of the shape. A file that cannot be
/// written whole is removed. Throws NpyError.
void writeNpy(const std::string &path, NpyType type, std::span<const int64_t> shape, std::span<const uint8_t> data);

} // namespace mgec::support
