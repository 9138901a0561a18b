//===- Elf.h - a look at a shared library without opening it --------------------------------------------------===//
//
// Opening a library runs its constructors; this reads a few tables of the file instead, with every offset checked.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Status.h"

#include <cstddef>
#include <string>

namespace mgec::core {

/// Whether the library could be opened by this process (`ok`) and, then, whether its dynamic symbol names include
/// `symbol`. `name` is the path, or stands for it when `data` is given.
Status elfHasSymbol(const std::string &name, const void *data, size_t size, const char *symbol, bool &has);

} // namespace mgec::core
