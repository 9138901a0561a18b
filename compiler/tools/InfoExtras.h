//===- InfoExtras.h - what the compiler adds to the page of `mgec info` -----------------------------------------===//
#pragma once

#include "compiler/tools/Info.h"

#include <string>

namespace mgec::tools {

/// Costs and types for `mgec info`, from the infer stage with the shapes in the file; empty where that fails.
InfoExtras infoExtras(const std::string &model, const std::string &decrypt);

} // namespace mgec::tools
