//===- Execute.cpp - one set of inputs through the reference evaluator and through compiled code ----------------===//
#include "compiler/tools/Execute.h"

#include "compiler/support/Npy.h"
#include "compiler/tools/Compile.h"

#include "runtime/core/Cpu.h"
#include "runtime/core/Executor.h"

#include "llvm/ADT/APFloat.h"

#include <cstring>
#include <optional>
#include <random>
#include <stdexcept>

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;
using namespace mgec::tools;
using eval::Tensor;

std::string tools::extentsText(ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t extent : shape)
    text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

//===--- Inputs ---------------------------------------------------------------------------------------------------===//

namespace {

/// A value that somebody gave for an input.
struct Given {
  std::vector<uint8_t> bytes;
  SmallVector<int64_t> shape;
  std::string origin;
};

std::optional<Given> find(const InputChoice &choice, const std::string &name, Type element) {
  for (const InputFile &each : choice.files) {
    if (each.name != name)
      continue;
    support::NpyArray array = support::readNpy(each.file);
    checkArray(name, dtypeNumber(element), array, each.file);
    if (array.shape.empty())
      array.shape = {1}; // the model has no scalars
    return Given{std::move(array.data), SmallVector<int64_t>(array.shape.begin(), array.shape.end()), each.file};
  }
  if (choice.testCase)
    for (const auto &[given, value] : *choice.testCase)
      if (given == name)
        return Given{std::vector<uint8_t>(value.data.begin(), value.data.end()),
                     SmallVector<int64_t>(value.shape.begin(), value.shape.end()), "the test case"};
  return std::nullopt;
}

template <typename T> void put(Tensor &tensor, int64_t index, T value) {
  std::memcpy(tensor.bytes.data() + index * sizeof(T), &value, sizeof(T));
}

/// Numbers that the model can compute with. Each input has a sequence of its own, so that another input more or less
/// does not change them.
void makeUp(Tensor &tensor, uint32_t seed, uint32_t number) {
  std::seed_seq sequence{seed, number};
  std::mt19937 random(sequence);
  Type type = storageType(tensor.element);
  unsigned bits = elementBits(type);
  if (auto real = dyn_cast<FloatType>(type)) {
    std::normal_distribution<float> normal;
    for (int64_t i = 0; i < tensor.elements(); ++i) {
      float value = normal(random);
      if (bits == 32) {
        put(tensor, i, value);
        continue;
      }
      APFloat narrow(value);
      bool lost;
      narrow.convert(real.getFloatSemantics(), APFloat::rmNearestTiesToEven, &lost);
      put(tensor, i, static_cast<uint16_t>(narrow.bitcastToAPInt().getZExtValue()));
    }
  } else if (bits <= 8) {
    for (uint8_t &byte : tensor.bytes)
      byte = static_cast<uint8_t>(random() % (type.isInteger(1) ? 2 : 256));
  } else {
    for (int64_t i = 0; i < tensor.elements(); ++i) {
      int32_t value = 1 + static_cast<int32_t>(random() % 99);
      bits == 16 ? put(tensor, i, static_cast<int16_t>(value)) : put(tensor, i, value);
    }
  }
}

/// The batch that makes `type` have this first extent, if there is one.
std::optional<int64_t> batchFor(RankedTensorType type, int64_t extent) {
  int64_t perSample = sampleShape(type)[0];
  return perSample > 0 && extent % perSample == 0 ? std::optional<int64_t>(extent / perSample) : std::nullopt;
}

} // namespace

std::vector<Tensor> Inputs::tensors() const {
  std::vector<Tensor> result;
  for (const Input &input : values)
    result.push_back(input.tensor);
  return result;
}

Inputs tools::makeInputs(VariantOp variant, const InputChoice &choice) {
  Inputs inputs;
  SymbolAttr symbol = variant.hasSymbolicBatch() ? cast<SymbolAttr>((*variant.getSymbols())[0]) : SymbolAttr();
  std::optional<int64_t> batch;
  std::vector<std::optional<Given>> given;
  for (auto [name, argument] :
       llvm::zip(variant.getInputNames().getAsValueRange<StringAttr>(), variant.getBlock().getArguments())) {
    auto type = cast<RankedTensorType>(argument.getType());
    given.push_back(find(choice, name.str(), type.getElementType()));
    if (given.back() && symbol && !batch && isBatched(type) && !given.back()->shape.empty())
      batch = batchFor(type, given.back()->shape[0]);
  }
  if (symbol) {
    inputs.batch = batch.value_or(std::clamp<int64_t>(2, symbol.getMin(), symbol.getMax()));
    if (inputs.batch < symbol.getMin() || inputs.batch > symbol.getMax())
      throw std::runtime_error("the inputs have a batch of " + std::to_string(inputs.batch) + ", and " +
                               batchName(variant) + " is from " + std::to_string(symbol.getMin()) + " to " +
                               std::to_string(symbol.getMax()));
  }
  for (auto [number, name, argument] :
       llvm::enumerate(variant.getInputNames().getAsValueRange<StringAttr>(), variant.getBlock().getArguments())) {
    auto type = cast<RankedTensorType>(argument.getType());
    SmallVector<int64_t> shape = sampleShape(type);
    if (isBatched(type))
      shape[0] *= inputs.batch;
    Input input{name.str(), "made up, seed " + std::to_string(choice.seed),
                eval::makeTensor(shape, type.getElementType())};
    if (std::optional<Given> &value = given[number]) {
      if (value->shape != shape || value->bytes.size() != input.tensor.bytes.size())
        throw std::runtime_error("input '" + name.str() + "' takes " + extentsText(shape) + ", and " + value->origin +
                                 " has " + extentsText(value->shape));
      input.tensor.bytes = std::move(value->bytes);
      input.origin = value->origin;
    } else if (FlatSymbolRefAttr own = variant.getInputDefault(static_cast<unsigned>(number))) {
      auto weight = SymbolTable::lookupNearestSymbolFrom<WeightOp>(variant->getParentOp(), own);
      if (weight && bytesOf(weight).size() == input.tensor.bytes.size()) {
        input.tensor.bytes = bytesOf(weight).vec();
        input.origin = "the model's own value";
      } else {
        makeUp(input.tensor, choice.seed, static_cast<uint32_t>(number));
      }
    } else {
      makeUp(input.tensor, choice.seed, static_cast<uint32_t>(number));
    }
    inputs.values.push_back(std::move(input));
  }
  return inputs;
}

//===--- The evaluator --------------------------------------------------------------------------------------------===//

std::vector<Tensor> tools::evaluateStage(VariantOp variant, ArrayRef<Tensor> inputs, int64_t batch, Snapshot *values) {
  auto outputs = eval::evaluate(variant, inputs, batch, [&](Value value, const Tensor &tensor) {
    if (std::optional<Variable> variable = values ? variableOf(value) : std::nullopt)
      (*values)[variable->id] = {variable->name.str(), tensor};
  });
  if (failed(outputs))
    throw std::runtime_error("the reference evaluator cannot execute this stage");
  return std::move(*outputs);
}

//===--- Compiled code --------------------------------------------------------------------------------------------===//

namespace {

void check(const core::Status &status) {
  if (!status.ok())
    throw std::runtime_error(status.message());
}

/// Reads what each step leaves in the activation memory, at the places that the plan gave its results.
class StepReader {
public:
  StepReader(const LibraryRun &run, int64_t batch, core::Executor &executor, ArrayRef<void *> outputs)
      : run(run), executor(executor), outputs(outputs) {
    if (!run.variant || !run.onStep)
      return;
    VariantOp variant = run.variant;
    this->batch = variant.hasSymbolicBatch() ? batch : 1;
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
      const bool isOutput = place.getSpace() == "output";
      const uint8_t *from = place.getSpace() == "arena" ? executor.memory()->data() + place.getOffset() * batch
                            : isOutput                  ? static_cast<const uint8_t *>(outputs[place.getOffset()])
                                                        : nullptr;
      std::optional<Variable> variable = variableOf(result);
      if (!from || !variable)
        continue;
      SmallVector<int64_t> shape = sampleShape(type);
      if (isBatched(type))
        shape[0] *= batch;
      Tensor tensor = eval::makeTensor(shape, type.getElementType());
      ArrayRef<uint8_t> stored(from, sampleBytes(type) * (isBatched(type) ? batch : 1));
      tensor.bytes = eval::fromLayout(stored, shape, layoutOf(type), elementBits(type.getElementType()) / 8);
      const mgec_step &described = executor.variant().steps[step];
      run.onStep({described.name, described.kernel, variable->id, variable->name.str(), isOutput, std::move(tensor)});
    }
  }

  const LibraryRun &run;
  int64_t batch = 1;
  core::Executor &executor;
  ArrayRef<void *> outputs;
  std::vector<GroupOp> groups;
};

} // namespace

LibraryResult tools::runLibrary(const LibraryRun &run, ArrayRef<Tensor> inputs, int64_t batch, ArrayRef<Tensor> like) {
  core::ModelPtr model;
  check(core::bindLibrary(run.path, "", model));
  if (model->inputs() != inputs.size() || model->outputs() != like.size())
    throw std::runtime_error(run.name + " has " + std::to_string(model->inputs()) + " inputs and " +
                             std::to_string(model->outputs()) + " outputs, and the model has " +
                             std::to_string(inputs.size()) + " and " + std::to_string(like.size()));
  for (auto [k, input] : llvm::enumerate(inputs))
    if (model->input(static_cast<uint32_t>(k)).dtype != dtypeNumber(input.element))
      throw std::runtime_error(run.name + ": input " + std::to_string(k) + " has another type than the model's");
  for (auto [k, output] : llvm::enumerate(like))
    if (model->output(static_cast<uint32_t>(k)).dtype != dtypeNumber(output.element))
      throw std::runtime_error(run.name + ": output " + std::to_string(k) + " has another type than the model's");
  core::Executor executor(model);
  check(executor.setThreads(run.threads));
  std::vector<core::Shape> shapes;
  std::vector<const void *> in;
  for (const Tensor &input : inputs) {
    core::Shape shape;
    shape.ndim = static_cast<int32_t>(input.shape.size());
    std::copy(input.shape.begin(), input.shape.end(), shape.dims);
    shapes.push_back(shape);
    in.push_back(input.bytes.data());
  }
  checkNamed(executor.select(shapes.data()), model->name(), run.name);
  LibraryResult result;
  result.isa = core::isaName(executor.isa().isa);
  std::vector<void *> out;
  for (auto [k, reference] : llvm::enumerate(like)) {
    const core::Shape &shape = executor.outputShape(static_cast<uint32_t>(k));
    result.outputs.push_back(eval::makeTensor({shape.dims, static_cast<size_t>(shape.ndim)}, reference.element));
  }
  for (Tensor &output : result.outputs)
    out.push_back(output.bytes.data());
  StepReader reader(run, batch, executor, out);
  checkNamed(executor.forward(in.data(), out.data()), model->name(), run.name);
  return result;
}
