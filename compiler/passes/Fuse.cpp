//===- Fuse.cpp - stage fuse ------------------------------------------------------------------------------------===//
#include "codegen/Family.h"
#include "compiler/passes/Passes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace mgec {
#define GEN_PASS_DEF_FUSE
#include "compiler/passes/Passes.h.inc"
} // namespace mgec

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;

static FusionRole roleOf(Operation *op) {
  auto fusion = dyn_cast<FusionOpInterface>(op);
  return fusion ? fusion.getFusionRole() : FusionRole::Opaque;
}

/// Wraps `ops` (in order, the last one yields the results) into a group at the place of the last one.
static GroupOp makeGroup(ArrayRef<Operation *> ops) {
  Operation *last = ops.back();
  llvm::SetVector<Value> inputs;
  llvm::SmallPtrSet<Operation *, 8> members(ops.begin(), ops.end());
  SmallVector<Location> locs;
  for (Operation *op : ops) {
    locs.push_back(op->getLoc());
    for (Value operand : op->getOperands())
      if (!members.contains(operand.getDefiningOp()))
        inputs.insert(operand);
  }
  OpBuilder builder(last);
  Location loc = ops.size() == 1 ? last->getLoc() : builder.getFusedLoc(locs);
  OperationState state(loc, GroupOp::getOperationName());
  state.addOperands(inputs.getArrayRef());
  state.addTypes(last->getResultTypes());
  state.addAttribute("label", builder.getStringAttr(nameOf(last)));
  Block &block = state.addRegion()->emplaceBlock();
  auto group = cast<GroupOp>(builder.create(state));
  IRMapping mapping;
  for (Value input : inputs)
    mapping.map(input, block.addArgument(logical(cast<RankedTensorType>(input.getType())), input.getLoc()));
  Block &body = group.getBlock();
  builder.setInsertionPointToEnd(&body);
  for (Operation *op : ops)
    builder.clone(*op, mapping);
  SmallVector<Value> yielded;
  for (Value result : last->getResults())
    yielded.push_back(mapping.lookup(result));
  YieldOp::create(builder, loc, yielded);
  last->replaceAllUsesWith(group.getResults());
  for (Operation *op : llvm::reverse(ops))
    op->erase();
  return group;
}

namespace {

struct FusePass : mgec::impl::FuseBase<FusePass> {
  using FuseBase::FuseBase;

  void runOnOperation() override {
    NetworkOp network = getOperation();
    if (failed(enterStage(network, "fuse")))
      return signalPassFailure();
    for (auto variant : network.getBlock().getOps<VariantOp>()) {
      copyOutputs(variant);
      fuse(variant);
    }
    network.setStage("fuse");
  }

  /// Outputs are written by kernels: an output that is an input, a constant, or the same value (through views) as
  /// another output gets a copy of its own.
  void copyOutputs(VariantOp variant) {
    Operation *output = variant.getBlock().getTerminator();
    llvm::SmallPtrSet<void *, 8> written;
    for (OpOperand &operand : output->getOpOperands()) {
      Value root = operand.get();
      while (Operation *op = root.getDefiningOp()) {
        if (roleOf(op) != FusionRole::View)
          break;
        root = op->getOperand(0);
      }
      Operation *producer = root.getDefiningOp();
      bool own = producer && !isa<ConstantOp>(producer) && written.insert(root.getAsOpaquePointer()).second;
      if (own)
        continue;
      OpBuilder builder(output);
      Location loc = operand.get().getLoc();
      operand.set(RelayoutOp::create(builder, loc, operand.get().getType(), operand.get()));
    }
  }

  /// Whether the group that ends at `tail` may take `user`: everything else that it reads is there before the tail.
  static bool readyAt(Operation *tail, Value through, Operation *user) {
    return llvm::all_of(user->getOperands(), [&](Value operand) {
      Operation *definition = operand.getDefiningOp();
      return operand == through || !definition || isa<ConstantOp>(definition) || definition->isBeforeInBlock(tail);
    });
  }

  void fuse(VariantOp variant) {
    Block &block = variant.getBlock();
    llvm::SmallPtrSet<Operation *, 32> taken;
    SmallVector<SmallVector<Operation *>> groups;
    auto grow = [&](Operation *anchor) {
      SmallVector<Operation *> ops = {anchor};
      taken.insert(anchor);
      while (anchor->getNumResults() == 1) {
        Operation *tail = ops.back();
        Value value = tail->getResult(0);
        if (!value.hasOneUse())
          break;
        Operation *user = *value.user_begin();
        if (taken.contains(user) || roleOf(user) != FusionRole::Elementwise || !readyAt(tail, value, user) ||
            !codegen::familyOf(anchor).absorbs(anchor, user))
          break;
        ops.push_back(user);
        taken.insert(user);
      }
      groups.push_back(std::move(ops));
    };
    // Anchors first: what they can host never becomes a kernel of its own.
    if (level >= 2)
      for (Operation &op : block.without_terminator())
        if (roleOf(&op) == FusionRole::Anchor)
          grow(&op);
    for (Operation &op : block.without_terminator()) {
      if (taken.contains(&op) || isa<ConstantOp>(op))
        continue;
      if (level >= 1 && roleOf(&op) == FusionRole::Elementwise) {
        grow(&op);
      } else {
        taken.insert(&op);
        groups.push_back({&op});
      }
    }
    for (SmallVector<Operation *> &ops : groups)
      makeGroup(ops);
  }
};

} // namespace
