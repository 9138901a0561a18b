//===- Steps.cpp - the tables of steps and of the values between them -------------------------------------------===//
#include "codegen/emit/Emit.h"
#include "compiler/dialect/ShapeContext.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;
using namespace mgec::mge;

namespace {

/// Numbers the values of a variant in the order in which they come to be, and prints them with the steps.
class StepTables {
public:
  StepTables(NetworkOp network, VariantOp variant)
      : network(network), variant(variant), ownId(network.getGraphIds().value_or(0)) {
    for (auto [number, argument] : llvm::enumerate(variant.getBlock().getArguments()))
      add(argument, "input", number, sampleBytes(cast<RankedTensorType>(argument.getType())));
    for (auto group : variant.getBlock().getOps<GroupOp>())
      if (group.isView())
        addView(group);
      else
        addStep(group);
  }

  unsigned print(Printer &p, StringRef prefix) {
    p.open("const uint32_t ", prefix, "operands[] = {");
    for (const Step &step : steps) {
      std::string list;
      for (const auto &part : {step.inputs, step.outputs})
        for (unsigned value : part)
          list += std::to_string(value) + ", ";
      p.line(list);
    }
    p.line("0"); // a table is never empty
    p.close("};");
    p.open("const mgec_value ", prefix, "values[] = {");
    for (const Value &value : values)
      printValue(p, value);
    p.close("};");
    p.open("const mgec_step ", prefix, "steps[] = {");
    size_t at = 0;
    for (Step &step : steps) {
      p.line("{", quoted(*step.group.getStep()), ", ", quoted(*step.group.getRow()), ", ",
             quoted(variableIds(step.group)), ", ", quoted(anchorType(step.group)), ", ", macs(step.group), ", ",
             step.inputs.size(), ", ", step.outputs.size(), ", ", prefix, "operands + ", at, "},");
      at += step.inputs.size() + step.outputs.size();
    }
    if (steps.empty())
      p.line("{\"\", \"\", \"\", \"\", 0, 0, 0, ", prefix, "operands},");
    p.close("};");
    return values.size();
  }

private:
  struct Value {
    std::string name, operatorType;
    RankedTensorType type; // null of weights in the order of a kernel
    int64_t variable, op;
    bool original;
    StringRef space;
    int64_t offset, bytes;
  };
  struct Step {
    GroupOp group;
    SmallVector<unsigned> inputs, outputs;
  };

  /// `variable` is the one that the value is, if any; name and type of the operator are for the compiler's own.
  unsigned add(std::optional<Variable> variable, StringRef name, StringRef operatorType, RankedTensorType type,
               StringRef space, int64_t offset, int64_t bytes) {
    if (variable && variable->id > 0 && seen.insert(variable->id).second) {
      values.push_back({variable->name.str(), variable->operatorType.str(), type, variable->id, variable->operatorId,
                        /*original=*/true, space, offset, bytes});
    } else { // a variable that is there already is here once more in another layout
      values.push_back(
          {name.str(), operatorType.str(), type, ownId + 1, ownId, /*original=*/false, space, offset, bytes});
      ownId += 2;
    }
    return values.size() - 1;
  }

  void add(mlir::Value value, StringRef space, int64_t offset, int64_t bytes) {
    std::optional<Variable> variable = variableOf(value);
    SmallVector<Variable> near = variablesOf(value.getLoc());
    StringRef type = variable || near.empty() ? "RelayoutFormat" : near.back().operatorType;
    numbers[value] = add(variable, nameOf(value), type, cast<RankedTensorType>(value.getType()), space, offset, bytes);
  }

  void addResults(GroupOp group) {
    for (auto [result, place] : llvm::zip(group.getResults(), group.getPlaces()->getAsRange<PlaceAttr>()))
      add(result, place.getSpace(), place.getOffset(), place.getBytes());
  }

  /// A view is the same memory as another variable of the model: it counts as a result of the step that makes that one.
  void addView(GroupOp group) {
    addResults(group);
    mlir::Value source = group.getInputs()[0];
    for (Step &step : steps)
      if (llvm::is_contained(step.outputs, numbers[source])) {
        for (mlir::Value result : group.getResults())
          step.outputs.push_back(numbers[result]);
        return;
      }
  }

  void addStep(GroupOp group) {
    Step step{group, {}, {}};
    for (auto [k, operand] : llvm::enumerate(group.getInputs())) {
      auto symbol = group.getPacked() ? dyn_cast<FlatSymbolRefAttr>((*group.getPacked())[k]) : FlatSymbolRefAttr();
      if (!symbol) {
        if (auto known = numbers.find(operand); known != numbers.end())
          step.inputs.push_back(known->second);
        continue;
      }
      auto [at, isNew] = weights.try_emplace(symbol.getAttr(), 0);
      if (isNew) {
        auto packed = cast<PackedOp>(::mlir::SymbolTable::lookupSymbolIn(network, symbol));
        SmallVector<Variable> origin = variablesOf(group.getWeight(k).getLoc());
        // These forms begin with the elements in their order; others are a kernel's affair, and known by their bytes
        // alone.
        bool plain = packed.getForm() == "dense" || packed.getForm().starts_with("channel");
        auto type = plain ? cast<RankedTensorType>(group.getWeight(k).getType()) : RankedTensorType();
        at->second = add(origin.size() == 1 ? std::optional(origin[0]) : std::nullopt, symbol.getValue(),
                         "ImmutableTensor", type, "weights", packed.getOffset(), packed.getBytes());
      }
      step.inputs.push_back(at->second);
    }
    addResults(group);
    for (mlir::Value result : group.getResults())
      step.outputs.push_back(numbers[result]);
    steps.push_back(std::move(step));
  }

  static std::string anchorType(GroupOp group) {
    SmallVector<Variable> variables = variablesOf(group.getAnchor()->getLoc());
    if (isa<RelayoutOp>(group.getAnchor()) || variables.empty())
      return "RelayoutFormat";
    return variables.front().operatorType.str();
  }

  static int64_t macs(GroupOp group) {
    int64_t total = 0;
    group.walk([&](FusionOpInterface op) { total += op.getMacs(); });
    return total;
  }

  static StringRef spaceName(StringRef space) {
    return space == "input"    ? "MGEC_VALUE_INPUT"
           : space == "output" ? "MGEC_VALUE_OUTPUT"
           : space == "arena"  ? "MGEC_VALUE_ARENA"
                               : "MGEC_VALUE_WEIGHTS";
  }

  void printValue(Printer &p, const Value &value) {
    std::string description = tensorDescription(value.name, value.type, 0, /*perSample=*/true), flags;
    int64_t block = value.type ? 1 : 0;
    if (value.type) {
      LayoutAttr layout = layoutOf(value.type);
      block = layout.isRowMajor() ? 1 : layout.getChannelBlock() > 1 ? layout.getChannelBlock() : 0;
      if (isBatched(value.type))
        flags = "MGEC_VALUE_BATCHED";
    }
    if (value.original)
      flags += (flags.empty() ? "" : " | ") + std::string("MGEC_VALUE_ORIGINAL");
    p.line("{", description, ", ", value.variable, ", ", value.op, ", ", quoted(value.operatorType), ", ",
           spaceName(value.space), ", ", block, ", ", value.offset, ", ", value.bytes, ", ",
           flags.empty() ? "0" : flags, ", 0},");
  }

  NetworkOp network;
  VariantOp variant;
  int64_t ownId; // next id of the compiler's own, above all of MegEngine's
  std::vector<Value> values;
  std::vector<Step> steps;
  DenseMap<mlir::Value, unsigned> numbers;
  DenseMap<Attribute, unsigned> weights;
  llvm::DenseSet<int64_t> seen;
};

} // namespace

std::string codegen::tensorDescription(StringRef name, RankedTensorType type, int64_t defaultAt, bool perSample) {
  if (!type) // packed bytes
    return "{" + quoted(name) + ", MGEC_U8, 0, {}, 0, 0, MGEC_HOST, 0}";
  std::string dims;
  auto append = [&](int64_t extent) { dims += (dims.empty() ? "" : ", ") + std::to_string(extent); };
  if (perSample)
    llvm::for_each(sampleShape(type), append);
  else
    for (AffineExpr dim : dimsOf(type)) // Symbols are listed as -1 - k; derived extents come from resolve().
      append(constantOf(dim).value_or(-1));
  auto [scale, zeroPoint] = quantisationOf(type.getElementType());
  return "{" + quoted(name) + ", " + std::to_string(dtypeNumber(type.getElementType())) + ", " +
         std::to_string(type.getRank()) + ", {" + dims + "}, " + mge::floatLiteral(scale) + ", " +
         std::to_string(zeroPoint) + ", MGEC_HOST, " + std::to_string(defaultAt) + "}";
}

std::string codegen::variableIds(GroupOp group) {
  std::string ids;
  for (int64_t id : varIdsOf(group.getLoc()))
    ids += (ids.empty() ? "" : ",") + std::to_string(id);
  return ids;
}

unsigned codegen::printSteps(Printer &p, NetworkOp network, VariantOp variant, StringRef prefix) {
  return StepTables(network, variant).print(p, prefix);
}
