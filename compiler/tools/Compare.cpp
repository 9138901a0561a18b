//===- Compare.cpp - how far two tensors are from each other ----------------------------------------------------===//
#include "compiler/tools/Compare.h"

#include "llvm/ADT/APFloat.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;
using namespace mgec::tools;
using eval::Tensor;

/// Values of a tensor as numbers.
static std::vector<double> numbers(const Tensor &tensor) {
  std::vector<double> out(tensor.elements());
  auto read = [&](auto tag) {
    using T = decltype(tag);
    for (size_t i = 0; i < out.size(); ++i) {
      T value;
      std::memcpy(&value, tensor.bytes.data() + i * sizeof(T), sizeof(T));
      out[i] = static_cast<double>(value);
    }
  };
  Type type = storageType(tensor.element);
  if (type.isF32())
    read(float());
  else if (auto integer = dyn_cast<IntegerType>(type)) {
    bool isUnsigned = integer.isUnsigned() || integer.getWidth() == 1;
    switch (elementBits(type)) {
    case 8: isUnsigned ? read(uint8_t()) : read(int8_t()); break;
    case 16: isUnsigned ? read(uint16_t()) : read(int16_t()); break;
    default: read(int32_t());
    }
  } else {
    for (size_t i = 0; i < out.size(); ++i) { // 16-bit floats
      uint16_t word;
      std::memcpy(&word, tensor.bytes.data() + 2 * i, 2);
      APFloat value(cast<FloatType>(type).getFloatSemantics(), APInt(16, word));
      bool lost;
      value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
      out[i] = value.convertToDouble();
    }
  }
  return out;
}

double Difference::relative() const {
  if (!comparable)
    return std::numeric_limits<double>::infinity();
  return largest == 0 ? 0 : magnitude > 0 ? largest / magnitude : std::numeric_limits<double>::infinity();
}

Difference tools::compare(const Tensor &expected, const Tensor &found) {
  Difference result;
  result.elements = expected.elements();
  if (expected.shape != found.shape || expected.bytes.size() != found.bytes.size()) {
    result.comparable = false;
    result.largest = std::numeric_limits<double>::infinity();
    return result;
  }
  const std::vector<double> x = numbers(expected), y = numbers(found);
  for (size_t i = 0; i < x.size(); ++i) {
    if (std::isfinite(x[i]))
      result.magnitude = std::max(result.magnitude, std::fabs(x[i]));
    if (std::isnan(x[i]) && std::isnan(y[i])) {
      ++result.nans;
      continue;
    }
    if (x[i] == y[i])
      continue;
    ++result.differing;
    double distance = std::fabs(x[i] - y[i]);
    if (!(distance <= std::numeric_limits<double>::max())) // NaN on one side included
      distance = std::numeric_limits<double>::infinity();
    if (distance > result.largest || result.worst < 0) {
      result.largest = distance;
      result.worst = static_cast<int64_t>(i);
      result.expected = x[i];
      result.found = y[i];
    }
  }
  return result;
}

bool Limit::allows(const Difference &difference) const {
  return difference.comparable && (inUnits ? difference.largest : difference.relative()) <= value;
}

std::string Limit::text() const {
  if (!inUnits)
    return fmt::format("{:.3g}", value);
  return value == 0 ? "equal" : fmt::format("{:.6g} unit{}", value, value == 1 ? "" : "s");
}

double tools::usualError(FloatType type) { return type.isF16() ? 1e-2 : type.isBF16() ? 5e-2 : 2e-3; }

Limit tools::limitFor(Type element, const Tolerances &tolerances, double least) {
  if (auto real = dyn_cast<FloatType>(element)) {
    if (tolerances.relative >= 0)
      return {tolerances.relative, false};
    return {std::max(least, usualError(real)), false};
  }
  return {quantisationOf(element).first != 0 ? tolerances.units : 0, true};
}

std::string tools::typeText(Type element) {
  auto [scale, zeroPoint] = quantisationOf(element);
  std::string text = elementName(element);
  if (scale != 0)
    text += fmt::format(" scale {:.6g}", scale) + (zeroPoint ? fmt::format(" zero {}", zeroPoint) : "");
  return text;
}
