//===- Run.cpp - running and timing a compiled model --------------------------------------------------------------===//
#include "Run.h"

#include "compiler/support/Npy.h"
#include "compiler/tools/Terminal.h"
#include "runtime/core/Cpu.h"
#include "runtime/core/Executor.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>

#include <unistd.h>

namespace mgec {

support::NpyType npyTypeOf(int32_t dtype) {
  switch (dtype) {
  case MGEC_F16:
    return {'f', 2};
  case MGEC_I8:
  case MGEC_QS8:
  case MGEC_QS4:
    return {'i', 1};
  case MGEC_U8:
  case MGEC_QU8:
  case MGEC_QU4:
    return {'u', 1};
  case MGEC_I16:
  case MGEC_QS16:
    return {'i', 2};
  case MGEC_U16:
  case MGEC_BF16:
    return {'u', 2};
  case MGEC_I32:
  case MGEC_QS32:
    return {'i', 4};
  case MGEC_BOOL:
    return {'b', 1};
  default:
    return {'f', 4};
  }
}

namespace {

using core::Executor;
using core::Shape;
using support::NpyArray;
using support::NpyType;
using Clock = std::chrono::steady_clock;

template <typename... Args> [[noreturn]] void fail(fmt::format_string<Args...> text, Args &&...args) {
  throw std::runtime_error(fmt::format(text, std::forward<Args>(args)...));
}

void check(const core::Status &status) {
  if (!status.ok())
    throw std::runtime_error(status.message());
}

//===--- Element types --------------------------------------------------------------------------------------------===//

bool isNibble(int32_t dtype) { return dtype == MGEC_QS4 || dtype == MGEC_QU4; }

/// Bytes to two elements a byte, low nibble first, rows padded. `row` is the innermost extent.
std::vector<uint8_t> packNibbles(std::span<const uint8_t> values, size_t row) {
  std::vector<uint8_t> out;
  for (size_t at = 0; at < values.size(); at += row)
    for (size_t i = 0; i < row; i += 2)
      out.push_back((values[at + i] & 15) | (i + 1 < row ? values[at + i + 1] << 4 : 0));
  return out;
}

std::vector<uint8_t> unpackNibbles(const uint8_t *packed, size_t elements, size_t row, bool isSigned) {
  std::vector<uint8_t> out;
  for (size_t done = 0; done < elements; done += row)
    for (size_t i = 0; i < row; ++i) {
      const uint8_t nibble = packed[done / row * ((row + 1) / 2) + i / 2] >> (i % 2 * 4) & 15;
      out.push_back(isSigned && nibble > 7 ? nibble | 0xf0 : nibble);
    }
  return out;
}

double halfToDouble(uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  const double magnitude = exponent == 31 ? (mantissa ? NAN : INFINITY)
                           : exponent     ? std::ldexp(1024 + mantissa, exponent - 25)
                                          : std::ldexp(mantissa, -24);
  return bits >> 15 ? -magnitude : magnitude;
}

template <typename T> double as(const uint8_t *p) {
  T value;
  std::memcpy(&value, p, sizeof(value));
  return static_cast<double>(value);
}

/// Element `i` of an array of a model's tensor.
double element(const NpyArray &array, size_t i, int32_t dtype) {
  const uint8_t *p = &array.data[i * array.type.size];
  if (dtype == MGEC_F16 || dtype == MGEC_BF16) {
    uint16_t bits;
    std::memcpy(&bits, p, sizeof(bits));
    if (dtype == MGEC_F16)
      return halfToDouble(bits);
    const uint32_t wide = static_cast<uint32_t>(bits) << 16;
    return as<float>(reinterpret_cast<const uint8_t *>(&wide));
  }
  if (array.type.kind == 'f')
    return as<float>(p);
  if (array.type.kind == 'i')
    return array.type.size == 1 ? as<int8_t>(p) : array.type.size == 2 ? as<int16_t>(p) : as<int32_t>(p);
  return array.type.size == 1 ? as<uint8_t>(p) : as<uint16_t>(p);
}

//===--- A model with memory for its tensors ----------------------------------------------------------------------===//

using Block = std::unique_ptr<uint8_t, void (*)(void *)>;

Block allocate(uint64_t bytes) {
  const uint64_t rounded = (bytes + MGEC_ALIGNMENT) / MGEC_ALIGNMENT * MGEC_ALIGNMENT;
  Block block(static_cast<uint8_t *>(std::aligned_alloc(MGEC_ALIGNMENT, rounded)), std::free);
  if (!block)
    fail("cannot allocate {} bytes for a tensor", rounded);
  std::memset(block.get(), 0, rounded);
  return block;
}

class Instance {
public:
  /// `name` is what the user calls the model.
  Instance(const std::string &artifact, const std::string &name, unsigned threads)
      : name(name.empty() ? artifact : name) {
    core::ModelPtr model;
    check(core::bindLibrary(artifact, "", model));
    executor.emplace(model);
    check(executor->setThreads(threads));
    wanted.resize(model->inputs());
  }

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (uint32_t i = 0; i < executor->model().inputs(); ++i)
      result.push_back(executor->input(i).name);
    return result;
  }

  /// Reads the arrays that the arguments name, and takes their shapes.
  void read(const std::vector<std::string> &arguments) {
    arrays.resize(wanted.size());
    for (const InputFile &input : matchInputs(arguments, names())) {
      const mgec_tensor_desc &desc = executor->input(static_cast<uint32_t>(input.index));
      NpyArray array = support::readNpy(input.file);
      checkArray(input.name, desc.dtype, array, input.file);
      if (array.shape.empty())
        array.shape = {1}; // the model has no scalars
      Shape shape;
      shape.ndim = static_cast<int32_t>(array.shape.size());
      std::copy(array.shape.begin(), array.shape.end(), shape.dims);
      if (wanted[input.index] && *wanted[input.index] != shape)
        fail("--shape {}={} and --input {}={}, of shape {}, contradict each other", input.name,
             wanted[input.index]->text(), input.name, input.file, shape.text());
      wanted[input.index] = shape;
      arrays[input.index] = std::move(array);
    }
  }

  /// Picks the variant and makes memory for all tensors.
  void prepare() {
    std::vector<const Shape *> shapes;
    for (const auto &shape : wanted)
      shapes.push_back(shape ? &*shape : nullptr);
    checkNamed(executor->selectSome(shapes.data()));
    for (uint32_t i = 0; i < wanted.size(); ++i) {
      inputs.push_back(allocate(executor->inputBytes(i)));
      inputPointers.push_back(inputs.back().get());
    }
    for (uint32_t i = 0; i < executor->model().outputs(); ++i) {
      outputs.push_back(allocate(executor->outputBytes(i)));
      outputPointers.push_back(outputs.back().get());
    }
  }

  /// Copies the arrays that were read. Returns which inputs that leaves without a value.
  std::vector<uint32_t> fill() {
    std::vector<uint32_t> missing;
    for (uint32_t i = 0; i < inputs.size(); ++i) {
      const mgec_tensor_desc &desc = executor->input(i);
      const uint64_t bytes = executor->inputBytes(i);
      const void *value = executor->model().defaultValue(executor->variant().inputs[i]);
      if (i < arrays.size() && arrays[i]) {
        const Shape &shape = executor->inputShape(i);
        const size_t row = static_cast<size_t>(shape.dims[shape.ndim - 1]);
        if (isNibble(desc.dtype) && row) {
          for (uint8_t v : arrays[i]->data)
            if (desc.dtype == MGEC_QU4 ? v > 15 : v > 7 && v < 0xf8)
              fail("input '{}', of type {}, holds a value that does not fit into 4 bits", desc.name,
                   core::dtypeName(desc.dtype));
          arrays[i]->data = packNibbles(arrays[i]->data, row);
        }
        value = arrays[i]->data.data();
      } else if (!value) {
        missing.push_back(i);
        continue;
      }
      if (bytes)
        std::memcpy(inputs[i].get(), value, bytes);
    }
    return missing;
  }

  void forward() { checkNamed(executor->forward(inputPointers.data(), outputPointers.data())); }

  NpyArray output(uint32_t i) const {
    const int32_t dtype = executor->output(i).dtype;
    const Shape &shape = executor->outputShape(i);
    NpyArray array;
    array.type = npyTypeOf(dtype);
    array.shape.assign(shape.dims, shape.dims + shape.ndim);
    for (int64_t dim : array.shape)
      array.elements *= static_cast<uint64_t>(dim);
    const size_t row = array.shape.empty() ? 1 : static_cast<size_t>(array.shape.back());
    if (isNibble(dtype))
      array.data = unpackNibbles(outputs[i].get(), array.elements, row ? row : 1, dtype == MGEC_QS4);
    else
      array.data.assign(outputs[i].get(), outputs[i].get() + executor->outputBytes(i));
    return array;
  }

  void checkNamed(const core::Status &status) const { mgec::checkNamed(status, executor->model().name(), name); }

  std::string shapesText() const {
    std::string text;
    for (uint32_t i = 0; i < inputs.size(); ++i)
      text += fmt::format("{}{}={}", i ? " " : "", executor->input(i).name, executor->inputShape(i).text());
    return text;
  }

  std::string name;
  std::optional<Executor> executor;
  std::vector<std::optional<Shape>> wanted; // shapes of inputs that the user fixed
  std::vector<std::optional<NpyArray>> arrays;
  std::vector<Block> inputs, outputs;
  std::vector<const void *> inputPointers;
  std::vector<void *> outputPointers;
};

/// "1x3x224x224".
std::string shapeText(const std::vector<int64_t> &shape) { return fmt::format("{}", fmt::join(shape, "x")); }

std::string join(const std::vector<std::string> &words) { return fmt::format("{}", fmt::join(words, ", ")); }

/// A row of the table of outputs.
std::vector<std::string> summary(const std::string &name, const mgec_tensor_desc &desc, const NpyArray &array) {
  double least = INFINITY, most = -INFINITY, sum = 0;
  bool nan = false;
  for (size_t i = 0; i < array.elements; ++i) {
    const double value = element(array, i, desc.dtype);
    nan = nan || std::isnan(value);
    least = std::min(least, value);
    most = std::max(most, value);
    sum += value;
  }
  constexpr size_t kFirst = 4;
  std::string first;
  for (size_t i = 0; i < std::min<size_t>(array.elements, kFirst); ++i)
    first += fmt::format("{}{:.6g}", i ? " " : "", element(array, i, desc.dtype));
  if (array.elements > kFirst)
    first += " ...";
  const std::string shape = shapeText(array.shape);
  std::string type = core::dtypeName(desc.dtype);
  if (desc.scale != 0)
    type += fmt::format(" scale {:.6g}{}", desc.scale,
                        desc.zero_point ? fmt::format(" zero {}", desc.zero_point) : std::string());
  if (array.elements == 0)
    return {name, type, shape, "-", "-", "-", first};
  const auto number = [&](double value) { return nan ? "nan" : fmt::format("{:.6g}", value); };
  return {name, type, shape, number(least), number(most), number(sum / static_cast<double>(array.elements)), first};
}

void printTable(const std::vector<std::vector<std::string>> &rows) {
  std::vector<size_t> widths(rows.front().size());
  for (const auto &row : rows)
    for (size_t c = 0; c < row.size(); ++c)
      widths[c] = std::max(widths[c], row[c].size());
  for (const auto &row : rows) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c)
      line += c + 1 < row.size() ? fmt::format("{:<{}}  ", row[c], widths[c]) : row[c];
    tools::print(line + "\n");
  }
}

//===--- Timing ---------------------------------------------------------------------------------------------------===//

double milliseconds(Clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

/// Values that a model can compute with, the same in every run: floats in (-1, 1), bytes of the whole range, and zeros
/// for other integers, which may be indices.
void makeUp(uint8_t *memory, uint64_t bytes, int32_t dtype) {
  uint32_t state = 12345;
  const auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 8; };
  const unsigned bits = core::dtypeBits(dtype);
  for (uint64_t at = 0; at + (bits < 8 ? 1 : bits / 8) <= bytes; at += bits < 8 ? 1 : bits / 8) {
    const uint32_t random = next();
    if (dtype == MGEC_F32) {
      const float value = static_cast<float>(random) / (1 << 23) - 1;
      std::memcpy(memory + at, &value, sizeof(value));
    } else if (dtype == MGEC_F16 || dtype == MGEC_BF16) { // 0.5 to 1, either sign
      const uint16_t value = static_cast<uint16_t>(
          (dtype == MGEC_F16 ? 0x3800 | (random & 0x3ff) : 0x3f00 | (random & 0x7f)) | (random >> 8 & 0x8000));
      std::memcpy(memory + at, &value, sizeof(value));
    } else if (bits <= 8) {
      memory[at] = dtype == MGEC_BOOL ? random & 1 : random & 0xff;
    } else {
      std::memset(memory + at, 0, bits / 8);
    }
  }
}

/// "NAME=1x3x224x224".
void takeShape(const std::string &argument, Instance &instance) {
  const std::vector<InputFile> match = matchInputs({argument}, instance.names());
  const std::string &text = match.front().file;
  Shape shape;
  bool good = !text.empty();
  for (size_t at = 0; good && at <= text.size();) {
    const size_t end = std::min(text.find('x', at), text.size());
    const std::string number = text.substr(at, end - at);
    good = shape.ndim < MGEC_MAX_NDIM && !number.empty() && number.size() < 12 &&
           number.find_first_not_of("0123456789") == std::string::npos;
    if (good)
      shape.dims[shape.ndim++] = std::stoll(number);
    at = end + 1;
  }
  if (!good)
    fail("'{}' is no shape; write it as {}=1x3x224x224", argument, match.front().name);
  if (instance.wanted[match.front().index])
    fail("--shape {}: the shape of {} is given twice; a run has one", argument, match.front().name);
  instance.wanted[match.front().index] = shape;
}

/// Least time of each step over some runs. The hook between steps costs little beside them.
class StepTimes {
public:
  explicit StepTimes(Executor &executor) : executor(executor), least(executor.variant().n_steps, 1e300) {
    executor.setStepHook(&StepTimes::hook, this);
  }
  ~StepTimes() { executor.setStepHook(nullptr, nullptr); }

  /// In the order of execution.
  nlohmann::ordered_json json() const {
    nlohmann::ordered_json list = nlohmann::json::array();
    for (uint32_t i = 0; i < least.size(); ++i) {
      const mgec_step &step = executor.variant().steps[i];
      list.push_back(
          {{"step", step.name}, {"kernel", step.kernel}, {"variables", step.operators}, {"us", 1000 * least[i]}});
    }
    return list;
  }

  /// A line a step, the slowest first.
  void print() const {
    std::vector<uint32_t> order(least.size());
    double total = 0;
    for (uint32_t i = 0; i < order.size(); ++i) {
      order[i] = i;
      total += least[i];
    }
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return least[a] > least[b]; });
    std::vector<std::vector<std::string>> table = {{"us", "%", "kernel", "step", "variables"}};
    for (uint32_t i : order) {
      const mgec_step &step = executor.variant().steps[i];
      table.push_back({fmt::format("{:.1f}", 1000 * least[i]), fmt::format("{:.1f}", 100 * least[i] / total),
                       step.kernel, step.name, step.operators});
    }
    printTable(table);
  }

private:
  static void hook(void *user, uint32_t step, int begin) {
    auto &self = *static_cast<StepTimes *>(user);
    const auto now = Clock::now();
    if (begin)
      self.started = now;
    else
      self.least[step] = std::min(self.least[step], milliseconds(now - self.started));
  }

  Executor &executor;
  std::vector<double> least;
  Clock::time_point started;
};

} // namespace

void checkNamed(const core::Status &status, const std::string &embedded, const std::string &name) {
  if (status.ok())
    return;
  std::string text = status.message();
  if (text.size() > embedded.size() && text.starts_with(embedded) &&
      (text[embedded.size()] == ':' || text[embedded.size()] == ' '))
    text = name + text.substr(embedded.size());
  throw std::runtime_error(text);
}

std::vector<InputFile> matchInputs(const std::vector<std::string> &arguments, const std::vector<std::string> &names) {
  std::vector<InputFile> result;
  for (const std::string &argument : arguments) {
    std::optional<size_t> best;
    for (size_t i = 0; i < names.size(); ++i)
      if (argument.size() > names[i].size() && argument.starts_with(names[i]) && argument[names[i].size()] == '=' &&
          (!best || names[i].size() > names[*best].size()))
        best = i;
    if (!best)
      fail("'{}' names no input of the model; its inputs are {}", argument, names.empty() ? "none" : join(names));
    for (const InputFile &other : result)
      if (other.index == *best)
        fail("input '{}' is given twice", names[*best]);
    result.push_back({*best, names[*best], argument.substr(names[*best].size() + 1)});
  }
  return result;
}

/// Whether the values of an input's shape are possible at all.
static void checkShape(const std::string &name, const std::vector<int64_t> &shape, const std::string &file) {
  if (shape.size() > MGEC_MAX_NDIM)
    fail("{}: the array has {} dimensions, {}; input '{}' can have {} at most", file, shape.size(), shapeText(shape),
         name, MGEC_MAX_NDIM);
  for (int64_t extent : shape)
    if (extent < 1 || extent > INT32_MAX)
      fail("{}: an array of shape {} cannot be input '{}': {}", file, shapeText(shape), name,
           extent < 1 ? "it has no elements" : "it is too large");
}

std::vector<std::string> shapesOfInputs(const std::vector<InputFile> &inputs) {
  std::vector<std::string> result;
  for (const InputFile &input : inputs) {
    const std::vector<int64_t> shape = support::readNpyHeader(input.file).shape;
    checkShape(input.name, shape, input.file);
    result.push_back(input.name + '=' + (shape.empty() ? "1" : shapeText(shape))); // the model has no scalars
  }
  return result;
}

void checkArray(const std::string &name, int32_t dtype, const support::NpyHeader &array, const std::string &file) {
  const NpyType type = npyTypeOf(dtype);
  if (array.type != type)
    fail("input '{}', of type {}, takes {}, but {} holds {}; convert the array", name, core::dtypeName(dtype),
         type.name(), file, array.type.name());
  checkShape(name, array.shape, file);
}

/// mgec_dtype of a type in a file; nullopt where the compiler has none for it, and will say so.
static std::optional<int32_t> contractType(read::DType type) {
  using enum read::DType;
  switch (type) {
  case Float32: return MGEC_F32;
  case Float16: return MGEC_F16;
  case BFloat16: return MGEC_BF16;
  case Int8: return MGEC_I8;
  case Uint8: return MGEC_U8;
  case Int16: return MGEC_I16;
  case Uint16: return MGEC_U16;
  case Int32: return MGEC_I32;
  case Bool: return MGEC_BOOL;
  case QuantizedS8: return MGEC_QS8;
  case Quantized8Asymm: return MGEC_QU8;
  case QuantizedS16: return MGEC_QS16;
  case QuantizedS32: return MGEC_QS32;
  default: return std::nullopt;
  }
}

static void failMissing(const std::vector<std::string> &missing, const std::string &model) {
  std::vector<std::string> options;
  for (const std::string &name : missing)
    options.push_back(fmt::format("--input '{}'=FILE.npy", name));
  if (!missing.empty())
    fail("{}: {} input{} not given; add {}", model, missing.size(), missing.size() == 1 ? " is" : "s are",
         join(options));
}

void checkInputs(const read::Model &model, const std::vector<InputFile> &inputs) {
  std::vector<std::string> missing;
  for (size_t k = 0; k < model.inputs.size(); ++k) {
    const read::TensorValue &tensor = model.operators[model.inputs[k]].tensors[0];
    auto given = std::find_if(inputs.begin(), inputs.end(), [&](const InputFile &each) { return each.index == k; });
    if (given != inputs.end()) {
      if (auto dtype = contractType(tensor.dtype.type))
        checkArray(given->name, *dtype, support::readNpyHeader(given->file), given->file);
    } else if (!tensor.hasValue && !tensor.name.ends_with(":expect")) { // what test cases expect may not be needed
      missing.push_back(tensor.name);
    }
  }
  failMissing(missing, model.path);
}

OutputFolder::OutputFolder(const std::string &path) {
  namespace fs = std::filesystem;
  if (path.empty())
    return;
  std::error_code error;
  for (fs::path each = path; !each.empty() && !fs::exists(each, error); each = each.parent_path())
    made.insert(made.begin(), each.string());
  error.clear();
  if (!made.empty() || !fs::is_directory(path)) {
    fs::create_directories(path, error);
    if (!error && !fs::is_directory(path))
      error = std::make_error_code(std::errc::not_a_directory);
    if (error) {
      made.clear();
      fail("{}: the folder cannot be made: {}", path, error.message());
    }
  }
  std::string probe = path + "/.mgec-XXXXXX";
  const int fd = ::mkstemp(probe.data());
  if (fd < 0) {
    const std::string why = std::strerror(errno);
    for (size_t k = made.size(); k-- > 0;)
      fs::remove(made[k], error);
    fail("{}: the folder takes no files: {}", path, why);
  }
  ::close(fd);
  fs::remove(probe, error);
}

OutputFolder::~OutputFolder() {
  std::error_code error;
  for (size_t k = made.size(); k-- > 0;)
    std::filesystem::remove(made[k], error); // only where it is empty
}

int runArtifact(const RunOptions &options) {
  Instance instance(options.artifact, options.model, options.threads);
  instance.read(options.inputs);
  // What is missing is said before any shape is: without an input the shapes are guesses.
  std::vector<std::string> missing;
  for (uint32_t i = 0; i < instance.wanted.size(); ++i)
    if (!instance.arrays[i] && !instance.executor->model().defaultValue(instance.executor->input(i)))
      missing.push_back(instance.executor->input(i).name);
  failMissing(missing, instance.name);
  OutputFolder folder(options.outputDir);
  instance.prepare();
  instance.fill();
  instance.forward();

  std::vector<std::vector<std::string>> table = {{"output", "type", "shape", "min", "max", "mean", "first values"}};
  for (uint32_t i = 0; i < instance.outputs.size(); ++i) {
    const NpyArray array = instance.output(i);
    if (!options.outputDir.empty())
      support::writeNpy(fmt::format("{}/{}.npy", options.outputDir, i), array.type, array.shape, array.data);
    const mgec_tensor_desc &desc = instance.executor->output(i);
    table.push_back(summary(desc.name, desc, array));
  }
  folder.keep();
  if (!options.quiet)
    printTable(table);
  return 0;
}

int benchArtifact(const BenchOptions &options) {
  const auto start = Clock::now();
  Instance instance(options.artifact, options.model, options.threads);
  const double loadMs = milliseconds(Clock::now() - start);

  for (const std::string &shape : options.shapes)
    takeShape(shape, instance);
  instance.read(options.inputs);
  instance.prepare();
  for (uint32_t i : instance.fill())
    makeUp(instance.inputs[i].get(), instance.executor->inputBytes(i), instance.executor->input(i).dtype);

  const auto time = [&] {
    const auto begin = Clock::now();
    instance.forward();
    return milliseconds(Clock::now() - begin);
  };
  double touchMs = 0;
  if (options.cold) {
    const auto begin = Clock::now();
    check(instance.executor->touch());
    touchMs = milliseconds(Clock::now() - begin);
  }
  const double firstMs = time();

  // A tenth of the budget, or two runs, warm up the processor and its caches.
  const auto budget = std::chrono::duration<double>(std::max(options.seconds, 0.0));
  const auto warm = Clock::now();
  for (int runs = 0; runs < 2 || Clock::now() - warm < budget / 10; ++runs)
    time();
  std::vector<double> times;
  constexpr size_t kLeast = 5, kMost = 1000000;
  const auto begin = Clock::now();
  while (times.size() < kLeast || (Clock::now() - begin < budget && times.size() < kMost))
    times.push_back(time());
  std::sort(times.begin(), times.end());
  const auto percentile = [&](double p) {
    return times[std::min(times.size() - 1, static_cast<size_t>(p * static_cast<double>(times.size())))];
  };
  const double median = percentile(0.5);
  nlohmann::ordered_json stepTimes;
  if (options.steps) {
    StepTimes steps(*instance.executor);
    const auto profile = Clock::now();
    for (int runs = 0; runs < 5 || Clock::now() - profile < budget / 4; ++runs)
      instance.forward();
    if (options.json)
      stepTimes = steps.json();
    else
      steps.print();
  }

  const Executor &executor = *instance.executor;
  const char *isa = core::isaName(executor.isa().isa), *features = executor.isa().features;
  if (options.json) {
    nlohmann::ordered_json out = {{"model", executor.model().name()},
                                  {"shapes", instance.shapesText()},
                                  {"precision", executor.precision()},
                                  {"isa", isa},
                                  {"features", features ? features : ""},
                                  {"threads", executor.threads()},
                                  {"runs", times.size()},
                                  {"median_ms", median},
                                  {"p10_ms", percentile(0.1)},
                                  {"p90_ms", percentile(0.9)},
                                  {"min_ms", times.front()}};
    if (options.cold)
      out.update({{"load_ms", loadMs}, {"touch_ms", touchMs}, {"first_ms", firstMs}});
    if (options.steps)
      out["steps"] = stepTimes;
    tools::print(out.dump() + "\n");
    return 0;
  }
  std::string text = fmt::format("{} {}, {}, {}, {} thread{}\n", executor.model().name(), instance.shapesText(),
                                 executor.precision(), isa, executor.threads(), executor.threads() == 1 ? "" : "s");
  using tools::humanTime;
  if (options.cold)
    text += fmt::format("load {}, touch {}, first {}, steady {} (first / steady {:.2f})\n", humanTime(loadMs),
                        humanTime(touchMs), humanTime(firstMs), humanTime(median), firstMs / median);
  text += fmt::format("median {}, p10 {}, p90 {}, min {}, {} runs\n", humanTime(median), humanTime(percentile(0.1)),
                      humanTime(percentile(0.9)), humanTime(times.front()), times.size());
  tools::print(text);
  return 0;
}

} // namespace mgec
