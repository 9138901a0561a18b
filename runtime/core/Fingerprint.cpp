//===- Fingerprint.cpp - the identity of a model by its content -----------------------------------------------===//
#include "Fingerprint.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace mgec::core {

namespace {

/// Bytes at offsets, from a file or from memory.
class Source {
public:
  Source(const void *data, uint64_t size, const std::string &name)
      : name_(name), data_(static_cast<const uint8_t *>(data)), size_(size) {}
  Source(int fd, uint64_t size, const std::string &name) : name_(name), fd_(fd), size_(size) {}

  uint64_t size() const { return size_; }
  const std::string &name() const { return name_; }

  /// Copies `count` bytes that lie within `size()`.
  Status read(uint64_t offset, void *to, size_t count) const {
    if (data_) {
      std::memcpy(to, data_ + offset, count);
      return Status();
    }
    for (size_t done = 0; done < count;) {
      const ssize_t got = pread(fd_, static_cast<char *>(to) + done, count - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return Status::errorf("%s: cannot read: %s", name_.c_str(), got ? std::strerror(errno) : "the file shrank");
      done += static_cast<size_t>(got);
    }
    return Status();
  }

private:
  std::string name_;
  const uint8_t *data_ = nullptr;
  int fd_ = -1;
  uint64_t size_;
};

uint32_t little32(const uint8_t *p) {
  return p[0] | static_cast<uint32_t>(p[1]) << 8 | static_cast<uint32_t>(p[2]) << 16 |
         static_cast<uint32_t>(p[3]) << 24;
}
uint64_t little64(const uint8_t *p) { return little32(p) | static_cast<uint64_t>(little32(p + 4)) << 32; }

Status truncated(const Source &in, const char *what) {
  return Status::errorf("%s: the model is truncated: the file has %llu bytes and ends inside its %s", in.name().c_str(),
                        static_cast<unsigned long long>(in.size()), what);
}

Status notModel(const Source &in) { return Status::errorf("%s is not a MegEngine model", in.name().c_str()); }

/// Where the flatbuffer with size prefix at `offset` ends; its identifier must be one of the given ones.
Status endOfFlatbuffer(const Source &in, uint64_t offset, const char *identifier, uint64_t &end) {
  uint8_t head[12];
  if (in.size() < offset || in.size() - offset < sizeof(head))
    return truncated(in, "graph");
  MGEC_TRY(in.read(offset, head, sizeof(head)));
  if (std::memcmp(head + 8, identifier, 4) != 0)
    return Status::errorf("%s: the model is damaged: its graph does not carry the mark \"%s\"", in.name().c_str(),
                          identifier);
  const uint64_t length = little32(head);
  if (in.size() - offset - 4 < length || length < 8)
    return truncated(in, "graph");
  end = offset + 4 + length;
  return Status();
}

/// The extent of the model's own bytes.
Status locate(const Source &in, uint64_t &begin, uint64_t &end) {
  static const char kTestCase[] = "mgbtest0", kPack[] = "packed_model";
  begin = 0;
  uint8_t head[24] = {};
  if (in.size() == 0)
    return Status::errorf("%s is empty", in.name().c_str());
  const auto peek = [&](uint64_t offset) {
    const uint64_t left = in.size() - offset;
    std::memset(head, 0, sizeof(head));
    return in.read(offset, head, left < sizeof(head) ? static_cast<size_t>(left) : sizeof(head));
  };
  MGEC_TRY(peek(0));
  if (std::memcmp(head, kTestCase, 8) == 0) {
    begin = 12;
    if (in.size() <= begin)
      return truncated(in, "test-case wrapper");
    MGEC_TRY(peek(begin));
  }
  if (std::memcmp(head, kPack, 12) == 0)
    return Status::errorf("%s is a packed model, which this build of the runtime does not read", in.name().c_str());

  // V1: a 64-bit word that equals one of two magic numbers, then the length of the tensor region.
  const uint64_t magic = little64(head);
  if (magic == 0x4342474Du || magic == 0x5342474Du) {
    const uint64_t header = magic == 0x4342474Du ? 24 : 16;
    if (in.size() - begin < header)
      return truncated(in, "header");
    const uint64_t region = little64(head + header - 8);
    if (in.size() - begin - header < region)
      return truncated(in, "tensors");
    return endOfFlatbuffer(in, begin + header + region, "mgb1", end);
  }
  // V2: a flatbuffer with size prefix.
  if (std::memcmp(head + 8, "mgv2", 4) == 0)
    return endOfFlatbuffer(in, begin, "mgv2", end);
  return notModel(in);
}

Status hash(const Source &in, Fingerprint &out) {
  uint64_t begin = 0, end = 0;
  MGEC_TRY(locate(in, begin, end));
  constexpr size_t kBlock = 1 << 18;
  const std::unique_ptr<uint8_t[]> block(new uint8_t[kBlock]);
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t *)> state(XXH3_createState(), XXH3_freeState);
  if (!state || XXH3_128bits_reset(state.get()) != XXH_OK)
    return Status::error("out of memory");
  for (uint64_t at = begin; at != end;) {
    const size_t count = end - at < kBlock ? static_cast<size_t>(end - at) : kBlock;
    MGEC_TRY(in.read(at, block.get(), count));
    XXH3_128bits_update(state.get(), block.get(), count);
    at += count;
  }
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state.get()));
  static_assert(sizeof(canonical.digest) == sizeof(out.bytes), "128 bits");
  std::memcpy(out.bytes, canonical.digest, sizeof(out.bytes));
  return Status();
}

} // namespace

bool Fingerprint::operator==(const Fingerprint &other) const { return std::memcmp(bytes, other.bytes, 16) == 0; }

std::string Fingerprint::hex() const {
  std::string text;
  for (uint8_t b : bytes)
    text += format("%02x", b);
  return text;
}

Status fingerprintFile(const std::string &path, Fingerprint &out) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return Status::errorf("failed to open %s: %s", path.c_str(), std::strerror(errno));
  struct stat info;
  Status status;
  if (fstat(fd, &info) != 0)
    status = Status::errorf("%s: cannot read: %s", path.c_str(), std::strerror(errno));
  else if (!S_ISREG(info.st_mode))
    status = Status::errorf("%s is not a file", path.c_str());
  else
    status = hash(Source(fd, static_cast<uint64_t>(info.st_size), path), out);
  close(fd);
  return status;
}

Status fingerprintBytes(const void *data, size_t size, const std::string &name, Fingerprint &out) {
  if (!data && size)
    return Status::errorf("%s: no memory was given", name.c_str());
  static const uint8_t none = 0;
  return hash(Source(data ? data : &none, size, name), out);
}

} // namespace mgec::core
