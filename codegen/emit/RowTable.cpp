//===- RowTable.cpp - writes docs/generated/rows.md -------------------------------------------------------------===//
//
//   mgec-rows FILE
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/Rows.h"

#include <fstream>
#include <iostream>

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "usage: mgec-rows FILE\n";
    return 2;
  }
  std::ofstream out(argv[1]);
  out << "# Kernel rows\n\n"
         "Generated from `codegen/kernels/*/kernels.inc`; a test keeps this copy current. `mgec explain` names the row "
         "that "
         "runs\neach group of a model, and why the others do not.\n\n"
         "| row | family | what it is |\n| --- | --- | --- |\n";
  for (const mgec::codegen::Row &row : mgec::codegen::allRows())
    out << "| `" << row.id << "` | " << row.family << " | " << row.text << " |\n";
  out.close();
  if (!out)
    std::cerr << "mgec-rows: cannot write " << argv[1] << "\n";
  return out ? 0 : 1;
}
