//===- Env.h - environment variables --------------------------------------------------------------------------===//
//
// Every variable that the runtime reads goes through here, so that a program that runs with more rights than its caller
// (set-uid, file capabilities) takes nothing from the caller's environment.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include <cstdlib>

#if !defined(__GLIBC__)
#include <sys/auxv.h>
#endif

namespace mgec::core {

/// The value of a variable; null when it is not set, or not to be trusted.
inline const char *environment(const char *name) {
#if defined(__GLIBC__)
  return secure_getenv(name);
#else
  return getauxval(23 /* AT_SECURE */) ? nullptr : std::getenv(name);
#endif
}

} // namespace mgec::core
