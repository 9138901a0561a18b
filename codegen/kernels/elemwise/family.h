//===- family.h - what select and emit of the elemwise family share ----------------------------------------------===//
#pragma once

#include "codegen/kernels/support.h"

#include <optional>
#include <string>
#include <vector>

namespace mgec::codegen::elemwise {

/// The function that begins a group, as kernels name it.
struct Function {
  std::string name;    // in functions.hpp
  std::string functor; // "elemwise::op::add{}"
  bool isFloat;        // float32 operands and result: consumers may follow
  bool computesFloat;  // float32 operands
};
/// Nullopt with a reason where only the reference knows the function, or knows it for these types.
std::optional<Function> functionOf(mlir::Operation *op, std::string &reason);

/// How a row reads an operand (chain.hpp), and from where.
struct Reading {
  std::string kind;       // "elemwise::Run" …
  std::string literal;    // instead of a pointer, where not empty
  unsigned number = 0;    // group operand
  bool blocked = false;   // the operand is in channel blocks too
  int64_t perSample = 0, perBlock = 0, perPixel = 0; // elements from sample to sample, block to block, pixel to pixel
};
/// The operands of the first function for a result in channel blocks; nullopt with a reason where one does not fit.
std::optional<std::vector<Reading>> blockedReadings(mge::GroupOp group, int64_t block, std::string &reason);

/// The literal of a constant of one element, empty for others.
std::string literalOf(mge::GroupOp group, unsigned number);

mlir::LogicalResult buildRows(mge::GroupOp group, KernelBuilder &builder);
mlir::LogicalResult buildBlocked(mge::GroupOp group, const TargetSet &targets, KernelBuilder &builder);
mlir::LogicalResult buildAny(mge::GroupOp group, KernelBuilder &builder);

} // namespace mgec::codegen::elemwise
