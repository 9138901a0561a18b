//===- Commands.cpp - the subcommands of mgec -------------------------------------------------------------------===//
#include "compiler/tools/Commands.h"

#include "compiler/tools/Bisect.h"
#include "compiler/tools/Compile.h"
#include "compiler/tools/Explain.h"
#include "compiler/tools/InfoExtras.h"
#include "compiler/tools/Repack.h"
#include "compiler/tools/Run.h"
#include "compiler/tools/Terminal.h"
#include "compiler/tools/Unlock.h"
#include "compiler/tools/Verify.h"

#include <CLI/CLI.hpp>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <stdexcept>

using namespace mgec;
using namespace mgec::tools;

namespace {

/// Options that every command which compiles has.
struct CompileFlags {
  std::vector<std::string> targets;
  CompileCommand command;
  UnlockFlags unlock;

  void add(CLI::App &app, bool withShapes) {
    app.add_option("--target", targets,
                   "instruction sets, comma-separated: " + codegen::targetNames() + " (default: native)")
        ->delimiter(',');
    if (withShapes)
      app.add_option("--shape", command.options.shapes,
                     "shape of an input, NAME=1x3x224x224; the first dimension may be a symbol, "
                     "NAME=Nx3x224x224[,N=1..64] (bound: 1..65536 "
                     "where none is given); compile and explain take several shapes of one input, a variant each");
    app.add_option("--fusion-level", command.options.fusionLevel, "0: none, 1: elementwise chains, 2: everything")
        ->check(CLI::Range(0, 2));
    app.add_option("--force-row", command.options.forceRows,
                   "kernel rows to prefer wherever they can run, comma-separated");
    app.add_flag("--reference", command.options.referenceOnly, "reference kernels only (slow; for checking)");
    app.add_option("--cxx", command.cxx, "C++ compiler for .so and .a (default: $MGEC_CXX, $CXX, g++, clang++)");
    app.add_option("-j,--jobs", command.jobs, "C++ compilers at once (default: one a core)");
    unlock.add(app);
  }

  CompileCommand &finish(const std::string &model) {
    command.model = model;
    command.decrypt = unlock.method;
    unlock.apply();
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

/// What decides how a model is compiled says nothing of one that is compiled already.
void refuseCompileOptions(const CLI::App &app, const std::string &artifact) {
  for (const char *name : {"--target", "--fusion-level", "--force-row", "--reference", "--cxx", "--jobs"})
    if (app.get_option(name)->count())
      throw std::runtime_error(std::string(name) + " decides how a model is compiled, and " + artifact +
                               " is compiled already; give it to `mgec compile`");
}

/// Code for another machine can be made, but not executed here.
void refuseForeignTargets(const CompileCommand &command, const std::string &what) {
  for (const std::string &name : command.options.targets)
    if (!codegen::findTarget(name)->triple.empty())
      throw std::runtime_error("mgec " + what +
                               " executes the code, and this machine cannot execute that of --target " + name +
                               "; `mgec compile --target " + name + "` makes it");
}

/// Numbers from zero on; "nan" is none.
std::string notNegative(const std::string &text) {
  double number;
  if (CLI::detail::lexical_cast(text, number) && number >= 0 && number <= 1e9)
    return "";
  return text + " is no number from 0 to 1e9";
}

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
  UnlockFlags unlock;
  explicit InfoCommand(CLI::App &parent) {
    app = parent.add_subcommand("info", "what is in a model file");
    app->add_option("MODEL", model, "a .mge file")->required();
    app->add_flag("--json", json, "as JSON");
    unlock.add(*app);
  }
  int run() override {
    unlock.apply();
    read::Model read = readPlain(model, unlock.method).model;
    InfoExtras extras = infoExtras(model, unlock.method);
    print(json ? infoJson(read, extras).dump(2, ' ', true, nlohmann::json::error_handler_t::replace) + "\n"
               : infoText(read, extras, colourOnStdout()));
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
  bool encryptWeights = false;
  explicit CompileModelCommand(CLI::App &parent) {
    app = parent.add_subcommand("compile", "compile a model to sources, a shared library or an archive");
    app->add_option("MODEL", model, "a .mge file")->required();
    CompileCommand &command = flags.command;
    CLI::Option *output = app->add_option("-o,--output", command.output, "a folder for sources, FILE.so or FILE.a")
                              ->check([](const std::string &path) { return path.empty() ? "the name is empty" : ""; });
    CLI::Option *inCache =
        app->add_flag("--cached", cached, "keep the library in the cache, where it may already be, and print its path")
            ->excludes(output);
    app->parse_complete_callback([this, output] {
      const std::string &stage = flags.command.options.stopAfter;
      bool prints = !stage.empty() && stage != "emit"; // the IR, and writes nothing
      if (!cached && !prints && output->empty() && !app->get_help_ptr()->count())
        throw CLI::RequiredError("--output");
    });
    flags.add(*app, true);
    app->add_option("--name", command.name, "name of the artifact (default: the model's file name)");
    std::vector<std::string> stages(stageNames().begin() + 1, stageNames().end());
    app->add_option("--stop-after", command.options.stopAfter, "print the IR after a stage and stop")
        ->check(CLI::IsMember(stages))
        ->excludes(inCache);
    app->add_option("--dump-stages", command.options.dumpDirectory, "write the IR after every stage to this folder")
        ->excludes(inCache);
    app->add_flag("--skip-unknown-shapes", command.options.skipUnknownShapes,
                  "leave out a --shape that names no input of the model");
    app->add_flag("--deny-reference", command.options.denyReference,
                  "fail where only a reference kernel can run a group")
        ->excludes(inCache);
    auto *encrypt = app->add_flag("--encrypt-weights", encryptWeights,
                                  "seal the weights with the key of MGEC_AES_256_GCM (32 bytes); programs register it");
    app->add_option("--key-id", command.seal.keyId, "tells programs with several keys which one it is")->needs(encrypt);
    app->add_option("--sign", command.signKey, "Ed25519 private key (PEM): write OUTPUT.sig beside the library");
    app->add_flag("-q,--quiet", command.quiet, "print errors only");
  }
  int run() override {
    CompileCommand &command = flags.finish(model);
    if (cached && (encryptWeights || !command.signKey.empty() || isLocked(model, command.decrypt)))
      throw std::runtime_error(model + ": the cache keeps plain models only; name a library with -o");
    if (cached) {
      command.options.shapes = shapesOfModel(command.options.shapes, model);
      print(cachedArtifact(command).path() + "\n");
      return 0;
    }
    if (encryptWeights)
      command.seal.key = registeredSealKey(command.seal.keyId);
    llvm::StringRef output = command.output;
    if (!command.signKey.empty() && !output.ends_with(".so"))
      throw std::runtime_error("--sign: only a library (-o FILE.so) is signed; sign what the sources are built to");
    compileModel(command);
    return 0;
  }
};

/// The files that `--input` names.
std::vector<InputFile> filesOfInputs(const read::Model &model, const std::vector<std::string> &inputs) {
  std::vector<std::string> names;
  for (uint32_t index : model.inputs)
    names.push_back(model.operators[index].tensors[0].name);
  try {
    return matchInputs(inputs, names);
  } catch (const std::exception &error) {
    throw std::runtime_error(model.path + ": " + error.what());
  }
}

/// What a model is compiled for, to be executed once: the shapes of the files, and `shapes` of other inputs. Both may
/// name an input where they agree.
std::vector<std::string> shapesToExecute(const read::Model &model, const std::vector<InputFile> &files,
                                         std::vector<std::string> shapes) {
  std::vector<ShapeSet> sets = parseShapes(shapes, model);
  if (sets.size() > 1)
    throw std::runtime_error("--shape gives " + std::to_string(sets.size()) +
                             " shapes of one input; name one, and repeat the command for others");
  std::vector<std::string> fromFiles = shapesOfInputs(files);
  for (size_t k = 0; k < files.size(); ++k) {
    const std::string &name = files[k].name;
    if (sets.empty() || !sets[0].inputs.count(name)) {
      shapes.push_back(fromFiles[k]);
      continue;
    }
    const std::vector<std::string> asked = sets[0].inputs[name].extents,
                                   found = parseShapes({fromFiles[k]}, model)[0].inputs[name].extents;
    bool agree = asked.size() == found.size();
    for (size_t d = 0; agree && d < asked.size(); ++d)
      agree = asked[d] == found[d] || std::isalpha(static_cast<unsigned char>(asked[d][0]));
    if (!agree)
      throw std::runtime_error("--shape for " + name + " and --input " + name + "=" + files[k].file + ", of shape " +
                               fromFiles[k].substr(name.size() + 1) + ", contradict each other");
  }
  return shapes;
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
    options.artifact = options.model = model;
    std::optional<OutputFolder> folder;
    CompileCommand &command = flags.finish(model);
    Runnable runnable(model);
    if (!isArtifact(model)) {
      refuseForeignTargets(command, "run");
      // Everything that can be wrong with the arguments is said before the model is compiled.
      {
        read::Model read = readPlain(model, command.decrypt).model;
        std::vector<InputFile> files = filesOfInputs(read, options.inputs);
        checkInputs(read, files);
        command.options.shapes = shapesOfInputs(files);
      }
      folder.emplace(options.outputDir);
      command.quiet = options.quiet;
      runnable = cachedArtifact(command);
    } else {
      refuseCompileOptions(*app, model);
      folder.emplace(options.outputDir);
    }
    options.artifact = runnable.path();
    try {
      int status = runArtifact(options);
      folder->keep();
      return status;
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
    app->add_option("--seconds", options.seconds, "time to spend")->check(notNegative);
    app->add_flag("--cold", options.cold, "print load, touch, first and steady times");
    app->add_option("--input", options.inputs, "NAME=FILE.npy (default: made-up values)");
    app->add_flag("--steps", options.steps, "print the time of every step");
    app->add_flag("--json", options.json, "as JSON");
    flags.add(*app, true);
  }
  int run() override {
    options.artifact = options.model = model;
    CompileCommand &command = flags.finish(model);
    if (isArtifact(model)) {
      refuseCompileOptions(*app, model);
      options.shapes = command.options.shapes;
      return benchArtifact(options);
    }
    refuseForeignTargets(command, "bench");
    {
      read::Model read = readPlain(model, command.decrypt).model;
      command.options.shapes = shapesToExecute(read, filesOfInputs(read, options.inputs), command.options.shapes);
    }
    Runnable runnable = cachedArtifact(command);
    options.artifact = runnable.path();
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
    Loaded loaded = loadAndCompile(model, flags.command.decrypt, options);
    print(json ? explainJson(loaded.compilation.network())
               : explainText(loaded.compilation.network(), colourOnStdout()));
    return 0;
  }
};

struct RepackCommand : Command {
  std::string artifact, model, output, signKey;
  UnlockFlags unlock;
  explicit RepackCommand(CLI::App &parent) {
    app = parent.add_subcommand(
        "repack", "put the weights of another model of the same graph into an artifact, without a C++ compiler");
    app->add_option("ARTIFACT", artifact, "a folder of sources or a .so that mgec compile made")->required();
    app->add_option("MODEL", model, "the .mge file with the new weights")->required();
    app->add_option("-o,--output", output, "a folder or FILE.so, as ARTIFACT is one")->required();
    app->add_option("--sign", signKey, "Ed25519 private key (PEM): write OUTPUT.sig");
    unlock.add(*app);
  }
  int run() override {
    unlock.apply();
    repackArtifact({artifact, model, unlock.method, output});
    if (!signKey.empty())
      signArtifact(output, signKey);
    return 0;
  }
};

struct BisectCommand : Command {
  BisectOptions options;
  std::vector<std::string> inputs;
  CompileFlags flags;
  explicit BisectCommand(CLI::App &parent) {
    app = parent.add_subcommand("bisect", "find the first stage, and the first operator in it, whose result departs");
    app->add_option("MODEL", options.model, "a .mge file")->required();
    app->add_option("--input", inputs, "NAME=FILE.npy (default: random values)");
    app->add_option("--tolerance", options.tolerance, "largest difference relative to the largest element")
        ->check(notNegative);
    flags.add(*app, true);
  }
  int run() override {
    options.compile = flags.finish(options.model);
    refuseForeignTargets(options.compile, "bisect");
    read::Model read = readPlain(options.model, options.compile.decrypt).model;
    options.inputs = filesOfInputs(read, inputs);
    options.compile.options.shapes = shapesToExecute(read, options.inputs, options.compile.options.shapes);
    return bisect(options);
  }
};

struct VerifyCommand : Command {
  VerifyOptions options;
  std::vector<std::string> inputs;
  CompileFlags flags;
  explicit VerifyCommand(CLI::App &parent) {
    app = parent.add_subcommand("verify",
                                "compare what the compiled code computes with the reference, and with MegEngine");
    app->add_option("MODEL", options.model, "a .mge file")->required();
    app->add_option("--input", inputs,
                    "NAME=FILE.npy (default: what the file's test cases give, the model's own value, made-up values)");
    app->add_option("--seed", options.seed, "of made-up values (default: 1)");
    app->add_option("--tolerance", options.tolerances.relative,
                    "largest error of floats, relative to the largest element of the tensor (default: 0.002; 0.01 and "
                    "0.05 for float16 and "
                    "bfloat16; 0.15 for what is computed from quantised values)")
        ->check(notNegative);
    app->add_option("--units", options.tolerances.units,
                    "largest error of quantised values, in steps of one (default: 1)")
        ->check(notNegative);
    app->add_option("--library", options.library,
                    "verify this compiled .so instead of compiling the model; outputs only");
    auto *python = app->add_option(
        "--megengine", options.megengine,
        "a Python that has megengine, to compare with (default: $MGEC_MEGENGINE_PYTHON, or python3 where it has it)");
    app->add_flag("--no-megengine", options.noMegEngine, "do not compare with MegEngine")->excludes(python);
    app->add_option(
           "--json", options.json,
           "write the report as JSON to this file, or to standard output instead of the table (-, the default)")
        ->expected(0, 1)
        ->default_str("-");
    app->add_option("--threads", options.threads, "threads of the code")->check(CLI::Range(1, 1024));
    app->add_flag("-q,--quiet", options.quiet, "no table");
    flags.add(*app, true);
  }
  int run() override {
    options.compile = flags.finish(options.model);
    if (!options.library.empty())
      refuseCompileOptions(*app, options.library);
    if (llvm::StringRef(options.json).ends_with(".mge"))
      throw std::runtime_error("--json " + options.json +
                               " would overwrite a model; put --json behind the model, or write --json=FILE");
    refuseForeignTargets(options.compile, "verify");
    read::Model read = readPlain(options.model, options.compile.decrypt).model;
    options.inputs = filesOfInputs(read, inputs);
    options.compile.options.shapes = shapesToExecute(read, options.inputs, options.compile.options.shapes);
    return verify(options);
  }
};

struct CacheCommand : Command {
  bool clear = false, json = false;
  explicit CacheCommand(CLI::App &parent) {
    app = parent.add_subcommand("cache", "the cache of compiled models: where it is, and how much it holds");
    app->add_flag("--clear", clear, "remove what is in it");
    app->add_flag("--json", json, "as JSON");
  }
  int run() override {
    CacheState state = lookAtCache(clear);
    if (json)
      print(nlohmann::ordered_json(
                {{"folder", state.folder}, {"libraries", state.libraries}, {"bytes", state.bytes}, {"removed", clear}})
                .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) +
            "\n");
    else
      print(state.folder + ": " + (clear ? "removed " : "") + std::to_string(state.libraries) +
            (state.libraries == 1 ? " library, " : " libraries, ") + humanBytes(static_cast<double>(state.bytes)) +
            "\n");
    return 0;
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
  commands.push_back(std::make_unique<VerifyCommand>(app));
  commands.push_back(std::make_unique<BisectCommand>(app));
  commands.push_back(std::make_unique<CacheCommand>(app));
  commands.push_back(std::make_unique<RepackCommand>(app));
  addLockCommands(app, commands);
  return commands;
}
