//===- Cryption.h - the methods that unlock models ------------------------------------------------------------===//
//
// Two process-wide tables: decryption methods with their keys, and readers of the information packed with a model.
// Methods of the library itself are in the tables from the start, as names with a key; their code is in an object of
// its own (core/Crypto.h), which is opened when the first of them is used. Callable from any thread.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "../core/Crypto.h"
#include "lite/global.h"

namespace lite {

using mgec::core::Secret;

/// What `method` makes of the bytes. Throws for a method that is not registered, and what the method throws. `name` is
/// that of the file, for messages.
Secret decrypt(const std::string &method, const void *data, size_t size, const std::string &name);

/// The present key of a method; empty where it has none.
Secret key_of(const std::string &method);

/// The reader of a kind of information; null for LITE_default. Throws for one that is not registered.
ParseInfoFunc parse_info_func(const std::string &info_type, const std::string &name);

} // namespace lite
