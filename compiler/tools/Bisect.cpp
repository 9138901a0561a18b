//===- Bisect.cpp - finds the stage that breaks a model ---------------------------------------------------------===//
#include "compiler/tools/Bisect.h"

#include "codegen/emit/Artifact.h"
#include "codegen/emit/Processes.h"
#include "compiler/eval/Evaluator.h"
#include "compiler/passes/Passes.h"
#include "compiler/support/Npy.h"
#include "compiler/tools/Terminal.h"

#include "runtime/core/Executor.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"

#include <cmath>
#include <cstring>
#include <map>
#include <random>

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;
using namespace mgec::tools;
using eval::Tensor;

namespace {

/// Values of a tensor as numbers.
std::vector<double> numbers(const Tensor &tensor) {
  std::vector<double> out(tensor.elements());
  auto read = [&](auto tag) {
    using T = decltype(tag);
    for (size_t i = 0; i < out.size(); ++i) {
      T value;
      std::memcpy(&value, tensor.bytes.data() + i * sizeof(T), sizeof(T));
      out[i] = static_cast<double>(value);
    }
  };
  Type type = storageType(tensor.element);
  if (type.isF32())
    read(float());
  else if (auto integer = dyn_cast<IntegerType>(type)) {
    bool isUnsigned = integer.isUnsigned() || integer.getWidth() == 1;
    switch (elementBits(type)) {
    case 8: isUnsigned ? read(uint8_t()) : read(int8_t()); break;
    case 16: isUnsigned ? read(uint16_t()) : read(int16_t()); break;
    default: read(int32_t());
    }
  } else {
    for (size_t i = 0; i < out.size(); ++i) { // 16-bit floats
      uint16_t word;
      std::memcpy(&word, tensor.bytes.data() + 2 * i, 2);
      APFloat value(cast<FloatType>(type).getFloatSemantics(), APInt(16, word));
      bool lost;
      value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
      out[i] = value.convertToDouble();
    }
  }
  return out;
}

/// Largest difference relative to the largest element; infinity where shapes or NaNs differ.
double distance(const Tensor &a, const Tensor &b) {
  if (a.shape != b.shape || a.bytes.size() != b.bytes.size())
    return INFINITY;
  std::vector<double> x = numbers(a), y = numbers(b);
  double worst = 0, scale = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i]) != std::isnan(y[i]))
      return INFINITY;
    if (std::isnan(x[i]) || x[i] == y[i])
      continue;
    worst = std::max(worst, std::fabs(x[i] - y[i]));
    if (std::isfinite(x[i]))
      scale = std::max(scale, std::fabs(x[i]));
  }
  for (double value : x)
    if (std::isfinite(value))
      scale = std::max(scale, std::fabs(value));
  return worst == 0 ? 0 : scale > 0 ? worst / scale : INFINITY;
}

std::vector<Tensor> makeInputs(VariantOp variant, const std::vector<InputFile> &files, int64_t batch) {
  std::vector<Tensor> inputs;
  std::mt19937 random(1);
  for (auto [name, argument] : llvm::zip(variant.getInputNames().getAsValueRange<StringAttr>(),
                                         variant.getBlock().getArguments())) {
    auto type = cast<RankedTensorType>(argument.getType());
    SmallVector<int64_t> shape = sampleShape(type);
    if (isBatched(type))
      shape[0] *= batch;
    Tensor tensor = eval::makeTensor(shape, type.getElementType());
    auto given = llvm::find_if(files, [&](const InputFile &each) { return each.name == name; });
    if (given != files.end()) {
      support::NpyArray array = support::readNpy(given->file);
      checkArray(name.str(), dtypeNumber(type.getElementType()), array, given->file);
      if (array.data.size() != tensor.bytes.size())
        throw std::runtime_error("input '" + name.str() + "' has " + std::to_string(tensor.bytes.size()) + " bytes, but " +
                                 given->file + " has " + std::to_string(array.data.size()));
      tensor.bytes.assign(array.data.begin(), array.data.end());
    } else if (type.getElementType().isF32()) {
      std::normal_distribution<float> normal;
      for (int64_t i = 0; i < tensor.elements(); ++i) {
        float value = normal(random);
        std::memcpy(tensor.bytes.data() + 4 * i, &value, 4);
      }
    } else {
      for (uint8_t &byte : tensor.bytes)
        byte = static_cast<uint8_t>(random() % (type.getElementType().isInteger(1) ? 2 : 100));
    }
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

using Snapshot = std::map<int64_t, Tensor>; // by the model's variable id

/// What one step of the code computed.
struct StepResult {
  std::string name, kernel;
  int64_t id; // of the variable
  Tensor tensor;
};

struct StageResult {
  std::vector<Tensor> outputs;
  Snapshot values;
  std::vector<StepResult> steps; // of the code only, in the order of execution
};

/// The id of the variable that a value is; -1 where it is none.
int64_t idOf(Value value) {
  std::optional<Variable> variable = variableOf(value);
  return variable ? variable->id : -1;
}

StageResult execute(VariantOp variant, const std::vector<Tensor> &inputs, int64_t batch) {
  StageResult result;
  auto outputs = eval::evaluate(variant, inputs, batch, [&](Value value, const Tensor &tensor) {
    if (int64_t id = idOf(value); id >= 0)
      result.values[id] = tensor;
  });
  if (failed(outputs))
    throw std::runtime_error("the reference evaluator cannot execute this stage");
  result.outputs = std::move(*outputs);
  return result;
}

/// Reads what each step leaves in the activation memory, at the places that the plan gave its results.
class StepReader {
public:
  StepReader(VariantOp variant, int64_t batch, core::Executor &executor, ArrayRef<void *> outputs, std::vector<StepResult> &out)
      : batch(variant.hasSymbolicBatch() ? batch : 1), executor(executor), outputs(outputs), out(out) {
    for (auto group : variant.getBlock().getOps<GroupOp>())
      if (group.getRow() != "view") // no step: its result is its operand
        groups.push_back(group);
    if (groups.size() == executor.variant().n_steps)
      executor.setStepHook(&StepReader::hook, this);
  }
  ~StepReader() { executor.setStepHook(nullptr, nullptr); }

private:
  static void hook(void *user, uint32_t step, int begin) {
    if (!begin)
      static_cast<StepReader *>(user)->read(step);
  }

  void read(uint32_t step) {
    GroupOp group = groups[step];
    for (auto [k, result] : llvm::enumerate(group.getResults())) {
      auto type = cast<RankedTensorType>(result.getType());
      auto place = cast<PlaceAttr>((*group.getPlaces())[k]);
      const uint8_t *from = place.getSpace() == "arena"    ? executor.memory()->data() + place.getOffset() * batch
                            : place.getSpace() == "output" ? static_cast<const uint8_t *>(outputs[place.getOffset()])
                                                           : nullptr;
      int64_t id = idOf(result);
      if (!from || id < 0)
        continue;
      SmallVector<int64_t> shape = sampleShape(type);
      if (isBatched(type))
        shape[0] *= batch;
      Tensor tensor = eval::makeTensor(shape, type.getElementType());
      ArrayRef<uint8_t> stored(from, sampleBytes(type) * (isBatched(type) ? batch : 1));
      tensor.bytes = eval::fromLayout(stored, shape, layoutOf(type), elementBits(type.getElementType()) / 8);
      const mgec_step &described = executor.variant().steps[step];
      out.push_back({described.name, described.kernel, id, std::move(tensor)});
    }
  }

  int64_t batch;
  core::Executor &executor;
  ArrayRef<void *> outputs;
  std::vector<StepResult> &out;
  std::vector<GroupOp> groups;
};

/// Runs a compiled library once. `like` says the element types of the outputs.
StageResult runLibrary(const std::string &path, VariantOp variant, ArrayRef<Tensor> inputs, int64_t batch, ArrayRef<Tensor> like) {
  auto check = [](const core::Status &status) {
    if (!status.ok())
      throw std::runtime_error(status.message());
  };
  core::ModelPtr model;
  check(core::bindLibrary(path, "", model));
  core::Executor executor(model);
  std::vector<core::Shape> shapes;
  std::vector<const void *> in;
  for (const Tensor &input : inputs) {
    core::Shape shape;
    shape.ndim = static_cast<int32_t>(input.shape.size());
    std::copy(input.shape.begin(), input.shape.end(), shape.dims);
    shapes.push_back(shape);
    in.push_back(input.bytes.data());
  }
  check(executor.select(shapes.data()));
  StageResult result;
  std::vector<Tensor> &outputs = result.outputs;
  std::vector<void *> out;
  for (auto [k, reference] : llvm::enumerate(like)) {
    const core::Shape &shape = executor.outputShape(static_cast<uint32_t>(k));
    outputs.push_back(eval::makeTensor({shape.dims, static_cast<size_t>(shape.ndim)}, reference.element));
  }
  for (Tensor &output : outputs)
    out.push_back(output.bytes.data());
  StepReader reader(variant, batch, executor, out, result.steps);
  check(executor.forward(in.data(), out.data()));
  return result;
}

} // namespace

int tools::bisect(const BisectOptions &options) {
  CompileOptions compileOptions = options.compile.options;
  compileOptions.stopAfter = "import";
  Loaded loaded = loadAndCompile(options.model, options.compile.decrypt, compileOptions);
  NetworkOp network = loaded.compilation.network();
  constexpr int64_t batch = 2;

  std::vector<Tensor> inputs;
  StageResult expected;
  std::string firstBad;
  int status = 0;
  auto report = [&](StringRef stage, const StageResult &result) {
    double worst = 0;
    for (auto [a, b] : llvm::zip(expected.outputs, result.outputs))
      worst = std::max(worst, distance(a, b));
    bool bad = !(worst <= options.tolerance);
    std::printf("  %-10s  largest output error %.3g%s\n", stage.str().c_str(), worst, bad ? "   <-- departs" : "");
    if (!bad || !firstBad.empty())
      return;
    firstBad = stage.str();
    status = 1;
    auto variableText = [&](int64_t id) {
      bool known = id < static_cast<int64_t>(loaded.model.variables.size());
      return std::to_string(id) + " '" + (known ? loaded.model.variables[id].name : "") + "'";
    };
    for (const StepResult &step : result.steps) {
      auto it = expected.values.find(step.id);
      if (it == expected.values.end() || it->second.shape != step.tensor.shape)
        continue;
      double difference = distance(it->second, step.tensor);
      if (!(difference <= options.tolerance)) {
        std::printf("              first at step %s, kernel %s, variable %s: error %.3g\n", step.name.c_str(), step.kernel.c_str(),
                    variableText(step.id).c_str(), difference);
        break;
      }
    }
    for (auto &[id, tensor] : result.values) {
      auto it = expected.values.find(id);
      if (it == expected.values.end() || it->second.shape != tensor.shape)
        continue;
      double difference = distance(it->second, tensor);
      if (!(difference <= options.tolerance)) {
        std::printf("              first at variable %s: error %.3g\n", variableText(id).c_str(), difference);
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
    if (inputs.empty())
      inputs = makeInputs(variant, options.inputs, batch);
    StageResult result = execute(variant, inputs, batch);
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
  report("emit", runLibrary(library.str().str(), variant, inputs, batch, expected.outputs));
  std::printf("%s\n", firstBad.empty() ? "all stages agree" : ("the first stage that departs is " + firstBad).c_str());
  return status;
}

/// The file format's name for an element type.
static std::optional<read::DTypeDesc> describedType(Type element) {
  using enum read::DType;
  static constexpr read::DType types[] = {Float32, Float16,     BFloat16,        Int8,         Uint8,        Int16,        Uint16,         Int32,
                                          Bool,    QuantizedS8, Quantized8Asymm, QuantizedS32, QuantizedS16, QuantizedS4, Quantized4Asymm};
  int number = dtypeNumber(element);
  if (number < 0 || number >= static_cast<int>(std::size(types)))
    return std::nullopt;
  auto [scale, zeroPoint] = quantisationOf(element);
  return read::DTypeDesc{types[number], static_cast<float>(scale), static_cast<int32_t>(zeroPoint)};
}

InfoExtras tools::infoExtras(const std::string &model, const std::string &decrypt) {
  InfoExtras extras;
  try {
    CompileOptions options;
    options.stopAfter = "infer";
    Loaded loaded = loadAndCompile(model, decrypt, options);
    // A variable's type is rarely in the file; what the outputs are follows from the rest.
    auto variant = *loaded.compilation.network().getBlock().getOps<VariantOp>().begin();
    for (auto [output, type] : llvm::zip(loaded.model.outputs, variant.getBlock().getTerminator()->getOperandTypes())) {
      auto ranked = cast<RankedTensorType>(type);
      extras.variables.push_back({output.var, describedType(ranked.getElementType()),
                                  std::vector<int64_t>(ranked.getShape().begin(), ranked.getShape().end())});
    }
    std::map<int64_t, uint32_t> byVariable;
    for (auto [index, op] : llvm::enumerate(loaded.model.operators))
      for (uint32_t id : op.outputs)
        byVariable[loaded.model.variables[id].graphId] = index;
    loaded.compilation.network().walk([&](FusionOpInterface op) {
      auto ids = varIdsOf(op->getLoc());
      int64_t macs = op.getMacs();
      if (macs > 0 && !ids.empty()) {
        extras.macs.push_back({byVariable[ids.back()], static_cast<uint64_t>(macs)});
        extras.totalMacs += macs;
      }
    });
  } catch (const std::exception &) {
    // A model that cannot be compiled can still be described.
  }
  return extras;
}
