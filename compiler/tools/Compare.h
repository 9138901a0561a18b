//===- Compare.h - how far two tensors are from each other ------------------------------------------------------===//
#pragma once

#include "compiler/eval/Evaluator.h"

#include <cstdint>
#include <string>

namespace mgec::tools {

/// How far `found` is from `expected`, both of one element type. Numbers of quantised types are counted in units (steps
/// of one), those of other types are what they are. NaN agrees with NaN, an infinity with itself; a NaN or an infinity
/// on one side alone is infinitely far.
struct Difference {
  bool comparable = true; // the shapes are the same
  int64_t elements = 0;
  int64_t differing = 0; // elements that are not the same number
  int64_t nans = 0;      // elements that are NaN on both sides: they say nothing
  double largest = 0;    // difference
  double magnitude = 0;  // largest finite element of `expected`
  int64_t worst = -1;    // the element with the largest difference, row-major; -1: none differs
  double expected = 0, found = 0; // its values

  /// The largest difference in proportion to the tensor's magnitude; infinite where that is zero.
  double relative() const;
};
Difference compare(const eval::Tensor &expected, const eval::Tensor &found);

/// What a float is allowed by its type, in proportion to the tensor's magnitude. Rounding alone makes 1e-3 of float32
/// in deep networks with random weights, and units in the last place of 16-bit floats, which each operation rounds to.
double usualError(mlir::FloatType type);
/// What a float is allowed that was computed from quantised values: an exact value between two steps may become either
/// of them, and layer after layer spreads that.
inline constexpr double errorFromQuantised = 0.15;

/// What is close enough. Errors of floats grow with the numbers that were added up, whatever came out at one element,
/// so they are held against the tensor's magnitude.
struct Tolerances {
  double relative = -1; // of floats; negative: by the type, see `limitFor`
  double units = 1;     // of quantised types; other integers must be equal
};

/// What a tensor of an element type is held to.
struct Limit {
  double value;
  bool inUnits; // else relative to the tensor's magnitude
  bool allows(const Difference &difference) const;
  std::string text() const;
};
/// Floats are allowed `least` at least, unless the user says what to allow.
Limit limitFor(mlir::Type element, const Tolerances &tolerances, double least = 0);

/// "f32", "qs8 scale 0.05", "qu8 scale 0.05 zero 128".
std::string typeText(mlir::Type element);

} // namespace mgec::tools
