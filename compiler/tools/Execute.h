//===- Execute.h - one set of inputs through the reference evaluator and through compiled code ------------------===//
//
// What `mgec bisect` and `mgec verify` share: values for the inputs of a variant, the IR of a stage executed in the
// evaluator, a library executed with its intermediate results read where the plan put them. Values are logical:
// row-major, whatever layout the code keeps them in. Failures are std::runtime_error with the sentence for the user.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/eval/Evaluator.h"
#include "compiler/read/Model.h"
#include "compiler/tools/Run.h"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace mgec::tools {

/// Where the values of inputs come from, the first that has one: a file, a test case, the value that the model itself
/// gives (where the shape is the input's), made-up numbers.
struct InputChoice {
  std::vector<InputFile> files;
  const std::vector<std::pair<std::string, read::TensorValue>> *testCase = nullptr; // name and value
  uint32_t seed = 1;
};

/// An input of a variant, and in words where its value comes from.
struct Input {
  std::string name, origin;
  eval::Tensor tensor;
};

/// A value for each input of the variant, whose types are known (after the infer stage), and the batch that they have:
/// that of the files or the test case, else 2 where the variant takes any batch, or the nearest that it takes. Made-up
/// values are the same in every run: floats are normally distributed, types of 8 bits take all their values, wider
/// integers are small and not zero, since they may be divisors.
struct Inputs {
  std::vector<Input> values;
  int64_t batch = 1;

  std::vector<eval::Tensor> tensors() const;
};
Inputs makeInputs(mge::VariantOp variant, const InputChoice &choice);

/// What is known of one of the model's variables.
struct Known {
  std::string name;
  eval::Tensor tensor;
};
/// Every value that a variant computes, by the variable's id.
using Snapshot = std::map<int64_t, Known>;

/// Executes the IR of a variant at any stage from infer on. `values` may be null.
std::vector<eval::Tensor> evaluateStage(mge::VariantOp variant, llvm::ArrayRef<eval::Tensor> inputs, int64_t batch,
                                        Snapshot *values);

/// What one step of the code computed.
struct StepResult {
  std::string name, kernel;
  int64_t id; // of the variable
  std::string variable;
  bool isOutput; // it is also an output of the model
  eval::Tensor tensor;
};

struct LibraryRun {
  std::string path, name; // name: what the user calls it
  mge::VariantOp variant; // after the last stage, the one that the library was made from; null: no results of steps
  unsigned threads = 1;
  std::function<void(StepResult &&)> onStep; // may be empty
};

/// What a library computed.
struct LibraryResult {
  std::vector<eval::Tensor> outputs;
  std::string isa; // whose code ran
};

/// Runs a compiled library once. `like` says the element types of the outputs.
LibraryResult runLibrary(const LibraryRun &run, llvm::ArrayRef<eval::Tensor> inputs, int64_t batch,
                         llvm::ArrayRef<eval::Tensor> like);

/// "2x1x8x8".
std::string extentsText(llvm::ArrayRef<int64_t> shape);

} // namespace mgec::tools
