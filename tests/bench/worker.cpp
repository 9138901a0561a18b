//===- worker.cpp - mgec as an engine of the side-by-side benchmark -----------------------------------------------===//
//
// Answers one JSON object a line on standard input with one on standard output: `load`, `run`, `output`, `quit`. It
// compiles the model with `mgec compile` before any clock starts, and from then on is an ordinary program that uses
// libmgec_lite: what it measures is what a user gets. The compiler is the program `mgec` beside this one, or
// $MGEC_COMPILER. Whatever anything prints goes to standard error.
//
// A model folder holds model.mge, the inputs as .npy, and meta.json, which names them:
//   {"inputs": {"data": {"file": "in_data.npy"}}, "graph_input_order": ["data"], "inputs_not_in_graph": []}
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/support/Npy.h"
#include "lite/network.h"
#include "mgec/model_abi.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;
using mgec::support::NpyArray;
using mgec::support::NpyType;

namespace {

double milliseconds(Clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

/// A line of /proc/self/status, in kB.
long statusKb(const std::string &key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.compare(0, key.size() + 1, key + ':') == 0)
      return std::strtol(line.c_str() + key.size() + 1, nullptr, 10);
  return 0;
}

std::string readText(const fs::path &path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    throw std::runtime_error(path.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Runs a program with its output in a file. Returns its exit status, 128 and more for a signal.
int run(const std::vector<std::string> &command, const fs::path &log) {
  std::vector<char *> arguments;
  for (const std::string &word : command)
    arguments.push_back(const_cast<char *>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int error = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw std::runtime_error(command[0] + ": cannot be started: " + std::strerror(error));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The size of a mapped file, by the name of a symbol in it.
uint64_t mappedFileSize(const void *symbol) {
  Dl_info info;
  std::error_code error;
  if (!dladdr(symbol, &info) || !info.dli_fname)
    return 0;
  const auto size = fs::file_size(info.dli_fname, error);
  return error ? 0 : size;
}

struct Input {
  std::string name;
  NpyArray array;
};

class Engine {
public:
  Json load(const Json &request) {
    const fs::path model = request.at("model").get<std::string>(), cache = request.at("cache").get<std::string>();
    const size_t threads = request.at("threads").get<size_t>();
    network.reset();
    readInputs(model);

    const fs::path library = cache / "model.so";
    const auto compileStart = Clock::now();
    compile(model / "model.mge", library, cache / "compile.log");
    const double compileSeconds = milliseconds(Clock::now() - compileStart) / 1e3;

    const long before = statusKb("VmRSS");
    const auto start = Clock::now();
    network = std::make_shared<lite::Network>();
    if (threads > 1)
      lite::Runtime::set_cpu_threads_number(network, threads);
    network->load_model(library.string());
    bind();
    const auto loaded = Clock::now();
    forward();
    const auto first = Clock::now();
    const long peak = statusKb("VmHWM") - before;

    return {{"load_ms", milliseconds(loaded - start)},
            {"first_ms", milliseconds(first - loaded)},
            {"peak_rss_kb", peak},
            {"runtime_bytes", runtimeBytes(library)},
            {"convert_s", compileSeconds},
            {"note", note}};
  }

  Json measure(const Json &request) {
    needNetwork();
    for (int i = request.value("warmup", 0); i > 0; --i)
      forward();
    std::vector<double> times;
    for (int i = request.at("iters").get<int>(); i > 0; --i) {
      const auto start = Clock::now();
      forward();
      times.push_back(milliseconds(Clock::now() - start));
    }
    return {{"times_ms", times}};
  }

  Json output(const Json &request) {
    needNetwork();
    const std::string prefix = request.at("prefix").get<std::string>();
    Json paths = Json::array();
    for (size_t i = 0; i < outputs.size(); ++i) {
      const lite::Layout layout = outputs[i]->get_layout();
      const std::vector<int64_t> shape(layout.shapes, layout.shapes + layout.ndim);
      const auto *data = static_cast<const uint8_t *>(outputs[i]->get_memory_ptr());
      const std::string path = prefix + '_' + std::to_string(i) + ".npy";
      mgec::support::writeNpy(path, outputTypes[i], shape, {data, outputs[i]->get_tensor_total_size_in_byte()});
      paths.push_back(path);
    }
    return {{"outputs", paths}};
  }

private:
  void needNetwork() const {
    if (!network)
      throw std::runtime_error("nothing is loaded");
  }

  void forward() {
    network->forward();
    network->wait();
  }

  void readInputs(const fs::path &model) {
    const Json meta = Json::parse(readText(model / "meta.json"));
    const Json &files = meta.at("inputs");
    std::vector<std::string> names, absent;
    if (meta.contains("graph_input_order"))
      names = meta["graph_input_order"].get<std::vector<std::string>>();
    else
      for (const auto &item : files.items())
        names.push_back(item.key());
    if (meta.contains("inputs_not_in_graph"))
      absent = meta["inputs_not_in_graph"].get<std::vector<std::string>>();
    inputs.clear();
    for (const std::string &name : names)
      if (files.contains(name) && std::find(absent.begin(), absent.end(), name) == absent.end())
        inputs.push_back({name, mgec::support::readNpy((model / files[name].at("file").get<std::string>()).string())});
  }

  void compile(const fs::path &model, const fs::path &library, const fs::path &log) {
    std::string compiler;
    if (const char *chosen = std::getenv("MGEC_COMPILER"); chosen && *chosen)
      compiler = chosen;
    else
      compiler = (fs::read_symlink("/proc/self/exe").parent_path() / "mgec").string();
    std::vector<std::string> command = {compiler,         "compile",  model.string(), "-o",
                                        library.string(), "--target", "native"};
    for (const Input &input : inputs) {
      std::string shape = input.name;
      for (size_t i = 0; i < input.array.shape.size(); ++i) {
        shape += i ? 'x' : '=';
        shape += std::to_string(input.array.shape[i]);
      }
      command.insert(command.end(), {"--shape", shape + (input.array.shape.empty() ? "=1" : "")});
    }
    fs::create_directories(library.parent_path());
    const int status = run(command, log);
    if (status != 0) {
      std::string text = readText(log);
      text.erase(0, text.size() > 600 ? text.size() - 600 : 0);
      throw std::runtime_error("mgec compile ended with status " + std::to_string(status) + ": " + text);
    }
  }

  /// Gives the network the inputs where they lie, and looks up its outputs.
  void bind() {
    for (const Input &input : inputs) {
      lite::Layout layout = network->get_io_tensor(input.name, LITE_INPUT)->get_layout();
      layout.ndim = std::max<size_t>(input.array.shape.size(), 1);
      if (layout.ndim > lite::Layout::MAXDIM)
        throw std::runtime_error("input " + input.name + " has too many dimensions");
      layout.shapes[0] = 1;
      std::copy(input.array.shape.begin(), input.array.shape.end(), layout.shapes);
      if (layout.get_elem_size() != input.array.type.size)
        throw std::runtime_error("input " + input.name + " holds " + input.array.type.name() +
                                 ", which is not what the model takes");
      network->get_io_tensor(input.name, LITE_INPUT)->reset(const_cast<uint8_t *>(input.array.data.data()), layout);
    }
    outputs.clear();
    for (size_t i = 0; i < network->get_all_output_name().size(); ++i)
      outputs.push_back(network->get_output_tensor(i));
  }

  /// libmgec_lite, and the code of the compiled model without its weights. Also learns the outputs' own types, which
  /// the Lite API shows as the integers that store them.
  uint64_t runtimeBytes(const fs::path &library) {
    outputTypes.assign(outputs.size(), NpyType{'f', 4});
    note.clear();
    uint64_t total = mappedFileSize(reinterpret_cast<const void *>(&mgec_register_model));
    const std::unique_ptr<void, int (*)(void *)> handle(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL), dlclose);
    const auto entry =
        handle ? reinterpret_cast<mgec_artifact_models_fn>(dlsym(handle.get(), MGEC_ARTIFACT_SYMBOL)) : nullptr;
    if (!entry)
      throw std::runtime_error(library.string() + ": cannot be looked at");
    uint32_t count = 0;
    const mgec_model &model = *entry(&count)[0];
    for (size_t i = 0; i < outputs.size() && i < model.variants->n_outputs; ++i)
      outputTypes[i] = npyType(model.variants->outputs[i].dtype, outputs[i]->get_layout().get_elem_size());
    const uint64_t size = fs::file_size(library);
    note = "model.so " + std::to_string(size) + " bytes, weights " + std::to_string(model.weights_bytes);
    return total + size - std::min<uint64_t>(size, model.weights_bytes);
  }

  static NpyType npyType(int32_t dtype, size_t size) {
    switch (dtype) {
    case MGEC_F32:
    case MGEC_F16:
      return {'f', static_cast<unsigned>(size)};
    case MGEC_BOOL:
      return {'b', 1};
    case MGEC_U8:
    case MGEC_U16:
    case MGEC_BF16:
    case MGEC_QU8:
    case MGEC_QS4:
    case MGEC_QU4:
      return {'u', static_cast<unsigned>(size)};
    default:
      return {'i', static_cast<unsigned>(size)};
    }
  }

  std::vector<Input> inputs;
  std::shared_ptr<lite::Network> network;
  std::vector<std::shared_ptr<lite::Tensor>> outputs;
  std::vector<NpyType> outputTypes;
  std::string note;
};

} // namespace

int main() {
  // Answers go where standard output was; everything else that prints there goes to standard error.
  std::FILE *answers = fdopen(dup(STDOUT_FILENO), "w");
  if (!answers || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
    return 1;
  Engine engine;
  for (std::string line; std::getline(std::cin, line);) {
    Json answer;
    try {
      const Json request = Json::parse(line);
      const std::string command = request.at("cmd").get<std::string>();
      if (command == "quit")
        break;
      if (command == "load")
        answer = engine.load(request);
      else if (command == "run")
        answer = engine.measure(request);
      else if (command == "output")
        answer = engine.output(request);
      else
        throw std::runtime_error("no such command: " + command);
      answer["ok"] = true;
    } catch (const std::exception &e) {
      answer = {{"ok", false}, {"error", e.what()}};
    }
    const std::string text = answer.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::fprintf(answers, "%s\n", text.c_str());
    std::fflush(answers);
  }
  return 0;
}
