//===- Bisect.cpp - finds the stage that breaks a model ---------------------------------------------------------===//
#include "compiler/tools/Bisect.h"

#include "codegen/emit/Artifact.h"
#include "compiler/eval/Evaluator.h"
#include "compiler/passes/Passes.h"
#include "compiler/support/Npy.h"
#include "compiler/tools/Terminal.h"

#include "runtime/core/Executor.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"

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

std::vector<Tensor> makeInputs(VariantOp variant, const std::vector<std::string> &arguments, int64_t batch) {
  std::vector<Tensor> inputs;
  std::mt19937 random(1);
  for (auto [name, argument] : llvm::zip(variant.getInputNames().getAsValueRange<StringAttr>(),
                                         variant.getBlock().getArguments())) {
    auto type = cast<RankedTensorType>(argument.getType());
    SmallVector<int64_t> shape = sampleShape(type);
    if (isBatched(type))
      shape[0] *= batch;
    Tensor tensor = eval::makeTensor(shape, type.getElementType());
    std::string file;
    for (const std::string &each : arguments)
      if (StringRef(each).starts_with((name + "=").str()))
        file = each.substr(name.size() + 1);
    if (!file.empty()) {
      support::NpyArray array = support::readNpy(file);
      if (array.data.size() != tensor.bytes.size())
        throw std::runtime_error(file + " does not fit input " + name.str());
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

struct StageResult {
  std::vector<Tensor> outputs;
  Snapshot values;
};

/// The last variable id that a value's location carries: the variable that the value is.
int64_t idOf(Value value) {
  auto ids = varIdsOf(value.getLoc());
  return ids.empty() ? -1 : ids.back();
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

/// Runs a compiled library once. `like` says the element types of the outputs.
std::vector<Tensor> runLibrary(const std::string &path, ArrayRef<Tensor> inputs, ArrayRef<Tensor> like) {
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
  std::vector<Tensor> outputs;
  std::vector<void *> out;
  for (auto [k, reference] : llvm::enumerate(like)) {
    const core::Shape &shape = executor.outputShape(static_cast<uint32_t>(k));
    outputs.push_back(eval::makeTensor({shape.dims, static_cast<size_t>(shape.ndim)}, reference.element));
  }
  for (Tensor &output : outputs)
    out.push_back(output.bytes.data());
  check(executor.forward(in.data(), out.data()));
  return outputs;
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
    for (auto &[id, tensor] : result.values) {
      auto it = expected.values.find(id);
      if (it == expected.values.end() || it->second.shape != tensor.shape)
        continue;
      double difference = distance(it->second, tensor);
      if (!(difference <= options.tolerance)) {
        std::printf("              first at variable %lld '%s': error %.3g\n", static_cast<long long>(id),
                    id < static_cast<int64_t>(loaded.model.variables.size()) ? loaded.model.variables[id].name.c_str() : "",
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
  llvm::FileRemover remover(library);
  codegen::BuildOptions build;
  build.compiler = options.compile.cxx;
  codegen::buildArtifact(*tree, targetsOf(network), library.str().str(), build);
  StageResult compiled;
  compiled.outputs = runLibrary(library.str().str(), inputs, expected.outputs);
  report("emit", compiled);
  std::printf("%s\n", firstBad.empty() ? "all stages agree" : ("the first stage that departs is " + firstBad).c_str());
  return status;
}

InfoExtras tools::infoExtras(const std::string &model, const std::string &decrypt) {
  InfoExtras extras;
  try {
    CompileOptions options;
    options.stopAfter = "infer";
    Loaded loaded = loadAndCompile(model, decrypt, options);
    std::map<int64_t, uint32_t> byVariable;
    for (auto [index, op] : llvm::enumerate(loaded.model.operators))
      for (uint32_t id : op.outputs)
        byVariable[id] = index;
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
