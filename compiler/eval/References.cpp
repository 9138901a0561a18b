//===- References.cpp - the reference functions, compiled into the compiler -------------------------------------===//
#define MGEC_ISA_NAMESPACE host
#include "codegen/kernels/batch_norm/reference.hpp"
#include "codegen/kernels/conv/reference.hpp"
#include "codegen/kernels/elemwise/reference.hpp"
#include "codegen/kernels/matmul/reference.hpp"
#include "codegen/kernels/pad/reference.hpp"
#include "codegen/kernels/pool/reference.hpp"
#include "codegen/kernels/reduce/reference.hpp"
#include "codegen/kernels/resize/reference.hpp"
#include "codegen/kernels/shape/reference.hpp"
#include "codegen/kernels/softmax/reference.hpp"

#include "compiler/dialect/Mge.h"
#include "compiler/eval/References.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/raw_ostream.h"

#include <cinttypes>
#include <cmath>

using namespace mlir;

namespace {

namespace kernels = mgec::host;

[[maybe_unused]] void fillArray(kernels::IntArray &array, ArrayRef<int64_t> values) {
  array.size = std::min<int64_t>(values.size(), 8);
  for (int64_t i = 0; i < array.size; ++i)
    array.v[i] = values[i];
}

kernels::View makeView(const mgec::eval::ViewArgs &args) {
  kernels::View view = {};
  view.data = args.data;
  view.dtype = args.dtype;
  view.ndim = static_cast<int32_t>(args.dims.size());
  int64_t stride = 1;
  for (int64_t axis = view.ndim - 1; axis >= 0; --axis) {
    view.dims[axis] = args.dims[axis];
    view.strides[axis] = stride;
    stride *= args.dims[axis];
  }
  view.scale = args.scale;
  view.zero_point = args.zeroPoint;
  return view;
}

/// Prints the fields of a parameter struct in declaration order. The struct is plain data of 4-byte integers, floats,
/// doubles and IntArrays; the generated table calls the overload that fits each field.
class Initialiser {
public:
  explicit Initialiser(std::string name) : text(std::move(name) + "{") {}
  void add(int32_t value) { field() << value; }
  void add(float value) { field() << mgec::mge::floatLiteral(value); }
  void add(double value) { field() << mgec::mge::doubleLiteral(value); }
  void add(const kernels::IntArray &value) {
    auto &os = field();
    os << "{" << value.size << ", {";
    for (int64_t i = 0; i < value.size; ++i)
      os << (i ? ", " : "") << value.v[i];
    os << "}}";
  }
  std::string str() { return text + "}"; }

private:
  llvm::raw_string_ostream &field() {
    os << (first ? "" : ", ");
    first = false;
    return os;
  }
  std::string text;
  llvm::raw_string_ostream os{text};
  bool first = true;
};

} // namespace

bool mgec::eval::runReference(Operation *operation, ArrayRef<ViewArgs> inputs, ArrayRef<ViewArgs> outputs) {
  SmallVector<kernels::View> in, out;
  for (const ViewArgs &args : inputs)
    in.push_back(makeView(args));
  for (const ViewArgs &args : outputs)
    out.push_back(makeView(args));
  if (isa<mge::RelayoutOp>(operation)) { // logically the identity
    kernels::ref::copy_in_order(in[0], out[0]);
    return true;
  }
#define MGEC_REFERENCE(CLASS, NAME, FOLDER, FILL, PRINT)                                                               \
  if (auto op = dyn_cast<mge::CLASS>(operation)) {                                                                     \
    kernels::NAME##Params p = {};                                                                                      \
    FILL;                                                                                                              \
    kernels::ref::NAME(in.data(), static_cast<int>(in.size()), out.data(), static_cast<int>(out.size()), p);           \
    return true;                                                                                                       \
  }
#include "ReferenceTable.inc"
#undef MGEC_REFERENCE
  return false;
}

std::string mgec::eval::referenceParams(Operation *operation) {
#define MGEC_REFERENCE(CLASS, NAME, FOLDER, FILL, PRINT)                                                               \
  if (auto op = dyn_cast<mge::CLASS>(operation)) {                                                                     \
    kernels::NAME##Params p = {};                                                                                      \
    FILL;                                                                                                              \
    Initialiser init(#NAME "Params");                                                                                  \
    PRINT;                                                                                                             \
    return init.str();                                                                                                 \
  }
#include "ReferenceTable.inc"
#undef MGEC_REFERENCE
  return "";
}

std::string mgec::eval::referenceName(Operation *operation) {
#define MGEC_REFERENCE(CLASS, NAME, FOLDER, FILL, PRINT)                                                               \
  if (isa<mge::CLASS>(operation))                                                                                      \
    return #NAME;
#include "ReferenceTable.inc"
#undef MGEC_REFERENCE
  return "";
}

std::string mgec::eval::referenceFolder(Operation *operation) {
#define MGEC_REFERENCE(CLASS, NAME, FOLDER, FILL, PRINT)                                                               \
  if (isa<mge::CLASS>(operation))                                                                                      \
    return FOLDER;
#include "ReferenceTable.inc"
#undef MGEC_REFERENCE
  return "";
}
