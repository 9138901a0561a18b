//===- Global.cpp - errors, the log and what concerns the whole process ---------------------------------------===//
#include "lite/global.h"

#include "../core/Cpu.h"
#include "../core/Status.h"
#include "TensorImpl.h"
#include "lite/misc.h"

#include <atomic>
#include <cstdio>
#include <ctime>

#include <sys/time.h>

namespace lite {

namespace {
std::atomic<LiteLogLevel> g_level{LiteLogLevel::ERROR};
}

Error::Error(const std::string &message) : m_message("Error: ") { m_message += message; }
Error::Error(const Error &) = default;
Error &Error::operator=(const Error &) = default;
Error::~Error() = default;

std::string ssprintf(const char *format, ...) {
  va_list args;
  va_start(args, format);
  std::string text = mgec::core::vformat(format, args);
  va_end(args);
  return text;
}

void print_log(LiteLogLevel level, const char *format, ...) {
  if (level < g_level.load(std::memory_order_relaxed))
    return;
  static const char *const tags[] = {"DBG", "INF", "WRN", "ERR"};
  timeval now;
  tm local;
  gettimeofday(&now, nullptr);
  localtime_r(&now.tv_sec, &local);
  // One write a line, so that lines of several threads do not mix.
  std::string line = ssprintf("LITE[%s] %02d:%02d:%02d.%06ld ", level <= LiteLogLevel::ERROR ? tags[level] : "???",
                              local.tm_hour, local.tm_min, local.tm_sec, static_cast<long>(now.tv_usec));
  va_list args;
  va_start(args, format);
  line += mgec::core::vformat(format, args);
  va_end(args);
  line += "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void throw_assertion(const char *expression, const char *file, int line, const char *function,
                     const std::string &message) {
  std::string text = ssprintf("Assert ' %s ' failed at file : %s \nline %d : %s", expression, file, line, function);
  if (!message.empty())
    text += ssprintf(",\nextra message: %s", message.c_str());
  throw Error(text);
}

void get_version(int &major, int &minor, int &patch) {
  major = 1;
  minor = 13;
  patch = 0;
}

void set_log_level(LiteLogLevel level) { g_level.store(level); }

LiteLogLevel get_log_level() { return g_level.load(); }

size_t get_device_count(LiteDeviceType device_type) {
  switch (device_type) {
  case LITE_CPU:
  case LITE_DEVICE_DEFAULT:
    return mgec::core::availableProcessors();
  case LITE_CUDA:
    return 0;
  default:
    fail("lite unsupported compnode type: enum value: %d.", static_cast<int>(device_type));
  }
}

} // namespace lite
