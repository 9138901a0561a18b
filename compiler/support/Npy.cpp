//===- Npy.cpp - arrays in numpy's file format --------------------------------------------------------------------===//
//
// A file is the magic "\x93NUMPY", two version bytes, the length of the header (2 bytes in version 1, else 4), the
// header, and the elements. The header is a Python dictionary of three keys; no more of Python is understood here:
//
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "Npy.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include <sys/stat.h>

namespace mgec::support {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxDims = 32; // numpy's own limit for long
constexpr uint64_t kMaxHeader = 1 << 20;

[[noreturn]] void fail(const std::string &path, const std::string &what) { throw NpyError(path + ": " + what); }

struct Parsed : NpyHeader {
  bool fortran = false, swapped = false;
  uint64_t offset = 0; // of the elements
};

[[noreturn]] void damaged(const std::string &path) { fail(path, "the .npy header is damaged"); }

/// What follows `key` and its colon in the header.
std::string_view valueOf(std::string_view header, const std::string &key, const std::string &path) {
  for (const char *quote : {"'", "\""}) {
    const std::string quoted = quote + key + quote;
    size_t at = header.find(quoted);
    if (at == std::string_view::npos)
      continue;
    at = header.find_first_not_of(" \t\n", at + quoted.size());
    if (at == std::string_view::npos || header[at] != ':')
      break;
    at = header.find_first_not_of(" \t\n", at + 1);
    if (at == std::string_view::npos)
      break;
    return header.substr(at);
  }
  damaged(path);
}

void parseType(std::string_view text, Parsed &out, const std::string &path) {
  const size_t end = text.find(text[0], 1);
  if ((text[0] != '\'' && text[0] != '"') || end == std::string_view::npos)
    damaged(path);
  const std::string_view descr = text.substr(1, end - 1);
  unsigned size = 0;
  const char *stop = descr.data() + descr.size();
  if (descr.size() >= 3 && std::strchr("<>|=", descr[0]) && std::from_chars(descr.data() + 2, stop, size).ptr == stop &&
      std::has_single_bit(size) && size <= 8 &&
      (descr[1] == 'i' || descr[1] == 'u' || (descr[1] == 'f' && size > 1) || (descr[1] == 'b' && size == 1))) {
    constexpr bool little = std::endian::native == std::endian::little;
    out.type = {descr[1], size};
    out.swapped = size > 1 && descr[0] == (little ? '>' : '<');
    return;
  }
  fail(path, "elements of numpy type '" + std::string(descr) + "' cannot be used");
}

void parseShape(std::string_view text, std::vector<int64_t> &shape, const std::string &path) {
  const size_t end = text.find(')');
  if (text[0] != '(' || end == std::string_view::npos)
    damaged(path);
  const char *at = text.data() + 1, *stop = text.data() + end;
  const auto skip = [&](std::string_view what) {
    while (at != stop && what.find(*at) != std::string_view::npos)
      ++at;
  };
  for (skip(" "); at != stop; skip(" ")) {
    int64_t extent = -1;
    const auto [next, error] = std::from_chars(at, stop, extent);
    if (error != std::errc() || extent < 0 || shape.size() == kMaxDims)
      damaged(path);
    shape.push_back(extent);
    at = next;
    skip("L "); // "3L" is how Python 2 wrote it
    if (at != stop && *at++ != ',')
      damaged(path);
  }
}

/// `begin` holds the first bytes of a file of `size` bytes: all of them, or more than any header has.
Parsed parseHeader(std::span<const uint8_t> begin, uint64_t size, const std::string &path) {
  if (begin.empty())
    fail(path, "the file is empty");
  if (begin.size() < 12 || std::memcmp(begin.data(), kMagic.data(), kMagic.size()) != 0)
    fail(path, "this is not a .npy file");
  const unsigned version = begin[6];
  if (version < 1 || version > 3)
    fail(path, "this is version " + std::to_string(version) + " of the .npy format, which is not known");
  const uint64_t start = version == 1 ? 10 : 12;
  uint64_t length = begin[8] | begin[9] << 8;
  if (version > 1)
    length |= begin[10] << 16 | static_cast<uint64_t>(begin[11]) << 24;
  if (length > kMaxHeader)
    fail(path, "the .npy header is damaged");
  if (begin.size() - start < length)
    fail(path, "the .npy file is truncated");

  Parsed out;
  const std::string_view header(reinterpret_cast<const char *>(begin.data()) + start, length);
  const std::string_view order = valueOf(header, "fortran_order", path);
  parseType(valueOf(header, "descr", path), out, path);
  parseShape(valueOf(header, "shape", path), out.shape, path);
  out.fortran = order.starts_with("True");
  if (!out.fortran && !order.starts_with("False"))
    damaged(path);
  out.offset = start + length;
  uint64_t bytes = 0;
  bool fits = true;
  for (int64_t dim : out.shape)
    fits = fits && !__builtin_mul_overflow(out.elements, static_cast<uint64_t>(dim), &out.elements);
  if (!fits || __builtin_mul_overflow(out.elements, uint64_t(out.type.size), &bytes))
    fail(path, "the array is too large");
  if (size - out.offset < bytes)
    fail(path, "the .npy file is truncated: the array has " + std::to_string(bytes) + " bytes, the file holds " +
                   std::to_string(size - out.offset) + " of them");
  return out;
}

/// Reorders elements that lie in column-major order.
void toRowMajor(NpyArray &array) {
  const size_t rank = array.shape.size(), size = array.type.size;
  std::vector<uint8_t> out(array.data.size());
  std::vector<uint64_t> stride(rank, 1), index(rank, 0);
  for (size_t i = 1; i < rank; ++i)
    stride[i] = stride[i - 1] * static_cast<uint64_t>(array.shape[i - 1]);
  uint64_t from = 0;
  for (uint64_t to = 0; to < array.elements; ++to) {
    std::memcpy(&out[to * size], &array.data[from * size], size);
    for (size_t d = rank; d-- > 0;) {
      from += stride[d];
      if (++index[d] < static_cast<uint64_t>(array.shape[d]))
        break;
      from -= stride[d] * index[d];
      index[d] = 0;
    }
  }
  array.data = std::move(out);
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE *)>;

/// The first bytes of a file, at most `most`, and its size.
std::vector<uint8_t> readBegin(const std::string &path, uint64_t most, uint64_t &size) {
  const File file(std::fopen(path.c_str(), "rb"), std::fclose);
  struct stat info;
  if (!file || fstat(fileno(file.get()), &info) != 0)
    fail(path, std::string("cannot be opened: ") + std::strerror(errno));
  if (!S_ISREG(info.st_mode))
    fail(path, "this is not a file");
  size = static_cast<uint64_t>(info.st_size);
  std::vector<uint8_t> bytes(std::min(size, most));
  if (std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size())
    fail(path, "cannot be read");
  return bytes;
}

} // namespace

std::string NpyType::name() const {
  const std::string bits = std::to_string(size * 8);
  return kind == 'b' ? "bool" : (kind == 'i' ? "int" : kind == 'u' ? "uint" : "float") + bits;
}

std::string NpyType::descr() const {
  const char order = size == 1 ? '|' : std::endian::native == std::endian::little ? '<' : '>';
  return std::string(1, order) + kind + std::to_string(size);
}

NpyHeader readNpyHeader(const std::string &path) {
  uint64_t size = 0;
  const std::vector<uint8_t> begin = readBegin(path, kMaxHeader + 12, size);
  return parseHeader(begin, size, path);
}

NpyArray readNpy(const std::string &path) {
  readNpyHeader(path); // says what is wrong before a large foreign file is read
  uint64_t size = 0;
  return readNpy(readBegin(path, UINT64_MAX, size), path);
}

NpyArray readNpy(std::span<const uint8_t> bytes, const std::string &path) {
  const Parsed header = parseHeader(bytes, bytes.size(), path);
  NpyArray array;
  static_cast<NpyHeader &>(array) = header;
  const auto begin = bytes.begin() + static_cast<ptrdiff_t>(header.offset);
  array.data.assign(begin, begin + static_cast<ptrdiff_t>(header.elements * header.type.size));
  if (header.swapped)
    for (auto at = array.data.begin(); at != array.data.end(); at += header.type.size)
      std::reverse(at, at + header.type.size);
  if (header.fortran && array.shape.size() > 1)
    toRowMajor(array);
  return array;
}

void writeNpy(const std::string &path, NpyType type, std::span<const int64_t> shape, std::span<const uint8_t> data) {
  std::string header = "{'descr': '" + type.descr() + "', 'fortran_order': False, 'shape': (";
  for (size_t i = 0; i < shape.size(); ++i) {
    header += i ? ", " : "";
    header += std::to_string(shape[i]);
  }
  header += shape.size() == 1 ? ",), }" : "), }";
  // The elements begin at a multiple of 64 bytes; the header ends with a line feed.
  const size_t lengthBytes = header.size() + 64 > 0xffff ? 4 : 2, before = 8 + lengthBytes;
  header.append((64 - (before + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string begin(kMagic);
  begin += static_cast<char>(lengthBytes == 2 ? 1 : 2);
  begin += '\0';
  for (size_t i = 0; i < lengthBytes; ++i)
    begin += static_cast<char>(header.size() >> 8 * i);

  File file(std::fopen(path.c_str(), "wb"), std::fclose);
  if (!file)
    fail(path, std::string("cannot be written: ") + std::strerror(errno));
  const auto write = [&](const void *bytes, size_t count) {
    return count == 0 || std::fwrite(bytes, 1, count, file.get()) == count;
  };
  bool good =
      write(begin.data(), begin.size()) && write(header.data(), header.size()) && write(data.data(), data.size());
  good = std::fclose(file.release()) == 0 && good;
  if (!good) {
    const int error = errno;
    std::remove(path.c_str());
    fail(path, std::string("cannot be written: ") + std::strerror(error));
  }
}

} // namespace mgec::support
