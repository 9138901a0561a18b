//===- Artifact.h - a compiled library in this process --------------------------------------------------------===//
//
// A shared library that `mgec compile` made, opened and looked over: it exports MGEC_ARTIFACT_SYMBOL, its models were
// compiled for a contract that this runtime understands, and their tables are complete. A library that does not carry
// the symbol is refused before it is opened, so that looking at a foreign library runs none of its code. With a trusted
// key (core/Crypto.h), so is one that is not signed with it.
//
// An artifact stays open as long as somebody holds it. Opening is safe from any thread.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Status.h"
#include "mgec/model_abi.h"

#include <memory>
#include <string>
#include <vector>

namespace mgec::core {

class Artifact {
public:
  static Status open(const std::string &path, std::shared_ptr<const Artifact> &out);
  /// A library whose bytes are in memory; they are copied. `name` stands for the file in messages.
  static Status openBytes(const void *data, size_t size, const std::string &name, std::shared_ptr<const Artifact> &out);

  /// Artifacts that are open now, oldest first.
  static std::vector<std::shared_ptr<const Artifact>> allOpen();

  ~Artifact();
  Artifact(const Artifact &) = delete;
  Artifact &operator=(const Artifact &) = delete;

  /// At least one; verified by `checkModel`.
  const std::vector<const mgec_model *> &models() const { return models_; }
  const std::string &path() const { return path_; }

private:
  Artifact() = default;
  Status load(const char *file);
  static Status openSigned(const std::string &path, const std::string &key, std::shared_ptr<const Artifact> &out);
  static Status openCopy(const void *data, size_t size, const std::string &name, std::shared_ptr<const Artifact> &out);
  static void publish(const std::shared_ptr<const Artifact> &artifact);

  std::string path_;
  void *handle_ = nullptr;
  int fd_ = -1; // of a library from memory
  std::vector<const mgec_model *> models_;
};

/// True when the file begins like a shared library.
bool looksLikeLibrary(const std::string &path);
bool looksLikeLibrary(const void *data, size_t size);

/// Whether the tables of a model are complete and consistent, and of a version that this runtime runs. `origin` names
/// where the model comes from in messages.
Status checkModel(const mgec_model &model, const std::string &origin);

/// Variant `index` of a model, whose table may have a longer row than this runtime knows.
const mgec_variant &variantOf(const mgec_model &model, uint32_t index);

} // namespace mgec::core
