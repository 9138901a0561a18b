//===- Structure.cpp - networks, variants, weights, groups ------------------------------------------------------===//
#include "compiler/dialect/Mge.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace mgec::mge;

//===----------------------------------------------------------------------===//
// Variant: @name (%data: type, ...) attributes { body }
//===----------------------------------------------------------------------===//

ParseResult VariantOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  SmallVector<OpAsmParser::Argument> arguments;
  if (parser.parseSymbolName(name, ::mlir::SymbolTable::getSymbolAttrName(), result.attributes) ||
      parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren, /*allowType=*/true) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  return parser.parseRegion(*result.addRegion(), arguments);
}

void VariantOp::print(OpAsmPrinter &printer) {
  printer << " ";
  printer.printSymbolName(getSymName());
  printer << "(";
  llvm::interleaveComma(getBlock().getArguments(), printer,
                        [&](BlockArgument argument) { printer.printRegionArgument(argument); });
  printer << ")";
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {getSymNameAttrName()});
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

ArrayRef<StringRef> mgec::mge::stageOrder() {
  static const StringRef names[] = {"import",    "infer", "simplify", "fuse",  "choose",
                                    "tile-fuse", "pack",  "plan",     "build", "legalise"};
  return names;
}

/// What is true of a variant after a stage. `reached` says whether a stage is done.
static LogicalResult verifyStage(VariantOp variant, llvm::function_ref<bool(StringRef)> reached) {
  for (Operation &op : variant.getBlock()) {
    if (reached("infer"))
      for (Type type : op.getResultTypes())
        if (auto ranked = dyn_cast<RankedTensorType>(type); !ranked || isa<UnknownType>(ranked.getElementType()))
          return op.emitOpError("has a result without shape or type after the stage infer");
    if (!reached("fuse") || isa<ConstantOp, OutputOp>(op))
      continue;
    auto group = dyn_cast<GroupOp>(op);
    if (!group)
      return op.emitOpError("stands outside of groups after the stage fuse");
    auto lacks = [&](StringRef stage, StringRef what, bool there) -> LogicalResult {
      return there || !reached(stage) ? success()
                                      : group.emitOpError() << "has no " << what << " after the stage " << stage;
    };
    if (failed(lacks("choose", "row", group.getRow().has_value())) ||
        failed(lacks("pack", "packed operands", group.getPacked().has_value())) ||
        failed(lacks("plan", "places", group.getPlaces().has_value())) ||
        failed(lacks("build", "kernels", group.getKernels().has_value())) ||
        failed(lacks("legalise", "step", group.isView() || group.getStep())))
      return failure();
    if (reached("build") && group.isView() != group.getKernels()->empty())
      return group.emitOpError("must have kernels unless it is a view");
  }
  if (reached("plan") && (!variant.getArenaBytes() || !variant.getLowerBoundBytes()))
    return variant.emitOpError("has no arena after the stage plan");
  if (reached("build") && !variant.getScratchBytes())
    return variant.emitOpError("does not say its scratch after the stage build");
  return success();
}

LogicalResult NetworkOp::verifyRegions() {
  ArrayRef<StringRef> order = stageOrder();
  const auto *now = llvm::find(order, getStage());
  if (now == order.end())
    return emitOpError() << "names the stage " << getStage() << ", which does not exist";
  auto reached = [&](StringRef stage) { return llvm::find(order, stage) <= now; };
  if (reached("pack") && !getPackedBytes())
    return emitOpError("does not say its packed bytes after the stage pack");
  for (auto variant : getBlock().getOps<VariantOp>())
    if (failed(verifyStage(variant, reached)))
      return failure();
  return success();
}

LogicalResult VariantOp::verify() {
  Block &block = getBlock();
  if (getInputNames().size() != block.getNumArguments())
    return emitOpError() << "names " << getInputNames().size() << " inputs but has " << block.getNumArguments();
  if (auto defaults = getInputDefaults()) {
    if (defaults->size() != block.getNumArguments())
      return emitOpError() << "has " << defaults->size() << " defaults for " << block.getNumArguments() << " inputs";
    for (unsigned k = 0; k < defaults->size(); ++k) {
      auto type = dyn_cast<ShapedType>(block.getArgument(k).getType());
      if (getInputDefault(k) ? !type || !type.hasStaticShape() : !isa<UnitAttr>((*defaults)[k]))
        return emitOpError() << "has a default for input " << k
                             << " that is no symbol, or the shape of the input is not static";
    }
  }
  if (block.empty() || !isa<OutputOp>(block.back()))
    return emitOpError("must end with mge.output");
  if (getOutputNames().size() != block.back().getNumOperands())
    return emitOpError() << "names " << getOutputNames().size() << " outputs but has " << block.back().getNumOperands();
  return success();
}

//===----------------------------------------------------------------------===//
// Weights and constants
//===----------------------------------------------------------------------===//

LogicalResult WeightOp::verify() {
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || !type.hasStaticShape())
    return emitOpError("needs a static tensor type");
  auto stored = cast<ShapedType>(getValue().getType());
  if (stored.getShape() != type.getShape())
    return emitOpError("value and type differ in shape");
  return success();
}

LogicalResult ConstantOp::verifySymbolUses(SymbolTableCollection &symbols) {
  // The weight belongs to the network around the variant.
  auto network = (*this)->getParentOfType<NetworkOp>();
  if (!network)
    return success();
  auto weight = symbols.lookupNearestSymbolFrom<WeightOp>(network, getWeightAttr());
  if (!weight)
    return emitOpError() << "refers to the unknown weight " << getWeight();
  if (weight.getType() != getType())
    return emitOpError() << "has another type than its weight: " << weight.getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Groups: (%x = %outer : type, ...) -> (types) attributes { body }
//===----------------------------------------------------------------------===//

ParseResult GroupOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SmallVector<Type> outerTypes;
  auto parseOperand = [&]() -> ParseResult {
    OpAsmParser::Argument argument;
    OpAsmParser::UnresolvedOperand operand;
    Type type;
    if (parser.parseArgument(argument) || parser.parseEqual() || parser.parseOperand(operand) ||
        parser.parseColonType(type))
      return failure();
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return parser.emitError(parser.getNameLoc(), "expected a ranked tensor");
    argument.type = logical(tensor);
    arguments.push_back(argument);
    operands.push_back(operand);
    outerTypes.push_back(type);
    return success();
  };
  SmallVector<Type> types;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseOperand) || parser.parseArrow() ||
      parser.parseLParen() || parser.parseTypeList(types) || parser.parseRParen() ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*result.addRegion(), arguments) ||
      parser.resolveOperands(operands, outerTypes, parser.getNameLoc(), result.operands))
    return failure();
  result.addTypes(types);
  return success();
}

void GroupOp::print(OpAsmPrinter &printer) {
  printer << " (";
  llvm::interleaveComma(llvm::zip(getBlock().getArguments(), getInputs()), printer, [&](auto pair) {
    printer << std::get<0>(pair) << " = " << std::get<1>(pair) << " : " << std::get<1>(pair).getType();
  });
  printer << ") -> (";
  llvm::interleaveComma(getResultTypes(), printer);
  printer << ")";
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs());
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult GroupOp::verify() {
  Block &block = getBlock();
  if (block.getNumArguments() != getNumOperands())
    return emitOpError("body must have one argument an operand");
  auto sameLogical = [](Type outer, Type inner) {
    auto a = dyn_cast<RankedTensorType>(outer), b = dyn_cast<RankedTensorType>(inner);
    return a && b && logical(a) == b;
  };
  for (auto [operand, argument] : llvm::zip(getInputs(), block.getArguments()))
    if (!sameLogical(operand.getType(), argument.getType()))
      return emitOpError() << "argument type " << argument.getType() << " is not the logical type of operand "
                           << operand.getType();
  auto yield = dyn_cast<YieldOp>(block.back());
  if (!yield || yield.getNumOperands() != getNumResults())
    return emitOpError("body must yield one value a result");
  for (auto [result, value] : llvm::zip(getResults(), yield.getValues()))
    if (!sameLogical(result.getType(), value.getType()))
      return emitOpError() << "yields " << value.getType() << " for a result of type " << result.getType();
  if (auto places = getPlaces(); places && places->size() != getNumResults())
    return emitOpError("needs one place a result");
  if (auto packed = getPacked(); packed && packed->size() != getNumOperands())
    return emitOpError("needs one packed entry an operand");
  return success();
}

Operation *GroupOp::getAnchor() {
  for (Operation &op : getBlock().without_terminator())
    if (auto fusion = dyn_cast<FusionOpInterface>(op); fusion && fusion.getFusionRole() == FusionRole::Anchor)
      return &op;
  return &getBlock().front();
}

int64_t GroupOp::operandNumber(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  return argument && argument.getOwner() == &getBlock() ? argument.getArgNumber() : -1;
}

WeightOp GroupOp::getWeight(unsigned number) { return weightOf(getInputs()[number]); }
RankedTensorType GroupOp::inputType(unsigned number) { return cast<RankedTensorType>(getInputs()[number].getType()); }
RankedTensorType GroupOp::outputType(unsigned number) { return cast<RankedTensorType>(getResult(number).getType()); }

LogicalResult RelayoutOp::inferShapes(ShapeContext &context) {
  context.addResult(context.operands[0], context.values[0]);
  return success();
}
FusionRole RelayoutOp::getFusionRole() { return FusionRole::Movement; }
