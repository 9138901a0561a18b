//===- InferShapes.cpp - stage infer ----------------------------------------------------------------------------===//
#include "compiler/eval/Evaluator.h"
#include "compiler/passes/Fold.h"
#include "compiler/passes/Passes.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <cmath>
#include <cstring>

namespace mgec {
#define GEN_PASS_DEF_INFERSHAPES
#include "compiler/passes/Passes.h.inc"
} // namespace mgec

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;

namespace {

class Inference {
public:
  explicit Inference(VariantOp variant) : variant(variant), context(variant.getContext()) {}

  LogicalResult run() {
    for (Operation &op : llvm::make_early_inc_range(variant.getBlock())) {
      if (auto constant = dyn_cast<ConstantOp>(op))
        rememberConstant(constant);
      else if (auto shaped = dyn_cast<ShapeOpInterface>(op); shaped && failed(infer(shaped)))
        return failure();
    }
    if (failed(materialise()))
      return failure();
    eraseDead();
    return success();
  }

private:
  TensorShape shapeOf(Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    return {dimsOf(type), type.getElementType()};
  }

  void rememberConstant(ConstantOp op) {
    auto type = cast<RankedTensorType>(op.getType());
    if (type.getNumElements() > kMaxHostElements)
      return;
    ArrayRef<uint8_t> bytes = bytesOf(weightOf(op.getResult()));
    known[op.getResult()] = {SmallVector<int64_t>(type.getShape()), type.getElementType(), bytes.vec()};
    if (!type.getElementType().isInteger(32))
      return;
    HostValue value;
    for (int64_t i = 0; i < type.getNumElements(); ++i) {
      int32_t element;
      std::memcpy(&element, bytes.data() + 4 * i, 4);
      value.push_back(getAffineConstantExpr(element, context));
    }
    values[op.getResult()] = std::move(value);
  }

  LogicalResult infer(ShapeOpInterface op) {
    ShapeContext shapes{context, {}, {}, {}, {}};
    for (Value operand : op->getOperands()) {
      shapes.operands.push_back(shapeOf(operand));
      auto it = values.find(operand);
      shapes.values.push_back(it == values.end() ? std::nullopt : std::optional<HostValue>(it->second));
    }
    if (failed(op.inferShapes(shapes)))
      return failure();
    if (shapes.results.size() != op->getNumResults())
      return op->emitOpError() << "has " << op->getNumResults() << " results but makes " << shapes.results.size();
    for (auto [k, result] : llvm::enumerate(op->getResults())) {
      const TensorShape &shape = shapes.results[k];
      if (failed(checkExtents(op, shape)))
        return failure();
      result.setType(tensorType(shape.dims, shape.element, 1));
      if (shapes.resultValues[k])
        values[result] = *shapes.resultValues[k];
    }
    evaluateHere(op);
    if (auto dropping = dyn_cast<ShapeOperandsOpInterface>(op.getOperation()))
      if (unsigned count = dropping.getNumShapeOperands())
        op->eraseOperands(op->getNumOperands() - count, count);
    convertOperands(op);
    return success();
  }

  /// The value as numbers, where it follows from constants and static extents.
  std::optional<eval::Tensor> knownTensor(Value value) {
    if (auto it = known.find(value); it != known.end())
      return it->second;
    auto it = values.find(value);
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (it == values.end() || !type || !type.hasStaticShape() || !type.getElementType().isInteger(32) ||
        type.getNumElements() != static_cast<int64_t>(it->second.size()))
      return std::nullopt;
    eval::Tensor tensor = eval::makeTensor(type.getShape(), type.getElementType());
    for (auto [i, expr] : llvm::enumerate(it->second)) {
      auto constant = constantOf(expr);
      if (!constant)
        return std::nullopt;
      int32_t element = static_cast<int32_t>(*constant);
      std::memcpy(tensor.bytes.data() + 4 * i, &element, 4);
    }
    return tensor;
  }

  /// Shape arithmetic goes through other types too (sizes scaled by a float): small operations on known values are
  /// computed at once.
  void evaluateHere(Operation *op) {
    if (op->getNumResults() != 1 || op->getNumOperands() == 0 || !op->hasTrait<HostArithmetic>())
      return;
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    if (!type.hasStaticShape() || type.getNumElements() > kMaxHostElements)
      return;
    SmallVector<eval::Tensor> operands;
    SmallVector<const eval::Tensor *> in;
    unsigned shapes = isa<ShapeOperandsOpInterface>(op) ? cast<ShapeOperandsOpInterface>(op).getNumShapeOperands() : 0;
    Type element;
    for (Value operand : op->getOperands().drop_back(shapes)) {
      auto tensor = knownTensor(operand);
      if (!tensor || (element && tensor->element != element))
        return;
      element = tensor->element;
      operands.push_back(std::move(*tensor));
    }
    for (const eval::Tensor &operand : operands)
      in.push_back(&operand);
    eval::Tensor result = eval::makeTensor(type.getShape(), type.getElementType());
    ScopedDiagnosticHandler quiet(context, [](Diagnostic &) { return success(); });
    if (failed(eval::evaluate(op, in, result)))
      return;
    Value value = op->getResult(0);
    // Whole numbers serve as extents, whatever their type.
    if (!values.count(value)) {
      HostValue numbers;
      for (int64_t i = 0; i < type.getNumElements(); ++i) {
        double number = 0;
        if (type.getElementType().isF32()) {
          float real;
          std::memcpy(&real, result.bytes.data() + 4 * i, 4);
          number = real;
        } else if (type.getElementType().isInteger(32)) {
          int32_t integer;
          std::memcpy(&integer, result.bytes.data() + 4 * i, 4);
          number = integer;
        } else {
          break;
        }
        if (!(std::fabs(number) < 2147483648.0) || number != std::floor(number))
          break;
        numbers.push_back(getAffineConstantExpr(static_cast<int64_t>(number), context));
      }
      if (static_cast<int64_t>(numbers.size()) == type.getNumElements())
        values[value] = std::move(numbers);
    }
    known[value] = std::move(result);
  }

  LogicalResult checkExtents(Operation *op, const TensorShape &shape) {
    int64_t elements = 1;
    for (AffineExpr dim : shape.dims)
      if (auto extent = constantOf(dim)) {
        if (*extent < 0)
          return op->emitOpError() << "makes the negative extent " << *extent;
        if (*extent == 0)
          return op->emitOpError() << "makes a tensor without elements, " << shapeText(shape.dims);
        if (llvm::MulOverflow(elements, *extent, elements) || elements > (int64_t(1) << 40))
          return op->emitOpError() << "makes too large a tensor, " << shapeText(shape.dims);
      }
    if (shape.dims.size() > 7)
      return op->emitOpError("makes more than 7 dimensions");
    return success();
  }

  /// Element-wise operations and joins compute in one type: operands of another are converted first.
  void convertOperands(Operation *op) {
    if (!op->hasTrait<OneElementType>())
      return;
    Type element = cast<RankedTensorType>(op->getResult(0).getType()).getElementType();
    // Comparisons that give a boolean compute in their operands' type.
    if (element.isInteger(1))
      return;
    OpBuilder builder(op);
    for (OpOperand &operand : op->getOpOperands()) {
      auto type = cast<RankedTensorType>(operand.get().getType());
      if (type.getElementType() == element || isa<quant::QuantizedType>(element))
        continue;
      auto converted = RankedTensorType::get(type.getShape(), element, type.getEncoding());
      operand.set(
          TypeCvtOp::create(builder, partLocation(op->getLoc()), converted, operand.get(), TypeAttr::get(element)));
    }
  }

  /// Host values that real computations (or outputs) use become constants.
  LogicalResult materialise() {
    auto network = cast<NetworkOp>(variant->getParentOp());
    for (Operation &op : llvm::make_early_inc_range(variant.getBlock())) {
      if (isa<ConstantOp>(op) || op.getNumResults() != 1 || op.use_empty())
        continue;
      auto it = values.find(op.getResult(0));
      if (it == values.end())
        continue;
      auto type = cast<RankedTensorType>(op.getResult(0).getType());
      std::vector<uint8_t> bytes;
      bool known = type.hasStaticShape() && type.getElementType().isInteger(32) &&
                   type.getNumElements() == static_cast<int64_t>(it->second.size());
      for (AffineExpr expr : it->second) {
        auto constant = constantOf(expr);
        known &= constant.has_value();
        int32_t element = static_cast<int32_t>(constant.value_or(0));
        bytes.insert(bytes.end(), reinterpret_cast<uint8_t *>(&element), reinterpret_cast<uint8_t *>(&element) + 4);
      }
      if (!known) {
        if (op.hasTrait<ShapeOnly>() && feedsData(&op))
          return op.emitOpError("is used as data, but depends on a symbolic extent");
        continue;
      }
      OpBuilder builder(&op);
      WeightOp weight = addWeight(network, type, bytes, "shape");
      op.getResult(0).replaceAllUsesWith(ConstantOp::create(builder, op.getLoc(), type, weight.getSymName()));
    }
    return success();
  }

  /// Whether an operation that is not itself host arithmetic still uses the result.
  bool feedsData(Operation *op) {
    return llvm::any_of(op->getUsers(), [&](Operation *user) {
      return user->getNumResults() == 0 || !values.count(user->getResult(0)) || feedsData(user);
    });
  }

  void eraseDead() {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(variant.getBlock())))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

  VariantOp variant;
  MLIRContext *context;
  DenseMap<Value, HostValue> values;
  DenseMap<Value, eval::Tensor> known; // small values that are numbers, of any type
};

struct InferShapesPass : mgec::impl::InferShapesBase<InferShapesPass> {
  void runOnOperation() override {
    NetworkOp network = getOperation();
    if (failed(enterStage(network, "infer")))
      return signalPassFailure();
    for (auto variant : network.getBlock().getOps<VariantOp>())
      if (failed(Inference(variant).run()) || failed(foldConstants(variant)))
        return signalPassFailure();
    dropDeadWeights(network);
    network.setStage("infer");
  }
};

} // namespace
