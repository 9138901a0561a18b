//===- Operators.h - which operators files may hold -------------------------------------------------------------===//
//
// Files name an operator by a 64-bit id, a hash of its registered name. This table maps ids to names, and knows the two
// facts that reading needs of an operator: its first parameter table, and how many of its outputs carry variable ids.
// What an operator computes is the importer's affair.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/read/Model.h"

#include <cstdint>
#include <optional>
#include <span>

namespace mgec::read {

/// The forms in which files hold an operator; a mask.
enum OperatorForm : uint8_t {
  V1 = 1, // V1 files, by the full id ("MGBC") or the short one ("MGBS")
  R1 = 2, // V2 files with opr_version 1, by the short id
  R2 = 4, // V2 files with opr_version 2, by the full id
};

/// Rules for the number of outputs that have variable ids, where it is not a plain count.
enum OutputRule : int8_t {
  UnknownOutputs = 0,
  BatchNormOutputs = -1,  // by fwd_mode
  TopKOutputs = -2,       // by mode
  SplitOutputs = -3,      // a piece for each size operand
  OnePerTensor = -4,      // bundles of parameters
  OnePerData = -5,        // every operand but the last
  OnePerInputAndOne = -6, // a checked copy of each operand and the verdict
  MergeOutputs = -7,      // nr_output
  PredOutputs = -8,       // by mode and number of keys
};

struct OperatorInfo {
  const char *name;
  uint8_t forms;     // of OperatorForm
  uint64_t id;       // of the full name
  uint64_t shortId;  // of the name without its revision; 0 when it has none
  const char *param; // first parameter table; "" when none is expected
  int8_t outputs;    // a count, or an OutputRule
};

std::span<const OperatorInfo> allOperators();

/// The operator that `id` names in the given form; `byShortId` picks which of the two ids is meant.
const OperatorInfo *findOperator(OperatorForm form, bool byShortId, uint64_t id);

/// How many outputs of `op` have variable ids; none when that cannot be known. Needs its type, parameters, operands and
/// tensors.
std::optional<size_t> countOutputs(const OperatorInfo &info, const Operator &op);

/// Sets the ids that operators and variables have in MegEngine's graph once the file is loaded, those of its dumps and
/// profiles: operators and all their outputs share one count, in file order. Files do not number outputs that nothing
/// can use (workspaces), so how many of these an operator has is written in a table here.
void numberGraph(Model &model);

/// The name of an operator's type in MegEngine's dumps: "ConvolutionForward" for "ConvolutionV2".
std::string graphTypeName(std::string_view type);

/// Whether the operator holds constants: each of its tensors must have a value and is one output.
bool holdsConstants(const OperatorInfo &info);

} // namespace mgec::read
