//===- Weights.cpp - sealed weights, opened -------------------------------------------------------------------===//
#include "Weights.h"

#include "Crypto.h"

#include <cstdint>
#include <mutex>

#include <sys/mman.h>

namespace mgec::core {

namespace {

struct Opened {
  const mgec_model *model;
  std::weak_ptr<const PlainWeights> weights;
};

struct OpenedList {
  std::mutex mutex;
  std::vector<Opened> rows;
};

OpenedList &opened() {
  static OpenedList *const list = new OpenedList;
  return *list;
}

} // namespace

Status PlainWeights::open(const mgec_model &model, const std::shared_ptr<const Artifact> &artifact,
                          std::shared_ptr<const PlainWeights> &out) {
  OpenedList &list = opened();
  const std::lock_guard<std::mutex> lock(list.mutex);
  for (size_t i = 0; i < list.rows.size();) {
    if (auto weights = list.rows[i].weights.lock()) {
      if (list.rows[i].model == &model) {
        out = std::move(weights);
        return Status();
      }
      ++i;
    } else {
      list.rows[i] = list.rows.back();
      list.rows.pop_back();
    }
  }

  const std::string name = artifact ? artifact->path() : std::string(model.name);
  const CryptoTable *table = nullptr;
  const Status status = cryptoTable(table);
  if (!status.ok())
    return Status::errorf("%s has sealed weights: %s", name.c_str(), status.message().c_str());
  uint64_t plainBytes = 0;
  std::string keyId, error;
  if (!table->readSeal(model.weights, model.weights_bytes, plainBytes, keyId, error))
    return Status::errorf("%s: %s", name.c_str(), error.c_str());
  const Secret key = sealKey(keyId);
  if (key.bytes.empty())
    return Status::errorf("%s has weights that are sealed with the key '%s': register it before loading, with "
                          "update_decryption_or_key(\"MGEC_AES_256_GCM\", nullptr, key)",
                          name.c_str(), keyId.c_str());
  const std::shared_ptr<PlainWeights> weights(new PlainWeights);
  const size_t bytes = plainBytes ? static_cast<size_t>(plainBytes) : 1;
  void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return Status::errorf("%s: there is no memory for %zu bytes of weights", name.c_str(), bytes);
  weights->data_ = static_cast<uint8_t *>(memory);
  weights->mapped_ = bytes;
  weights->size_ = static_cast<size_t>(plainBytes);
  weights->artifact_ = artifact;
#if defined(MADV_DONTDUMP)
  (void)madvise(memory, bytes, MADV_DONTDUMP);
#endif
  if (!table->unseal(model.weights, model.weights_bytes, key.bytes, model.fingerprint, weights->data_, error))
    return Status::errorf("%s: %s", name.c_str(), error.c_str());
  (void)mprotect(memory, bytes, PROT_READ);
  list.rows.push_back({&model, weights});
  out = weights;
  return Status();
}

PlainWeights::~PlainWeights() {
  if (!data_)
    return;
  if (mprotect(data_, mapped_, PROT_READ | PROT_WRITE) == 0)
    wipe(data_, mapped_);
  munmap(data_, mapped_);
}

} // namespace mgec::core
