//===- GraphHash.h - the identity of a graph without its weights ------------------------------------------------===//
//
// Two models that differ in nothing but the values of their parameters have the same graph hash. Values of plain Int32
// constants count as graph, not as weights: they are shapes, axes and indices, on which compiled code depends. Names of
// inputs and outputs count, those of operators and variables do not; nor do metadata, placement and hints for execution
// (priorities, ExecutionPolicy). Graphs are compared as the file writes them: the same network dumped in both formats
// has two hashes.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/read/Fingerprint.h"
#include "compiler/read/Model.h"

namespace mgec::read {

Digest graphHash(const Model &model);

} // namespace mgec::read
