//===- Object.cpp - parts of the runtime that most programs do without ----------------------------------------===//
#include "Object.h"

#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>

namespace mgec::core {

// The system's list of what is mapped where has whole paths, without links. What the dynamic linker says depends on how
// the library was found, and of a static program on how it was started: both could lead to the working directory.
std::string ownFolder() {
  const auto here = reinterpret_cast<uintptr_t>(&ownFolder);
  std::string folder;
  char line[PATH_MAX + 128];
  FILE *maps = std::fopen("/proc/self/maps", "re");
  while (maps && folder.empty() && std::fgets(line, sizeof(line), maps)) {
    char *at;
    const uintptr_t first = std::strtoul(line, &at, 16), last = *at == '-' ? std::strtoul(at + 1, &at, 16) : 0;
    const char *path = std::strchr(at, '/');
    if (path && first <= here && here < last)
      folder = format("%.*s", static_cast<int>(std::strrchr(path, '/') + 1 - path), path);
  }
  if (maps)
    std::fclose(maps);
  return folder;
}

Status openObject(const char *library, const char *entry, const void *(*linked)(), const char *build,
                  const void *&table) {
  if (!linked) {
    // Beside the library or program that holds this code, and nowhere else.
    std::string path = ownFolder();
    if (!path.empty())
      path = format("%s%s.so", path.c_str(), library);
    void *handle = path.empty() ? nullptr : dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      const char *why = dlerror();
      return Status::errorf("this needs an optional part of the runtime: put %s.so beside the "
                            "library, or link %s.a with -Wl,-u,%s (%s)",
                            library, library, entry, why ? why : "");
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
