//===- CheckPlan.cpp - the memory plan proved again ---------------------------------------------------------------===//
//
// Knows nothing of how the plan was made: it replays the groups in order on a map of who wrote each byte of the arena.
// Every byte that a group reads must have been written by the group that defines the value and by nobody since; no
// kernel writes what it still reads; everything stays inside of the arena; every output is written in its own memory.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/passes/Passes.h"
#include "include/mgec/model_abi.h"

#include <map>

namespace mgec {
#define GEN_PASS_DEF_CHECKPLAN
#include "compiler/passes/Passes.h.inc"
} // namespace mgec

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;

namespace {

class Replay {
public:
  explicit Replay(VariantOp variant) : variant(variant), arena(variant.getArenaBytes().value_or(0)) {}

  LogicalResult run() {
    for (auto group : variant.getBlock().getOps<GroupOp>())
      if (failed(group.isView() ? view(group) : kernel(group)))
        return failure();
    for (auto [k, value] : llvm::enumerate(variant.getBlock().getTerminator()->getOperands())) {
      PlaceAttr place = placeOf(value);
      if (!place || place.getSpace() != "output" || place.getOffset() != static_cast<int64_t>(k))
        return variant.emitOpError() << "output " << k << " is not in the memory of its own";
    }
    return success();
  }

private:
  static PlaceAttr placeOf(Value value) {
    auto group = value.getDefiningOp<GroupOp>();
    return group ? cast<PlaceAttr>((*group.getPlaces())[cast<OpResult>(value).getResultNumber()]) : PlaceAttr();
  }

  /// A view writes nothing: its result must be where its operand is.
  LogicalResult view(GroupOp group) {
    Value operand = group.getInputs()[0], result = group.getResult(0);
    PlaceAttr from = placeOf(operand), to = placeOf(result);
    if (auto argument = dyn_cast<BlockArgument>(operand)) {
      if (to.getSpace() != "input" || to.getOffset() != argument.getArgNumber())
        return group.emitOpError("is a view of an input and lies elsewhere");
    } else if (!from || from.getSpace() != to.getSpace() || from.getOffset() != to.getOffset() ||
               from.getBytes() < to.getBytes()) {
      return group.emitOpError("is a view and does not lie where its operand does");
    }
    writer[result] = writerOf(operand);
    return readable(group, operand);
  }

  LogicalResult kernel(GroupOp group) {
    for (Value operand : group.getInputs())
      if (failed(readable(group, operand)))
        return failure();
    for (Value result : group.getResults()) {
      PlaceAttr place = placeOf(result);
      if (place.getSpace() == "input")
        return group.emitOpError("writes to an input");
      if (place.getBytes() < sampleBytes(cast<RankedTensorType>(result.getType())))
        return group.emitOpError("has a place that is too small");
      if (place.getSpace() != "arena")
        continue;
      int64_t begin = place.getOffset(), end = begin + place.getBytes();
      if (begin < 0 || end > arena || begin % MGEC_ALIGNMENT)
        return group.emitOpError("has a place outside of the arena");
      for (Value operand : group.getInputs())
        if (PlaceAttr from = placeOf(operand); from && from.getSpace() == "arena" && from.getOffset() < end &&
                                               begin < from.getOffset() + from.getBytes())
          return group.emitOpError() << "writes over its operand " << nameOf(operand);
      write(begin, end, result);
    }
    return success();
  }

  LogicalResult readable(GroupOp group, Value operand) {
    PlaceAttr place = placeOf(operand);
    if (!place || place.getSpace() != "arena")
      return success();
    auto it = owner.find(place.getOffset());
    if (it == owner.end() || it->second.second != writerOf(operand) ||
        it->second.first < place.getOffset() + place.getBytes())
      return group.emitOpError() << "reads memory of " << nameOf(operand) << " that the plan gave away";
    return success();
  }

  Value writerOf(Value value) {
    auto it = writer.find(value);
    return it == writer.end() ? value : it->second;
  }

  void write(int64_t begin, int64_t end, Value value) {
    for (auto it = owner.begin(); it != owner.end();) {
      auto [from, rest] = *it;
      auto [to, who] = rest;
      if (to <= begin || from >= end) {
        ++it;
        continue;
      }
      it = owner.erase(it);
      if (from < begin)
        owner[from] = {begin, who};
      if (to > end)
        owner[end] = {to, who};
    }
    owner[begin] = {end, value};
  }

  VariantOp variant;
  int64_t arena;
  std::map<int64_t, std::pair<int64_t, Value>> owner; // begin -> (end, who wrote it)
  DenseMap<Value, Value> writer;                      // of views: what they show
};

struct CheckPlanPass : mgec::impl::CheckPlanBase<CheckPlanPass> {
  void runOnOperation() override {
    for (auto variant : getOperation().getBlock().getOps<VariantOp>())
      if (failed(checkPlan(variant)))
        return signalPassFailure();
  }
};

} // namespace

LogicalResult mgec::checkPlan(VariantOp variant) { return Replay(variant).run(); }
