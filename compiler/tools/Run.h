//===- Run.h - running and timing a compiled model ----------------------------------------------------------------===//
//
// What stands behind `mgec run` and `mgec bench` once there is a compiled library. Failures are std::runtime_error with
// the sentence to show to the user, which names the file, input or shape concerned and what to do.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mgec {

/// One `--input NAME=FILE`, its name found among the declared ones.
struct InputFile {
  size_t index = 0; // of the name
  std::string name, file;
};

/// Finds the inputs that arguments of the form NAME=FILE mean: NAME is the longest of `names` that the argument begins
/// with, followed by '='. No name may come twice. In the order of the arguments.
std::vector<InputFile> matchInputs(const std::vector<std::string> &arguments, const std::vector<std::string> &names);

/// The shapes of the arrays in those files, as values of `--shape`: "data=1x3x224x224".
std::vector<std::string> shapesOfInputs(const std::vector<InputFile> &inputs);

struct RunOptions {
  std::string artifact;            // the compiled library
  std::vector<std::string> inputs; // NAME=FILE.npy; every input without a default must be among them
  std::string outputDir;           // receives 0.npy, 1.npy ... in the model's output order; "" for none
  unsigned threads = 1;
  bool quiet = false; // no table
};

/// Runs the model once and prints a table of its outputs. Returns 0.
int runArtifact(const RunOptions &options);

struct BenchOptions {
  std::string artifact;
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
