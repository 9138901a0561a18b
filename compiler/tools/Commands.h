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

} // namespace mgec::tools
