//===- Families.h - accessors of the kernel families ------------------------------------------------------------===//
#pragma once

#include "codegen/Family.h"

namespace mgec::codegen {
#define MGEC_FAMILY(NAME) const Family &NAME##Family();
#include "codegen/Families.inc"
#undef MGEC_FAMILY
} // namespace mgec::codegen
