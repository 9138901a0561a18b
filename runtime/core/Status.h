//===- Status.h - success, or one sentence that says why not --------------------------------------------------===//
//
// What functions of the core return instead of throwing. A success holds no memory. The text of a failure names the
// file, tensor or shape concerned and, where there is something to do about it, says what; callers pass it on as it is.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include <cstdarg>
#include <string>
#include <utility>

namespace mgec::core {

/// printf into a string.
__attribute__((format(printf, 1, 2))) std::string format(const char *fmt, ...);
std::string vformat(const char *fmt, va_list args);

class [[nodiscard]] Status {
public:
  /// Success.
  Status() = default;
  Status(Status &&other) noexcept : message_(other.message_) { other.message_ = nullptr; }
  Status(const Status &other) : message_(other.copy()) {}
  Status &operator=(Status other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~Status() {
    if (message_)
      drop();
  }

  static Status error(std::string message);
  __attribute__((format(printf, 1, 2))) static Status errorf(const char *fmt, ...);

  bool ok() const { return !message_; }
  /// "" of a success.
  const std::string &message() const;

private:
  std::string *copy() const;
  void drop() noexcept;

  std::string *message_ = nullptr; // a pointer, so that handing on a success costs little code
};

} // namespace mgec::core

/// Returns the failure of `expr` to the caller.
#define MGEC_TRY(expr)                                                                                                 \
  do {                                                                                                                 \
    ::mgec::core::Status mgecStatus = (expr);                                                                          \
    if (!mgecStatus.ok())                                                                                              \
      return mgecStatus;                                                                                               \
  } while (0)
