//===- Tools.cpp - the optional part that serves development --------------------------------------------------===//
#include "Tools.h"

#include "Object.h"

extern "C" __attribute__((weak)) const void *mgec_lite_tools(void);

namespace mgec::core {

Status toolsTable(const ToolsTable *&out) {
  struct Opened {
    Opened() : status(openObject("libmgec_lite_tools", "mgec_lite_tools", mgec_lite_tools, kToolsBuild, table)) {}
    const void *table = nullptr;
    Status status;
  };
  static const Opened *const opened = new Opened;
  out = static_cast<const ToolsTable *>(opened->table);
  return opened->status;
}

} // namespace mgec::core
