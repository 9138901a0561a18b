//===- Json.h - writing JSON ------------------------------------------------------------------------------------===//
//
// Text is all that the runtime makes of JSON, and it links no library: these few lines write it.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "../core/Status.h"

#include <cstdint>
#include <string>

namespace mgec::tools {

/// A string in quotes. Bytes that JSON does not take as they are become escapes; those of no UTF-8 become '?'.
inline std::string jsonString(const std::string &text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i];
    } else if (c < 32 || c == 127) {
      out += core::format("\\u%04x", c);
    } else if (c < 128) {
      out += text[i];
    } else {
      const size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
      bool whole = c >= 0xc2 && c < 0xf5 && i + length <= text.size();
      uint32_t code = c & (0x7fu >> length);
      for (size_t k = 1; whole && k < length; ++k) {
        whole = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
        code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3fu);
      }
      const uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
      whole = whole && code >= least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
      out += whole ? text.substr(i, length) : std::string("?");
      i += whole ? length - 1 : 0;
    }
  }
  return out + '"';
}

/// An id, which MegEngine writes as a string.
inline std::string jsonId(uint64_t id) { return '"' + std::to_string(id) + '"'; }

/// An object or array under construction: pieces with commas between them.
class JsonList {
public:
  explicit JsonList(char open = '{') : text_(1, open), close_(open == '{' ? '}' : ']') {}
  /// `value` is JSON already.
  void add(const std::string &value) {
    if (text_.size() > 1)
      text_ += ',';
    text_ += value;
  }
  void add(const std::string &name, const std::string &value) { add(jsonString(name) + ':' + value); }
  std::string text() const { return text_ + close_; }

private:
  std::string text_;
  char close_;
};

} // namespace mgec::tools
