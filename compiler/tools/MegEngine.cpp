//===- MegEngine.cpp - the answers of a MegEngine that is installed ---------------------------------------------===//
#include "compiler/tools/MegEngine.h"

#include "codegen/emit/Processes.h"
#include "compiler/support/Npy.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

using namespace mgec;
using namespace mgec::tools;
using eval::Tensor;

namespace {

struct Script {
  const char *name, *text;
};
constexpr Script script[] = {
#include "MegEngineScript.inc"
};

std::string textOf(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write(const std::string &path, llvm::StringRef text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.flush())
    throw std::runtime_error("cannot write " + path);
}

/// The last line of what a program printed.
std::string lastLine(const std::string &log) {
  llvm::StringRef text = llvm::StringRef(log).rtrim();
  return text.substr(text.rfind('\n') + 1).str(); // all of it where there is one line
}

/// An output as the script wrote it.
Tensor readOutput(const std::string &path, mlir::Type element) {
  support::NpyArray array = support::readNpy(path);
  if (array.shape.empty())
    array.shape = {1}; // the model has no scalars
  Tensor tensor = eval::makeTensor(array.shape, element);
  if (tensor.bytes.size() != array.data.size())
    throw std::runtime_error("MegEngine has " + array.type.name() + " where the model has " +
                             mge::elementName(element));
  tensor.bytes.assign(array.data.begin(), array.data.end());
  return tensor;
}

} // namespace

MegEnginePython tools::findMegEngine(const std::string &named) {
  const char *variable = std::getenv("MGEC_MEGENGINE_PYTHON");
  const std::string wanted = !named.empty() ? named : variable ? variable : "";
  auto found = llvm::sys::findProgramByName(wanted.empty() ? "python3" : wanted);
  if (wanted.empty())
    return {found ? *found : "", false};
  if (!found || !llvm::sys::fs::can_execute(*found)) // a path is found whatever is there
    throw std::runtime_error(std::string(named.empty() ? "MGEC_MEGENGINE_PYTHON" : "--megengine") +
                             ": there is no program " + wanted);
  return {*found, true};
}

MegEngineAnswer tools::askMegEngine(const MegEnginePython &python, const std::string &model,
                                    llvm::ArrayRef<Input> inputs, llvm::ArrayRef<Tensor> like) {
  MegEngineAnswer answer;
  if (python.program.empty()) {
    answer.why = "there is no python3";
    return answer;
  }
  llvm::SmallString<128> place;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("mgec-verify", place))
    throw std::runtime_error("cannot make a temporary folder: " + error.message());
  const std::string folder = place.str().str();
  codegen::Disappearing remover(folder);

  nlohmann::json request = {{"model", std::filesystem::absolute(model).string()}, {"inputs", nlohmann::json::array()}};
  for (const Input &input : inputs) {
    const std::string file = "in" + std::to_string(request["inputs"].size()) + ".npy";
    support::writeNpy(folder + "/" + file, npyTypeOf(mge::dtypeNumber(input.tensor.element)), input.tensor.shape,
                      input.tensor.bytes);
    request["inputs"].push_back({{"name", input.name}, {"file", file}});
  }
  write(folder + "/request.json", request.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
  const std::string program = folder + "/" + script->name, log = folder + "/log.txt";
  write(program, script->text);

  std::string error;
  const int status = codegen::runProgram({python.program, "-B", program, folder}, log, folder, error);
  if (status != 0) {
    answer.why = status < 0 ? error : textOf(folder + "/error.txt");
    if (answer.why.empty())
      answer.why = status > 128 ? "it was ended by signal " + std::to_string(status - 128)
                                : "exit status " + std::to_string(status) + ": " + lastLine(textOf(log));
    answer.why = python.program + ": " + answer.why;
    return answer;
  }
  const auto result = nlohmann::json::parse(textOf(folder + "/result.json"), nullptr, /*allow_exceptions=*/false);
  if (!result.is_object() || !result.contains("version") || !result.contains("names") || !result["names"].is_array())
    throw std::runtime_error(python.program + " left no result: " + lastLine(textOf(log)));
  answer.version = result["version"].is_string() ? result["version"].get<std::string>() : result["version"].dump();
  if (result["names"].size() != like.size())
    throw std::runtime_error("MegEngine has " + std::to_string(result["names"].size()) + " outputs where mgec has " +
                             std::to_string(like.size()));
  for (size_t k = 0; k < like.size(); ++k)
    answer.outputs.push_back(readOutput(folder + "/out" + std::to_string(k) + ".npy", like[k].element));
  return answer;
}
