//===- Unlock.h - models that are packed or encrypted -----------------------------------------------------------===//
//
// The options with which commands read them, and reading: with the runtime's own code, so that mgec compiles what a
// program loads. A packed model needs no option unless it was encrypted with a key of one's own.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/read/Model.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace mgec::tools {

/// --decrypt, --key and --key-file.
struct UnlockFlags {
  std::string method;
  std::vector<std::string> keys, keyFiles;

  void add(CLI::App &app);
  /// Registers the keys in this process. Throws std::runtime_error.
  void apply() const;
};

/// What a file says besides its graph.
struct PlainModel {
  read::Model model;
  bool locked = false; // it came packed or encrypted
  std::string info;                // the packed information, ASCII JSON; "" where there is none that is valid
  std::vector<std::string> shapes; // "data=1x3x224x224", that the packed information gives its inputs
};

/// This process holds keys or what they protect: from here on it leaves no core dump, and the C library overwrites what
/// is freed (all but blocks of up to 1 KB that it keeps for the next allocation).
void keepSecrets();

/// Whether a file is packed, or said to be encrypted.
bool isLocked(const std::string &path, const std::string &method);

/// Reads a model file: plain, packed, or, with a `method`, encrypted.
PlainModel readPlain(const std::string &path, const std::string &method);

/// A key as users write it: a file that holds its bytes, or hexadecimal digits.
std::vector<uint8_t> readKeyFile(const std::string &path);

/// Runs `body`; an error of the runtime becomes a std::runtime_error with its plain text.
template <typename F> auto withRuntimeErrors(F &&body);

} // namespace mgec::tools

#include "lite/misc.h"

#include <stdexcept>

template <typename F> auto mgec::tools::withRuntimeErrors(F &&body) {
  try {
    return body();
  } catch (const lite::Error &error) {
    const std::string text = error.what(), prefix = "Error: ";
    throw std::runtime_error(text.compare(0, prefix.size(), prefix) == 0 ? text.substr(prefix.size()) : text);
  }
}
