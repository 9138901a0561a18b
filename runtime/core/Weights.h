//===- Weights.h - sealed weights, opened ---------------------------------------------------------------------===//
//
// The plain weights of a model whose library holds them sealed (MGEC_WEIGHTS_SEALED). All users of a model share one
// copy; it is kept out of core dumps, and overwritten when the last one goes.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Artifact.h"

namespace mgec::core {

class PlainWeights {
public:
  /// Opens the seal with the key that is registered for it, or gives the copy that somebody else holds. `artifact` is
  /// null for a model that is linked into the program.
  static Status open(const mgec_model &model, const std::shared_ptr<const Artifact> &artifact,
                     std::shared_ptr<const PlainWeights> &out);

  ~PlainWeights();
  PlainWeights(const PlainWeights &) = delete;
  PlainWeights &operator=(const PlainWeights &) = delete;

  const uint8_t *data() const { return data_; }
  uint64_t size() const { return size_; }

private:
  PlainWeights() = default;

  uint8_t *data_ = nullptr;
  size_t size_ = 0, mapped_ = 0;
  std::shared_ptr<const Artifact> artifact_; // keeps the address of the model its own
};

} // namespace mgec::core
