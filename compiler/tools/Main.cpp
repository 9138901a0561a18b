//===- Main.cpp - the mgec program ------------------------------------------------------------------------------===//
//
// Command line in, exit code out: 0 for success, 1 for an error that a message on standard error explains, 2 for wrong
// usage.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/emit/Processes.h"
#include "compiler/tools/Commands.h"
#include "compiler/tools/Terminal.h"

#include <CLI/CLI.hpp>

#include <algorithm>

using namespace mgec::tools;

static int run(int argc, char **argv) {
  CLI::App app("mgec compiles MegEngine models (.mge) ahead of time into C++.", "mgec");
  app.set_version_flag("--version", std::string("mgec ") + MGEC_VERSION);
  app.require_subcommand(1);
  app.footer("Exit status: 0 done, 1 an error that a message explains, 2 wrong usage.");
  std::vector<std::unique_ptr<Command>> commands = makeCommands(app);
  auto named = [&](const std::unique_ptr<Command> &command) { return command->app->get_name() == argv[1]; };
  if (argc > 1 && argv[1][0] != '-' && std::none_of(commands.begin(), commands.end(), named)) {
    printError("there is no command '" + std::string(argv[1]) + "'; `mgec --help` lists the commands");
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0) // help or version
      return app.exit(error);
    const Command *asked = nullptr;
    for (const std::unique_ptr<Command> &command : commands)
      if (argc > 1 && named(command))
        asked = command.get();
    printError(std::string(error.what()) + "; `mgec " + (asked ? asked->app->get_name() + " " : std::string()) +
               "--help` says more");
    return 2;
  }
  for (const std::unique_ptr<Command> &command : commands)
    if (command->app->parsed())
      return command->run();
  return 2;
}

int main(int argc, char **argv) {
  mgec::codegen::onSignal(&Progress::erase);
  mgec::codegen::endCleanlyOnSignals();
  try {
    int status = run(argc, argv);
    finishOutput();
    return status;
  } catch (const std::bad_alloc &) {
    printError("out of memory");
  } catch (const std::exception &error) {
    printError(error.what());
  }
  return 1;
}
