//===- Process.h - the file of kernel choices, and the table of memory pairs ----------------------------------===//
//
// Of the whole process; safe from any thread.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "../core/Tools.h"

namespace mgec::tools {

/// A file of kernel choices (MegEngine's persistent cache) is read and kept, to be written again; kernels were picked
/// when the model was compiled. `remark` is what a program should know, or stays "". `alwaysSync` writes the file at
/// once; one of another kind is refused then.
core::Status setChoices(const std::string &path, bool alwaysSync, std::string &remark);
/// Writes what was kept; a file without choices where nothing was.
core::Status dumpChoices(const std::string &path);

/// Pairs of an address range of the process and one of the device's physical memory; none overlap.
core::Status memoryPair(core::MemoryPairAction action, int device, uintptr_t virtualAddress, uintptr_t &physicalAddress,
                        size_t length);

} // namespace mgec::tools
