//===- Status.cpp - formatting of messages --------------------------------------------------------------------===//
#include "Status.h"

#include <cstdio>
#include <cstdlib>

namespace mgec::core {

std::string vformat(const char *fmt, va_list args) {
  char *raw = nullptr;
  std::string text;
  if (::vasprintf(&raw, fmt, args) >= 0) {
    text = raw;
    std::free(raw);
  }
  return text;
}

std::string format(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  std::string text = vformat(fmt, args);
  va_end(args);
  return text;
}

Status Status::error(std::string message) {
  Status status;
  status.message_ = new std::string(message.empty() ? "unknown error" : std::move(message));
  return status;
}

std::string *Status::copy() const { return message_ ? new std::string(*message_) : nullptr; }

void Status::drop() noexcept { delete message_; }

const std::string &Status::message() const {
  static const std::string none;
  return message_ ? *message_ : none;
}

Status Status::errorf(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  std::string text = vformat(fmt, args);
  va_end(args);
  return error(std::move(text));
}

} // namespace mgec::core
