//===- Target.h - what code is generated for --------------------------------------------------------------------===//
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>

namespace mgec::codegen {

/// An instruction set with the machine around it that costs are predicted for.
struct Target {
  std::string name;      // "generic", "x86-64-v3", "x86-64-v4", "native", "aarch64"
  std::string tag;       // identifier-safe, in symbol and file names: "x86_64_v3"
  int isa = 0;           // mgec_isa
  std::string features;  // CPU features the code needs, comma-separated, as in mgec_isa_entry
  std::string flags;     // for g++ and clang++
  std::string triple;    // cross compiler prefix, "" for the host
  unsigned lanes = 4;    // float lanes of a vector
  unsigned registers = 16; // vector registers
  bool fma = false, vnni = false;
  int64_t l1Bytes = 32 << 10, l2Bytes = 512 << 10; // per core
  double fmaPerNs = 8;   // peak float multiply-adds in a nanosecond, one thread
  double bytesPerNs = 12; // streaming from L2/L3, one thread
};

/// The targets of one artifact, best first, and what they share.
struct TargetSet {
  llvm::SmallVector<Target, 4> targets;
  /// Channels a block of blocked layouts: one per artifact, so that weights have one packed form.
  int64_t block = 8;
  const Target &best() const { return targets.front(); }
};

/// The target of that name; nullopt for an unknown one. "native" looks at this machine.
std::optional<Target> findTarget(llvm::StringRef name);
/// All names, for messages.
std::string targetNames();
/// Sorts best first, drops doubles and picks the block: 16 where a target has 16 lanes, else 8.
TargetSet makeTargetSet(llvm::ArrayRef<Target> targets);

} // namespace mgec::codegen
