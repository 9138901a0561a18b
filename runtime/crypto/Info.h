//===- Info.h - the information packed with a model -----------------------------------------------------------===//
#pragma once

#include "Cipher.h"
#include "lite/global.h"

namespace mgec::crypto {

/// The format LITE_default: JSON text, see API documentation of packed models. As lite::ParseInfoFunc says; failures
/// are `CryptoError`. `newer` tells that the model was packed for a newer library.
bool parseInfo(const void *data, size_t size, const std::string &modelName, lite::Config &config, lite::NetworkIO &io,
               std::unordered_map<std::string, lite::LiteAny> &device, std::string &extraInfo, bool &newer);

/// The name that information gives to its model; "" where it gives none, or where it is not JSON.
std::string nameInInfo(const void *data, size_t size);

} // namespace mgec::crypto
