//===- view.cpp - the view family: reshapes that move no bytes --------------------------------------------------===//
#include "codegen/Families.h"
#include "codegen/Nest.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

namespace {

/// Row "view": the result is the operand's memory. The plan gives both one place; no kernel runs.
struct ViewFamily : Family {
  llvm::StringRef name() const override { return "view"; }
  bool owns(Operation *anchor) const override { return isa<mge::ReshapeOp>(anchor); }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    auto rowMajor = mge::LayoutAttr::getRowMajor(group.getContext());
    choices.candidates.push_back({"view", {rowMajor}, {rowMajor}, {}, 0, 0});
    // [N,C,1,1] in blocks is [N,C] where the channels fill their blocks.
    RankedTensorType src = group.inputType(0);
    auto shape = src.getShape();
    if (src.getRank() == 4 && shape[1] % targets.block == 0 && shape[2] == 1 && shape[3] == 1) {
      auto blocked = mge::LayoutAttr::getChannelBlocked(group.getContext(), targets.block);
      choices.candidates.push_back({"view", {blocked}, {rowMajor}, {}, 0, 0});
    }
  }

  LogicalResult build(mge::GroupOp, const TargetSet &, const Target &, KernelBuilder &) const override {
    return success();
  }
};

} // namespace

const Family &codegen::viewFamily() {
  static ViewFamily family;
  return family;
}
