//===- Commands.cpp - the subcommands of mgec -------------------------------------------------------------------===//
#include "compiler/tools/Commands.h"

#include "compiler/tools/Bisect.h"
#include "compiler/tools/Compile.h"
#include "compiler/tools/Explain.h"
#include "compiler/tools/Info.h"
#include "compiler/tools/Run.h"
#include "compiler/tools/Terminal.h"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

using namespace mgec;
using namespace mgec::tools;

namespace {

/// Options that every command which compiles has.
struct CompileFlags {
  std::vector<std::string> targets;
  CompileCommand command;

  void add(CLI::App &app, bool withShapes) {
    app.add_option("--target", targets, "instruction sets, comma-separated: " + codegen::targetNames() + " (default: native)")
        ->delimiter(',');
    if (withShapes)
      app.add_option("--shape", command.options.shapes,
                     "shape of an input, NAME=1x3x224x224; a symbolic batch, NAME=Nx3x224x224[,N=1..64]; again for a further variant");
    app.add_option("--fusion-level", command.options.fusionLevel, "0: none, 1: elementwise chains, 2: everything")
        ->check(CLI::Range(0, 2));
    app.add_option("--force-row", command.options.forceRows, "kernel rows to prefer wherever they can run, comma-separated");
    app.add_flag("--reference", command.options.referenceOnly, "reference kernels only (slow; for checking)");
    app.add_option("--cxx", command.cxx, "C++ compiler for .so and .a (default: $MGEC_CXX, $CXX, g++, clang++)");
    app.add_option("-j,--jobs", command.jobs, "C++ compilers at once (default: one a core)");
  }

  CompileCommand &finish(const std::string &model) {
    command.model = model;
    if (!targets.empty())
      command.options.targets = targets;
    std::string triple;
    for (const std::string &name : command.options.targets) {
      auto target = codegen::findTarget(name);
      if (!target)
        throw std::runtime_error("unknown target '" + name + "'; there are: " + codegen::targetNames());
      if (&name != &command.options.targets.front() && target->triple != triple)
        throw std::runtime_error("--target " + command.options.targets.front() + "," + name +
                                 ": the targets of one artifact must be of one architecture");
      triple = target->triple;
    }
    return command;
  }
};

bool isArtifact(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw std::runtime_error("cannot open " + path + ": " + std::strerror(errno));
  char magic[4] = {};
  file.read(magic, 4);
  return std::memcmp(magic, "\177ELF", 4) == 0;
}

struct InfoCommand : Command {
  std::string model;
  bool json = false;
  explicit InfoCommand(CLI::App &parent) {
    app = parent.add_subcommand("info", "what is in a model file");
    app->add_option("MODEL", model, "a .mge file")->required();
    app->add_flag("--json", json, "as JSON");
  }
  int run() override {
    read::Model read = read::readModelFile(model);
    InfoExtras extras = infoExtras(model);
    if (json)
      std::puts(infoJson(read, extras).dump(2, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
    else
      std::fputs(infoText(read, extras, colourOnStdout()).c_str(), stdout);
    return 0;
  }
};

/// Without the shapes of inputs that the model does not have; these are mentioned.
std::vector<std::string> shapesOfModel(const std::vector<std::string> &shapes, const std::string &model) {
  if (shapes.empty())
    return {};
  read::Model read = read::readModelFile(model);
  std::vector<std::string> kept;
  for (const std::string &shape : shapes) {
    bool known = false;
    for (uint32_t index : read.inputs)
      known |= shape.starts_with(read.operators[index].tensors[0].name + "=");
    if (known)
      kept.push_back(shape);
    else
      printWarning(model + ": no input for the shape " + shape);
  }
  return kept;
}

struct CompileModelCommand : Command {
  std::string model;
  bool cached = false;
  CompileFlags flags;
  explicit CompileModelCommand(CLI::App &parent) {
    app = parent.add_subcommand("compile", "compile a model to sources, a shared library or an archive");
    app->add_option("MODEL", model, "a .mge file")->required();
    CompileCommand &command = flags.command;
    CLI::Option *output = app->add_option("-o,--output", command.output, "a folder for sources, FILE.so or FILE.a");
    app->add_flag("--cached", cached, "keep the library in the cache, where it may already be, and print its path")
        ->excludes(output);
    app->parse_complete_callback([this, output] {
      if (!cached && output->empty() && !app->get_help_ptr()->count())
        throw CLI::RequiredError("--output");
    });
    flags.add(*app, true);
    app->add_option("--name", command.name, "name of the artifact (default: the model's file name)");
    std::vector<std::string> stages(stageNames().begin() + 1, stageNames().end());
    app->add_option("--stop-after", command.options.stopAfter, "print the IR after a stage and stop")
        ->check(CLI::IsMember(stages));
    app->add_option("--dump-stages", command.options.dumpDirectory, "write the IR after every stage to this folder");
    app->add_flag("--deny-reference", command.options.denyReference, "fail where only a reference kernel can run a group");
    app->add_flag("-q,--quiet", command.quiet, "print errors only");
  }
  int run() override {
    CompileCommand &command = flags.finish(model);
    if (cached) {
      command.options.shapes = shapesOfModel(command.options.shapes, model);
      std::puts(cachedArtifact(command).c_str());
      return 0;
    }
    compileModel(command);
    return 0;
  }
};

/// `--input` names files whose shapes decide what a .mge is compiled for.
std::vector<std::string> inputShapes(const std::string &model, const std::vector<std::string> &inputs) {
  read::Model read = read::readModelFile(model);
  std::vector<std::string> names;
  for (uint32_t index : read.inputs)
    names.push_back(read.operators[index].tensors[0].name);
  try {
    return shapesOfInputs(matchInputs(inputs, names));
  } catch (const std::exception &error) {
    throw std::runtime_error(model + ": " + error.what());
  }
}

struct RunCommand : Command {
  std::string model;
  RunOptions options;
  CompileFlags flags;
  explicit RunCommand(CLI::App &parent) {
    app = parent.add_subcommand("run", "run a model on .npy files");
    app->add_option("MODEL", model, "a .mge file (compiled on the fly, cached) or a compiled .so")->required();
    app->add_option("--input", options.inputs, "NAME=FILE.npy, once an input");
    app->add_option("--output-dir", options.outputDir, "write outputs there as 0.npy, 1.npy ...");
    app->add_option("--threads", options.threads, "threads")->check(CLI::Range(1, 1024));
    app->add_flag("-q,--quiet", options.quiet, "no table");
    flags.add(*app, false);
  }
  int run() override {
    options.artifact = model;
    if (!isArtifact(model)) {
      CompileCommand &command = flags.finish(model);
      command.options.shapes = inputShapes(model, options.inputs);
      options.artifact = cachedArtifact(command);
    }
    try {
      return runArtifact(options);
    } catch (const std::exception &error) {
      // The user knows the model, not the library in the cache.
      std::string text = error.what();
      for (size_t at; options.artifact != model && (at = text.find(options.artifact)) != std::string::npos;)
        text.replace(at, options.artifact.size(), model);
      throw std::runtime_error(text);
    }
  }
};

struct BenchCommand : Command {
  std::string model;
  BenchOptions options;
  CompileFlags flags;
  explicit BenchCommand(CLI::App &parent) {
    app = parent.add_subcommand("bench", "time a model");
    app->add_option("MODEL", model, "a .mge file or a compiled .so")->required();
    app->add_option("--threads", options.threads, "threads")->check(CLI::Range(1, 1024));
    app->add_option("--seconds", options.seconds, "time to spend");
    app->add_flag("--cold", options.cold, "print load, touch, first and steady times");
    app->add_option("--input", options.inputs, "NAME=FILE.npy (default: made-up values)");
    app->add_flag("--steps", options.steps, "print the time of every step");
    app->add_flag("--json", options.json, "as JSON");
    flags.add(*app, true);
  }
  int run() override {
    options.artifact = model;
    if (isArtifact(model)) {
      options.shapes = flags.command.options.shapes;
      return benchArtifact(options);
    }
    CompileCommand &command = flags.finish(model);
    if (command.options.shapes.empty() && !options.inputs.empty())
      command.options.shapes = inputShapes(model, options.inputs);
    options.artifact = cachedArtifact(command);
    return benchArtifact(options);
  }
};

struct ExplainCommand : Command {
  std::string model;
  bool json = false;
  CompileFlags flags;
  explicit ExplainCommand(CLI::App &parent) {
    app = parent.add_subcommand("explain", "which kernel runs each part of a model, and why no other one");
    app->add_option("MODEL", model, "a .mge file")->required();
    app->add_flag("--json", json, "as JSON");
    flags.add(*app, true);
  }
  int run() override {
    CompileOptions options = flags.finish(model).options;
    options.stopAfter = "build";
    Loaded loaded = loadAndCompile(model, options);
    std::fputs(json ? explainJson(loaded.compilation.network()).c_str()
                    : explainText(loaded.compilation.network(), colourOnStdout()).c_str(),
               stdout);
    return 0;
  }
};

struct BisectCommand : Command {
  BisectOptions options;
  CompileFlags flags;
  explicit BisectCommand(CLI::App &parent) {
    app = parent.add_subcommand("bisect", "find the first stage, and the first operator in it, whose result departs");
    app->add_option("MODEL", options.model, "a .mge file")->required();
    app->add_option("--input", options.inputs, "NAME=FILE.npy (default: random values)");
    app->add_option("--tolerance", options.tolerance, "largest difference relative to the largest element");
    flags.add(*app, true);
  }
  int run() override {
    options.compile = flags.finish(options.model);
    if (options.compile.options.shapes.empty() && !options.inputs.empty())
      options.compile.options.shapes = inputShapes(options.model, options.inputs);
    return bisect(options);
  }
};

} // namespace

std::vector<std::unique_ptr<Command>> tools::makeCommands(CLI::App &app) {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(std::make_unique<CompileModelCommand>(app));
  commands.push_back(std::make_unique<RunCommand>(app));
  commands.push_back(std::make_unique<BenchCommand>(app));
  commands.push_back(std::make_unique<InfoCommand>(app));
  commands.push_back(std::make_unique<ExplainCommand>(app));
  commands.push_back(std::make_unique<BisectCommand>(app));
  return commands;
}
