//===- Terminal.h - what programs print to people ---------------------------------------------------------------===//
#pragma once

#include <string>

namespace mgec::tools {

/// Whether standard error / output is a terminal that shows colours ($NO_COLOR and $TERM respected).
bool colourOnStderr();
bool colourOnStdout();

/// "mgec: error: text" on standard error, "error" in red on a terminal.
void printError(const std::string &text);
void printWarning(const std::string &text);

/// "3.4 MB", "1.2 kB".
std::string humanBytes(double bytes);

/// A line on standard error that rewrites itself, on a terminal only; erased at the end. With MGEC_PROGRESS=lines, each
/// update is a line of its own wherever it goes.
class Progress {
public:
  explicit Progress(std::string title);
  ~Progress();
  void update(const std::string &what);

private:
  std::string title;
  bool active, lines;
};

} // namespace mgec::tools
