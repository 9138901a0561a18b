//===- Pack.h - packed models ---------------------------------------------------------------------------------===//
//
// A packed model is "packed_model" and a flatbuffer (lite_pack.fbs) that holds a model, perhaps encrypted, and
// information on how to run it, perhaps encrypted as well. Everything is verified before it is read; failures are
// `CryptoError`.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Cipher.h"

namespace mgec::crypto {

/// Bytes of somebody else.
struct View {
  const uint8_t *data = nullptr;
  size_t size = 0;
};

struct Pack {
  std::string name;                    ///< of the model
  std::string infoMethod = "NONE";     ///< decrypts `info`
  std::string infoParser;              ///< reads what that gives
  std::string modelMethod = "NONE";    ///< decrypts `model`
  std::string cacheParser;             ///< of `algoPolicy`
  bool fastRunCache = false;           ///< whether `algoPolicy` is a cache of fast-run results
  bool hasInfo = false;
  View info, algoPolicy, binaryCache, model;
};

/// Whether the bytes begin like a packed model.
bool isPack(const uint8_t *data, size_t size);

/// Views are into `data`, which must be aligned to 4 bytes.
Pack readPack(const uint8_t *data, size_t size);

Bytes writePack(const Pack &pack);

/// One fast-run cache of two: the categories of both.
Bytes mergeCaches(const View &a, const View &b);

} // namespace mgec::crypto
