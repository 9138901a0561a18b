//===- Run.h - running and timing a compiled model ----------------------------------------------------------------===//
//
// What stands behind `mgec run` and `mgec bench` once there is a compiled library. Failures are std::runtime_error with
// the sentence to show to the user, which names the file, input or shape concerned and what to do.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/read/Model.h"
#include "compiler/support/Npy.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mgec {

namespace core {
class Status;
}

/// Fails where `status` is a failure. `name` is what the user calls the model: the contract's messages begin with the
/// name that it was compiled with, which is `embedded`.
void checkNamed(const core::Status &status, const std::string &embedded, const std::string &name);

/// One `--input NAME=FILE`, its name found among the declared ones.
struct InputFile {
  size_t index = 0; // of the name
  std::string name, file;
};

/// Finds the inputs that arguments of the form NAME=FILE mean: NAME is the longest of `names` that the argument begins
/// with, followed by '='. No name may come twice. In the order of the arguments.
std::vector<InputFile> matchInputs(const std::vector<std::string> &arguments, const std::vector<std::string> &names);

/// The shapes of the arrays in those files, as values of `--shape`: "data=1x3x224x224". Fails for shapes that no input
/// of a model can have.
std::vector<std::string> shapesOfInputs(const std::vector<InputFile> &inputs);

/// Fails unless an array can be input `name` of a model, whose element type is the mgec_dtype `dtype`.
void checkArray(const std::string &name, int32_t dtype, const support::NpyHeader &array, const std::string &file);

/// The numpy type that holds a tensor of an mgec_dtype: quantised types as their integers, 4-bit ones spread to bytes,
/// bfloat16 as bits.
support::NpyType npyTypeOf(int32_t dtype);

/// What `runArtifact` will want, looked at before a model is compiled: that every input has a file or a default value,
/// and that the files hold the right type of elements.
void checkInputs(const read::Model &model, const std::vector<InputFile> &inputs);

/// A folder for outputs: made, and known to take files. What was made disappears again unless `keep` is called.
class OutputFolder {
public:
  explicit OutputFolder(const std::string &path); // "": none
  ~OutputFolder();
  OutputFolder(const OutputFolder &) = delete;
  void keep() { made.clear(); }

private:
  std::vector<std::string> made; // outermost first
};

struct RunOptions {
  std::string artifact;            // the compiled library
  std::vector<std::string> inputs; // NAME=FILE.npy; every input without a default must be among them
  std::string model;               // what the user calls it, for messages
  std::string outputDir;           // receives 0.npy, 1.npy ... in the model's output order; "" for none
  unsigned threads = 1;
  bool quiet = false; // no table
};

/// Runs the model once and prints a table of its outputs. Returns 0.
int runArtifact(const RunOptions &options);

struct BenchOptions {
  std::string artifact;
  std::string model;               // what the user calls it, for messages
  std::vector<std::string> inputs; // NAME=FILE.npy; the others are filled with made-up values
  std::vector<std::string> shapes; // NAME=1x3x224x224, of inputs without a file; the first compiled shape otherwise
  unsigned threads = 1;
  double seconds = 2; // to measure for, after a warm-up
  bool cold = false;  // also: load, touch, first run
  bool steps = false; // also: the time of every step
  bool json = false;  // one JSON object instead of text
};

/// Times the model and prints median, tenth and ninetieth percentile. Returns 0.
int benchArtifact(const BenchOptions &options);

} // namespace mgec
