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

/// The same, once: every call gives the answer of the first. One part has one type of table.
template <typename Table>
Status partTable(const char *library, const char *entry, const void *(*linked)(), const char *build, const Table *&out) {
  struct Opened {
    const void *table = nullptr;
    Status status;
  };
  static const Opened *const opened = [&] {
    auto *made = new Opened;
    made->status = openObject(library, entry, linked, build, made->table);
    return made;
  }();
  out = static_cast<const Table *>(opened->table);
  return opened->status;
}

} // namespace mgec::core
