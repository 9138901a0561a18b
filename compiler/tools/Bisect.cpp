//===- Bisect.cpp - finds the stage that breaks a model ---------------------------------------------------------===//
#include "compiler/tools/Bisect.h"

#include "codegen/emit/Artifact.h"
#include "codegen/emit/Processes.h"
#include "compiler/passes/Passes.h"
#include "compiler/tools/Compare.h"
#include "compiler/tools/Execute.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;
using namespace mgec::tools;
using eval::Tensor;

namespace {

/// What a stage computed: in the evaluator the values, in the code the results of its steps in the order of execution.
struct StageResult {
  std::vector<Tensor> outputs;
  Snapshot values;
  std::vector<StepResult> steps;
};

} // namespace

int tools::bisect(const BisectOptions &options) {
  CompileOptions compileOptions = options.compile.options;
  compileOptions.stopAfter = "import";
  Loaded loaded = loadAndCompile(options.model, options.compile.decrypt, compileOptions);
  NetworkOp network = loaded.compilation.network();
  std::vector<Tensor> inputs;
  int64_t batch = 1;
  StageResult expected;
  std::string firstBad;
  int status = 0;
  auto report = [&](StringRef stage, const StageResult &result) {
    double worst = 0;
    for (auto [a, b] : llvm::zip(expected.outputs, result.outputs))
      worst = std::max(worst, compare(a, b).relative());
    bool bad = !(worst <= options.tolerance);
    std::printf("  %-10s  largest output error %.3g%s\n", stage.str().c_str(), worst, bad ? "   <-- departs" : "");
    if (!bad || !firstBad.empty())
      return;
    firstBad = stage.str();
    status = 1;
    auto variableText = [](int64_t id, const std::string &name) {
      return std::to_string(id) + " '" + read::printable(name) + "'";
    };
    for (const StepResult &step : result.steps) {
      auto it = expected.values.find(step.id);
      if (it == expected.values.end() || it->second.tensor.shape != step.tensor.shape)
        continue;
      double difference = compare(it->second.tensor, step.tensor).relative();
      if (!(difference <= options.tolerance)) {
        std::printf("              first at step %s, kernel %s, variable %s: error %.3g\n", step.name.c_str(),
                    step.kernel.c_str(), variableText(step.id, step.variable).c_str(), difference);
        break;
      }
    }
    for (auto &[id, known] : result.values) {
      auto it = expected.values.find(id);
      if (it == expected.values.end() || it->second.tensor.shape != known.tensor.shape)
        continue;
      double difference = compare(it->second.tensor, known.tensor).relative();
      if (!(difference <= options.tolerance)) {
        std::printf("              first at variable %s: error %.3g\n", variableText(id, known.name).c_str(),
                    difference);
        break;
      }
    }
  };
  for (const char *stage : stageNames()) {
    if (StringRef(stage) == "read" || StringRef(stage) == "import" || StringRef(stage) == "emit")
      continue;
    PassManager manager(loaded.context.get());
    CompileOptions one = options.compile.options;
    addStage(manager, one, stage);
    if (failed(manager.run(*loaded.compilation.module)))
      throw std::runtime_error(options.model + ": stage " + stage + " failed");
    VariantOp variant = *network.getBlock().getOps<VariantOp>().begin();
    if (inputs.empty()) {
      Inputs made = makeInputs(variant, {.files = options.inputs});
      inputs = made.tensors();
      batch = made.batch;
    }
    StageResult result;
    result.outputs = evaluateStage(variant, inputs, batch, &result.values);
    if (expected.outputs.empty())
      expected = result;
    report(stage, result);
  }
  // The last stage is the code itself.
  auto tree = codegen::emitNetwork(network, modelName(options.model));
  if (failed(tree))
    throw std::runtime_error(options.model + ": the sources could not be printed");
  SmallString<128> library;
  if (llvm::sys::fs::createTemporaryFile("mgec-bisect", "so", library))
    throw std::runtime_error("cannot make a temporary file");
  codegen::Disappearing remover(library.str().str());
  codegen::BuildOptions build;
  build.compiler = options.compile.cxx;
  codegen::buildArtifact(*tree, targetsOf(network), library.str().str(), build);
  VariantOp variant = *network.getBlock().getOps<VariantOp>().begin();
  StageResult result;
  LibraryRun run{.path = library.str().str(), .name = options.model, .variant = variant};
  run.onStep = [&](StepResult &&step) { result.steps.push_back(std::move(step)); };
  result.outputs = runLibrary(run, inputs, batch, expected.outputs).outputs;
  report("emit", result);
  std::printf("%s\n", firstBad.empty() ? "all stages agree" : ("the first stage that departs is " + firstBad).c_str());
  return status;
}
