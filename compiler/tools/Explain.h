//===- Explain.h - which kernel runs what, and why --------------------------------------------------------------===//
#pragma once

#include "compiler/dialect/Mge.h"

#include <string>

namespace mgec::tools {

/// A table: each group with its operations, shapes, layout, kernel row, predicted time, and why the other rows lost.
std::string explainText(mge::NetworkOp network, bool colour);
/// The same as JSON: {"variants": [{"groups": [{"label", "operators", "row", "anchor", "microseconds", "refused":
/// [...]}]}]}.
std::string explainJson(mge::NetworkOp network);

} // namespace mgec::tools
