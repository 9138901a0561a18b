//===- Jit.h - compiling a model when it is loaded ------------------------------------------------------------===//
#pragma once

#include "../core/Model.h"

namespace mgec::tools {

/**
 * Starts the `mgec` program for a model that no code was found for, and hands the library that it made to `open`. No
 * compiler ever runs inside this process. What mgec reports goes to `log`, line by line.
 *
 * The program is $MGEC_COMPILER, else `mgec` beside this library or in ../bin from there, else `mgec` on PATH. Set-uid
 * programs start none. Libraries are kept in mgec's cache ($MGEC_CACHE_DIR, else ~/.cache/mgec), keyed by content;
 * those of a secret model are built in memory-backed files and kept nowhere. Safe from any thread, and beside other
 * processes that load the same model.
 */
core::Status compile_on_load(const core::ModelSource &source, const core::Wanted &wanted,
                             void (*log)(const std::string &line),
                             core::Status (*open)(const std::string &library, core::ModelPtr &out),
                             core::ModelPtr &out);

} // namespace mgec::tools
