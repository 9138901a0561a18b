//===- ReplayMain.cpp - feeds files to a fuzz target ------------------------------------------------------------===//
//
// Stands in for libFuzzer where that is not available: every file named, and every file in a folder named, goes to the
// target once. Ends with 1 if there is nothing to feed.
//
//===------------------------------------------------------------------------------------------------------------===//
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t feed(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  std::printf("%s: %zu bytes\n", path.c_str(), bytes.size());
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
  return 1;
}

int main(int argc, char **argv) {
  size_t fed = 0;
  for (int i = 1; i < argc; ++i) {
    std::filesystem::path path = argv[i];
    if (!std::filesystem::is_directory(path)) {
      fed += feed(path);
      continue;
    }
    for (const auto &entry : std::filesystem::recursive_directory_iterator(path))
      if (entry.is_regular_file())
        fed += feed(entry.path());
  }
  return fed == 0;
}
