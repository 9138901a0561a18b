//===- Verify.h - compiled code against the reference, and against MegEngine ------------------------------------===//
#pragma once

#include "compiler/tools/Compare.h"
#include "compiler/tools/Compile.h"
#include "compiler/tools/Run.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mgec::tools {

struct VerifyOptions {
  std::string model;
  std::vector<InputFile> inputs;
  uint32_t seed = 1; // of made-up inputs
  Tolerances tolerances;
  std::string library;         // a compiled one to verify; "": the model is compiled as `mgec run` compiles it
  bool noMegEngine = false;
  std::string megengine;       // a Python; "": see findMegEngine
  std::string json;            // a file for the report, "-" for standard output; "": none
  unsigned threads = 1;
  bool quiet = false;
  CompileCommand compile;
};

/// Runs the model in the reference evaluator, on the IR of stage `infer`, and as compiled code, and compares all
/// outputs, and of the intermediate results those that both have; the outputs also with those of MegEngine, where one
/// is installed, and with what a test case expects, whose inputs are then used. Prints a table and writes the report.
/// Returns 0 when all agree, 1 otherwise.
int verify(const VerifyOptions &options);

} // namespace mgec::tools
