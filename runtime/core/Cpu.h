//===- Cpu.h - which compiled code this processor can run -----------------------------------------------------===//
//
// Features count only when the operating system saves their registers, so that code picked here never faults. The
// environment variable MGEC_ISA (generic, x86-64-v3, x86-64-v4 or native) lowers the choice, never raises it.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Status.h"
#include "mgec/model_abi.h"

#include <string>

namespace mgec::core {

/// "generic", "x86-64-v3" …
const char *isaName(int32_t isa);

/// True when this processor has every feature that the entry's level and its `features` name. Otherwise, and when
/// `missing` is given, it receives the first one that is missing. Unknown names count as missing.
bool cpuSupports(const mgec_isa_entry &entry, std::string *missing = nullptr);

/// The highest level that MGEC_ISA allows; MGEC_ISA_NATIVE when it is not set. A value that is no level is an error.
Status isaLimit(int32_t &limit);

/// Processors that this process may run on, at least 1.
unsigned availableProcessors();

/// The floating-point mode (rounding, subnormals) of the calling thread, and its setter. Threads of one forward share
/// the mode of their caller, so that results do not depend on which thread computes what.
unsigned long long floatMode();
void setFloatMode(unsigned long long mode);

} // namespace mgec::core
