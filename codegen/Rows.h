//===- Rows.h - the table of all kernel rows --------------------------------------------------------------------===//
//
// Every row that a family can choose, from the kernels.inc of its folder. The table is plain data: it needs no MLIR.
// docs/generated/rows.md prints it; a test checks that every row runs in some case (tests/ops/rows.py).
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include <string_view>
#include <vector>

namespace mgec::codegen {

struct Row {
  std::string_view id;     // what stands in `row` of a group, and in --force-row
  std::string_view family; // its folder under codegen/kernels
  std::string_view text;   // what it is, in a few words
};

/// All rows, by family, in the order of the kernels.inc files.
const std::vector<Row> &allRows();
/// The row with this id; null where there is none.
const Row *findRow(std::string_view id);

} // namespace mgec::codegen
