//===- Family.h - what a kernel family offers to the compiler ---------------------------------------------------===//
//
// Passes know kernels only through this interface. A family owns the groups whose anchor operation it names: it lists the
// rows that can run a group (with layouts, tiles and predicted cost), says why the other rows cannot, packs constants
// and builds the loop nest. Everything here is a pure function of the operation: no state, no I/O.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "codegen/targets/Target.h"
#include "compiler/dialect/Mge.h"
#include "compiler/dialect/Mgk.h"

#include <memory>
#include <string>
#include <vector>

namespace mgec::codegen {

class KernelBuilder;

/// A row that can run a group, and what it needs. `operandLayouts[i]` is the layout in which the group's operand i must
/// arrive; constants that the row packs itself have a null layout there.
struct Candidate {
  std::string row;                                 // id in kernels.inc
  llvm::SmallVector<mge::LayoutAttr> operandLayouts;
  llvm::SmallVector<mge::LayoutAttr> resultLayouts;
  mlir::DictionaryAttr tiles;                      // the row's own decisions, e.g. {oc_blocks = 2, ow = 6}
  double nanoseconds = 0;                          // predicted, one thread, best target
  int64_t weightBytes = 0;                         // packed constants that it adds to the artifact
  bool reference = false;                          // a row of last resort
};

/// A row that cannot, with a reason in words ("needs IC % 8 == 0, has 3").
struct Refusal {
  std::string row, reason;
};

struct Choices {
  llvm::SmallVector<Candidate> candidates;
  llvm::SmallVector<Refusal> refusals;
};

/// One packed constant: raw bytes in the order that the kernel reads.
struct Packed {
  std::string form;             // names the order, e.g. "oihw8i8o"; equal source and form are stored once
  std::vector<uint8_t> bytes;
};

class Family {
public:
  virtual ~Family() = default;
  virtual llvm::StringRef name() const = 0;
  /// Whether this family runs groups with this anchor.
  virtual bool owns(mlir::Operation *anchor) const = 0;
  /// Whether `consumer`, an elementwise operation on the anchor's result (or on what earlier consumers made of it), may
  /// join the group: some row must accept it.
  virtual bool absorbs(mge::GroupOp group, mlir::Operation *consumer) const = 0;
  virtual void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const = 0;
  /// Packs constant operand `operand` of the group for the chosen row. `bytes` are its dense row-major values.
  virtual Packed pack(mgk::CallOp call, unsigned operand, llvm::ArrayRef<uint8_t> bytes) const = 0;
  /// Builds the loop nests of the call: one `KernelBuilder::kernel` per phase.
  virtual mlir::LogicalResult build(mgk::CallOp call, KernelBuilder &builder) const = 0;
};

/// All families, in the order in which they are asked.
llvm::ArrayRef<const Family *> families();
/// The family that owns `anchor`; never null for operations of the mge dialect (the generic family takes what nobody owns).
const Family *familyOf(mlir::Operation *anchor);

} // namespace mgec::codegen
