//===- Rows.cpp - the table of all kernel rows ------------------------------------------------------------------===//
#include "codegen/Rows.h"

using namespace mgec::codegen;

const std::vector<Row> &mgec::codegen::allRows() {
  static const std::vector<Row> rows = {
#define MGEC_ROW(ID, TEXT) {ID, MGEC_FOLDER, TEXT},
#define MGEC_FOLDER "conv"
#include "codegen/kernels/conv/kernels.inc"
#undef MGEC_FOLDER
#define MGEC_FOLDER "elemwise"
#include "codegen/kernels/elemwise/kernels.inc"
#undef MGEC_FOLDER
#define MGEC_FOLDER "matmul"
#include "codegen/kernels/matmul/kernels.inc"
#undef MGEC_FOLDER
#define MGEC_FOLDER "pad"
#include "codegen/kernels/pad/kernels.inc"
#undef MGEC_FOLDER
#define MGEC_FOLDER "pool"
#include "codegen/kernels/pool/kernels.inc"
#undef MGEC_FOLDER
#define MGEC_FOLDER "reduce"
#include "codegen/kernels/reduce/kernels.inc"
#undef MGEC_FOLDER
#define MGEC_FOLDER "reference"
#include "codegen/kernels/reference/kernels.inc"
#undef MGEC_FOLDER
#define MGEC_FOLDER "resize"
#include "codegen/kernels/resize/kernels.inc"
#undef MGEC_FOLDER
#define MGEC_FOLDER "shape"
#include "codegen/kernels/shape/kernels.inc"
#undef MGEC_FOLDER
#define MGEC_FOLDER "softmax"
#include "codegen/kernels/softmax/kernels.inc"
#undef MGEC_FOLDER
#undef MGEC_ROW
  };
  return rows;
}

const Row *mgec::codegen::findRow(std::string_view id) {
  for (const Row &row : allRows())
    if (row.id == id)
      return &row;
  return nullptr;
}
