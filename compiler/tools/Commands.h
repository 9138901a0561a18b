//===- Commands.h - the subcommands of mgec ---------------------------------------------------------------------===//
#pragma once

#include <memory>
#include <vector>

namespace CLI {
class App;
}

namespace mgec::tools {

/// A subcommand: its options live in the object, `run` acts on them.
struct Command {
  virtual ~Command() = default;
  virtual int run() = 0;
  CLI::App *app = nullptr;
};

std::vector<std::unique_ptr<Command>> makeCommands(CLI::App &app);

/// encrypt, decrypt, pack, unpack and sign; none where mgec was built without ciphers. Defined in LockCommands.cpp.
void addLockCommands(CLI::App &app, std::vector<std::unique_ptr<Command>> &commands);

} // namespace mgec::tools
