//===- Plan.cpp - stage plan ------------------------------------------------------------------------------------===//
//
// Every group result gets a place: an output's memory, its operand's place (views), or an offset in the arena. Offsets
// are assigned by decreasing size, each at the lowest address that is free over its life (best known simple heuristic
// for interval packing; within a few percent of the lower bound on real networks). CheckPlan.cpp then proves the
// result.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/passes/Passes.h"
#include "include/mgec/model_abi.h"

#include "mlir/IR/Builders.h"

namespace mgec {
#define GEN_PASS_DEF_PLAN
#include "compiler/passes/Passes.h.inc"
} // namespace mgec

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;

namespace {

/// The value whose memory `value` is: through views to what a kernel (or the caller) wrote.
Value rootOf(Value value) {
  for (auto group = value.getDefiningOp<GroupOp>(); group && group.isView();
       group = value.getDefiningOp<GroupOp>())
    value = group.getInputs()[0];
  return value;
}

/// Memory that one kernel result needs, from the group that writes it to the last that reads it.
struct Buffer {
  Value value;
  int64_t bytes = 0, begin = 0, end = 0, offset = -1, output = -1;
};

struct Lives {
  std::vector<Buffer> buffers;
  DenseMap<Value, size_t> number;
};

Lives livesOf(ArrayRef<GroupOp> order, Operation *terminator) {
  Lives lives;
  for (auto [step, each] : llvm::enumerate(order)) {
    GroupOp group = each;
    if (!group.isView())
      for (Value result : group.getResults()) {
        lives.number[result] = lives.buffers.size();
        int64_t bytes = llvm::alignTo(sampleBytes(cast<RankedTensorType>(result.getType())), MGEC_ALIGNMENT);
        lives.buffers.push_back({result, bytes, static_cast<int64_t>(step), static_cast<int64_t>(step)});
      }
    for (Value operand : group.getInputs())
      if (auto it = lives.number.find(rootOf(operand)); it != lives.number.end())
        lives.buffers[it->second].end = step;
  }
  for (auto [k, value] : llvm::enumerate(terminator->getOperands()))
    if (auto it = lives.number.find(rootOf(value)); it != lives.number.end())
      lives.buffers[it->second].output = k;
  return lives;
}

/// The most arena bytes alive at once: no plan of this order needs less.
int64_t peakOf(const Lives &lives, size_t steps) {
  std::vector<int64_t> live(steps + 1, 0);
  for (const Buffer &buffer : lives.buffers)
    if (buffer.output < 0)
      for (int64_t s = buffer.begin; s <= buffer.end; ++s)
        live[s] += buffer.bytes;
  return *std::max_element(live.begin(), live.end());
}

/// Ready groups first that leave the least alive.
SmallVector<GroupOp> greedyOrder(ArrayRef<GroupOp> order) {
  DenseMap<Operation *, int> waiting;
  DenseMap<Value, int> readers;
  for (GroupOp group : order) {
    llvm::SmallPtrSet<Operation *, 4> producers;
    llvm::SmallDenseSet<Value, 4> roots;
    for (Value operand : group.getInputs()) {
      if (auto producer = operand.getDefiningOp<GroupOp>())
        producers.insert(producer);
      if (roots.insert(rootOf(operand)).second)
        ++readers[rootOf(operand)];
    }
    waiting[group] = producers.size();
  }
  auto bytes = [](Value value) { return sampleBytes(cast<RankedTensorType>(value.getType())); };
  SmallVector<GroupOp> ready, result;
  for (GroupOp group : order)
    if (waiting[group] == 0)
      ready.push_back(group);
  while (!ready.empty()) {
    auto growth = [&](GroupOp group) {
      int64_t change = 0;
      if (!group.isView())
        for (Value each : group.getResults())
          change += bytes(each);
      llvm::SmallDenseSet<Value, 4> roots;
      for (Value operand : group.getInputs())
        if (Value root = rootOf(operand);
            root.getDefiningOp<GroupOp>() && roots.insert(root).second && readers[root] == 1)
          change -= bytes(root);
      return change;
    };
    auto best = ready.begin();
    for (auto it = ready.begin(); it != ready.end(); ++it)
      if (growth(*it) < growth(*best))
        best = it;
    GroupOp group = *best;
    ready.erase(best);
    result.push_back(group);
    llvm::SmallDenseSet<Value, 4> roots;
    for (Value operand : group.getInputs())
      if (roots.insert(rootOf(operand)).second)
        --readers[rootOf(operand)];
    llvm::SmallPtrSet<Operation *, 4> users;
    for (Operation *user : group->getUsers())
      if (auto next = dyn_cast<GroupOp>(user); next && users.insert(user).second && --waiting[next] == 0)
        ready.push_back(next);
  }
  return result;
}

struct PlanPass : mgec::impl::PlanBase<PlanPass> {
  using PlanBase::PlanBase;

  void runOnOperation() override {
    if (failed(enterStage(getOperation(), "plan")))
      return signalPassFailure();
    for (auto variant : getOperation().getBlock().getOps<VariantOp>())
      if (failed(plan(variant)))
        return signalPassFailure();
    getOperation().setStage("plan");
  }

  LogicalResult plan(VariantOp variant) {
    Operation *terminator = variant.getBlock().getTerminator();
    SmallVector<GroupOp> order(variant.getBlock().getOps<GroupOp>());
    SmallVector<GroupOp> greedy = greedyOrder(order);
    Lives lives = livesOf(order, terminator), other = livesOf(greedy, terminator);
    if (peakOf(other, order.size()) < peakOf(lives, order.size())) {
      order = greedy;
      lives = std::move(other);
    }
    for (GroupOp group : order)
      group->moveBefore(terminator);

    int64_t arena = assign(lives.buffers);
    Builder builder(&getContext());
    variant.setArenaBytes(arena);
    variant.setLowerBoundBytes(peakOf(lives, order.size()));
    for (GroupOp group : order) {
      SmallVector<Attribute> places;
      for (Value result : group.getResults()) {
        Value root = rootOf(result);
        int64_t bytes = sampleBytes(cast<RankedTensorType>(result.getType()));
        auto it = lives.number.find(root);
        if (it == lives.number.end()) {
          // A view of an input or of a constant.
          auto argument = dyn_cast<BlockArgument>(root);
          if (!argument)
            return group.emitOpError("is a view of a constant that was not folded");
          places.push_back(PlaceAttr::get(&getContext(), "input", argument.getArgNumber(), bytes));
          continue;
        }
        const Buffer &buffer = lives.buffers[it->second];
        if (buffer.output >= 0)
          places.push_back(PlaceAttr::get(&getContext(), "output", buffer.output, bytes));
        else
          places.push_back(PlaceAttr::get(&getContext(), "arena", buffer.offset, bytes));
      }
      group.setPlacesAttr(builder.getArrayAttr(places));
    }
    return checkPlan(variant);
  }

  int64_t assign(std::vector<Buffer> &buffers) {
    std::vector<Buffer *> bySize, placed;
    for (Buffer &buffer : buffers)
      if (buffer.output < 0)
        bySize.push_back(&buffer);
    llvm::sort(bySize, [](Buffer *a, Buffer *b) { return a->bytes != b->bytes ? a->bytes > b->bytes : a < b; });
    int64_t arena = 0;
    for (Buffer *buffer : bySize) {
      std::vector<std::pair<int64_t, int64_t>> busy;
      for (Buffer *earlier : placed)
        if (disjoint || (earlier->begin <= buffer->end && buffer->begin <= earlier->end))
          busy.push_back({earlier->offset, earlier->offset + earlier->bytes});
      llvm::sort(busy);
      int64_t offset = 0;
      for (auto [low, high] : busy) {
        if (offset + buffer->bytes <= low)
          break;
        offset = std::max(offset, high);
      }
      buffer->offset = offset;
      placed.push_back(buffer);
      arena = std::max(arena, offset + buffer->bytes);
    }
    return arena;
  }
};

} // namespace
