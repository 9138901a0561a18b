//===- Choose.cpp - stage choose --------------------------------------------------------------------------------===//
//
// Rows and layouts for all groups at once. The cost of a choice is the sum of the rows' predicted times and of the
// relayouts that it makes necessary (one an edge whose layouts differ: an upper bound, since edges share them). The
// solver starts from several assignments (cheapest rows, blocked everywhere, row-major everywhere) and improves each by
// changing one group, then pairs of neighbours, until nothing helps; the best result wins. Networks have hundreds of
// groups with a handful of rows each: this takes milliseconds.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/Family.h"
#include "codegen/Rows.h"
#include "compiler/passes/Passes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace mgec {
#define GEN_PASS_DEF_CHOOSE
#include "compiler/passes/Passes.h.inc"
} // namespace mgec

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;
using codegen::Candidate;
using codegen::Choices;
using codegen::Refusal;

namespace {

/// A group with several operations that no row runs becomes one group an operation.
SmallVector<GroupOp> splitGroup(GroupOp group) {
  OpBuilder builder(group);
  IRMapping outer;
  for (auto [argument, operand] : llvm::zip(group.getBlock().getArguments(), group.getInputs()))
    outer.map(argument, operand);
  SmallVector<GroupOp> parts;
  for (Operation &op : group.getBlock().without_terminator()) {
    llvm::SetVector<Value> inputs;
    for (Value operand : op.getOperands())
      inputs.insert(outer.lookup(operand));
    OperationState state(op.getLoc(), GroupOp::getOperationName());
    state.addOperands(inputs.getArrayRef());
    state.addTypes(op.getResultTypes());
    state.addAttribute("label", builder.getStringAttr(nameOf(&op)));
    Block &block = state.addRegion()->emplaceBlock();
    auto part = cast<GroupOp>(builder.create(state));
    IRMapping inner;
    for (Value operand : op.getOperands())
      if (!inner.contains(operand)) {
        Value from = outer.lookup(operand);
        // One argument a distinct outer value.
        unsigned number = std::distance(inputs.begin(), llvm::find(inputs, from));
        while (block.getNumArguments() <= number)
          block.addArgument(logical(cast<RankedTensorType>(inputs[block.getNumArguments()].getType())), op.getLoc());
        inner.map(operand, block.getArgument(number));
      }
    OpBuilder body = OpBuilder::atBlockEnd(&part.getBlock());
    Operation *clone = body.clone(op, inner);
    YieldOp::create(body, op.getLoc(), clone->getResults());
    for (auto [result, value] : llvm::zip(op.getResults(), part.getResults()))
      outer.map(result, value);
    parts.push_back(part);
  }
  for (auto [result, value] : llvm::zip(group.getResults(), group.getBlock().getTerminator()->getOperands()))
    result.replaceAllUsesWith(outer.lookup(value));
  group.erase();
  return parts;
}

class Solver {
public:
  Solver(VariantOp variant, const codegen::TargetSet &targets) : variant(variant), targets(targets) {}

  void addGroup(GroupOp group, Choices choices) {
    number[group] = static_cast<int>(groups.size());
    groups.push_back(group);
    all.push_back(std::move(choices));
  }

  void solve() {
    collectEdges();
    chosen.assign(groups.size(), 0);
    std::vector<int> best;
    double bestCost = 0;
    for (int64_t preferred : {int64_t(0), targets.block, int64_t(1)}) {
      for (size_t g = 0; g < groups.size(); ++g)
        chosen[g] = start(g, preferred);
      improve();
      double cost = total();
      if (best.empty() || cost < bestCost) {
        best = chosen;
        bestCost = cost;
      }
    }
    chosen = best;
  }

  const Candidate &choice(size_t g) const { return all[g].candidates[chosen[g]]; }
  std::vector<GroupOp> groups;
  std::vector<Choices> all;

private:
  /// A use of a group result (or input) by a group operand or by the variant's output.
  struct Edge {
    int producer; // -1: a model input
    unsigned result;
    int consumer; // -1: a model output
    unsigned operand;
    double relayout; // nanoseconds when the layouts differ
  };

  void collectEdges() {
    touching.resize(groups.size());
    auto add = [&](Value value, int consumer, unsigned operand) {
      auto group = value.getDefiningOp<GroupOp>();
      int producer = group ? number[group] : -1;
      if (!group && !isa<BlockArgument>(value))
        return;
      // Read and write once, element order changed.
      double bytes = static_cast<double>(sampleBytes(cast<RankedTensorType>(value.getType())));
      Edge edge{producer, group ? cast<OpResult>(value).getResultNumber() : 0, consumer, operand,
                300 + 2 * bytes / (0.4 * targets.best().bytesPerNs)};
      int index = static_cast<int>(edges.size());
      edges.push_back(edge);
      if (producer >= 0)
        touching[producer].push_back(index);
      if (consumer >= 0 && consumer != producer)
        touching[consumer].push_back(index);
    };
    for (size_t g = 0; g < groups.size(); ++g)
      for (auto [k, operand] : llvm::enumerate(groups[g].getInputs()))
        add(operand, static_cast<int>(g), k);
    for (auto [k, operand] : llvm::enumerate(variant.getBlock().getTerminator()->getOperands()))
      add(operand, -1, k);
  }

  int start(size_t g, int64_t preferred) const {
    int best = 0;
    double bestCost = 1e300;
    for (auto [k, candidate] : llvm::enumerate(all[g].candidates)) {
      double cost = candidate.nanoseconds;
      bool fits = candidate.resultLayouts.empty() || candidate.resultLayouts[0].getChannelBlock() == preferred;
      if (preferred && !fits)
        cost += 1e12;
      if (cost < bestCost) {
        bestCost = cost;
        best = static_cast<int>(k);
      }
    }
    return best;
  }

  double edgeCost(const Edge &edge) const {
    auto rowMajor = LayoutAttr::getRowMajor(variant.getContext());
    LayoutAttr from = edge.producer < 0 ? rowMajor : choice(edge.producer).resultLayouts[edge.result];
    LayoutAttr to = edge.consumer < 0 ? rowMajor : choice(edge.consumer).operandLayouts[edge.operand];
    return to && from != to ? edge.relayout : 0;
  }

  double local(size_t g) const {
    double cost = choice(g).nanoseconds;
    for (int edge : touching[g])
      cost += edgeCost(edges[edge]);
    return cost;
  }

  double total() const {
    double cost = 0;
    for (size_t g = 0; g < groups.size(); ++g)
      cost += choice(g).nanoseconds;
    for (const Edge &edge : edges)
      cost += edgeCost(edge);
    return cost;
  }

  void improve() {
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t g = 0; g < groups.size(); ++g)
        changed |= improveOne(g);
      for (const Edge &edge : edges)
        if (edge.producer >= 0 && edge.consumer >= 0 && edge.producer != edge.consumer)
          changed |= improvePair(edge.producer, edge.consumer);
    }
  }

  bool improveOne(size_t g) {
    int old = chosen[g], best = old;
    double bestCost = local(g);
    for (int k = 0; k < static_cast<int>(all[g].candidates.size()); ++k) {
      chosen[g] = k;
      if (double cost = local(g); cost < bestCost - 1e-6) {
        bestCost = cost;
        best = k;
      }
    }
    chosen[g] = best;
    return best != old;
  }

  bool improvePair(int a, int b) {
    int oldA = chosen[a], oldB = chosen[b], bestA = oldA, bestB = oldB;
    auto cost = [&] {
      double sum = choice(a).nanoseconds + choice(b).nanoseconds;
      llvm::SmallDenseSet<int, 8> seen;
      for (int g : {a, b})
        for (int edge : touching[g])
          if (seen.insert(edge).second)
            sum += edgeCost(edges[edge]);
      return sum;
    };
    double bestCost = cost();
    for (int i = 0; i < static_cast<int>(all[a].candidates.size()); ++i)
      for (int j = 0; j < static_cast<int>(all[b].candidates.size()); ++j) {
        chosen[a] = i;
        chosen[b] = j;
        if (double c = cost(); c < bestCost - 1e-6) {
          bestCost = c;
          bestA = i;
          bestB = j;
        }
      }
    chosen[a] = bestA;
    chosen[b] = bestB;
    return bestA != oldA || bestB != oldB;
  }

  mutable VariantOp variant;
  const codegen::TargetSet &targets;
  DenseMap<Operation *, int> number;
  std::vector<Edge> edges;
  std::vector<SmallVector<int>> touching;
  std::vector<int> chosen;
};

struct ChoosePass : mgec::impl::ChooseBase<ChoosePass> {
  using ChooseBase::ChooseBase;

  void runOnOperation() override {
    NetworkOp network = getOperation();
    if (failed(enterStage(network, "choose")))
      return signalPassFailure();
    SmallVector<StringRef> rows;
    StringRef(force).split(rows, ',', -1, /*KeepEmpty=*/false);
    for (StringRef row : rows)
      if (!codegen::findRow(row)) {
        network.emitOpError() << "cannot prefer the row " << row
                              << ", which does not exist; docs/generated/rows.md lists the rows";
        return signalPassFailure();
      }
    codegen::TargetSet targets = targetsOf(network);
    network.setChannelBlock(targets.block);
    for (auto variant : network.getBlock().getOps<VariantOp>())
      if (failed(choose(variant, targets)))
        return signalPassFailure();
    network.setStage("choose");
  }

  Choices choicesOf(GroupOp group, const codegen::TargetSet &targets) {
    Choices choices;
    const codegen::Family &family = codegen::familyOf(group.getAnchor());
    if (!reference)
      family.candidates(group, targets, choices);
    if (choices.candidates.empty() || !force.empty())
      codegen::referenceFamily().candidates(group, targets, choices);
    if (reference && choices.candidates.empty())
      family.candidates(group, targets, choices); // views
    if (!force.empty()) {
      SmallVector<StringRef> rows;
      StringRef(force).split(rows, ',');
      for (StringRef row : rows) {
        auto wanted = llvm::make_filter_range(choices.candidates, [&](const Candidate &c) { return c.row == row; });
        if (wanted.empty())
          continue;
        SmallVector<Candidate> kept(wanted.begin(), wanted.end());
        choices.candidates = std::move(kept);
        break;
      }
    }
    return choices;
  }

  LogicalResult choose(VariantOp variant, const codegen::TargetSet &targets) {
    Solver solver(variant, targets);
    SmallVector<GroupOp> worklist(variant.getBlock().getOps<GroupOp>());
    while (!worklist.empty()) {
      GroupOp group = worklist.pop_back_val();
      Choices choices = choicesOf(group, targets);
      if (!choices.candidates.empty()) {
        solver.addGroup(group, std::move(choices));
        continue;
      }
      if (llvm::hasSingleElement(group.getBlock().without_terminator())) {
        InFlightDiagnostic error = group.getAnchor()->emitOpError("has no kernel that can run it");
        for (const Refusal &refusal : choices.refusals)
          error << "; " << refusal.row << " " << refusal.reason;
        return error;
      }
      worklist.append(splitGroup(group));
    }
    solver.solve();
    for (size_t g = 0; g < solver.groups.size(); ++g)
      apply(solver.groups[g], solver.choice(g), solver.all[g]);
    insertRelayouts(variant, solver);
    return routeRelayouts(variant, targets);
  }

  void apply(GroupOp group, const Candidate &candidate, const Choices &choices) {
    Builder builder(&getContext());
    assert(codegen::findRow(candidate.row) && "kernels.inc lists every row");
    group.setRow(candidate.row);
    if (candidate.tiles)
      group.setTilesAttr(candidate.tiles);
    group.setCostNsAttr(builder.getF64FloatAttr(candidate.nanoseconds));
    SmallVector<Attribute> refused;
    auto note = [&](const std::string &row, const std::string &reason) {
      refused.push_back(builder.getDictionaryAttr({builder.getNamedAttr("row", builder.getStringAttr(row)),
                                                   builder.getNamedAttr("reason", builder.getStringAttr(reason))}));
    };
    for (const Refusal &refusal : choices.refusals)
      note(refusal.row, refusal.reason);
    for (const Candidate &other : choices.candidates)
      if (other.row != candidate.row) {
        char text[64];
        snprintf(text, sizeof text, "predicted %.1f us", other.nanoseconds / 1000);
        note(other.row, text);
      }
    if (!refused.empty())
      group.setRefusedAttr(builder.getArrayAttr(refused));
    for (auto [result, layout] : llvm::zip(group.getResults(), candidate.resultLayouts))
      result.setType(withLayout(cast<RankedTensorType>(result.getType()), layout));
  }

  /// A value arrives in another layout than its user wants: one relayout for all users that want it.
  void insertRelayouts(VariantOp variant, const Solver &solver) {
    DenseMap<std::pair<Value, Attribute>, Value> made;
    auto arrive = [&](Value value, LayoutAttr wanted) -> Value {
      if (!wanted || layoutOf(value.getType()) == wanted || value.getDefiningOp<ConstantOp>())
        return value;
      Value &copy = made[{value, wanted}];
      if (copy)
        return copy;
      OpBuilder builder(&getContext());
      if (Operation *definition = value.getDefiningOp())
        builder.setInsertionPointAfter(definition);
      else
        builder.setInsertionPointToStart(&variant.getBlock());
      auto type = withLayout(cast<RankedTensorType>(value.getType()), wanted);
      OperationState state(value.getLoc(), GroupOp::getOperationName());
      state.addOperands(value);
      state.addTypes(type);
      state.addAttribute("label", builder.getStringAttr(nameOf(value) + ":" + wanted.str()));
      Block &block = state.addRegion()->emplaceBlock();
      Type plain = logical(type);
      auto group = cast<GroupOp>(builder.create(state));
      (void)block;
      Block &body = group.getBlock();
      Value argument = body.addArgument(plain, value.getLoc());
      OpBuilder inner = OpBuilder::atBlockEnd(&body);
      Value same = RelayoutOp::create(inner, value.getLoc(), plain, argument);
      YieldOp::create(inner, value.getLoc(), same);
      return copy = group.getResult(0);
    };
    for (size_t g = 0; g < solver.groups.size(); ++g)
      for (auto [k, layout] : llvm::enumerate(solver.choice(g).operandLayouts)) {
        OpOperand &operand = solver.groups[g]->getOpOperand(k);
        operand.set(arrive(operand.get(), layout));
      }
    auto rowMajor = LayoutAttr::getRowMajor(&getContext());
    for (OpOperand &operand : variant.getBlock().getTerminator()->getOpOperands())
      operand.set(arrive(operand.get(), rowMajor));
  }

  /// The new relayout groups get their rows.
  LogicalResult routeRelayouts(VariantOp variant, const codegen::TargetSet &targets) {
    for (auto group : variant.getBlock().getOps<GroupOp>()) {
      if (group.getRow())
        continue;
      Choices choices;
      codegen::familyOf(group.getAnchor()).candidates(group, targets, choices);
      if (choices.candidates.empty())
        return group.emitOpError() << "no kernel moves " << group.inputType(0) << " to " << group.outputType(0);
      apply(group, choices.candidates.front(), choices);
    }
    return success();
  }
};

} // namespace
