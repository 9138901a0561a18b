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

/// Writes to standard output. Throws where that cannot be done, a full disk say.
void print(const std::string &text);
/// Throws where what was printed did not get out.
void finishOutput();

/// "0.4 us", "12.3 ms", "1.20 s": milliseconds in the unit that suits them.
std::string humanTime(double milliseconds);

/// A line on standard error that rewrites itself, on a terminal only; erased at the end, and before anything else is
/// printed. With MGEC_PROGRESS=lines, each update is a line of its own wherever it goes. One at a time.
class Progress {
public:
  explicit Progress(std::string title);
  ~Progress();
  void update(const std::string &what);
  /// Erases the line of whichever Progress shows one.
  static void erase();

private:
  std::string title;
  bool active, lines;
};

} // namespace mgec::tools
