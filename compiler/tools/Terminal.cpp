//===- Terminal.cpp - what programs print to people -------------------------------------------------------------===//
#include "compiler/tools/Terminal.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <unistd.h>

using namespace mgec::tools;

static bool colour(int fd) {
  const char *term = getenv("TERM"), *plain = getenv("NO_COLOR");
  return isatty(fd) && !(plain && *plain) && term && std::strcmp(term, "dumb") != 0;
}

bool mgec::tools::colourOnStderr() { return colour(STDERR_FILENO); }
bool mgec::tools::colourOnStdout() { return colour(STDOUT_FILENO); }

static void print(const char *kind, const char *escape, const std::string &text) {
  if (colourOnStderr())
    std::fprintf(stderr, "mgec: \033[1;%sm%s:\033[0m %s\n", escape, kind, text.c_str());
  else
    std::fprintf(stderr, "mgec: %s: %s\n", kind, text.c_str());
}

void mgec::tools::printError(const std::string &text) { print("error", "31", text); }
void mgec::tools::printWarning(const std::string &text) { print("warning", "35", text); }

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

Progress::Progress(std::string title) : title(std::move(title)), active(isatty(STDERR_FILENO)) {
  const char *mode = std::getenv("MGEC_PROGRESS");
  lines = mode && std::string_view(mode) == "lines";
}

void Progress::update(const std::string &what) {
  if (lines)
    std::fprintf(stderr, "%s: %s\n", title.c_str(), what.c_str());
  else if (active)
    std::fprintf(stderr, "\r\033[K%s: %s ...", title.c_str(), what.c_str());
}

Progress::~Progress() {
  if (active && !lines)
    std::fprintf(stderr, "\r\033[K");
}
