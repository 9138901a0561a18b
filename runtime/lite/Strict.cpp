//===- Strict.cpp - what happens to options that a model was not compiled for ---------------------------------===//
#include "Strict.h"

#include "../core/Env.h"
#include "lite/mgec.h"
#include "lite/misc.h"

#include <atomic>

namespace lite {

static std::atomic<signed char> g_strict{-1}; // -1: the environment decides

void mgec::set_strict(bool on) { g_strict = on; }

bool strict() {
  const char *value = ::mgec::core::environment("MGEC_LITE_STRICT");
  return g_strict < 0 ? value && *value && *value != '0' : g_strict != 0;
}

void refuse_or_warn(const std::string &text) {
  if (strict())
    throw Error(text);
  LITE_WARN("%s", text.c_str());
}

} // namespace lite
