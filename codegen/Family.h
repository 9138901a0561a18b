//===- Family.h - what a kernel family offers to the compiler ---------------------------------------------------===//
//
// Passes know kernels only through this interface. A family owns the groups whose anchor operation it names: it says
// which elementwise consumers its kernels can host, lists the rows that can run a group (with layouts, tiles and
// predicted cost), says why the other rows cannot, packs constants and builds the loop nests. Everything here is a pure
// function of the operations: no state, no I/O.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "codegen/targets/Target.h"
#include "compiler/dialect/Mge.h"

#include <optional>
#include <string>
#include <vector>

namespace mgec::codegen {

class KernelBuilder;

/// A row that can run a group, and what it needs. `operandLayouts[i]` is the layout in which the group's operand i must
/// arrive; constants that the row packs itself have a null layout there.
struct Candidate {
  std::string row; // id in kernels.inc
  llvm::SmallVector<mge::LayoutAttr> operandLayouts;
  llvm::SmallVector<mge::LayoutAttr> resultLayouts;
  mlir::DictionaryAttr tiles; // the row's own decisions, e.g. {oc_blocks = 2, ow = 6}; null for none
  double nanoseconds = 0;     // predicted for one sample, one thread, best target
  int64_t weightBytes = 0;    // packed constants that it adds to the artifact
};

/// A row that cannot, with a reason in words ("needs IC % 8 == 0, has 3").
struct Refusal {
  std::string row, reason;
};

struct Choices {
  llvm::SmallVector<Candidate> candidates;
  llvm::SmallVector<Refusal> refusals;
};

/// One packed constant: bytes in the order that the kernel reads. `form` names the order, e.g. "oihw8i8o"; the same
/// weight in the same form is stored once.
struct Packed {
  std::string form;
  std::vector<uint8_t> bytes;
};

class Family {
public:
  virtual ~Family() = default;
  virtual llvm::StringRef name() const = 0;
  /// Whether this family runs groups with this anchor.
  virtual bool owns(mlir::Operation *anchor) const = 0;
  /// Whether `consumer`, an elementwise operation on the result of `anchor` or on what earlier consumers made of it,
  /// may join the anchor's group. Both still stand outside of groups.
  virtual bool absorbs(mlir::Operation *anchor, mlir::Operation *consumer) const {
    return (void)anchor, (void)consumer, false;
  }
  virtual void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const = 0;
  /// A row that runs `producer` and `consumer`, which alone reads its result, as one tile nest, so that the value
  /// between them never leaves the cache; nullopt where there is none or it gains nothing.
  virtual std::optional<Candidate> tileFused(mge::GroupOp producer, mge::GroupOp consumer,
                                             const TargetSet &targets) const {
    return (void)producer, (void)consumer, (void)targets, std::nullopt;
  }
  /// Packs constant operand `operand`, which the anchor reads, for the chosen row. `bytes` are its dense row-major
  /// values. Constants that only consumers read are packed by the compiler itself.
  virtual Packed pack(mge::GroupOp group, unsigned operand, const TargetSet &targets,
                      llvm::ArrayRef<uint8_t> bytes) const;
  /// Builds the loop nests of the group for one target: one `KernelBuilder::kernel` per phase.
  virtual mlir::LogicalResult build(mge::GroupOp group, const TargetSet &targets, const Target &target,
                                    KernelBuilder &builder) const = 0;
};

/// All families, in the order in which they are asked.
llvm::ArrayRef<const Family *> families();
/// The family that owns `anchor`: the first that says so; the reference family takes what nobody owns.
const Family &familyOf(mlir::Operation *anchor);
/// The family that runs any single operation with its reference function (row "reference").
const Family &referenceFamily();
/// Whether the group's row can run it and its tiles are those of the row. Emits the error.
mlir::LogicalResult verifyRow(mge::GroupOp group, const TargetSet &targets);
/// The family to build or pack a group with, given its chosen row.
const Family &familyOfRow(mge::GroupOp group);

} // namespace mgec::codegen
