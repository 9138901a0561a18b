//===- Tools.cpp - the optional part that serves development --------------------------------------------------===//
#include "Tools.h"

#include "Object.h"

extern "C" __attribute__((weak)) const void *mgec_lite_tools(void);

namespace mgec::core {

Status toolsTable(const ToolsTable *&out) {
  return partTable("libmgec_lite_tools", "mgec_lite_tools", mgec_lite_tools, kToolsBuild, out);
}

} // namespace mgec::core
