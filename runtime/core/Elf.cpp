//===- Elf.cpp - a look at a shared library without opening it ------------------------------------------------===//
#include "Elf.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mgec::core {

namespace {

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
#elif defined(__i386__)
constexpr unsigned kMachine = EM_386;
#elif defined(__arm__)
constexpr unsigned kMachine = EM_ARM;
#else
constexpr unsigned kMachine = 0; // any
#endif

class Image {
public:
  Image(const std::string &path, const void *data, size_t size)
      : data_(static_cast<const uint8_t *>(data)), size_(size) {
    struct stat info;
    if (!data_) {
      fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
      size_ = fd_ >= 0 && fstat(fd_, &info) == 0 && S_ISREG(info.st_mode) ? static_cast<uint64_t>(info.st_size) : 0;
    }
  }
  ~Image() {
    if (fd_ >= 0)
      close(fd_);
  }
  Image(const Image &) = delete;

  bool opened() const { return data_ || fd_ >= 0; }
  bool contains(uint64_t offset, uint64_t count) const { return offset <= size_ && count <= size_ - offset; }

  bool read(uint64_t offset, void *to, uint64_t count) const {
    if (!contains(offset, count))
      return false;
    if (data_) {
      std::memcpy(to, data_ + offset, count);
      return true;
    }
    for (uint64_t done = 0; done < count;) {
      const ssize_t got = pread(fd_, static_cast<char *>(to) + done, count - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return false;
      done += static_cast<uint64_t>(got);
    }
    return true;
  }

private:
  const uint8_t *data_;
  uint64_t size_;
  int fd_ = -1;
};

} // namespace

Status elfHasSymbol(const std::string &name, const void *data, size_t size, const char *symbol, bool &has) {
  has = false;
  const Image image(name, data, size);
  if (!image.opened())
    return Status::errorf("failed to open %s: %s", name.c_str(), std::strerror(errno));
  ElfW(Ehdr) header;
  const unsigned char wantedClass = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
  if (!image.read(0, &header, sizeof(header)) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      (header.e_type != ET_DYN && header.e_ident[EI_CLASS] == wantedClass))
    return Status::errorf("%s is not a shared library", name.c_str());
  if (header.e_ident[EI_CLASS] != wantedClass || (kMachine && header.e_machine != kMachine))
    return Status::errorf("%s was compiled for another kind of processor than this program runs on", name.c_str());
  const auto damaged = [&] { return Status::errorf("%s: the library is damaged", name.c_str()); };

  if (header.e_phentsize != sizeof(ElfW(Phdr)) || header.e_phnum == 0 || header.e_phnum == PN_XNUM)
    return damaged();
  std::vector<ElfW(Phdr)> segments(header.e_phnum);
  if (!image.read(header.e_phoff, segments.data(), segments.size() * sizeof(segments[0])))
    return damaged();

  // A file that ends early would be mapped all the same, and the program be killed when it touches what is not there.
  if (!image.contains(header.e_shoff, uint64_t{header.e_shnum} * header.e_shentsize))
    return damaged();
  for (const auto &segment : segments)
    if (segment.p_type == PT_LOAD && !image.contains(segment.p_offset, segment.p_filesz))
      return damaged();

  uint64_t tableAddress = 0, tableSize = 0;
  for (const auto &segment : segments) {
    if (segment.p_type != PT_DYNAMIC)
      continue;
    for (uint64_t at = 0; at + sizeof(ElfW(Dyn)) <= segment.p_filesz; at += sizeof(ElfW(Dyn))) {
      ElfW(Dyn) entry;
      if (!image.contains(segment.p_offset, segment.p_filesz) ||
          !image.read(segment.p_offset + at, &entry, sizeof(entry)))
        return damaged();
      if (entry.d_tag == DT_NULL)
        break;
      if (entry.d_tag == DT_STRTAB)
        tableAddress = entry.d_un.d_ptr;
      if (entry.d_tag == DT_STRSZ)
        tableSize = entry.d_un.d_val;
    }
  }
  for (const auto &segment : segments) {
    if (segment.p_type != PT_LOAD || tableAddress < segment.p_vaddr ||
        tableAddress - segment.p_vaddr >= segment.p_filesz)
      continue;
    const uint64_t inside = tableAddress - segment.p_vaddr;
    if (tableSize > segment.p_filesz - inside || !image.contains(segment.p_offset, segment.p_filesz))
      return damaged();
    const std::unique_ptr<char[]> table(new char[tableSize + 1]);
    if (!image.read(segment.p_offset + inside, table.get(), tableSize))
      return damaged();
    table[tableSize] = '\0';
    for (uint64_t at = 0; at < tableSize; at += std::strlen(table.get() + at) + 1)
      if (std::strcmp(table.get() + at, symbol) == 0)
        has = true;
    return Status();
  }
  return Status(); // no dynamic symbols at all
}

} // namespace mgec::core
