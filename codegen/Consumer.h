//===- Consumer.h - the elementwise operations behind an anchor -------------------------------------------------===//
//
// Every micro-kernel ends in a consumer functor (codegen/kernels/README.md). This is where the operations behind an
// anchor become that functor: which operands may take part, and the expression.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/dialect/Mge.h"

#include <string>
#include <vector>

namespace mgec::codegen {

/// How a consumer reads an operand.
enum class OperandKind {
  None,    // the consumers do not read it
  Literal, // a scalar constant, printed
  Scalar,  // one element known at run time
  Channel, // one constant element a channel
  Full,    // the shape of the result
  Other,   // anything else: no consumer takes it
};

/// The axis that "channel" means for results of this rank: 1 for [N,C,H,W], the last one otherwise.
int64_t channelAxis(int64_t rank);

/// How an elementwise operation with this result reads this operand.
OperandKind classify(mlir::RankedTensorType result, mlir::Value operand);

/// Whether a float consumer functor can host `consumer`, applied to `value` (one of its operands): float32, result of
/// value's shape, every other operand literal, channel or full.
bool canConsume(mlir::Value value, mlir::Operation *consumer);

/// A group's consumers: what the functor needs.
struct ConsumerPlan {
  struct Operand {
    unsigned number; // group operand
    OperandKind kind;
  };
  std::vector<Operand> operands;     // Scalar, Channel and Full ones, in order of first use
  std::vector<std::string> steps;    // "t0 = add(x, o0)", "t1 = relu(t0)"; x is the accumulator, o<i> operands
  std::string result;                // "t1", or "x" when there are no consumers
};

/// The elementwise operations of the group behind `anchor`, whose result 0 is `x`, up to the group's result or to the
/// next operation that is no elementwise one, which reads what they make.
mlir::FailureOr<ConsumerPlan> planConsumer(mge::GroupOp group, mlir::Operation *anchor);

/// How the consumers of the group read operand `number`; None when only the anchor does.
OperandKind consumerKind(mge::GroupOp group, unsigned number);

using mge::floatLiteral;

} // namespace mgec::codegen
