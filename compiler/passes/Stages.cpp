//===- Stages.cpp - the order of the stages -----------------------------------------------------------------------===//
#include "compiler/passes/Passes.h"

using namespace mlir;
using namespace mgec;

LogicalResult mgec::enterStage(mge::NetworkOp network, StringRef stage) {
  ArrayRef<StringRef> order = mge::stageOrder();
  const auto *own = llvm::find(order, stage), *now = llvm::find(order, network.getStage());
  assert(own != order.end() && "stages are named in mge::stageOrder");
  // Tile fusion alone may be left out.
  const auto *needed = own - 1;
  if (*needed == "tile-fuse")
    --needed;
  if (now < needed || now >= own)
    return network.emitOpError() << "is at stage " << network.getStage() << "; stage " << stage << " follows "
                                 << *(own - 1);
  if (auto names = network.getTargets())
    for (StringRef name : names->getAsValueRange<StringAttr>())
      if (!codegen::findTarget(name))
        return network.emitOpError() << "names the target " << name << "; there are: " << codegen::targetNames();
  return success();
}

codegen::TargetSet mgec::targetsOf(mge::NetworkOp network) {
  SmallVector<codegen::Target> targets;
  if (auto names = network.getTargets())
    for (StringRef name : names->getAsValueRange<StringAttr>())
      if (auto target = codegen::findTarget(name))
        targets.push_back(*target);
  if (targets.empty())
    targets.push_back(*codegen::findTarget("native"));
  return codegen::makeTargetSet(targets);
}
