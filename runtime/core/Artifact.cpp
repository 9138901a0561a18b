//===- Artifact.cpp - a compiled library in this process ------------------------------------------------------===//
#include "Artifact.h"

#include "Crypto.h"
#include "Elf.h"
#include "Env.h"
#include "Shape.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mgec::core {

namespace {

struct OpenList {
  std::mutex mutex;
  std::vector<std::weak_ptr<const Artifact>> artifacts;
};

// Never destroyed: networks in static storage may close their artifacts after main.
OpenList &openList() {
  static OpenList *list = new OpenList;
  return *list;
}

// Held while libraries are opened and closed, so that what one thread did with a library comes before what another does
// with the next one at the same address. Recursive, for libraries whose constructors load models.
std::recursive_mutex &loaderMutex() {
  static std::recursive_mutex *mutex = new std::recursive_mutex;
  return *mutex;
}

constexpr uint32_t kOldestAbi = MGEC_ABI_VERSION > 4 ? MGEC_ABI_VERSION - 2 : 2; // 1 was never released
constexpr char kElfMagic[] = "\177ELF";

Status checkTensor(const mgec_tensor_desc &desc, const mgec_variant &variant, const std::string &where) {
  if (!desc.name || desc.ndim < 1 || desc.ndim > MGEC_MAX_NDIM || dtypeBits(desc.dtype) == 0)
    return Status::errorf("%s: a tensor's description is damaged", where.c_str());
  if (desc.memory_space != MGEC_HOST)
    return Status::errorf("%s: tensor '%s' lives in device memory, which this build of the runtime does not have",
                          where.c_str(), desc.name);
  for (int32_t i = 0; i < desc.ndim; ++i)
    if (desc.dims[i] < 0 && static_cast<uint64_t>(-1 - desc.dims[i]) >= variant.n_symbols)
      return Status::errorf("%s: tensor '%s' has a dimension that is no symbol", where.c_str(), desc.name);
  return Status();
}

Status checkVariant(const mgec_variant &variant, const mgec_variant &first, const std::string &where) {
  if (variant.struct_size < sizeof(mgec_variant) || variant.struct_size != first.struct_size)
    return Status::errorf("%s: a variant's table is too short", where.c_str());
  if ((variant.n_inputs && !variant.inputs) || variant.n_outputs == 0 || !variant.outputs || !variant.resolve ||
      (variant.n_symbols && !variant.symbols) || variant.n_isa == 0 || !variant.isa || !variant.precision ||
      (variant.n_steps && !variant.steps))
    return Status::errorf("%s: a variant's table is incomplete", where.c_str());
  if (variant.n_inputs != first.n_inputs || variant.n_outputs != first.n_outputs)
    return Status::errorf("%s: its variants differ in their inputs or outputs", where.c_str());
  std::vector<bool> bound(variant.n_symbols);
  for (uint32_t i = 0; i < variant.n_inputs; ++i) {
    MGEC_TRY(checkTensor(variant.inputs[i], variant, where));
    for (int32_t d = 0; d < variant.inputs[i].ndim; ++d)
      if (variant.inputs[i].dims[d] < 0)
        bound[static_cast<size_t>(-1 - variant.inputs[i].dims[d])] = true;
    if (std::strcmp(variant.inputs[i].name, first.inputs[i].name) != 0)
      return Status::errorf("%s: its variants differ in their inputs", where.c_str());
  }
  for (uint32_t i = 0; i < variant.n_outputs; ++i) {
    MGEC_TRY(checkTensor(variant.outputs[i], variant, where));
    if (std::strcmp(variant.outputs[i].name, first.outputs[i].name) != 0)
      return Status::errorf("%s: its variants differ in their outputs", where.c_str());
  }
  for (uint32_t i = 0; i < variant.n_symbols; ++i)
    if (!variant.symbols[i].name || variant.symbols[i].min < 0 || variant.symbols[i].min > variant.symbols[i].max ||
        !bound[i])
      return Status::errorf("%s: a symbolic size has no bounds, or no input has it", where.c_str());
  for (uint32_t i = 0; i < variant.n_isa; ++i)
    if (!variant.isa[i].forward)
      return Status::errorf("%s: a variant has no code", where.c_str());
  return Status();
}

} // namespace

bool looksLikeLibrary(const void *data, size_t size) {
  return data && size >= 4 && std::memcmp(data, kElfMagic, 4) == 0;
}

bool looksLikeLibrary(const std::string &path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  char head[4] = {};
  const bool result = read(fd, head, sizeof(head)) == 4 && std::memcmp(head, kElfMagic, 4) == 0;
  close(fd);
  return result;
}

const mgec_variant &variantOf(const mgec_model &model, uint32_t index) {
  const char *table = reinterpret_cast<const char *>(model.variants);
  return *reinterpret_cast<const mgec_variant *>(table + static_cast<size_t>(index) * model.variants->struct_size);
}

Status checkModel(const mgec_model &model, const std::string &origin) {
  if (model.abi_version > MGEC_ABI_VERSION)
    return Status::errorf(
        "%s was compiled for a newer runtime (contract %u; this one runs %u to %d): update libmgec_lite",
        origin.c_str(), model.abi_version, kOldestAbi, MGEC_ABI_VERSION);
  if (model.abi_version < kOldestAbi)
    return Status::errorf(
        "%s was compiled for an older runtime (contract %u; this one runs %u to %d): compile the model "
        "again",
        origin.c_str(), model.abi_version, kOldestAbi, MGEC_ABI_VERSION);
  if (model.struct_size < sizeof(mgec_model) || !model.name || !model.variants || model.n_variants == 0 ||
      !model.manifest || !model.compiler || (model.weights_bytes && !model.weights))
    return Status::errorf("%s: the model's table is incomplete", origin.c_str());
#if defined(MGEC_LITE_WITHOUT_CRYPTO)
  constexpr uint32_t known = 0;
#else
  constexpr uint32_t known = MGEC_WEIGHTS_SEALED;
#endif
  if (model.flags & ~known)
    return Status::errorf("%s needs a newer runtime, or one that opens sealed weights", origin.c_str());
  if (reinterpret_cast<uintptr_t>(model.weights) % MGEC_ALIGNMENT != 0)
    return Status::errorf("%s: the weights are not aligned", origin.c_str());
  const mgec_variant &first = *model.variants;
  for (uint32_t i = 0; i < model.n_variants; ++i) {
    const mgec_variant &variant = variantOf(model, i);
    MGEC_TRY(checkVariant(variant, first, origin));
    for (uint32_t j = 0; j < i; ++j) { // one precision, one element type at the boundary
      const mgec_variant &other = variantOf(model, j);
      bool same = true;
      if (std::strcmp(variant.precision, other.precision) == 0) {
        for (uint32_t k = 0; k < variant.n_inputs; ++k)
          same = same && variant.inputs[k].dtype == other.inputs[k].dtype;
        for (uint32_t k = 0; k < variant.n_outputs; ++k)
          same = same && variant.outputs[k].dtype == other.outputs[k].dtype;
      }
      if (!same)
        return Status::errorf("%s: its variants differ in the types of their tensors", origin.c_str());
    }
  }
  return Status();
}

Status Artifact::load(const char *file) {
#if defined(MGEC_LITE_WITHOUT_CRYPTO)
  // A program that trusts a key alone opens nothing where no signature can be checked.
  if (environment("MGEC_TRUSTED_KEY"))
    return Status::error("MGEC_TRUSTED_KEY is set, and this build checks no signatures");
#endif
  {
    const std::lock_guard<std::recursive_mutex> lock(loaderMutex());
    handle_ = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  }
  if (!handle_) {
    const char *why = dlerror();
    return Status::errorf("%s: the library cannot be opened: %s", path_.c_str(), why ? why : "no reason was given");
  }
  const auto entry = reinterpret_cast<mgec_artifact_models_fn>(dlsym(handle_, MGEC_ARTIFACT_SYMBOL));
  uint32_t count = 0;
  const mgec_model *const *models = entry ? entry(&count) : nullptr;
  if (!models || count == 0)
    return Status::errorf("%s holds no compiled model", path_.c_str());
  for (uint32_t i = 0; i < count; ++i) {
    if (!models[i])
      return Status::errorf("%s: the table of models is damaged", path_.c_str());
    MGEC_TRY(checkModel(*models[i], path_));
    models_.push_back(models[i]);
  }
  return Status();
}

void Artifact::publish(const std::shared_ptr<const Artifact> &artifact) {
  OpenList &list = openList();
  const std::lock_guard<std::mutex> lock(list.mutex);
  auto &all = list.artifacts;
  all.erase(std::remove_if(all.begin(), all.end(), [](const auto &weak) { return weak.expired(); }), all.end());
  all.push_back(artifact);
}

std::vector<std::shared_ptr<const Artifact>> Artifact::allOpen() {
  OpenList &list = openList();
  std::vector<std::shared_ptr<const Artifact>> result;
  const std::lock_guard<std::mutex> lock(list.mutex);
  for (const auto &weak : list.artifacts)
    if (auto artifact = weak.lock())
      result.push_back(std::move(artifact));
  return result;
}

#if !defined(MGEC_LITE_WITHOUT_CRYPTO)
namespace {

Status readWhole(const std::string &path, size_t most, std::vector<uint8_t> &out) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info;
  Status status;
  if (fd < 0 || fstat(fd, &info) != 0)
    status = Status::errorf("cannot open %s: %s", path.c_str(), std::strerror(errno));
  else if (!S_ISREG(info.st_mode) || static_cast<uint64_t>(info.st_size) > most)
    status = Status::errorf("%s is not a file of this kind", path.c_str());
  else
    out.resize(static_cast<size_t>(info.st_size));
  for (size_t done = 0; status.ok() && done < out.size();) {
    const ssize_t count = read(fd, out.data() + done, out.size() - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      status = Status::errorf("cannot read %s: %s", path.c_str(), count ? std::strerror(errno) : "it became shorter");
    else
      done += static_cast<size_t>(count);
  }
  if (fd >= 0)
    close(fd);
  return status;
}

} // namespace

/// Reads the library once, checks the signature of what was read, and opens exactly that: a file that changes in
/// between, or later, changes nothing.
Status Artifact::openSigned(const std::string &path, const std::string &key, std::shared_ptr<const Artifact> &out) {
  std::vector<uint8_t> library, signature;
  MGEC_TRY(readWhole(path, PTRDIFF_MAX, library));
  const Status found = readWhole(path + ".sig", 4096, signature);
  if (!found.ok())
    return Status::errorf("%s is not opened, because a trusted key is set and it has no signature: %s", path.c_str(),
                          found.message().c_str());
  const CryptoTable *table = nullptr;
  std::string error;
  const Status status = cryptoTable(table);
  if (!status.ok())
    return Status::errorf("%s: its signature cannot be checked: %s", path.c_str(), status.message().c_str());
  if (!table->verify(library.data(), library.size(), signature, key, error))
    return Status::errorf("%s is not opened: %s", path.c_str(), error.c_str());
  return openCopy(library.data(), library.size(), path, out);
}
#endif

Status Artifact::open(const std::string &path, std::shared_ptr<const Artifact> &out) {
#if !defined(MGEC_LITE_WITHOUT_CRYPTO)
  std::string key;
  MGEC_TRY(trustedKey(key));
  if (!key.empty())
    return openSigned(path, key, out);
#endif
  bool has = false;
  MGEC_TRY(elfHasSymbol(path, nullptr, 0, MGEC_ARTIFACT_SYMBOL, has));
  if (!has)
    return Status::errorf("%s is a shared library, but not one that mgec compiled", path.c_str());
  // The object exists before the library is opened, so that every way out closes it.
  const std::shared_ptr<Artifact> artifact(new Artifact);
  artifact->path_ = path;
  // A bare name would be looked for along the system's library path.
  const std::string file = std::strchr(path.c_str(), '/') ? path : format("./%s", path.c_str());
  MGEC_TRY(artifact->load(file.c_str()));
  publish(artifact);
  out = artifact;
  return Status();
}

Status Artifact::openBytes(const void *data, size_t size, const std::string &name,
                           std::shared_ptr<const Artifact> &out) {
#if !defined(MGEC_LITE_WITHOUT_CRYPTO)
  std::string key;
  MGEC_TRY(trustedKey(key));
  if (!key.empty())
    return Status::errorf("%s is not opened, because a trusted key is set and only a file can have a signature",
                          name.c_str());
#endif
  return openCopy(data, size, name, out);
}

Status Artifact::openCopy(const void *data, size_t size, const std::string &name,
                          std::shared_ptr<const Artifact> &out) {
  bool has = false;
  MGEC_TRY(elfHasSymbol(name, data, size, MGEC_ARTIFACT_SYMBOL, has));
  if (!has)
    return Status::errorf("%s is a shared library, but not one that mgec compiled", name.c_str());
  const std::shared_ptr<Artifact> artifact(new Artifact);
  artifact->path_ = name;
#if defined(MFD_CLOEXEC)
  artifact->fd_ = memfd_create("mgec-model", MFD_CLOEXEC);
#else
  errno = ENOSYS;
#endif
  if (artifact->fd_ < 0)
    return Status::errorf("%s: a library in memory cannot be opened here: %s; load it from a file", name.c_str(),
                          std::strerror(errno));
  for (size_t done = 0; done < size;) {
    const ssize_t wrote = write(artifact->fd_, static_cast<const char *>(data) + done, size - done);
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote <= 0)
      return Status::errorf("%s: cannot copy the library: %s", name.c_str(), std::strerror(errno));
    done += static_cast<size_t>(wrote);
  }
  // The descriptor stays open as long as the library: the loader tells libraries apart by name.
  MGEC_TRY(artifact->load(format("/proc/self/fd/%d", artifact->fd_).c_str()));
  publish(artifact);
  out = artifact;
  return Status();
}

Artifact::~Artifact() {
  if (handle_) {
    const std::lock_guard<std::recursive_mutex> lock(loaderMutex());
    dlclose(handle_);
  }
  if (fd_ >= 0)
    close(fd_);
}

} // namespace mgec::core
