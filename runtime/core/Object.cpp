//===- Object.cpp - parts of the runtime that most programs do without ----------------------------------------===//
#include "Object.h"

#include <cstring>

#include <dlfcn.h>

namespace mgec::core {

Status openObject(const char *library, const char *entry, const void *(*linked)(), const char *build, const void *&table) {
  if (!linked) {
    // Beside the library or program that holds this code, and nowhere else.
    Dl_info self;
    std::string path;
    if (dladdr(reinterpret_cast<void *>(&openObject), &self) && self.dli_fname) {
      const char *slash = std::strrchr(self.dli_fname, '/');
      path = format("%.*s%s.so", slash ? static_cast<int>(slash + 1 - self.dli_fname) : 2, slash ? self.dli_fname : "./",
                    library);
    }
    void *handle = path.empty() ? nullptr : dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      const char *why = dlerror();
      return Status::errorf("this needs an optional part of the runtime, which is not there: put %s.so beside the "
                            "library, or link %s.a (%s)",
                            library, library, why ? why : "its place is not known");
    }
    linked = reinterpret_cast<const void *(*)()>(dlsym(handle, entry));
  }
  const void *found = linked ? linked() : nullptr;
  if (found && std::strcmp(*static_cast<const char *const *>(found), build) == 0)
    table = found;
  else
    return Status::errorf("%s was built for another version of this library", library);
  return Status();
}

} // namespace mgec::core
