//===- support.h - what kernel families share -------------------------------------------------------------------===//
//
// Questions about groups (extents, operands, consumers), predicted times, the division of work into chunks, and walks
// over strided tensors as lists of axes. Everything is a pure function.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "codegen/Families.h"
#include "codegen/Nest.h"

#include <string>

namespace mgec::codegen {

inline int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

//===--- Groups -----===//

/// Whether all extents of one sample are numbers: static, or a leading extent that is a multiple of the batch.
bool hasKnownSample(mlir::RankedTensorType type);
/// Whether that holds for all operands and results of the group.
bool hasKnownSamples(mge::GroupOp group);

int64_t product(llvm::ArrayRef<int64_t> extents);
/// Elements of a value in its layout, for one sample.
int64_t sampleElements(mlir::RankedTensorType type);

/// Whether `consumer` can be the next operation of the float functor that follows `anchor`.
bool absorbsFloat(mlir::Operation *anchor, mlir::Operation *consumer);
/// Whether `consumer` reads one constant element a channel.
bool readsChannels(mlir::Operation *consumer);
/// Whether an operation behind the anchor does.
bool readsChannels(mge::GroupOp group);

/// A candidate whose anchor reads its operands in `anchorLayouts` (constants: ignored) and makes `result`; operands of
/// the result's shape that consumers read arrive in its layout. Nullopt where an operand would have to arrive in two.
std::optional<Candidate> makeCandidate(mge::GroupOp group, llvm::StringRef row,
                                       llvm::ArrayRef<mge::LayoutAttr> anchorLayouts, mge::LayoutAttr result,
                                       double nanoseconds);
/// The same for anchors whose operands and results are all row-major.
std::optional<Candidate> makeRowMajor(mge::GroupOp group, llvm::StringRef row, double nanoseconds);

/// Options of a kernel that makes the group's results a sample at a time where they have samples, else all at once
/// (operands that have samples are then seen from the first one on).
KernelOptions kernelOptions(mge::GroupOp group, int64_t chunks, std::vector<std::string> headers);
/// Group operand k as the nest reads it: the packed constant, or the operand at the current sample.
Ptr operandPtr(Nest &n, mge::GroupOp group, unsigned k);
/// Group operand number of the anchor's operand k.
unsigned anchorOperand(mge::GroupOp group, unsigned k);

/// "true" or "false".
inline std::string text(bool value) { return value ? "true" : "false"; }
inline std::string text(int64_t value) { return std::to_string(value); }

//===--- Times --------------------------------------------------------------------------------------------------===//

/// Nanoseconds to read all operands and write all results once, in the layouts given by the group's types unless
/// `bytes` says otherwise, and a call's own cost.
double streamNs(const TargetSet &targets, double bytes);
/// Bytes of all operands and results of the group, row-major or blocked.
double groupBytes(mge::GroupOp group, int64_t block = 1);

//===--- Chunks -------------------------------------------------------------------------------------------------===//

/// `units` pieces of work, each of `inner` elements, divided into chunks: whole units, or segments of one unit where
/// units are few. One chunk where the whole takes less than 50 us, else 8 to 64 where the work allows it.
struct Split {
  int64_t units, inner;
  int64_t chunks = 1, unitsPerChunk, segments = 1, segment;
};
/// Segments are multiples of `align`; `nanoseconds` is the time for everything.
Split splitWork(int64_t units, int64_t inner, int64_t align, double nanoseconds);
/// Calls `body(unit, first, count)` for the current chunk: elements [first, first + count) of the unit.
void forSplit(Nest &n, const Split &split, llvm::StringRef name,
              llvm::function_ref<void(Idx unit, Idx first, Idx count)> body);
/// The predicted time of the group.
double costOf(mge::GroupOp group);

/// index / divisor and index % divisor that vanish where `extent`, the number of values of index, makes them.
Idx quotient(const Idx &index, int64_t divisor, int64_t extent);
Idx remainder(const Idx &index, int64_t divisor, int64_t extent);

//===--- Walks --------------------------------------------------------------------------------------------------===//

/// An axis that tensors walk in step, `strides[k]` elements of tensor k at a time.
struct Axis {
  int64_t extent;
  llvm::SmallVector<int64_t, 4> strides;
};
/// Row-major strides.
llvm::SmallVector<int64_t> denseStrides(llvm::ArrayRef<int64_t> shape);
/// The strides with which a dense tensor of shape `operand` walks `result`, which it broadcasts to.
llvm::SmallVector<int64_t> broadcastStrides(llvm::ArrayRef<int64_t> operand, llvm::ArrayRef<int64_t> result);
/// Axes, outermost first, without those of extent 1, and with neighbours joined that all tensors walk as one. Never
/// empty.
llvm::SmallVector<Axis> joinAxes(llvm::ArrayRef<Axis> axes);
/// Offsets of the tensors that walk `axes` (outermost first) at row-major position `index`.
llvm::SmallVector<Idx, 4> offsetsAt(llvm::ArrayRef<Axis> axes, const Idx &index);

} // namespace mgec::codegen
