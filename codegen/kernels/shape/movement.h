//===- movement.h - what select and emit of the movement family share --------------------------------------------===//
#pragma once

#include "codegen/kernels/support.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mgec::codegen::movement {

/// A box of elements that goes from one operand to one result: tensor 0 of `axes` is the operand, tensor 1 the result,
/// in their layouts. No box is empty.
struct Move {
  unsigned operand = 0; // of the operation
  unsigned result = 0;
  llvm::SmallVector<Axis> axes; // joined; the last one has stride 1 in the result
  int64_t from = 0, to = 0;     // first elements

  int64_t elements() const;
};

/// How a box is copied, a micro-kernel call at a time.
struct MoveShape {
  enum Kind { Rows, Transpose, Splat, Steps } kind = Rows;
  Axis inner;  // the call's innermost axis in the result
  Axis second; // the other axis of Rows and Transpose
  llvm::SmallVector<Axis> outer;
};
MoveShape shapeOf(const Move &move);

/// The boxes of the operation behind `group`, row-major (`block` 1) or in channel blocks; nullopt with a reason where
/// it does not come out as boxes.
std::optional<std::vector<Move>> movesOf(mge::GroupOp group, int64_t block, std::string &reason);

/// Where one channel of a result comes from.
struct Channel {
  unsigned operand;
  int64_t channel;
};
/// For each result of an operation that only rearranges channels, where they come from; nullopt for others.
std::optional<std::vector<std::vector<Channel>>> channelsOf(mge::GroupOp group, std::string &reason);

/// A run of output blocks that are made in one way, of consecutive blocks of the sources.
struct BlockRun {
  enum Kind { Copy, Permute, Lanes } kind = Copy;
  struct Source {
    unsigned operand;
    int64_t block;
  };
  int64_t first = 0, count = 1;    // output blocks
  llvm::SmallVector<Source, 4> sources; // of the first output block: one for Copy, up to two for Permute
  llvm::SmallVector<std::pair<int, int>> lanes; // for each lane its source and the lane in it; source -1 for zeros
};
std::vector<BlockRun> blockRunsOf(mge::GroupOp group, llvm::ArrayRef<Channel> channels, int64_t block);

mlir::LogicalResult buildMoves(mge::GroupOp group, llvm::ArrayRef<Move> moves, KernelBuilder &builder);
mlir::LogicalResult buildChannels(mge::GroupOp group, int64_t block, KernelBuilder &builder);

} // namespace mgec::codegen::movement
