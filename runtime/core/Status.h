//===- Status.h - success, or one sentence that says why not --------------------------------------------------===//
//
// What functions of the core return instead of throwing. A success holds no memory. The text of a failure names the
// file, tensor or shape concerned and, where there is something to do about it, says what; callers pass it on as it is.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include <string>
#include <utility>

namespace mgec::core {

/// printf into a string.
__attribute__((format(printf, 1, 2))) std::string format(const char *fmt, ...);

class [[nodiscard]] Status {
public:
  /// Success.
  Status() = default;
  static Status error(std::string message) { return Status(std::move(message)); }
  __attribute__((format(printf, 1, 2))) static Status errorf(const char *fmt, ...);

  bool ok() const { return message_.empty(); }
  const std::string &message() const { return message_; }

private:
  explicit Status(std::string message) : message_(message.empty() ? "unknown error" : std::move(message)) {}
  std::string message_;
};

} // namespace mgec::core

/// Returns the failure of `expr` to the caller.
#define MGEC_TRY(expr)                                                                                                 \
  do {                                                                                                                 \
    ::mgec::core::Status mgecStatus = (expr);                                                                          \
    if (!mgecStatus.ok())                                                                                              \
      return mgecStatus;                                                                                               \
  } while (0)
