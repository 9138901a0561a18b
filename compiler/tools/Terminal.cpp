//===- Terminal.cpp - what programs print to people -------------------------------------------------------------===//
#include "compiler/tools/Terminal.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace mgec::tools;

static bool colour(int fd) {
  const char *term = getenv("TERM"), *plain = getenv("NO_COLOR");
  return isatty(fd) && !(plain && *plain) && term && std::strcmp(term, "dumb") != 0;
}

bool mgec::tools::colourOnStderr() { return colour(STDERR_FILENO); }
bool mgec::tools::colourOnStdout() { return colour(STDOUT_FILENO); }

static void printMessage(const char *kind, const char *escape, const std::string &text) {
  Progress::erase();
  if (colourOnStderr())
    std::fprintf(stderr, "mgec: \033[1;%sm%s:\033[0m %s\n", escape, kind, text.c_str());
  else
    std::fprintf(stderr, "mgec: %s: %s\n", kind, text.c_str());
}

void mgec::tools::printError(const std::string &text) { printMessage("error", "31", text); }
void mgec::tools::printWarning(const std::string &text) { printMessage("warning", "35", text); }

std::string mgec::tools::humanBytes(double bytes) {
  const char *units[] = {"B", "kB", "MB", "GB"};
  int unit = 0;
  while (bytes >= 1000 && unit < 3) {
    bytes /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit ? "%.2f %s" : "%.0f %s", bytes, units[unit]);
  return text;
}

std::string mgec::tools::humanTime(double milliseconds) {
  char text[32];
  if (milliseconds < 1)
    std::snprintf(text, sizeof text, milliseconds < 0.1 ? "%.2f us" : "%.1f us", 1000 * milliseconds);
  else if (milliseconds < 1000)
    std::snprintf(text, sizeof text, milliseconds < 100 ? "%.3f ms" : "%.1f ms", milliseconds);
  else
    std::snprintf(text, sizeof text, "%.2f s", milliseconds / 1000);
  return text;
}

[[noreturn]] static void cannotWrite() {
  int why = errno;
  std::clearerr(stdout);
  throw std::runtime_error(std::string("cannot write to standard output: ") + std::strerror(why));
}

void mgec::tools::print(const std::string &text) {
  Progress::erase();
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
    cannotWrite();
}

void mgec::tools::finishOutput() {
  if (std::fflush(stdout) != 0)
    cannotWrite();
  std::cout.flush();
  if (!std::cout)
    cannotWrite();
}

//===----------------------------------------------------------------------===//
// Progress
//===----------------------------------------------------------------------===//

// Columns that the line on the terminal takes. Only one thread at a time prints.
static std::atomic<size_t> shown{0};

static size_t terminalWidth() {
  winsize size;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

Progress::Progress(std::string title) : title(std::move(title)), active(isatty(STDERR_FILENO)) {
  const char *mode = std::getenv("MGEC_PROGRESS");
  lines = mode && std::string_view(mode) == "lines";
}

void Progress::update(const std::string &what) {
  std::string text = title + ": " + what;
  if (lines) {
    std::fprintf(stderr, "%s\n", text.c_str());
    return;
  }
  if (!active)
    return;
  // No escapes, which not every terminal has: what was there is overwritten.
  text = (text + " ...").substr(0, terminalWidth() - 1);
  const size_t before = shown.exchange(text.size());
  if (before > text.size())
    text.append(before - text.size(), ' ');
  std::fprintf(stderr, "\r%s", text.c_str());
}

void Progress::erase() {
  if (const size_t columns = shown.exchange(0))
    std::fprintf(stderr, "\r%*s\r", static_cast<int>(columns), "");
}

Progress::~Progress() { erase(); }
