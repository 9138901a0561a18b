//===- Jit.h - compiling a model when it is loaded ------------------------------------------------------------===//
#pragma once

#include "../core/Model.h"

namespace lite {

/**
 * Starts the `mgec` program for a model that no code was found for, and opens the library that it made. No compiler ever
 * runs inside this process. What mgec reports goes to the log, level INFO.
 *
 * The program is $MGEC_COMPILER, else `mgec` beside this library or in ../bin from there, else `mgec` on PATH.
 * MGEC_JIT=0 switches it off; so do set-uid rights. Libraries are kept in mgec's cache ($MGEC_CACHE_DIR, else
 * ~/.cache/mgec), keyed by content; those of a secret model are built in memory-backed files and kept nowhere.
 * Safe from any thread, and beside other processes that load the same model.
 */
mgec::core::Status compile_on_load(const mgec::core::ModelSource &source, const mgec::core::Wanted &wanted,
                                   mgec::core::ModelPtr &out);

} // namespace lite
