//===- Object.h - parts of the runtime that most programs do without ------------------------------------------===//
//
// A part is known as a table of functions that begins with the name of its build. It is linked into the program
// (libmgec_lite_PART.a), or opened from libmgec_lite_PART.so beside this library when it is first needed; a program
// that needs none of it never opens it.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Status.h"

namespace mgec::core {

/// The folder, absolute and with its '/', of the library or program that holds this code; "" where that is not known.
std::string ownFolder();

/// The table of a part. `linked` is the function `entry` where the program holds it, else null; `build` is what the
/// table must begin with: it was built with this very runtime. `table` is left alone on failure.
Status openObject(const char *library, const char *entry, const void *(*linked)(), const char *build,
                  const void *&table);

} // namespace mgec::core
