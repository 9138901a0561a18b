//===- VerifyReport.h - what mgec verify has found, for people and for programs ---------------------------------===//
#pragma once

#include "compiler/tools/Compare.h"
#include "compiler/tools/Execute.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mgec::tools {

/// One tensor on two sides.
struct ComparedTensor {
  bool isOutput = false;
  std::string name;         // the variable's in the model, an output's of its own
  int64_t variable = -1;    // its id; -1: not known
  std::string step, kernel; // of the code, where it is one step's result
  std::string type;
  double scale = 0; // of quantised types: what one unit is worth
  llvm::SmallVector<int64_t> shape;
  Difference difference;
  Limit limit;

  bool agrees() const { return limit.allows(difference); }
};

/// Two sides: "code (x86-64-v3)" against "the reference".
struct Comparison {
  std::string found, expected;
  std::vector<ComparedTensor> tensors; // in the order of execution, outputs last
  size_t unmatched = 0;                // results of steps that the other side has no counterpart of
};

/// One set of inputs.
struct VerifiedCase {
  int testCase = -1; // which one of the file; -1: none
  std::vector<Input> inputs;
  std::vector<Comparison> comparisons;
  std::vector<std::string> remarks; // what was not compared, and why
};

struct VerifyReport {
  std::string model;
  uint32_t seed = 1;
  std::string megengine; // its version; "": not compared with
  std::vector<VerifiedCase> cases;

  size_t tensors() const;
  size_t departing() const;
};

/// The table of one set of inputs.
std::string verifyText(const VerifiedCase &verified, bool colour);
/// The last line.
std::string verdictText(const VerifyReport &report, bool colour);
std::string verifyJson(const VerifyReport &report);

} // namespace mgec::tools
