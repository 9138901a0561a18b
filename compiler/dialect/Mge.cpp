//===- Mge.cpp - the mge dialect: attributes, types and what is known about them ---------------------------------===//
#include "compiler/dialect/Mge.h"
#include "compiler/dialect/Mgk.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace mgec::mge;

/// `nchw8`-style keyword, or `blocks<1:8>`.
static LogicalResult parseBlocks(AsmParser &parser, SmallVectorImpl<int64_t> &blocks) {
  StringRef keyword;
  if (parser.parseKeyword(&keyword))
    return failure();
  if (keyword == "nchw")
    return success();
  int64_t size;
  if (keyword.consume_front("nchw") && !keyword.getAsInteger(10, size) && size > 1) {
    blocks.append({1, size});
    return success();
  }
  if (keyword != "blocks")
    return parser.emitError(parser.getNameLoc(), "expected nchw, nchw<size> or blocks<dimension:size, ...>");
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, [&]() -> ParseResult {
    int64_t dim, extent;
    if (parser.parseInteger(dim) || parser.parseColon() || parser.parseInteger(extent))
      return failure();
    blocks.append({dim, extent});
    return success();
  });
}

std::string LayoutAttr::str() const {
  ArrayRef<int64_t> blocks = getBlocks();
  if (blocks.empty())
    return "nchw";
  if (blocks.size() == 2 && blocks[0] == 1)
    return "nchw" + std::to_string(blocks[1]);
  std::string text = "blocks<";
  for (size_t i = 0; i < blocks.size(); i += 2)
    text += (i ? ", " : "") + std::to_string(blocks[i]) + ":" + std::to_string(blocks[i + 1]);
  return text + ">";
}

#include "compiler/dialect/MgeDialect.cpp.inc"
#include "compiler/dialect/MgeEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "compiler/dialect/MgeAttrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "compiler/dialect/MgeTypes.cpp.inc"
#include "compiler/dialect/MgeInterfaces.cpp.inc"
#define GET_OP_CLASSES
#include "compiler/dialect/MgeOps.cpp.inc"

void MgeDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/dialect/MgeAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "compiler/dialect/MgeTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "compiler/dialect/MgeOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

Attribute LayoutAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> blocks;
  if (parser.parseLess() || failed(parseBlocks(parser, blocks)) || parser.parseGreater())
    return {};
  return LayoutAttr::get(parser.getContext(), blocks);
}

void LayoutAttr::print(AsmPrinter &printer) const { printer << "<" << str() << ">"; }

Attribute EncodingAttr::parse(AsmParser &parser, Type) {
  LayoutAttr layout;
  AffineMapAttr dims;
  auto parseDims = [&]() -> ParseResult { return failure(parser.parseEqual() || parser.parseAttribute(dims)); };
  if (parser.parseLess())
    return {};
  if (succeeded(parser.parseOptionalKeyword("dims"))) {
    if (parseDims())
      return {};
  } else {
    SmallVector<int64_t> blocks;
    if (failed(parseBlocks(parser, blocks)))
      return {};
    layout = LayoutAttr::get(parser.getContext(), blocks);
    if (succeeded(parser.parseOptionalComma()) && (parser.parseKeyword("dims") || parseDims()))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return EncodingAttr::get(parser.getContext(), layout, dims);
}

LogicalResult PlaceAttr::verify(llvm::function_ref<InFlightDiagnostic()> error, StringRef space, int64_t offset,
                                int64_t bytes) {
  if (space != "arena" && space != "output" && space != "input")
    return error() << "a place is in the arena, an output or an input, not in " << space;
  if (offset < 0 || bytes < 0)
    return error() << "a place has neither negative offset nor size";
  return success();
}

void EncodingAttr::print(AsmPrinter &printer) const {
  printer << "<";
  if (getLayout())
    printer << getLayout().str() << (getDims() ? ", " : "");
  if (getDims())
    printer << "dims = " << getDims();
  printer << ">";
}

int64_t LayoutAttr::getChannelBlock() const {
  ArrayRef<int64_t> blocks = getBlocks();
  return blocks.size() == 2 && blocks[0] == 1 ? blocks[1] : 1;
}

LayoutAttr LayoutAttr::getChannelBlocked(MLIRContext *context, int64_t size) {
  return size <= 1 ? getRowMajor(context) : LayoutAttr::get(context, {1, size});
}

LayoutAttr LayoutAttr::getRowMajor(MLIRContext *context) { return LayoutAttr::get(context, ArrayRef<int64_t>()); }

SmallVector<int64_t> LayoutAttr::physicalShape(ArrayRef<int64_t> shape) const {
  SmallVector<int64_t> physical(shape);
  ArrayRef<int64_t> blocks = getBlocks();
  for (size_t i = 0; i < blocks.size(); i += 2) {
    int64_t &extent = physical[blocks[i]];
    extent = (extent + blocks[i + 1] - 1) / blocks[i + 1];
    physical.push_back(blocks[i + 1]);
  }
  return physical;
}

//===----------------------------------------------------------------------===//
// Tensor types
//===----------------------------------------------------------------------===//

namespace mgec::mge {

static EncodingAttr encodingOf(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? dyn_cast_if_present<EncodingAttr>(tensor.getEncoding()) : EncodingAttr();
}

LayoutAttr layoutOf(Type type) {
  EncodingAttr encoding = encodingOf(type);
  if (encoding && encoding.getLayout())
    return encoding.getLayout();
  return LayoutAttr::getRowMajor(type.getContext());
}

static RankedTensorType withEncoding(RankedTensorType type, LayoutAttr layout, AffineMapAttr dims) {
  if (layout && layout.isRowMajor())
    layout = {};
  Attribute encoding;
  if (layout || dims)
    encoding = EncodingAttr::get(type.getContext(), layout, dims);
  return RankedTensorType::get(type.getShape(), type.getElementType(), encoding);
}

RankedTensorType withLayout(RankedTensorType type, LayoutAttr layout) {
  EncodingAttr encoding = encodingOf(type);
  return withEncoding(type, layout, encoding ? encoding.getDims() : AffineMapAttr());
}

RankedTensorType logical(RankedTensorType type) { return withLayout(type, {}); }

SmallVector<AffineExpr> dimsOf(RankedTensorType type) {
  SmallVector<AffineExpr> dims;
  EncodingAttr encoding = encodingOf(type);
  for (auto [i, extent] : llvm::enumerate(type.getShape())) {
    if (!ShapedType::isDynamic(extent))
      dims.push_back(getAffineConstantExpr(extent, type.getContext()));
    else if (encoding && encoding.getDims())
      dims.push_back(encoding.getDims().getValue().getResult(i));
    else
      dims.push_back(getAffineSymbolExpr(0, type.getContext()));
  }
  return dims;
}

RankedTensorType tensorType(ArrayRef<AffineExpr> dims, Type element, unsigned numSymbols) {
  SmallVector<int64_t> shape;
  bool dynamic = false;
  for (AffineExpr dim : dims) {
    auto constant = constantOf(dim);
    shape.push_back(constant.value_or(ShapedType::kDynamic));
    dynamic |= !constant;
  }
  Attribute encoding;
  if (dynamic) {
    MLIRContext *context = element.getContext();
    auto map = AffineMapAttr::get(AffineMap::get(0, numSymbols, dims, context));
    encoding = EncodingAttr::get(context, LayoutAttr(), map);
  }
  return RankedTensorType::get(shape, element, encoding);
}

std::optional<int64_t> batchMultiple(AffineExpr extent) {
  if (isa<AffineSymbolExpr>(extent))
    return 1;
  auto binary = dyn_cast<AffineBinaryOpExpr>(extent);
  if (!binary || binary.getKind() != AffineExprKind::Mul || !isa<AffineSymbolExpr>(binary.getLHS()))
    return std::nullopt;
  auto factor = constantOf(binary.getRHS());
  return factor && *factor > 0 ? factor : std::nullopt;
}

SmallVector<int64_t> sampleShape(RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  if (!shape.empty() && ShapedType::isDynamic(shape[0])) {
    auto multiple = batchMultiple(dimsOf(type)[0]);
    assert(multiple && "the infer stage refuses other extents");
    shape[0] = multiple.value_or(1);
  }
  return shape;
}

bool isBatched(RankedTensorType type) { return type.getRank() > 0 && type.isDynamicDim(0); }

static std::string realLiteral(double value, int digits, const char *suffix) {
  if (std::isnan(value))
    return std::string("__builtin_nan") + suffix + "(\"\")";
  if (std::isinf(value))
    return std::string(value < 0 ? "-" : "") + "__builtin_inf" + suffix + "()";
  char text[40];
  snprintf(text, sizeof text, "%.*g", digits, value);
  std::string out = text;
  if (out.find_first_of(".e") == std::string::npos)
    out += ".0";
  return out + suffix;
}

std::string floatLiteral(float value) { return realLiteral(static_cast<double>(value), 9, "f"); }
std::string doubleLiteral(double value) { return realLiteral(value, 17, ""); }

unsigned elementBits(Type element) {
  element = storageType(element);
  if (auto integer = dyn_cast<IntegerType>(element))
    return integer.getWidth() == 1 ? 8 : integer.getWidth();
  return element.getIntOrFloatBitWidth();
}

int64_t sampleBytes(RankedTensorType type) {
  int64_t elements = 1;
  for (int64_t extent : layoutOf(type).physicalShape(sampleShape(type)))
    elements *= extent;
  return elements * elementBits(type.getElementType()) / 8;
}

Type storageType(Type element) {
  if (auto quantised = dyn_cast<quant::QuantizedType>(element)) {
    unsigned width = quantised.getStorageTypeIntegralWidth();
    return IntegerType::get(element.getContext(), width,
                            quantised.isSigned() ? IntegerType::Signed : IntegerType::Unsigned);
  }
  return element;
}

std::pair<float, int32_t> quantisationOf(Type element) {
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(element))
    return {static_cast<float>(uniform.getScale()), static_cast<int32_t>(uniform.getZeroPoint())};
  return {0.0f, 0};
}

/// The rows of `mgec_dtype`, in its order.
static constexpr const char *kDTypeNames[] = {"f32", "f16", "bf16", "i8", "u8", "i16", "u16", "i32",
                                              "bool", "qs8", "qu8", "qs32", "qs16", "qs4", "qu4"};

int dtypeNumber(Type element) {
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(element)) {
    unsigned width = uniform.getStorageTypeIntegralWidth();
    if (uniform.isSigned())
      return width == 8 ? 9 : width == 32 ? 11 : width == 16 ? 12 : width == 4 ? 13 : -1;
    return width == 8 ? 10 : width == 4 ? 14 : -1;
  }
  if (element.isF32())
    return 0;
  if (element.isF16())
    return 1;
  if (element.isBF16())
    return 2;
  if (auto integer = dyn_cast<IntegerType>(element)) {
    bool isUnsigned = integer.isUnsigned();
    switch (integer.getWidth()) {
    case 1: return 8;
    case 8: return isUnsigned ? 4 : 3;
    case 16: return isUnsigned ? 6 : 5;
    case 32: return isUnsigned ? -1 : 7;
    default: return -1;
    }
  }
  return -1;
}

std::string elementName(Type element) {
  int number = dtypeNumber(element);
  if (number >= 0)
    return kDTypeNames[number];
  std::string text;
  llvm::raw_string_ostream(text) << element;
  return text;
}

//===----------------------------------------------------------------------===//
// Names of variables
//===----------------------------------------------------------------------===//

Location varLocation(MLIRContext *context, const Variable &variable) {
  Location position = FileLineColLoc::get(context, variable.operatorType, static_cast<unsigned>(variable.id),
                                          static_cast<unsigned>(variable.operatorId));
  return NameLoc::get(StringAttr::get(context, variable.name), position);
}

static constexpr StringLiteral kPart = "part";

Location partLocation(Location loc) {
  return FusedLoc::get({loc}, StringAttr::get(loc.getContext(), kPart), loc.getContext());
}

static void collect(Location loc, bool part, SmallVectorImpl<Variable> &variables) {
  if (auto named = dyn_cast<NameLoc>(loc)) {
    auto position = dyn_cast<FileLineColLoc>(named.getChildLoc());
    if (!position)
      return collect(named.getChildLoc(), part, variables);
    Variable variable{position.getLine(), position.getColumn(), position.getFilename().getValue(),
                      named.getName().getValue(), part};
    auto *known = llvm::find_if(variables, [&](const Variable &other) { return other.id == variable.id; });
    if (known == variables.end())
      variables.push_back(variable);
    else
      known->part &= part;
  } else if (auto fused = dyn_cast<FusedLoc>(loc)) {
    auto mark = dyn_cast_or_null<StringAttr>(fused.getMetadata());
    for (Location each : fused.getLocations())
      collect(each, part || (mark && mark.getValue() == kPart), variables);
  }
}

SmallVector<Variable> variablesOf(Location loc) {
  SmallVector<Variable> variables;
  collect(loc, /*part=*/false, variables);
  llvm::sort(variables, [](const Variable &a, const Variable &b) { return a.id < b.id; });
  return variables;
}

SmallVector<int64_t> varIdsOf(Location loc) {
  return llvm::map_to_vector(variablesOf(loc), [](const Variable &variable) { return variable.id; });
}

/// The variable in whose computation a value stands. The last one is what users see: the result of the fused chain. An
/// operation of several results is one operator, and its variables are the last ones in the order of the results.
static std::optional<Variable> lastVariable(Value value) {
  SmallVector<Variable> variables = variablesOf(value.getLoc());
  size_t back = 1;
  if (auto result = dyn_cast<OpResult>(value))
    back = result.getOwner()->getNumResults() - result.getResultNumber();
  if (variables.size() < back)
    return std::nullopt;
  return variables[variables.size() - back];
}

std::optional<Variable> variableOf(Value value) {
  std::optional<Variable> variable = lastVariable(value);
  return variable && !variable->part ? variable : std::nullopt;
}

std::string nameOf(Operation *op) {
  SmallVector<Variable> variables = variablesOf(op->getLoc());
  return variables.empty() ? "" : variables.back().name.str();
}

std::string nameOf(Value value) {
  std::optional<Variable> variable = lastVariable(value);
  return variable ? variable->name.str() : "";
}

} // namespace mgec::mge
