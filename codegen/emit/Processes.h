//===- Processes.h - other programs, and an end that leaves nothing behind --------------------------------------===//
#pragma once

#include <string>
#include <vector>

namespace mgec::codegen {

/// From here on SIGINT, SIGTERM and SIGHUP (those that are not ignored) end this process as they always do, but first
/// the programs that runProgram has running, and what Disappearing names. They are taken by a thread of their own,
/// which may do what a signal handler may not. To be called once, before there are other threads.
void endCleanlyOnSignals();
/// Called by that thread first, to erase what stands on the terminal.
void onSignal(void (*call)());

/// A file or folder that is removed at the end of the scope, or when a signal ends the process.
class Disappearing {
public:
  explicit Disappearing(std::string path);
  ~Disappearing();
  Disappearing(const Disappearing &) = delete;

private:
  std::string path;
};

/// Runs a program and waits for it. Its standard output and error go to the file `log`, its temporary files to the
/// folder `temporary`. Returns its exit status, 128 + the signal that ended it, or -1 with `error` where it cannot be
/// started.
int runProgram(const std::vector<std::string> &command, const std::string &log, const std::string &temporary,
               std::string &error);

} // namespace mgec::codegen
