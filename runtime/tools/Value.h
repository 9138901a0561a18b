//===- Value.h - the values between the steps of a forward ----------------------------------------------------===//
#pragma once

#include "../core/Shape.h"
#include "../core/Tools.h"

#include <cstdio>
#include <vector>

namespace mgec::tools {

/// Whether the tables of steps and values hold together; the functions here rely on it.
core::Status checkTables(const mgec_variant &variant, const char *model);

/// Whether its elements can be told; else the order is a kernel's affair.
bool hasElements(const mgec_value &value);
/// Whether the value is a variable of the model that the code holds whole, so that it can be written down.
bool isDumpable(const mgec_value &value);
/// Extents for these values of the symbols.
core::Shape shapeOf(const mgec_value &value, const int64_t *symbols);
/// Bytes in memory, pad lanes included.
uint64_t bytesOf(const mgec_value &value, const int64_t *symbols);
/// Bytes into the arena or the weights; 0 of inputs and outputs.
uint64_t offsetOf(const mgec_value &value, const int64_t *symbols);
const uint8_t *addressOf(const mgec_value &value, const mgec_exec &exec);
/// The elements, dense and row-major: in place where they lie so, else in `room`.
const uint8_t *denseOf(const mgec_value &value, const mgec_exec &exec, std::vector<uint8_t> &room, uint64_t &bytes);

/// The element type's name and number in MegEngine's dumps.
const char *typeName(int32_t dtype);
uint32_t typeNumber(int32_t dtype);
/// "{1(6),2(3),3(1) Float32}", strides in elements.
std::string layoutText(const mgec_value &value, const core::Shape &shape);

/// Element `index` of a dense tensor as a number: the stored one of quantised types.
double elementAt(const uint8_t *data, int32_t dtype, const core::Shape &shape, uint64_t index);
uint64_t elementsOf(const core::Shape &shape);

/// Writes a file whole.
core::Status writeFile(const std::string &path, const void *data, size_t size);

} // namespace mgec::tools
