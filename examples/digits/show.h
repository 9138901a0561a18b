// What the digits example needs besides the Lite API: reading a .npy file and drawing a row of pictures.
//
// Promises: a file that is not what the example ships ends in a std::runtime_error that names it, never in a wrong
// read. Pictures are drawn with half blocks, two pixels to a character: in grey levels on a terminal, else black and
// white (also where NO_COLOR is set). Assumes a little-endian machine, and a terminal that knows UTF-8 and 256 colours.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <unistd.h>

inline std::string folderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

/// The elements of a version 1 .npy file in C order whose element type is exactly T (float or int32_t).
template <typename T> std::vector<T> readNpy(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    throw std::runtime_error(path + ": cannot be opened");
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(bytes[i])); };
  if (bytes.size() < 10 || bytes.compare(0, 6, "\x93NUMPY") != 0 || bytes[6] != 1)
    throw std::runtime_error(path + ": not a version 1 .npy file");
  size_t start = 10 + byte(8) + 256 * byte(9);
  std::string header = bytes.substr(10, start - 10);
  const char *type = std::is_same<T, float>::value ? "'<f4'" : "'<i4'";
  if (start > bytes.size() || header.find(type) == std::string::npos || header.find("False") == std::string::npos)
    throw std::runtime_error(path + ": not an array of type " + type + " in C order");
  std::vector<T> values((bytes.size() - start) / sizeof(T));
  std::memcpy(values.data(), bytes.data() + start, values.size() * sizeof(T));
  return values;
}

/// Draws n pictures of 8x8 pixels in 0..1 side by side and, below each, the most probable digit and its probability,
/// with the label where they differ. Returns how many are right.
inline size_t showRow(const float *images, const float *prob, const int32_t *labels, size_t n) {
  const bool colour = isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
  std::string out;
  for (int y = 0; y < 8; y += 2, out += '\n')
    for (size_t i = 0; i < n; ++i, out += colour ? "\033[0m  " : "  ")
      for (int x = 0; x < 8; ++x) {
        float top = std::min(1.f, std::max(0.f, images[i * 64 + y * 8 + x]));
        float bottom = std::min(1.f, std::max(0.f, images[i * 64 + y * 8 + 8 + x]));
        if (colour) { // the 24 greys of the 256-colour table
          std::string above = std::to_string(232 + int(top * 23)), below = std::to_string(232 + int(bottom * 23));
          out.append("\033[38;5;").append(above).append(";48;5;").append(below).append("m▀");
        } else {
          const char *block[] = {" ", "▄", "▀", "█"};
          out += block[2 * (top >= 0.5f) + (bottom >= 0.5f)];
        }
      }
  size_t right = 0;
  for (size_t i = 0; i < n; ++i) {
    const float *p = prob + i * 10;
    int best = int(std::max_element(p, p + 10) - p), label = labels[i];
    char text[16], cell[32];
    if (best == label)
      std::snprintf(text, sizeof text, "%d %3.0f%%", best, 100 * p[best]);
    else
      std::snprintf(text, sizeof text, "%d not %d", best, label % 10);
    std::snprintf(cell, sizeof cell, colour ? "\033[%sm%-10s\033[0m" : "%.0s%-10s", best == label ? "32" : "1;31",
                  text);
    out += cell;
    right += best == label;
  }
  std::printf("%s\n\n", out.c_str());
  return right;
}
