//===- KernelPrinter.cpp - loop nests as C++ --------------------------------------------------------------------===//
//
// One to one: loops are loops, index arithmetic is arithmetic, micro-kernels are calls. Values used once are printed in
// place, others get a name.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/emit/Emit.h"

#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

std::string codegen::cType(Type element) {
  element = mge::storageType(element);
  if (element.isF32())
    return "float";
  if (isa<FloatType>(element))
    return "uint16_t";
  auto integer = cast<IntegerType>(element);
  if (integer.getWidth() == 1)
    return "uint8_t";
  return (integer.isUnsigned() ? "uint" : "int") + std::to_string(integer.getWidth()) + "_t";
}

namespace {

class KernelPrinter {
public:
  KernelPrinter(Printer &p, mgk::KernelOp kernel) : p(p), kernel(kernel), name(kernel.getSymName().str()) {}

  void print() {
    printFrame();
    for (DictionaryAttr functor : functors())
      if (isUsed(nameOf(functor)))
        printFunctor(functor);
    printFunction();
  }

private:
  SmallVector<DictionaryAttr> functors() {
    auto all = kernel.getFunctors();
    return all ? SmallVector<DictionaryAttr>(all->getAsRange<DictionaryAttr>()) : SmallVector<DictionaryAttr>();
  }
  static StringRef nameOf(DictionaryAttr functor) { return functor.getAs<StringAttr>("name").getValue(); }
  bool isUsed(StringRef functor) {
    bool used = false;
    kernel.walk([&](mgk::MicroOp op) { used |= op.getFunctor() == functor; });
    return used;
  }
  auto roles() { return kernel.getRoles().getAsValueRange<StringAttr>(); }

  void printFrame() {
    p.open("struct ", name, "_frame {");
    for (auto [k, role] : llvm::enumerate(roles())) {
      Type element = cast<mgk::PtrType>(kernel.getBlock().getArgument(3 + k).getType()).getElement();
      p.line(role.starts_with("out") ? "" : "const ", cType(element), "* ", role, ";");
    }
    p.line("int64_t batch;");
    p.close("};");
  }

  void printFunctor(DictionaryAttr functor) {
    auto kinds = functor.getAs<ArrayAttr>("kinds").getAsValueRange<StringAttr>();
    p.open("struct ", name, "_", nameOf(functor), " {");
    SmallVector<std::string> reads;
    for (auto [k, kind] : llvm::enumerate(kinds)) {
      std::string operand = "o" + std::to_string(k);
      p.line("const float* ", operand, ";");
      if (kind == "full")
        reads.push_back("simd::load_as<V>(" + operand + " + offset)");
      else if (kind == "scalar")
        reads.push_back("simd::splat_as<V>(" + operand + "[0])");
      else if (kernel.getLanesAreChannels())
        reads.push_back("simd::load_as<V>(" + operand + " + c)");
      else
        reads.push_back("simd::splat_as<V>(" + operand + "[c])");
    }
    p.line("template <class V>");
    p.open("MGEC_INLINE V operator()(V x, int64_t c, int64_t offset) const {");
    p.line("(void)c, (void)offset;");
    for (StringRef step : functor.getAs<ArrayAttr>("steps").getAsValueRange<StringAttr>())
      p.line("const V ", printStep(step, reads), ";");
    p.line("return ", functor.getAs<StringAttr>("result").getValue(), ";");
    p.close();
    p.close("};");
  }

  /// "t0 = add(x, o0)" with the function's namespace, and operands and literals as what they are.
  static std::string printStep(StringRef step, ArrayRef<std::string> reads) {
    auto [target, call] = step.split(" = ");
    auto [function, arguments] = call.split('(');
    std::string text = (target + " = elemwise::" + function + "(").str();
    SmallVector<StringRef> parts;
    arguments.drop_back().split(parts, ", ");
    bool first = true;
    for (StringRef part : parts) {
      text += first ? "" : ", ";
      first = false;
      unsigned number;
      if (part.starts_with("o") && !part.drop_front().getAsInteger(10, number))
        text += reads[number];
      else if (part == "x" || part.starts_with("t"))
        text += part.str();
      else
        text += "simd::splat_as<V>(" + part.str() + ")";
    }
    return text + ")";
  }

  void printFunction() {
    p.open("void ", name, "(const void* frame, int64_t chunk, void* scratch) {");
    p.line("const ", name, "_frame& f = *static_cast<const ", name, "_frame*>(frame);");
    Block &block = kernel.getBlock();
    names[block.getArgument(0)] = "chunk";
    names[block.getArgument(1)] = "sample";
    names[block.getArgument(2)] = "f.batch";
    for (auto [k, role] : llvm::enumerate(roles()))
      names[block.getArgument(3 + k)] = ("f." + role).str();
    bool strided = llvm::any_of(functors(), [&](DictionaryAttr functor) {
      return isUsed(nameOf(functor)) && llvm::any_of(functor.getAs<DenseI64ArrayAttr>("strides").asArrayRef(),
                                                     [](int64_t stride) { return stride != 0; });
    });
    if (!block.getArgument(1).use_empty() || strided)
      p.line("const int64_t sample = chunk / ", kernel.getChunks(), ";");
    if (kernel.getBatched() && !block.getArgument(0).use_empty())
      p.line("chunk %= ", kernel.getChunks(), ";");
    if (block.getArgument(0).use_empty() && block.getArgument(1).use_empty() && !strided)
      p.line("(void)chunk;");
    bool scratch = false;
    kernel.walk([&](mgk::ScratchOp) { scratch = true; });
    if (!scratch)
      p.line("(void)scratch;");
    for (DictionaryAttr functor : functors()) {
      if (!isUsed(nameOf(functor)))
        continue;
      std::string arguments;
      auto strides = functor.getAs<DenseI64ArrayAttr>("strides").asArrayRef();
      for (auto [k, role] : llvm::enumerate(functor.getAs<ArrayAttr>("roles").getAsValueRange<StringAttr>()))
        arguments += (k ? ", f." : "f.") + role.str() +
                     (strides[k] ? " + sample * " + std::to_string(strides[k]) : std::string());
      p.line("const ", name, "_", nameOf(functor), " ", nameOf(functor), "{", arguments, "};");
    }
    printBlock(block);
    p.close();
  }

  //===--------------------------------------------------------------------===//
  // Expressions
  //===--------------------------------------------------------------------===//

  std::string expression(AffineExpr expr, ArrayRef<std::string> dims, bool nested = false) {
    if (auto constant = dyn_cast<AffineConstantExpr>(expr))
      return std::to_string(constant.getValue());
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      return dims[dim.getPosition()];
    auto binary = cast<AffineBinaryOpExpr>(expr);
    std::string left = expression(binary.getLHS(), dims, true), text;
    AffineExpr rhs = binary.getRHS();
    switch (expr.getKind()) {
    case AffineExprKind::Add: {
      if (auto constant = dyn_cast<AffineConstantExpr>(rhs); constant && constant.getValue() < 0) {
        text = left + " - " + std::to_string(-constant.getValue());
        break;
      }
      // a + b * -c
      if (auto product = dyn_cast<AffineBinaryOpExpr>(rhs); product && product.getKind() == AffineExprKind::Mul)
        if (auto factor = dyn_cast<AffineConstantExpr>(product.getRHS()); factor && factor.getValue() < 0) {
          std::string other = expression(product.getLHS(), dims, true);
          text = left + " - " + (factor.getValue() == -1 ? other : other + " * " + std::to_string(-factor.getValue()));
          break;
        }
      text = left + " + " + expression(rhs, dims, true);
      break;
    }
    case AffineExprKind::Mul: text = left + " * " + expression(rhs, dims, true); break;
    case AffineExprKind::FloorDiv: text = left + " / " + expression(rhs, dims, true); break;
    case AffineExprKind::Mod: text = left + " % " + expression(rhs, dims, true); break;
    default: llvm_unreachable("index arithmetic has no other operations");
    }
    return nested ? "(" + text + ")" : text;
  }

  std::string expressionOf(AffineMap map, unsigned result, ValueRange operands) {
    SmallVector<std::string> dims;
    for (Value operand : operands)
      dims.push_back(use(operand, true));
    return expression(map.getResult(result), dims);
  }

  /// The value as an operand of something printed now. `nested` asks for parentheses around sums.
  std::string use(Value value, bool nested = false) {
    auto it = names.find(value);
    if (it != names.end())
      return it->second;
    std::string text = inlineText(value.getDefiningOp());
    bool compound = text.find_first_of(" ") != std::string::npos;
    return nested && compound ? "(" + text + ")" : text;
  }

  std::string inlineText(Operation *op) {
    if (auto constant = dyn_cast<arith::ConstantIndexOp>(op))
      return std::to_string(constant.value());
    if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
      return expressionOf(apply.getAffineMap(), 0, apply.getMapOperands());
    if (auto min = dyn_cast<affine::AffineMinOp>(op))
      return "min_i64(" + expressionOf(min.getMap(), 0, min.getOperands()) + ", " +
             expressionOf(min.getMap(), 1, min.getOperands()) + ")";
    if (auto at = dyn_cast<mgk::AtOp>(op)) {
      std::string index = use(at.getIndex());
      return use(at.getBase()) + " + " +
             (index.find(" / ") == std::string::npos && index.find(" - ") == std::string::npos ? index
                                                                                               : "(" + index + ")");
    }
    if (auto scratch = dyn_cast<mgk::ScratchOp>(op)) {
      std::string type = cType(cast<mgk::PtrType>(scratch.getType()).getElement());
      std::string offset = std::to_string(scratch.getOffset());
      return "reinterpret_cast<" + type + "*>(static_cast<char*>(scratch) + " + offset + ")";
    }
    auto compare = cast<arith::CmpIOp>(op);
    return use(compare.getLhs()) + " < " + use(compare.getRhs());
  }

  //===--------------------------------------------------------------------===//
  // Statements
  //===--------------------------------------------------------------------===//

  std::string fresh(StringRef base) {
    unsigned &count = counts[base];
    return base.str() + (count++ ? std::to_string(count) : "");
  }

  void printBlock(Block &block) {
    for (Operation &op : block) {
      if (auto loop = dyn_cast<scf::ForOp>(op))
        printLoop(loop);
      else if (auto branch = dyn_cast<scf::IfOp>(op))
        printIf(branch);
      else if (auto micro = dyn_cast<mgk::MicroOp>(op))
        printMicro(micro);
      else if (auto reference = dyn_cast<mgk::ReferenceOp>(op))
        printReference(reference);
      else if (op.getNumResults() == 1 && needsName(op))
        printValue(op);
    }
  }

  /// Values used once, or too simple to name, are printed where they are used.
  static bool needsName(Operation &op) {
    if (isa<arith::ConstantIndexOp, arith::CmpIOp>(op) || op.getResult(0).use_empty())
      return false;
    if (isa<mgk::ScratchOp>(op))
      return true;
    // Inside a loop the value may be used once but computed often: the compiler hoists that.
    return !op.getResult(0).hasOneUse() || isa<affine::AffineMinOp>(op);
  }

  void printValue(Operation &op) {
    std::string text = inlineText(&op);
    Type type = op.getResult(0).getType();
    if (auto ptr = dyn_cast<mgk::PtrType>(type)) {
      std::string name = fresh(isa<mgk::ScratchOp>(op) ? "buffer" : "p");
      p.line("auto* ", name, " = ", text, ";");
      names[op.getResult(0)] = name;
      return;
    }
    std::string name = fresh("i");
    p.line("const int64_t ", name, " = ", text, ";");
    names[op.getResult(0)] = name;
  }

  void printLoop(scf::ForOp loop) {
    auto label = loop->getAttrOfType<StringAttr>("name");
    std::string iv = fresh(label ? label.getValue() : "i");
    names[loop.getInductionVar()] = iv;
    std::string step = use(loop.getStep());
    p.open("for (int64_t ", iv, " = ", use(loop.getLowerBound()), "; ", iv, " < ", use(loop.getUpperBound()), "; ",
           step == "1" ? "++" + iv : iv + " += " + step, ") {");
    printBlock(*loop.getBody());
    p.close();
  }

  void printIf(scf::IfOp branch) {
    p.open("if (", use(branch.getCondition()), ") {");
    printBlock(*branch.thenBlock());
    if (branch.elseBlock() && !llvm::hasSingleElement(*branch.elseBlock())) {
      p.close("} else {");
      ++p.depth;
      printBlock(*branch.elseBlock());
    }
    p.close();
  }

  void printMicro(mgk::MicroOp micro) {
    std::string text = micro.getCallee().str() + "(";
    unsigned next = 0;
    bool first = true;
    for (StringRef literal : micro.getText().getAsValueRange<StringAttr>()) {
      text += first ? "" : ", ";
      first = false;
      auto [before, after] = literal.split('$');
      if (literal.empty())
        text += use(micro.getArgs()[next++]);
      else if (literal.contains('$'))
        text += (before + use(micro.getArgs()[next++]) + after).str();
      else
        text += literal.str();
    }
    if (auto functor = micro.getFunctor())
      text += (first ? "" : ", ") + functor->str();
    p.line(text, ");");
  }

  void printReference(mgk::ReferenceOp op) {
    auto view = [&](unsigned k) {
      auto type = cast<RankedTensorType>(cast<TypeAttr>(op.getTypes()[k]).getValue());
      SmallVector<int64_t> shape = mge::sampleShape(type);
      std::string dims, strides;
      int64_t stride = 1;
      for (int64_t axis = type.getRank() - 1; axis >= 0; --axis) {
        std::string extent = std::to_string(shape[axis]);
        if (axis == 0 && mge::isBatched(type))
          extent = shape[0] == 1 ? use(op.getBatch()) : use(op.getBatch()) + " * " + extent;
        dims = extent + (dims.empty() ? "" : ", ") + dims;
        strides = std::to_string(stride) + (strides.empty() ? "" : ", ") + strides;
        stride *= shape[axis];
      }
      auto [scale, zeroPoint] = mge::quantisationOf(type.getElementType());
      return "{const_cast<" + cType(type.getElementType()) + "*>(" + use(op.getArgs()[k]) + "), " +
             std::to_string(mge::dtypeNumber(type.getElementType())) + ", " + std::to_string(type.getRank()) + ", {" +
             dims + "}, {" + strides + "}, " + mge::floatLiteral(scale) + ", " + std::to_string(zeroPoint) + "}";
    };
    unsigned inputs = op.getInputs(), total = op.getArgs().size();
    p.open("const View in[] = {");
    for (unsigned k = 0; k < inputs; ++k)
      p.line(view(k), ",");
    p.close("};");
    p.open("const View out[] = {");
    for (unsigned k = inputs; k < total; ++k)
      p.line(view(k), ",");
    p.close("};");
    p.line("ref::", op.getCallee(), "(in, ", inputs, ", out, ", total - inputs, ", ", op.getParams(), ");");
  }

  Printer &p;
  mgk::KernelOp kernel;
  std::string name;
  DenseMap<Value, std::string> names;
  llvm::StringMap<unsigned> counts;
};

} // namespace

void codegen::printKernel(Printer &printer, mgk::KernelOp kernel) { KernelPrinter(printer, kernel).print(); }
