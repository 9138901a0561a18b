//===- Import.cpp - from the reader's structs to the mge dialect ------------------------------------------------===//
//
// The table generated from the operation definitions maps operator names to operations and parameter fields to
// attributes. What is written here is only what no table can say: constants, inputs, operators that stand for their
// operand, and parameters that are lists.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/import/Import.h"
#include "compiler/read/Operators.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <cmath>

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;
using read::Operator;
using read::Param;

namespace {

/// A parameter field on its way to an attribute.
struct ParamValue {
  const Param::Value &value;

  int64_t number() const {
    return std::visit(
        [](const auto &v) -> int64_t {
          using T = std::decay_t<decltype(v)>;
          if constexpr (std::is_arithmetic_v<T>)
            return static_cast<int64_t>(v);
          else
            return 0;
        },
        value);
  }
  double real() const {
    if (auto *v = std::get_if<double>(&value))
      return *v;
    return static_cast<double>(number());
  }
  Attribute integer(MLIRContext *c) const { return IntegerAttr::get(IntegerType::get(c, 64), number()); }
  Attribute boolean(MLIRContext *c) const { return BoolAttr::get(c, number() != 0); }
  Attribute float32(MLIRContext *c) const { return FloatAttr::get(Float32Type::get(c), real()); }
  Attribute float64(MLIRContext *c) const { return FloatAttr::get(Float64Type::get(c), real()); }
  /// Enumerators are spelled as in the file's schema, in lower case and without its trailing underscore.
  template <class Enum, class EnumAttribute> Attribute enumeration(MLIRContext *c) const {
    auto *name = std::get_if<std::string>(&value);
    if (!name)
      return {};
    std::string spelling = StringRef(*name).rtrim('_').lower();
    // Two names keep capitals of their own.
    std::optional<Enum> found = symbolizeEnum<Enum>(spelling);
    return found ? Attribute(EnumAttribute::get(c, *found)) : Attribute();
  }
};

struct ImportField {
  const char *name;
  Attribute (*read)(const ParamValue &, MLIRContext *);
};
struct ImportRow {
  const char *operatorName, *operation;
  std::vector<const char *> tables;
  std::vector<ImportField> fields;
};

const std::vector<ImportRow> &importTable() {
  static const std::vector<ImportRow> rows = {
#include "ImportTable.inc"
  };
  return rows;
}

/// padH -> pad_h
std::string snakeCase(StringRef name) {
  std::string out;
  for (char c : name) {
    if (isupper(static_cast<unsigned char>(c)) && !out.empty() && !isupper(static_cast<unsigned char>(out.back())) &&
        out.back() != '_')
      out += '_';
    out += static_cast<char>(tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

class Importer {
public:
  Importer(MLIRContext &context, const read::Model &model) : context(context), model(model), builder(&context) {
    for (const ImportRow &row : importTable())
      table[row.operatorName] = &row;
  }

  OwningOpRef<ModuleOp> run(const std::vector<ShapeSet> &shapes) {
    if (!checkOperators())
      return {};
    OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToEnd(module->getBody());
    network =
        NetworkOp::create(builder, module->getLoc(), builder.getStringAttr("network"),
                          builder.getStringAttr(hex(model.fingerprint)), builder.getStringAttr(hex(model.graphHash)),
                          builder.getStringAttr("import"), ArrayAttr(), IntegerAttr(), IntegerAttr(),
                          builder.getI64IntegerAttr(model.graphIds));
    network.getBody().emplaceBlock();
    if (failed(importWeights()))
      return {};
    ShapeSet asDumped;
    for (size_t k = 0; k < std::max<size_t>(shapes.size(), 1); ++k)
      if (failed(importVariant(k, shapes.empty() ? asDumped : shapes[k])))
        return {};
    return module;
  }

private:
  static std::string hex(const std::array<uint8_t, 16> &bytes) {
    std::string text;
    for (uint8_t byte : bytes) {
      text += "0123456789abcdef"[byte >> 4];
      text += "0123456789abcdef"[byte & 15];
    }
    return text;
  }

  static bool isInput(StringRef type) { return type == "Host2DeviceCopy"; }
  static bool isConstant(StringRef type) {
    return type == "ImmutableTensor" || type == "SharedDeviceTensor" || type == "VolatileSharedDeviceTensor" ||
           type == "SharedDeviceTensorWithFormat" || type == "MultipleDeviceTensorHolder" ||
           type == "MultipleDeviceTensorWithFormatHolder";
  }
  /// The operand that an operator merely passes on; -1 for operators that compute.
  static int passedOperand(StringRef type) {
    if (type == "AssertEqual")
      return 1;
    if (type == "Copy" || type == "Identity" || type == "MarkDynamicVar" || type == "MarkNoBroadcastElemwise" ||
        type == "PersistentOutputStorage" || type == "Sleep" || type == "VirtualDep")
      return 0;
    return -1;
  }

  /// Reports every operator that cannot be compiled, at once, each kind with the variables that it computes.
  bool checkOperators() {
    llvm::StringMap<std::vector<std::string>> unsupported;
    std::vector<std::string> order;
    for (const Operator &op : model.operators) {
      if (isInput(op.type) || isConstant(op.type) || passedOperand(op.type) >= 0 || table.contains(op.type))
        continue;
      std::string name = op.type;
      if (StringRef(name).starts_with("unknown:"))
        name = (op.declaredType.empty() ? "operator" : op.declaredType) + " (id " + std::to_string(op.typeId) + ")";
      auto &users = unsupported[name];
      if (users.empty())
        order.push_back(name);
      std::string var = op.outputs.empty() ? op.name : variableName(op.outputs.back());
      users.push_back(var.empty() ? "an unnamed variable" : "'" + var + "'");
    }
    if (order.empty())
      return true;
    std::string text;
    for (const std::string &name : order) {
      auto &users = unsupported[name];
      text += "\n  " + name + ": " + users[0];
      for (size_t i = 1; i < std::min<size_t>(users.size(), 3); ++i)
        text += ", " + users[i];
      if (users.size() > 3)
        text += " and " + std::to_string(users.size() - 3) + " more";
    }
    emitError(builder.getUnknownLoc()) << "the model uses operators that mgec does not support yet:" << text;
    return false;
  }

  std::string variableName(uint32_t id) const {
    const std::string &name = model.variables[id].name;
    return name.empty() ? "%" + std::to_string(model.variables[id].graphId) : name;
  }

  Location locOf(const Operator &op, uint32_t output) {
    return varLocation(&context, {model.variables[output].graphId, op.graphId, read::graphTypeName(op.type),
                                  variableName(output), false});
  }

  Location locOf(const Operator &op) {
    SmallVector<Location> locs;
    for (uint32_t output : op.outputs)
      if (!computesLastAlone(op) || output == op.outputs.back())
        locs.push_back(locOf(op, output));
    return locs.empty() ? builder.getUnknownLoc() : locs.size() == 1 ? locs[0] : builder.getFusedLoc(locs);
  }

  /// Whether inference needs no output but the last.
  static bool computesLastAlone(const Operator &op) { return op.type == "BatchNormV1"; }

  /// The MLIR type of an element type; null after an error.
  Type elementType(Location loc, const read::DTypeDesc &dtype) {
    using D = read::DType;
    auto integer = [&](unsigned width, bool isSigned) {
      return IntegerType::get(&context, width, isSigned ? IntegerType::Signed : IntegerType::Unsigned);
    };
    auto quantised = [&](unsigned width, bool isSigned, int64_t low, int64_t high) -> Type {
      if (!(dtype.scale > 0) || !std::isnormal(dtype.scale)) {
        emitError(loc) << "has the quantisation scale " << dtype.scale << ", which is no positive number";
        return {};
      }
      if (!isSigned && (dtype.zeroPoint < low || dtype.zeroPoint > high)) {
        emitError(loc) << "has the zero point " << dtype.zeroPoint << ", out of range";
        return {};
      }
      return quant::UniformQuantizedType::get(
          isSigned ? quant::QuantizationFlags::Signed : 0, IntegerType::get(&context, width),
          Float32Type::get(&context), static_cast<double>(dtype.scale), isSigned ? 0 : dtype.zeroPoint, low, high);
    };
    switch (dtype.type) {
    case D::Float32: return Float32Type::get(&context);
    case D::Float16: return Float16Type::get(&context);
    case D::BFloat16: return BFloat16Type::get(&context);
    case D::Int8: return integer(8, true);
    case D::Uint8: case D::Byte: return integer(8, false);
    case D::Int16: return integer(16, true);
    case D::Uint16: return integer(16, false);
    case D::Int32: return integer(32, true);
    case D::Bool: return IntegerType::get(&context, 1);
    case D::QuantizedS8: return quantised(8, true, -128, 127);
    case D::Quantized8Asymm: return quantised(8, false, 0, 255);
    case D::QuantizedS32: return quantised(32, true, INT32_MIN, INT32_MAX);
    case D::QuantizedS16: return quantised(16, true, INT16_MIN, INT16_MAX);
    default: break;
    }
    emitError(loc) << "has the element type " << read::dtypeName(dtype.type) << ", which mgec does not support yet";
    return {};
  }

  LogicalResult importWeights() {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&network.getBlock());
    for (const Operator &op : model.operators) {
      if (!isConstant(op.type))
        continue;
      for (auto [k, tensor] : llvm::enumerate(op.tensors)) {
        uint32_t id = op.outputs[k];
        Location loc = locOf(op, id);
        Type element = elementType(loc, tensor.dtype);
        if (!element)
          return failure();
        if (tensor.shape.size() > 7)
          return emitError(loc) << "has more than 7 dimensions";
        auto type = RankedTensorType::get(tensor.shape, element);
        ArrayRef<uint8_t> bytes(tensor.data.data(), tensor.data.size());
        auto weight = WeightOp::create(builder, loc, "w" + std::to_string(id), borrowElements(type, bytes), type);
        weights[id] = weight;
      }
    }
    return success();
  }

  /// The type of an input: the extents that the user gave, or those in the file.
  FailureOr<RankedTensorType> inputType(const Operator &op, const ShapeSet &shapes,
                                        SmallVectorImpl<Attribute> &symbols) {
    const read::TensorValue &tensor = op.tensors[0];
    Location loc = locOf(op);
    Type element = elementType(loc, tensor.dtype);
    if (!element)
      return failure();
    SmallVector<AffineExpr> dims;
    auto it = shapes.inputs.find(tensor.name);
    if (it == shapes.inputs.end()) {
      for (int64_t extent : tensor.shape)
        dims.push_back(getAffineConstantExpr(extent, &context));
    } else {
      for (auto [axis, text] : llvm::enumerate(it->second.extents)) {
        int64_t extent;
        if (!StringRef(text).getAsInteger(10, extent)) {
          dims.push_back(getAffineConstantExpr(extent, &context));
          continue;
        }
        if (axis != 0)
          return emitError(loc) << "has the symbolic extent " << text << " on axis " << axis
                                << "; only the first axis (the batch) may be symbolic";
        unsigned number = 0;
        for (; number < symbols.size(); ++number)
          if (cast<SymbolAttr>(symbols[number]).getName().getValue() == text)
            break;
        if (number == symbols.size()) {
          std::pair<int64_t, int64_t> bounds = {1, 65536};
          if (auto given = shapes.bounds.find(text); given != shapes.bounds.end())
            bounds = given->second;
          symbols.push_back(SymbolAttr::get(&context, builder.getStringAttr(text), bounds.first, bounds.second));
        }
        if (number > 0)
          return emitError(loc) << "needs a second symbol, " << text << "; one symbolic batch is supported";
        dims.push_back(getAffineSymbolExpr(number, &context));
      }
    }
    return tensorType(dims, element, 1);
  }

  /// The weight that an input stands for when nothing is given: the value in the file, where the variant keeps its
  /// shape.
  Attribute defaultOf(const Operator &op, RankedTensorType type) {
    const read::TensorValue &tensor = op.tensors[0];
    if (!tensor.hasValue || type.getShape() != ArrayRef<int64_t>(tensor.shape))
      return builder.getUnitAttr();
    uint32_t id = op.outputs[0];
    WeightOp &weight = weights[id];
    if (!weight) {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(&network.getBlock());
      ArrayRef<uint8_t> bytes(tensor.data.data(), tensor.data.size());
      weight = WeightOp::create(builder, locOf(op), "w" + std::to_string(id), borrowElements(type, bytes), type);
    }
    return FlatSymbolRefAttr::get(weight.getSymNameAttr());
  }

  LogicalResult importVariant(size_t number, const ShapeSet &shapes) {
    SmallVector<Attribute> symbols;
    SmallVector<Type> types;
    SmallVector<Location> locs;
    SmallVector<StringRef> inputNames, outputNames;
    SmallVector<const Operator *> inputs;
    SmallVector<Attribute> defaults;
    bool anyDefault = false;
    // What no output needs is not imported: the checks of a test case, and the inputs that only they read.
    live.clear();
    for (const read::Output &output : model.outputs)
      live.insert(output.var);
    for (const Operator &op : llvm::reverse(model.operators)) {
      if (llvm::none_of(op.outputs, [&](uint32_t id) { return live.contains(id); }))
        continue;
      int passed = passedOperand(op.type);
      for (auto [k, id] : llvm::enumerate(op.inputs))
        if (passed < 0 || static_cast<int>(k) == passed)
          live.insert(id);
    }
    for (uint32_t index : model.inputs) {
      const Operator &op = model.operators[index];
      if (!live.contains(op.outputs[0]) && StringRef(op.tensors[0].name).ends_with(":expect"))
        continue;
      auto type = inputType(op, shapes, symbols);
      if (failed(type))
        return failure();
      inputs.push_back(&op);
      types.push_back(*type);
      locs.push_back(locOf(op));
      inputNames.push_back(op.tensors[0].name);
      defaults.push_back(defaultOf(op, *type));
      anyDefault |= !isa<UnitAttr>(defaults.back());
    }
    DenseMap<uint32_t, uint32_t> standsFor; // AssertEqual outputs: the checked variable
    for (const Operator &op : model.operators)
      if (op.type == "AssertEqual" && op.inputs.size() > 1 && !op.outputs.empty())
        standsFor[op.outputs[0]] = op.inputs[1];
    for (const read::Output &output : model.outputs) {
      auto it = standsFor.find(output.var);
      outputNames.push_back(it == standsFor.end() || model.variables[it->second].name.empty()
                                ? StringRef(output.name)
                                : StringRef(model.variables[it->second].name));
    }

    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&network.getBlock());
    OperationState state(network.getLoc(), VariantOp::getOperationName());
    state.addAttribute("sym_name", builder.getStringAttr("v" + std::to_string(number)));
    state.addAttribute("input_names", builder.getStrArrayAttr(inputNames));
    state.addAttribute("output_names", builder.getStrArrayAttr(outputNames));
    if (!symbols.empty())
      state.addAttribute("symbols", builder.getArrayAttr(symbols));
    if (anyDefault)
      state.addAttribute("input_defaults", builder.getArrayAttr(defaults));
    Region *body = state.addRegion();
    Block &block = body->emplaceBlock();
    block.addArguments(types, locs);
    builder.create(state);
    builder.setInsertionPointToEnd(&block);

    values.assign(model.variables.size(), Value());
    for (auto [op, argument] : llvm::zip(inputs, block.getArguments()))
      values[op->outputs[0]] = argument;
    for (const Operator &op : model.operators)
      if (llvm::any_of(op.outputs, [&](uint32_t id) { return live.contains(id); }) && failed(importOperator(op)))
        return failure();
    SmallVector<Value> outputs;
    for (const read::Output &output : model.outputs) {
      if (!values[output.var])
        return emitError(varLocation(&context, {model.variables[output.var].graphId, 0, "", output.name, false}))
               << "is an output that only training computes; dump the model in evaluation mode";
      outputs.push_back(values[output.var]);
    }
    OutputOp::create(builder, network.getLoc(), outputs);
    return success();
  }

  LogicalResult importOperator(const Operator &op) {
    Location loc = locOf(op);
    if (isInput(op.type))
      return success();
    if (isConstant(op.type)) {
      for (uint32_t id : op.outputs) {
        WeightOp weight = weights[id];
        values[id] = ConstantOp::create(builder, locOf(op, id), weight.getType(),
                                        weight.getSymName());
      }
      return success();
    }
    SmallVector<Value> operands;
    if (int passed = passedOperand(op.type); passed >= 0) {
      if (static_cast<size_t>(passed) >= op.inputs.size())
        return emitError(loc) << op.type << " needs " << passed + 1 << " operands";
      if (op.type == "AssertEqual") {
        values[op.outputs[0]] = values[op.inputs[passed]];
        return success();
      }
      for (uint32_t id : op.outputs)
        values[id] = values[op.inputs[passed]];
      return success();
    }
    for (uint32_t id : op.inputs) {
      if (!values[id])
        return emitError(loc) << op.type << " uses " << variableName(id) << ", which only training computes";
      operands.push_back(values[id]);
    }
    const ImportRow &row = *table.lookup(op.type);
    OperationState state(loc, row.operation);
    state.addOperands(operands);
    if (failed(readParams(op, row, loc, state)))
      return failure();
    // Shapes and types follow from the inputs; see the infer stage.
    Type unknown = UnrankedTensorType::get(UnknownType::get(&context));
    size_t results = computesLastAlone(op) ? 1 : op.outputs.size();
    state.addTypes(SmallVector<Type>(results, unknown));
    if (failed(checkOperands(op, row, loc, operands.size())))
      return failure();
    Operation *created = builder.create(state);
    if (failed(verify(created, /*verifyRecursively=*/false)))
      return failure();
    if (computesLastAlone(op))
      values[op.outputs.back()] = created->getResult(0);
    else
      for (auto [id, result] : llvm::zip(op.outputs, created->getResults()))
        values[id] = result;
    return success();
  }

  LogicalResult checkOperands(const Operator &op, const ImportRow &, Location loc, size_t count) {
    size_t needed = 1;
    if (op.type == "BatchNormV1")
      needed = 5;
    else if (StringRef(op.type).starts_with("Conv") || StringRef(op.type).contains("MatrixMul") ||
             op.type == "AdaptivePoolingV1" || op.type == "ReshapeV1" || op.type == "Broadcast" ||
             op.type == "ResizeV2")
      needed = 2;
    if (count < needed)
      return emitError(loc) << op.type << " needs " << needed << " operands, has " << count;
    return success();
  }

  LogicalResult readParams(const Operator &op, const ImportRow &row, Location loc, OperationState &state) {
    const Param &param = op.param;
    if (!row.tables.empty() && StringRef(row.tables[0]) != "Empty" && param.table.empty())
      return emitError(loc) << op.type << " has no parameters";
    if (!param.table.empty() && !llvm::is_contained(row.tables, param.table))
      return emitError(loc) << op.type << " has parameters of the kind " << param.table;
    for (auto &[name, value] : param.fields) {
      std::string attribute = snakeCase(name);
      for (const ImportField &field : row.fields)
        if (attribute == field.name) {
          Attribute read = field.read(ParamValue{value}, &context);
          if (!read)
            return emitError(loc) << op.type << " has an unknown value for parameter " << name;
          state.addAttribute(field.name, read);
        }
    }
    return readLists(op, loc, state);
  }

  static int64_t field(const Param::Record &record, StringRef name) {
    for (auto &[key, value] : record.fields)
      if (key == name) {
        if (auto *text = std::get_if<std::string>(&value))
          return *text == "REMOVE";
        return ParamValue{value}.number();
      }
    return 0;
  }

  /// Parameters that are lists, or that need more than their own field.
  LogicalResult readLists(const Operator &op, Location loc, OperationState &state) {
    const Param &param = op.param;
    auto records = [&](StringRef name) -> std::vector<Param::Record> {
      const Param::Value *value = param.find(name);
      auto *list = value ? std::get_if<std::vector<Param::Record>>(value) : nullptr;
      return list ? *list : std::vector<Param::Record>();
    };
    auto set = [&](StringRef name, ArrayRef<int64_t> values) {
      state.addAttribute(name, DenseI64ArrayAttr::get(&context, values));
    };
    if (param.table == "AxisAddRemove") {
      SmallVector<int64_t> methods, axes;
      for (const Param::Record &record : records("desc")) {
        methods.push_back(field(record, "method"));
        axes.push_back(field(record, "axis"));
      }
      set("methods", methods);
      set("axes", axes);
    } else if (param.table == "IndexDescMaskDump") {
      SmallVector<int64_t> axes, flags;
      for (const Param::Record &record : records("items")) {
        axes.push_back(field(record, "axis"));
        flags.push_back(field(record, "begin") | field(record, "end") << 1 | field(record, "step") << 2 |
                        field(record, "idx") << 3);
      }
      set("axes", axes);
      set("flags", flags);
    } else if (param.table == "Dimshuffle") {
      const Param::Value *value = param.find("pattern");
      auto *pattern = value ? std::get_if<std::vector<int64_t>>(value) : nullptr;
      set("pattern", pattern ? ArrayRef<int64_t>(*pattern) : ArrayRef<int64_t>());
    } else if (param.table == "Padding") {
      SmallVector<int64_t> front, back;
      for (int k = 0; k < 7; ++k)
        for (auto [list, side] : {std::pair(&front, "front"), std::pair(&back, "back")}) {
          const Param::Value *value = param.find(std::string(side) + "_offset_dim" + std::to_string(k));
          list->push_back(value ? ParamValue{*value}.number() : 0);
        }
      set("front", front);
      set("back", back);
      // The value and the mode are named after the operator in the file.
      if (const Param::Value *value = param.find("padding_mode")) {
        Attribute mode = ParamValue{*value}.enumeration<PaddingMode, PaddingModeAttr>(&context);
        if (!mode)
          return emitError(loc) << op.type << " has an unknown padding mode";
        state.addAttribute("mode", mode);
      }
    } else if (param.table == "DType") {
      if (!param.dtype)
        return emitError(loc) << op.type << " names no type";
      Type element = elementType(loc, *param.dtype);
      if (!element)
        return failure();
      state.addAttribute("dtype", TypeAttr::get(element));
    }
    // An explicit output type decides where the operator has a choice.
    if (op.outputDType && (StringRef(op.type).starts_with("Conv") || StringRef(op.type).contains("MatrixMul") ||
                           op.type == "ElemwiseMultiType")) {
      Type element = elementType(loc, *op.outputDType);
      if (!element)
        return failure();
      state.addAttribute("output_dtype", TypeAttr::get(element));
    }
    return success();
  }

  MLIRContext &context;
  const read::Model &model;
  OpBuilder builder;
  NetworkOp network;
  llvm::StringMap<const ImportRow *> table;
  DenseMap<uint32_t, WeightOp> weights;
  std::vector<Value> values;
  llvm::DenseSet<uint32_t> live; // variables that an output needs
};

} // namespace

OwningOpRef<ModuleOp> mgec::importModel(MLIRContext &context, const read::Model &model,
                                        const std::vector<ShapeSet> &shapes) {
  return Importer(context, model).run(shapes);
}
