/**
 * lite/misc.h: the exception of the library, its log, assertions and a stopwatch.
 *
 * Everything the C++ API throws derives from `std::exception`; what it throws on purpose is a `lite::Error`.
 * Functions here may be called from any thread.
 */
#ifndef LITE_MISC_H
#define LITE_MISC_H

#include "common_enum_c.h"
#include "lite_build_config.h"
#include "macro.h"

#include <chrono>
#include <cstdarg>
#include <exception>
#include <string>

namespace lite {

/** What a function of the API throws when it cannot do what its comment says. `what()` is "Error: " and the cause. */
class LITE_API Error : public std::exception {
public:
    explicit Error(const std::string& message);
    Error(const Error&);
    Error& operator=(const Error&);
    ~Error() override;
    const char* what() const noexcept override { return m_message.c_str(); }

private:
    std::string m_message;
};

/** printf into a string. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
LITE_API std::string
ssprintf(const char* format, ...);

/**
 * Writes one line to standard error, as "LITE[LVL] HH:MM:SS.uuuuuu text", unless `level` is below the one that
 * `lite::set_log_level` set.
 */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
LITE_API void
print_log(LiteLogLevel level, const char* format, ...);

/** Throws the `Error` of a failed LITE_ASSERT: where it stands, and the message, which may be empty. */
[[noreturn]] LITE_API void throw_assertion(const char* expression, const char* file, int line, const char* function,
                                           const std::string& message);

inline std::string assertion_message() { return std::string(); }
template <typename... Args> std::string assertion_message(const char* format, Args... args) {
    return ssprintf(format, args...);
}
inline std::string assertion_message(const char* text) { return text; }

/** Measures wall-clock time from its construction or the last `reset_start`. Named, for the log; not thread-safe. */
class Timer {
public:
    explicit Timer(const std::string& name = "") : m_name(name) { reset_start(); }
    void reset_start() { m_start = std::chrono::steady_clock::now(); }
    double get_used_time() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - m_start).count();
    }
    /** Logs the milliseconds so far at level DEBUG. */
    void print_used_time(int iteration) const {
        print_log(DEBUG, "%s used time: iteration %d, %g ms", m_name.c_str(), iteration, get_used_time());
    }

private:
    std::string m_name;
    std::chrono::steady_clock::time_point m_start;
};

/** Logs at level DEBUG how long the scope that holds it took. */
class ScopedTimer {
public:
    explicit ScopedTimer(const std::string& name) : m_name(name) {}
    ~ScopedTimer() { print_log(DEBUG, "%s used time %g ms", m_name.c_str(), m_timer.get_used_time()); }
    ScopedTimer(const ScopedTimer&) = delete;
    ScopedTimer& operator=(const ScopedTimer&) = delete;

private:
    std::string m_name;
    Timer m_timer;
};

} // namespace lite

#define LITE_LOG(...) ::lite::print_log(LiteLogLevel::INFO, __VA_ARGS__)
#define LITE_DEBUG(...) ::lite::print_log(LiteLogLevel::DEBUG, __VA_ARGS__)
#define LITE_WARN(...) ::lite::print_log(LiteLogLevel::WARN, __VA_ARGS__)
#define LITE_ERROR(...) ::lite::print_log(LiteLogLevel::ERROR, __VA_ARGS__)

/** Throws a `lite::Error` with the text of `msg`. */
#define LITE_THROW(msg) throw ::lite::Error(msg)

/** LITE_ASSERT(expression[, format, arguments…]): throws a `lite::Error` when the expression is false. */
#define LITE_ASSERT(expr, ...)                                                                                         \
    do {                                                                                                               \
        if (!(expr))                                                                                                   \
            ::lite::throw_assertion(#expr, __FILE__, __LINE__, __func__, ::lite::assertion_message(__VA_ARGS__));      \
    } while (0)

#endif
