//===- Verify.cpp - compiled code against the reference, and against MegEngine ----------------------------------===//
#include "compiler/tools/Verify.h"

#include "compiler/passes/Passes.h"
#include "compiler/tools/Execute.h"
#include "compiler/tools/MegEngine.h"
#include "compiler/tools/Terminal.h"
#include "compiler/tools/Unlock.h"
#include "compiler/tools/VerifyReport.h"

#include "runtime/core/Model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;
using namespace mgec::tools;
using eval::Tensor;

namespace {

using TestCase = std::vector<std::pair<std::string, read::TensorValue>>;

/// What is verified for one choice of shapes: the reference, which is the graph after `infer`, and the code.
class Subject {
public:
  Subject(const VerifyOptions &options, std::vector<std::string> shapes)
      : options(options), command(options.compile), runnable(options.library) {
    command.options.shapes = std::move(shapes);
    command.quiet = options.quiet;
    CompileOptions compile = command.options;
    compile.stopAfter = "infer";
    loaded = loadAndCompile(options.model, command.decrypt, compile);
    command.options.shapes = loaded.shapes;
  }

  /// As the evaluator takes it: the graph after `infer`.
  VariantOp variant() { return variantOf(*loaded.compilation.module); }

  /// Compiles, unless there is a library already.
  const std::string &library() {
    if (runnable.path().empty())
      runnable = cachedArtifact(command);
    return runnable.path();
  }

  LibraryResult run(const Inputs &inputs, ArrayRef<Tensor> like, std::function<void(StepResult &&)> onStep) {
    LibraryRun run{.path = library(),
                   .name = options.library.empty() ? options.model : options.library,
                   .threads = options.threads};
    // Of a library that somebody gives, it is not known what it was compiled with.
    if (options.library.empty()) {
      run.variant = variantOf(lowered());
      run.onStep = std::move(onStep);
    }
    return runLibrary(run, inputs.tensors(), inputs.batch, like);
  }

  const read::Model &model() const { return loaded.model; }

private:
  static VariantOp variantOf(ModuleOp module) {
    NetworkOp network = *module.getOps<NetworkOp>().begin();
    return *network.getBlock().getOps<VariantOp>().begin();
  }

  /// The graph at the end of the pipeline, with the places of its values: as the library was made, for compiling is
  /// deterministic.
  ModuleOp lowered() {
    if (planned)
      return *planned;
    planned = cast<ModuleOp>(loaded.compilation.module->clone());
    bool after = false;
    for (StringRef stage : stageNames()) {
      if (after && stage != "emit") {
        PassManager manager(loaded.context.get());
        addStage(manager, command.options, stage);
        if (failed(manager.run(*planned)))
          throw std::runtime_error(options.model + ": stage " + stage.str() + " failed");
      }
      after |= stage == "infer";
    }
    return *planned;
  }

  const VerifyOptions &options;
  CompileCommand command;
  Runnable runnable;
  Loaded loaded;
  OwningOpRef<ModuleOp> planned;
};

ComparedTensor compared(const Tensor &expected, const Tensor &found, const Tolerances &tolerances, double least) {
  ComparedTensor tensor;
  tensor.type = typeText(expected.element);
  tensor.scale = quantisationOf(expected.element).first;
  tensor.shape = expected.shape;
  tensor.difference = compare(expected, found);
  tensor.limit = limitFor(expected.element, tolerances, least);
  return tensor;
}

/// What floats are allowed for what they were computed from: 16-bit floats and quantised values.
struct LeastErrors {
  std::vector<double> outputs;
  std::map<int64_t, double> variables; // by id

  double of(int64_t variable) const {
    auto it = variables.find(variable);
    return it == variables.end() ? 0 : it->second;
  }
};

/// Constants and inputs are no computation.
LeastErrors leastErrors(VariantOp variant) {
  LeastErrors result;
  DenseMap<Operation *, double> errors;
  // Operations stand in the order of execution, so that what an operation reads is known.
  for (Operation &op : variant.getBlock().without_terminator()) {
    double least = 0;
    if (op.getNumOperands())
      for (Type type : op.getResultTypes()) {
        Type element = cast<RankedTensorType>(type).getElementType();
        if (quantisationOf(element).first != 0)
          least = std::max(least, errorFromQuantised);
        else if (auto real = dyn_cast<FloatType>(element))
          least = std::max(least, usualError(real));
      }
    for (Value operand : op.getOperands())
      least = std::max(least, errors.lookup(operand.getDefiningOp()));
    errors[&op] = least;
    for (Value value : op.getResults())
      if (std::optional<Variable> variable = variableOf(value))
        result.variables[variable->id] = least;
  }
  for (Value output : variant.getBlock().getTerminator()->getOperands())
    result.outputs.push_back(errors.lookup(output.getDefiningOp()));
  return result;
}

/// `least` has an entry an output, see `limitFor`.
Comparison compareOutputs(VariantOp variant, const std::string &found, const std::string &expected,
                          ArrayRef<Tensor> foundOutputs, ArrayRef<std::optional<Tensor>> expectedOutputs,
                          const Tolerances &tolerances, ArrayRef<double> least) {
  Comparison comparison{found, expected, {}, 0};
  for (auto [k, name] : llvm::enumerate(variant.getOutputNames().getAsValueRange<StringAttr>())) {
    if (!expectedOutputs[k])
      continue;
    ComparedTensor tensor = compared(*expectedOutputs[k], foundOutputs[k], tolerances, least[k]);
    tensor.isOutput = true;
    tensor.name = name.str();
    comparison.tensors.push_back(std::move(tensor));
  }
  return comparison;
}

std::vector<std::optional<Tensor>> all(ArrayRef<Tensor> tensors) { return {tensors.begin(), tensors.end()}; }

/// What a test case says of each output: the operand of the operator that compares it, an input of the file, has that
/// value.
std::vector<std::optional<Tensor>> expectations(const read::Model &model, const TestCase &testCase,
                                                ArrayRef<Tensor> like) {
  std::vector<std::optional<Tensor>> expected(like.size());
  for (size_t k = 0; k < model.outputs.size() && k < like.size(); ++k) {
    auto produces = [](uint32_t variable) {
      return [variable](const read::Operator &op) { return llvm::is_contained(op.outputs, variable); };
    };
    auto assertion = llvm::find_if(model.operators, produces(model.outputs[k].var));
    if (assertion == model.operators.end() || assertion->type != "AssertEqual" || assertion->inputs.empty())
      continue;
    auto input = llvm::find_if(model.operators, produces(assertion->inputs[0]));
    if (input == model.operators.end() || input->tensors.empty())
      continue;
    for (const auto &[name, value] : testCase)
      if (name == input->tensors[0].name) {
        Tensor tensor = eval::makeTensor(value.shape, like[k].element);
        if (tensor.bytes.size() != value.data.size())
          continue; // of another type
        tensor.bytes.assign(value.data.begin(), value.data.end());
        expected[k] = std::move(tensor);
      }
  }
  return expected;
}

/// The instruction sets whose code is to run: those that the user names, where there are several; "": the best.
std::vector<std::string> targetsToRun(const VerifyOptions &options) {
  if (options.library.empty() && options.compile.options.targets.size() > 1 && !std::getenv("MGEC_ISA"))
    return options.compile.options.targets;
  return {""};
}

class Verifier {
public:
  explicit Verifier(const VerifyOptions &options) : options(options) {
    report.model = options.model, report.seed = options.seed;
  }

  VerifiedCase verify(Subject &subject, const TestCase *testCase, const MegEnginePython &python,
                      const std::string &noMegEngine) {
    VerifiedCase result;
    Inputs inputs = makeInputs(subject.variant(), {options.inputs, testCase, options.seed});
    result.inputs = inputs.values;
    subject.library(); // what cannot be compiled is said before the evaluator takes its time

    std::optional<Progress> line;
    if (!options.quiet)
      line.emplace("verifying " + modelName(options.model));
    auto progress = [&](const std::string &what) {
      if (line)
        line->update(what);
    };
    progress("the reference");
    Snapshot values;
    const std::vector<Tensor> reference = evaluateStage(subject.variant(), inputs.tensors(), inputs.batch, &values);

    const LeastErrors least = leastErrors(subject.variant());
    std::optional<MegEngineAnswer> genuine;
    if (!options.noMegEngine && noMegEngine.empty()) {
      progress("MegEngine");
      genuine = askMegEngine(python, options.model, inputs.values, reference);
      if (!genuine->why.empty() && python.wasAskedFor)
        throw std::runtime_error(options.model + ": MegEngine did not run it: " + genuine->why);
      if (genuine->why.empty())
        report.megengine = genuine->version;
      else
        result.remarks.push_back("not compared with MegEngine: " + genuine->why);
    } else if (!noMegEngine.empty()) {
      result.remarks.push_back("not compared with MegEngine: " + noMegEngine);
    }

    const char *set = std::getenv("MGEC_ISA");
    const std::string before = set ? set : "";
    for (const std::string &target : targetsToRun(options)) {
      progress("the code" + (target.empty() ? "" : " for " + target));
      if (!target.empty())
        ::setenv("MGEC_ISA", target.c_str(), 1);
      Comparison against{"", "the reference", {}, 0};
      auto onStep = [&](StepResult &&step) {
        if (step.isOutput)
          return; // compared as an output
        auto it = values.find(step.id);
        if (it == values.end() || it->second.tensor.shape != step.tensor.shape ||
            it->second.tensor.element != step.tensor.element) {
          ++against.unmatched;
          return;
        }
        ComparedTensor tensor = compared(it->second.tensor, step.tensor, options.tolerances, least.of(step.id));
        tensor.variable = step.id;
        tensor.name = step.variable;
        tensor.step = step.name;
        tensor.kernel = step.kernel;
        against.tensors.push_back(std::move(tensor));
      };
      LibraryResult code = subject.run(inputs, reference, onStep);
      if (!target.empty())
        set ? ::setenv("MGEC_ISA", before.c_str(), 1) : ::unsetenv("MGEC_ISA");
      if (!target.empty() && target != "native" && code.isa != target) {
        result.remarks.push_back("not verified: the code for " + target + ", which this processor cannot run");
        continue;
      }
      const std::string name = "code (" + code.isa + ")";
      auto outputs = [&](const std::string &expected, ArrayRef<std::optional<Tensor>> tensors) {
        return compareOutputs(subject.variant(), name, expected, code.outputs, tensors, options.tolerances,
                              least.outputs);
      };
      Comparison more = outputs(against.expected, all(reference));
      against.found = name;
      std::move(more.tensors.begin(), more.tensors.end(), std::back_inserter(against.tensors));
      result.comparisons.push_back(std::move(against));
      if (testCase)
        addUnlessEmpty(result,
                       outputs("what the test case expects", expectations(subject.model(), *testCase, reference)));
      if (genuine && genuine->why.empty())
        addUnlessEmpty(result, outputs("MegEngine " + genuine->version, all(genuine->outputs)));
    }
    if (genuine && genuine->why.empty())
      addUnlessEmpty(result, compareOutputs(subject.variant(), "the reference", "MegEngine " + genuine->version,
                                            reference, all(genuine->outputs), options.tolerances, least.outputs));
    return result;
  }

  VerifyReport report;

private:
  static void addUnlessEmpty(VerifiedCase &result, Comparison &&comparison) {
    if (!comparison.tensors.empty())
      result.comparisons.push_back(std::move(comparison));
  }

  const VerifyOptions &options;
};

/// `shapes`, and those of a test case's inputs that it does not name.
std::vector<std::string> withShapes(std::vector<std::string> shapes, const read::Model &model,
                                    const TestCase &testCase) {
  for (const auto &[name, value] : testCase) {
    const bool asked =
        llvm::any_of(shapes, [&, &name = name](const std::string &shape) { return shape.starts_with(name + "="); });
    if (!asked && !StringRef(name).ends_with(":expect"))
      shapes.push_back(name + "=" + extentsText(value.shape));
  }
  (void)parseShapes(shapes, model); // what is wrong with them is said now
  return shapes;
}

void writeReport(const std::string &path, const std::string &text) {
  if (path == "-")
    return print(text);
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.flush())
    throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
}

} // namespace

int tools::verify(const VerifyOptions &options) {
  MegEnginePython python;
  std::string noMegEngine;
  if (!options.noMegEngine) {
    python = findMegEngine(options.megengine);
    if (isLocked(options.model, options.compile.decrypt)) {
      noMegEngine = "the model came packed or encrypted, and is never written to a file as it is without that";
      if (!options.megengine.empty())
        throw std::runtime_error(options.model + ": --megengine: " + noMegEngine);
    }
  }
  const read::Model model = readPlain(options.model, options.compile.decrypt).model;
  // A test case is one set of inputs with one set of answers: other inputs have other answers.
  const bool useTestCases = !model.testInputs.empty() && options.inputs.empty();
  const size_t count = useTestCases ? model.testInputs.size() : 1;
  const bool text = !options.quiet && options.json != "-";

  Verifier verifier(options);
  std::optional<Subject> subject;
  std::vector<std::string> subjectShapes;
  for (size_t k = 0; k < count; ++k) {
    const TestCase *testCase = useTestCases ? &model.testInputs[k] : nullptr;
    std::vector<std::string> shapes = options.compile.options.shapes;
    if (testCase)
      shapes = withShapes(shapes, model, *testCase);
    if (!subject || shapes != subjectShapes)
      subject.emplace(options, shapes);
    subjectShapes = shapes;
    VerifiedCase result = verifier.verify(*subject, testCase, python, noMegEngine);
    result.testCase = testCase ? static_cast<int>(k) : -1;
    if (!model.testInputs.empty() && !testCase)
      result.remarks.push_back("not compared with what the test case expects, which belongs to other inputs");
    if (text)
      print(verifyText(result, colourOnStdout()));
    verifier.report.cases.push_back(std::move(result));
  }
  if (text)
    print(verdictText(verifier.report, colourOnStdout()));
  else if (options.json.empty() && verifier.report.departing()) // the table is not wanted, what is wrong is
    printError(options.model + ": " + StringRef(verdictText(verifier.report, false)).trim().str());
  if (!options.json.empty())
    writeReport(options.json, verifyJson(verifier.report));
  return verifier.report.departing() ? 1 : 0;
}
