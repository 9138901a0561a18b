//===- Bisect.h - finds the stage that breaks a model -----------------------------------------------------------===//
#pragma once

#include "compiler/tools/Compile.h"
#include "compiler/tools/Run.h"

#include <string>
#include <vector>

namespace mgec::tools {

struct BisectOptions {
  std::string model;
  std::vector<InputFile> inputs;
  double tolerance = 1e-3;         // relative to the largest element of the tensor
  CompileCommand compile;
};

/// Executes the IR of every stage in the reference evaluator, then the compiled code, on one set of inputs, and
/// compares the outputs with those of stage `infer`. Prints a table; names the first stage, and the first variable in
/// it, that departs; where that stage is the code, the first step too. Returns 0 when all agree, 1 otherwise.
int bisect(const BisectOptions &options);

} // namespace mgec::tools
