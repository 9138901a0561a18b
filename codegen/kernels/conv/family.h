//===- family.h - what select, pack and emit of the convolution family share ------------------------------------===//
#pragma once

#include "codegen/Families.h"
#include "codegen/Nest.h"

#include <optional>
#include <string>
#include <vector>

namespace mgec::codegen::conv {

/// A convolution as its kernels see it: NCHW extents; `images` is the batch where that is static.
struct Problem {
  int64_t images = 1, ic = 0, ih = 0, iw = 0, oc = 0, oh = 0, ow = 0, kh = 0, kw = 0, sh = 1, sw = 1, ph = 0, pw = 0,
          dh = 1, dw = 1, groups = 1;
  bool quantised = false; // int8 source and filter, int8 or int32 result
  bool depthwise() const { return groups == ic && groups == oc; }
  /// Multiply-adds of one image.
  int64_t macs() const { return oc * oh * ow * (ic / groups) * kh * kw; }
};

inline int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// The problem of a convolution in a group (its anchor where none is named); nullopt with a reason where this family
/// has nothing but its reference.
std::optional<Problem> problemOf(mge::GroupOp group, std::string &reason, mge::ConvOp op = {});
/// The second convolution of a tile-fused group, null in others.
mge::ConvOp secondOf(mge::GroupOp group);

/// Consecutive output channels that one pass over the input computes: rows of packed weights are this wide.
struct ChannelGroup {
  int64_t start, width;
};
/// Groups of two blocks; a remainder of one block joins the group before it.
std::vector<ChannelGroup> channelGroups(int64_t oc, int64_t block);

/// Output pixels of the widest register tile for this many vectors of channels.
int64_t tileWidth(const Target &target, int64_t vectors);

/// The tile decisions of a group, as attributes: rows a strip, pixels a chunk, tile rows a chunk, splits of the output
/// channels.
int64_t tileAttr(mge::GroupOp group, llvm::StringRef name);

/// Output columns as register tiles of a depthwise kernel: a first, `count` middle ones and a last.
struct DepthwisePlan {
  int64_t first, middle, count, last, skipLeft, skipRight;
};
/// Null where padding does not fit into the outer tiles; the kernel then runs on a padded strip.
std::optional<DepthwisePlan> depthwisePlan(const Problem &problem);
/// The same columns on a strip that carries its padding.
DepthwisePlan stripPlan(const Problem &problem);

/// Channels in and out of a group where whole groups lie in one block, so that lanes find their inputs in it; 0 where
/// channels must be gathered.
int64_t channelsInBlock(const Problem &problem, int64_t block);

/// Winograd: floats between elements of a transformed tile, padded against cache aliasing.
int64_t winogradPitch(int64_t floats);

} // namespace mgec::codegen::conv
