//===- Evaluator.cpp - executes the IR of any stage with the reference functions --------------------------------===//
#include "compiler/eval/Evaluator.h"
#include "compiler/eval/References.h"

#include "llvm/ADT/DenseMap.h"

#include <cstring>

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;
using namespace mgec::eval;

int64_t Tensor::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

Tensor eval::makeTensor(ArrayRef<int64_t> shape, Type element) {
  Tensor tensor{SmallVector<int64_t>(shape), element, {}};
  tensor.bytes.resize(tensor.elements() * elementBits(element) / 8);
  return tensor;
}

/// Extents of a type once the batch is known.
static SmallVector<int64_t> concreteShape(RankedTensorType type, int64_t batch) {
  SmallVector<int64_t> shape;
  AffineExpr value = getAffineConstantExpr(batch, type.getContext());
  for (AffineExpr dim : dimsOf(type))
    shape.push_back(constantOf(dim.replaceSymbols(value)).value_or(0));
  return shape;
}

static ViewArgs viewOf(const Tensor &tensor) {
  ViewArgs view;
  view.data = const_cast<uint8_t *>(tensor.bytes.data());
  view.dtype = dtypeNumber(tensor.element);
  view.dims.assign(tensor.shape.begin(), tensor.shape.end());
  std::tie(view.scale, view.zeroPoint) = quantisationOf(tensor.element);
  return view;
}

LogicalResult eval::evaluate(Operation *op, ArrayRef<const Tensor *> operands, MutableArrayRef<Tensor> results) {
  SmallVector<ViewArgs> in, out;
  for (const Tensor *operand : operands)
    in.push_back(viewOf(*operand));
  for (Tensor &result : results)
    out.push_back(viewOf(result));
  for (const ViewArgs &view : llvm::concat<const ViewArgs>(in, out))
    if (view.dtype < 0)
      return op->emitOpError("has an element type that the reference functions do not know");
  if (!runReference(op, in, out))
    return op->emitOpError("has no reference function");
  return success();
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

/// Calls `visit(row-major index, index in the layout)` for every element.
template <class Visit> static void walkLayout(ArrayRef<int64_t> shape, LayoutAttr layout, Visit visit) {
  SmallVector<int64_t> physical = layout.physicalShape(shape);
  SmallVector<int64_t> stride(physical.size(), 1);
  for (int64_t i = static_cast<int64_t>(physical.size()) - 2; i >= 0; --i)
    stride[i] = stride[i + 1] * physical[i + 1];
  ArrayRef<int64_t> blocks = layout.getBlocks();
  SmallVector<int64_t> index(shape.size(), 0);
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  for (int64_t flat = 0; flat < count; ++flat) {
    int64_t rest = flat;
    for (int64_t i = static_cast<int64_t>(shape.size()) - 1; i >= 0; --i) {
      index[i] = rest % shape[i];
      rest /= shape[i];
    }
    int64_t at = 0;
    for (size_t b = 0; b < blocks.size(); b += 2) {
      int64_t dim = blocks[b], size = blocks[b + 1];
      at += (index[dim] % size) * stride[shape.size() + b / 2];
      index[dim] /= size;
    }
    for (size_t i = 0; i < shape.size(); ++i)
      at += index[i] * stride[i];
    visit(flat, at);
  }
}

std::vector<uint8_t> eval::toLayout(ArrayRef<uint8_t> bytes, ArrayRef<int64_t> shape, LayoutAttr layout,
                                    unsigned width) {
  if (layout.isRowMajor())
    return bytes.vec();
  int64_t count = 1;
  for (int64_t extent : layout.physicalShape(shape))
    count *= extent;
  std::vector<uint8_t> out(count * width, 0);
  walkLayout(shape, layout, [&](int64_t from, int64_t to) {
    std::memcpy(&out[to * width], &bytes[from * width], width);
  });
  return out;
}

std::vector<uint8_t> eval::fromLayout(ArrayRef<uint8_t> bytes, ArrayRef<int64_t> shape, LayoutAttr layout,
                                      unsigned width) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  if (layout.isRowMajor())
    return bytes.take_front(count * width).vec();
  std::vector<uint8_t> out(count * width);
  walkLayout(shape, layout, [&](int64_t to, int64_t from) {
    std::memcpy(&out[to * width], &bytes[from * width], width);
  });
  return out;
}

//===----------------------------------------------------------------------===//
// Variants
//===----------------------------------------------------------------------===//

namespace {

class Machine {
public:
  Machine(VariantOp variant, int64_t batch, const Observer &observer)
      : variant(variant), batch(variant.hasSymbolicBatch() ? batch : 1), observer(observer) {}

  FailureOr<std::vector<Tensor>> run(ArrayRef<Tensor> inputs) {
    Block &block = variant.getBlock();
    if (inputs.size() != block.getNumArguments())
      return variant.emitOpError() << "takes " << block.getNumArguments() << " inputs, got " << inputs.size();
    // Poisoned, so that reading what was never written shows.
    if (auto bytes = variant.getArenaBytes())
      arena.assign(*bytes * this->batch, 0xA5);
    for (auto [argument, input] : llvm::zip(block.getArguments(), inputs)) {
      if (input.shape != concreteShape(cast<RankedTensorType>(argument.getType()), this->batch))
        return variant.emitOpError() << "input " << argument.getArgNumber() << " has another shape than its type";
      values[argument] = input;
    }
    for (Operation &op : block.without_terminator())
      if (failed(step(op)))
        return failure();
    std::vector<Tensor> outputs;
    for (Value value : block.back().getOperands())
      outputs.push_back(read(value));
    return outputs;
  }

private:
  Tensor constant(ConstantOp op) {
    WeightOp weight = weightOf(op.getResult());
    auto type = cast<RankedTensorType>(weight.getType());
    return Tensor{SmallVector<int64_t>(type.getShape()), type.getElementType(), bytesOf(weight).vec()};
  }

  PlaceAttr placeOf(Value value) {
    auto group = value.getDefiningOp<GroupOp>();
    if (!group || !group.getPlaces())
      return {};
    auto place = cast<PlaceAttr>((*group.getPlaces())[cast<OpResult>(value).getResultNumber()]);
    return place.getSpace() == "arena" ? place : PlaceAttr();
  }

  /// The value as the arena holds it now, or as it was computed.
  Tensor read(Value value) {
    if (PlaceAttr place = placeOf(value)) {
      auto type = cast<RankedTensorType>(value.getType());
      SmallVector<int64_t> shape = concreteShape(type, batch);
      Tensor tensor = makeTensor(shape, type.getElementType());
      int64_t bytes = sampleBytes(type) * batch;
      ArrayRef<uint8_t> stored(arena.data() + place.getOffset() * batch, bytes);
      tensor.bytes = fromLayout(stored, shape, layoutOf(type), elementBits(type.getElementType()) / 8);
      return tensor;
    }
    return values[value];
  }

  void write(Value value, Tensor tensor) {
    if (observer)
      observer(value, tensor);
    if (PlaceAttr place = placeOf(value)) {
      auto type = cast<RankedTensorType>(value.getType());
      std::vector<uint8_t> stored =
          toLayout(tensor.bytes, tensor.shape, layoutOf(type), elementBits(type.getElementType()) / 8);
      std::memcpy(arena.data() + place.getOffset() * batch, stored.data(), stored.size());
      return;
    }
    values[value] = std::move(tensor);
  }

  LogicalResult step(Operation &op) {
    if (auto op_ = dyn_cast<ConstantOp>(op)) {
      values[op_.getResult()] = constant(op_);
      return success();
    }
    if (auto group = dyn_cast<GroupOp>(op))
      return runGroup(group);
    SmallVector<Tensor> operands;
    for (Value operand : op.getOperands())
      operands.push_back(read(operand));
    SmallVector<Tensor> results;
    if (failed(runOp(op, operands, results)))
      return failure();
    for (auto [result, tensor] : llvm::zip(op.getResults(), results))
      write(result, std::move(tensor));
    return success();
  }

  LogicalResult runOp(Operation &op, ArrayRef<Tensor> operands, SmallVectorImpl<Tensor> &results) {
    SmallVector<const Tensor *> in;
    for (const Tensor &operand : operands)
      in.push_back(&operand);
    for (Type type : op.getResultTypes()) {
      auto ranked = dyn_cast<RankedTensorType>(type);
      if (!ranked)
        return op.emitOpError("has no result shape yet; run the infer stage first");
      results.push_back(makeTensor(concreteShape(ranked, batch), ranked.getElementType()));
    }
    return eval::evaluate(&op, in, results);
  }

  LogicalResult runGroup(GroupOp group) {
    DenseMap<Value, Tensor> inner;
    for (auto [operand, argument] : llvm::zip(group.getInputs(), group.getBlock().getArguments()))
      inner[argument] = read(operand);
    for (Operation &op : group.getBlock().without_terminator()) {
      SmallVector<Tensor> operands, results;
      for (Value operand : op.getOperands())
        operands.push_back(inner[operand]);
      if (failed(runOp(op, operands, results)))
        return failure();
      for (auto [result, tensor] : llvm::zip(op.getResults(), results))
        inner[result] = std::move(tensor);
    }
    for (auto [result, value] : llvm::zip(group.getResults(), group.getBlock().back().getOperands()))
      write(result, inner[value]);
    return success();
  }

  VariantOp variant;
  int64_t batch;
  const Observer &observer;
  std::vector<uint8_t> arena;
  DenseMap<Value, Tensor> values;
};

} // namespace

FailureOr<std::vector<Tensor>> eval::evaluate(VariantOp variant, ArrayRef<Tensor> inputs, int64_t batch,
                                              const Observer &observer) {
  return Machine(variant, batch, observer).run(inputs);
}
