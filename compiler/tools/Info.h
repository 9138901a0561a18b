//===- Info.h - what is in a model ------------------------------------------------------------------------------===//
//
// The facts that `mgec info` shows about a model that has been read, as text for people and as JSON for programs. What
// a file does not say - costs, and types of variables that the dump left out - the caller may add.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/read/Model.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mgec {

/// What the compiler found out about a model, for a certain choice of input shapes. All of it is optional.
struct InfoExtras {
  struct OperatorMacs {
    uint32_t op = 0;   // index into Model::operators
    uint64_t macs = 0; // multiply-accumulates
  };
  struct VariableType {
    uint32_t var = 0; // index into Model::variables
    std::optional<read::DTypeDesc> dtype;
    std::vector<int64_t> shape;
  };
  std::vector<OperatorMacs> macs;
  uint64_t totalMacs = 0;
  std::vector<VariableType> variables;
  std::string shapes; // what the above holds for, e.g. "data=1x3x224x224"
};

/// A page of text. `colour` adds ANSI escapes.
std::string infoText(const read::Model &model, const InfoExtras &extras = {}, bool colour = false);

/// The same facts; all strings are valid UTF-8.
nlohmann::json infoJson(const read::Model &model, const InfoExtras &extras = {});

/// "QuantizedS8(scale=0.5)", "Quantized8Asymm(scale=0.5, zero_point=128)", "Float32".
std::string dtypeText(const read::DTypeDesc &dtype);

} // namespace mgec
