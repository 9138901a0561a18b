//===- Target.cpp - what code is generated for ------------------------------------------------------------------===//
#include "codegen/targets/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"

using namespace mgec::codegen;
using llvm::StringRef;

static Target generic() {
  Target t;
  t.name = t.tag = "generic";
  t.flags = "";
  t.fmaPerNs = 12;
  return t;
}

static Target v3() {
  Target t;
  t.name = "x86-64-v3";
  t.tag = "x86_64_v3";
  t.isa = 3;
  t.features = "avx2,fma,f16c,bmi2";
  t.flags = "-march=x86-64-v3";
  t.lanes = 8;
  t.fma = true;
  t.fmaPerNs = 52;
  t.bytesPerNs = 20;
  return t;
}

static Target v4() {
  Target t = v3();
  t.name = "x86-64-v4";
  t.tag = "x86_64_v4";
  t.isa = 4;
  t.features = "avx2,fma,f16c,bmi2,avx512f,avx512bw,avx512cd,avx512dq,avx512vl";
  t.flags = "-march=x86-64-v4 -mprefer-vector-width=512";
  t.lanes = 16;
  t.registers = 32;
  t.fmaPerNs = 110;
  t.l1Bytes = 48 << 10;
  t.l2Bytes = 1 << 20;
  t.bytesPerNs = 40;
  return t;
}

static Target aarch64() {
  Target t;
  t.name = t.tag = "aarch64";
  t.triple = "aarch64-linux-gnu";
  t.registers = 32;
  t.fma = true;
  t.fmaPerNs = 24;
  return t;
}

/// This machine's own features: the level it reaches and the extensions that kernels use, tuned for this processor.
/// What the code may use is spelled out, so that the check at load covers all of it (`-march=native` would use features
/// that the check does not know).
static Target native() {
#if defined(__x86_64__)
  llvm::StringMap<bool> has = llvm::sys::getHostCPUFeatures();
  auto all = [&](StringRef features) {
    llvm::SmallVector<StringRef> parts;
    features.split(parts, ',', -1, false);
    return llvm::all_of(parts, [&](StringRef f) { return has.lookup(f); });
  };
  Target t = all(v4().features) ? v4() : all(v3().features) ? v3() : generic();
  if (t.isa != 0) {
    const char *extra = t.lanes == 16 ? "avx512vnni" : "avxvnni";
    if (has.lookup(extra)) {
      t.features += std::string(",") + extra;
      t.flags += std::string(" -m") + extra;
      t.vnni = true;
    }
    t.flags += " -mtune=native";
  }
#elif defined(__aarch64__)
  Target t = aarch64();
  t.triple.clear();
#else
  Target t = generic();
#endif
  t.name = t.tag = "native";
  t.isa = 100;
  return t;
}

std::optional<Target> mgec::codegen::findTarget(StringRef name) {
  if (name == "generic")
    return generic();
  if (name == "x86-64-v3")
    return v3();
  if (name == "x86-64-v4")
    return v4();
  if (name == "aarch64")
    return aarch64();
  if (name == "native")
    return native();
  return std::nullopt;
}

std::string mgec::codegen::targetNames() { return "generic, x86-64-v3, x86-64-v4, native, aarch64"; }

TargetSet mgec::codegen::makeTargetSet(llvm::ArrayRef<Target> targets) {
  TargetSet set;
  for (const Target &target : targets)
    if (llvm::none_of(set.targets, [&](const Target &t) { return t.name == target.name; }))
      set.targets.push_back(target);
  llvm::sort(set.targets, [](const Target &a, const Target &b) {
    return std::tuple(a.lanes, a.isa, StringRef(a.name)) > std::tuple(b.lanes, b.isa, StringRef(b.name));
  });
  set.block = llvm::any_of(set.targets, [](const Target &t) { return t.lanes == 16; }) ? 16 : 8;
  return set;
}
