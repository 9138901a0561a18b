//===- emit.cpp - the reference family: any single operation by its reference function --------------------------===//
//
// The row of last resort. Operands and results are row-major; constants stay as they are.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/Family.h"
#include "codegen/Nest.h"
#include "compiler/eval/References.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

namespace {

struct ReferenceFamily : Family {
  llvm::StringRef name() const override { return "reference"; }
  bool owns(Operation *) const override { return true; }

  void candidates(mge::GroupOp group, const TargetSet &, Choices &choices) const override {
    if (!llvm::hasSingleElement(group.getBlock().without_terminator())) {
      choices.refusals.push_back({"reference", "runs single operations only"});
      return;
    }
    Operation *op = group.getAnchor();
    if (eval::referenceName(op).empty()) {
      choices.refusals.push_back({"reference", "the operation has no reference function"});
      return;
    }
    Candidate candidate;
    candidate.row = "reference";
    auto rowMajor = mge::LayoutAttr::getRowMajor(group.getContext());
    for (unsigned k = 0; k < group.getNumOperands(); ++k)
      candidate.operandLayouts.push_back(group.getWeight(k) ? mge::LayoutAttr() : rowMajor);
    candidate.resultLayouts.assign(group.getNumResults(), rowMajor);
    // Strided access with run-time types: about 3 ns an element or a multiply-add.
    int64_t work = 0;
    for (unsigned k = 0; k < group.getNumResults(); ++k)
      work += mge::sampleBytes(group.outputType(k)) * 8 / mge::elementBits(group.outputType(k).getElementType());
    for (unsigned k = 0; k < group.getNumOperands(); ++k)
      work += mge::sampleBytes(group.inputType(k)) * 8 / mge::elementBits(group.inputType(k).getElementType());
    if (auto fusion = dyn_cast<mge::FusionOpInterface>(op))
      work += fusion.getMacs();
    candidate.nanoseconds = 1000 + 3.0 * static_cast<double>(work);
    choices.candidates.push_back(std::move(candidate));
  }

  LogicalResult build(mge::GroupOp group, const TargetSet &, const Target &, KernelBuilder &builder) const override {
    return builder.reference({eval::referenceFolder(group.getAnchor()) + "/reference.hpp"});
  }
};

} // namespace

const Family &codegen::referenceFamily() {
  static ReferenceFamily family;
  return family;
}
