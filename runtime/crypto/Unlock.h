//===- Unlock.h - taking a packed model apart -----------------------------------------------------------------===//
#pragma once

#include "../lite/Unlock.h"

namespace mgec::crypto {

/// A lite::UnlockPackFunc.
bool unlockPack(const void *data, size_t size, const std::string &name, const lite::ExtraConfig &extra,
                const lite::UnlockHooks &hooks, lite::Config &config, lite::NetworkIO &io, lite::PackedInfo &info,
                lite::Secret &plain, std::string &error);

/// A lite::ReadInfoFunc.
bool readInfo(const std::string &text, const std::string &name, const lite::ExtraConfig &extra, lite::Config &config,
              lite::NetworkIO &io, lite::PackedInfo &info, std::string &error);

} // namespace mgec::crypto
