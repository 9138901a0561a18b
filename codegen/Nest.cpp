//===- Nest.cpp - builds loop nests around micro-kernels --------------------------------------------------------===//
#include "codegen/Nest.h"

#include "compiler/eval/References.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

std::optional<int64_t> Idx::known() const {
  if (!expr)
    return constant;
  return mge::constantOf(expr);
}

std::pair<AffineExpr, AffineExpr> Idx::align(const Idx &a, const Idx &b, SmallVector<Value, 2> &dims) {
  MLIRContext *context = (a.expr ? a.expr : b.expr).getContext();
  auto import = [&](const Idx &index) -> AffineExpr {
    if (!index.expr)
      return getAffineConstantExpr(index.constant, context);
    SmallVector<AffineExpr> replacements;
    for (Value value : index.dims) {
      auto *it = llvm::find(dims, value);
      replacements.push_back(getAffineDimExpr(it - dims.begin(), context));
      if (it == dims.end())
        dims.push_back(value);
    }
    return index.expr.replaceDims(replacements);
  };
  AffineExpr left = import(a);
  return {left, import(b)};
}

namespace mgec::codegen {

Idx operator+(const Idx &a, const Idx &b) {
  if (!a.expr && !b.expr)
    return a.constant + b.constant;
  SmallVector<Value, 2> dims;
  auto [x, y] = Idx::align(a, b, dims);
  return Idx(x + y, dims);
}

Idx operator-(const Idx &a, const Idx &b) { return a + b * -1; }

Idx operator*(const Idx &a, int64_t factor) {
  return a.expr ? Idx(a.expr * factor, a.dims) : Idx(a.constant * factor);
}

Idx operator/(const Idx &a, int64_t divisor) {
  return a.expr ? Idx(a.expr.floorDiv(divisor), a.dims) : Idx(llvm::divideFloorSigned(a.constant, divisor));
}

Idx operator%(const Idx &a, int64_t divisor) {
  return a.expr ? Idx(a.expr % divisor, a.dims) : Idx(llvm::mod(a.constant, divisor));
}

} // namespace mgec::codegen

//===----------------------------------------------------------------------===//
// Nests
//===----------------------------------------------------------------------===//

Nest::Nest(KernelBuilder &owner, mgk::KernelOp kernel, const KernelOptions &options)
    : owner(owner), kernel(kernel), options(options), builder(kernel.getContext()) {
  Block &block = kernel.getBlock();
  Type index = builder.getIndexType();
  chunkValue = block.addArgument(index, kernel.getLoc());
  sampleValue = block.addArgument(index, kernel.getLoc());
  batchValue = block.addArgument(index, kernel.getLoc());
  builder.setInsertionPointToEnd(&block);
}

Idx Nest::ofValue(Value value) { return Idx(getAffineDimExpr(0, builder.getContext()), {value}); }
Idx Nest::chunk() { return options.chunks == 1 ? Idx(0) : ofValue(chunkValue); }
Idx Nest::sample() { return options.batched && isBatchRuntime() ? ofValue(sampleValue) : Idx(0); }

bool Nest::isBatchRuntime() const {
  return cast<mge::VariantOp>(owner.group->getParentOp()).hasSymbolicBatch();
}

Value Nest::materialise(const Idx &index) {
  if (auto number = index.known())
    return arith::ConstantIndexOp::create(builder, kernel.getLoc(), *number);
  AffineMap map = AffineMap::get(index.dims.size(), 0, index.expr);
  if (index.dims.size() == 1 && index.expr == getAffineDimExpr(0, builder.getContext()))
    return index.dims[0];
  return affine::AffineApplyOp::create(builder, kernel.getLoc(), map, index.dims);
}

Value Nest::argument(const std::string &role, Type element) {
  for (auto [k, each] : llvm::enumerate(kernel.getRoles().getAsValueRange<StringAttr>()))
    if (each == role)
      return kernel.getBlock().getArgument(3 + k);
  SmallVector<Attribute> roles(kernel.getRoles().getValue());
  roles.push_back(builder.getStringAttr(role));
  kernel.setRolesAttr(builder.getArrayAttr(roles));
  return kernel.getBlock().addArgument(mgk::PtrType::get(builder.getContext(), element), kernel.getLoc());
}

/// `base` moved to the current sample.
Ptr Nest::sampleOf(Value base, RankedTensorType type) {
  if (!options.batched || !mge::isBatched(type))
    return {base};
  int64_t elements = mge::sampleBytes(type) * 8 / mge::elementBits(type.getElementType());
  return at({base}, sample() * elements);
}

Ptr Nest::in(unsigned k) {
  RankedTensorType type = owner.group.inputType(k);
  return sampleOf(argument("in" + std::to_string(k), mge::storageType(type.getElementType())), type);
}

Ptr Nest::out(unsigned k) {
  RankedTensorType type = owner.group.outputType(k);
  return sampleOf(argument("out" + std::to_string(k), mge::storageType(type.getElementType())), type);
}

Ptr Nest::packed(unsigned k) {
  return {argument("packed" + std::to_string(k), mge::storageType(owner.group.inputType(k).getElementType()))};
}

int64_t Nest::inSampleElements(unsigned k) const {
  RankedTensorType type = owner.group.inputType(k);
  return mge::sampleBytes(type) * 8 / mge::elementBits(type.getElementType());
}

int64_t Nest::outSampleElements(unsigned k) const {
  RankedTensorType type = owner.group.outputType(k);
  return mge::sampleBytes(type) * 8 / mge::elementBits(type.getElementType());
}

Ptr Nest::scratch(int64_t bytes, Type type) {
  int64_t offset = scratchBytes;
  scratchBytes += llvm::alignTo(bytes, 64);
  kernel.setScratchBytes(scratchBytes);
  return {mgk::ScratchOp::create(builder, kernel.getLoc(), mgk::PtrType::get(builder.getContext(), type),
                                 static_cast<uint64_t>(offset))};
}

Ptr Nest::scratchF32(int64_t elements) { return scratch(elements * 4, builder.getF32Type()); }

Ptr Nest::at(Ptr base, const Idx &index) {
  if (index.known() == 0)
    return base;
  return {mgk::AtOp::create(builder, kernel.getLoc(), base.value.getType(), base.value, materialise(index))};
}

void Nest::loop(StringRef name, const Idx &low, const Idx &high, int64_t step, function_ref<void(Idx)> body) {
  auto from = low.known(), to = high.known();
  if (from && to) {
    if (*from >= *to)
      return;
    if (*from + step >= *to) // a single round
      return body(Idx(*from));
  }
  Value lowValue = materialise(low), highValue = materialise(high);
  Value stepValue = arith::ConstantIndexOp::create(builder, kernel.getLoc(), step);
  auto loop = scf::ForOp::create(builder, kernel.getLoc(), lowValue, highValue, stepValue);
  loop->setAttr("name", builder.getStringAttr(name));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(loop.getBody()->getTerminator());
  body(ofValue(loop.getInductionVar()));
}

void Nest::ifLess(const Idx &a, const Idx &b, function_ref<void()> then, function_ref<void()> otherwise) {
  auto x = a.known(), y = b.known();
  if (x && y) {
    if (*x < *y)
      then();
    else if (otherwise)
      otherwise();
    return;
  }
  Value condition =
      arith::CmpIOp::create(builder, kernel.getLoc(), arith::CmpIPredicate::slt, materialise(a), materialise(b));
  auto branch = scf::IfOp::create(builder, kernel.getLoc(), condition, static_cast<bool>(otherwise));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  then();
  if (otherwise) {
    builder.setInsertionPointToStart(branch.elseBlock());
    otherwise();
  }
}

Idx Nest::min(const Idx &a, const Idx &b) {
  if (a.known() && b.known())
    return std::min(*a.known(), *b.known());
  SmallVector<Value, 2> dims;
  auto [x, y] = Idx::align(a, b, dims);
  AffineMap map = AffineMap::get(dims.size(), 0, {x, y}, builder.getContext());
  return ofValue(affine::AffineMinOp::create(builder, kernel.getLoc(), map, dims));
}

void Nest::micro(const std::string &callee, std::vector<Arg> args, const char *functor) {
  SmallVector<Value> values;
  SmallVector<StringRef> text;
  std::vector<std::string> storage(args.size());
  for (auto [k, arg] : llvm::enumerate(args)) {
    if (auto *ptr = std::get_if<Ptr>(&arg)) {
      values.push_back(ptr->value);
    } else if (auto *index = std::get_if<Idx>(&arg)) {
      if (auto number = index->known())
        storage[k] = std::to_string(*number);
      else
        values.push_back(materialise(*index));
    } else if (auto *around = std::get_if<Around>(&arg)) {
      storage[k] = around->text;
      values.push_back(around->pointer.value);
    } else {
      storage[k] = std::get<std::string>(arg);
    }
    text.push_back(storage[k]);
  }
  mgk::MicroOp::create(builder, kernel.getLoc(), builder.getStringAttr(callee), values, builder.getStrArrayAttr(text),
                       functor ? builder.getStringAttr(functor) : StringAttr());
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

LogicalResult KernelBuilder::kernel(StringRef suffix, KernelOptions options, function_ref<void(Nest &)> body) {
  OpBuilder builder(group.getContext());
  builder.setInsertionPointToEnd(&kernels);
  std::string name = "k" + std::to_string(number++) + (suffix.empty() ? "" : "_" + suffix.str());
  SmallVector<StringRef> headers(options.headers.begin(), options.headers.end());
  OperationState state(group.getLoc(), mgk::KernelOp::getOperationName());
  state.addAttribute("sym_name", builder.getStringAttr(name));
  state.addAttribute("roles", builder.getArrayAttr({}));
  state.addAttribute("chunks", builder.getI64IntegerAttr(options.chunks));
  state.addAttribute("batched", builder.getBoolAttr(options.batched));
  state.addAttribute("scratch_bytes", builder.getI64IntegerAttr(0));
  state.addAttribute("headers", builder.getStrArrayAttr(headers));
  state.addAttribute("lanes_are_channels", builder.getBoolAttr(options.lanesAreChannels));
  state.addRegion()->emplaceBlock();
  auto kernel = cast<mgk::KernelOp>(builder.create(state));
  Nest nest(*this, kernel, options);
  if (options.consumer)
    options.functors.insert(options.functors.begin(), {"consumer", group.getAnchor()});
  SmallVector<Attribute> functors;
  for (auto &[functor, anchor] : options.functors) {
    auto plan = planConsumer(group, anchor);
    if (failed(plan))
      return failure();
    SmallVector<StringRef> steps(plan->steps.begin(), plan->steps.end()), kinds;
    SmallVector<Attribute> roles;
    SmallVector<int64_t> strides;
    for (const ConsumerPlan::Operand &operand : plan->operands) {
      bool isPacked = operand.kind == OperandKind::Channel;
      kinds.push_back(isPacked ? "channel" : operand.kind == OperandKind::Full ? "full" : "scalar");
      std::string role = (isPacked ? "packed" : "in") + std::to_string(operand.number);
      roles.push_back(builder.getStringAttr(role));
      nest.argument(role, mge::storageType(group.inputType(operand.number).getElementType()));
      bool moves = options.batched && nest.isBatchRuntime() && operand.kind == OperandKind::Full;
      strides.push_back(moves ? nest.inSampleElements(operand.number) : 0);
    }
    functors.push_back(
        builder.getDictionaryAttr({builder.getNamedAttr("name", builder.getStringAttr(functor)),
                                   builder.getNamedAttr("steps", builder.getStrArrayAttr(steps)),
                                   builder.getNamedAttr("kinds", builder.getStrArrayAttr(kinds)),
                                   builder.getNamedAttr("roles", builder.getArrayAttr(roles)),
                                   builder.getNamedAttr("strides", builder.getDenseI64ArrayAttr(strides)),
                                   builder.getNamedAttr("result", builder.getStringAttr(plan->result))}));
  }
  if (!functors.empty())
    kernel.setFunctorsAttr(builder.getArrayAttr(functors));
  body(nest);
  kernelOps.push_back(kernel);
  return success();
}

LogicalResult KernelBuilder::reference(std::vector<std::string> headers) {
  Operation *op = group.getAnchor();
  std::string callee = eval::referenceName(op), params = eval::referenceParams(op);
  if (isa<mge::RelayoutOp>(op) || callee.empty())
    return op->emitOpError("has no reference function");
  KernelOptions options;
  options.batched = false;
  options.consumer = false;
  options.headers = std::move(headers);
  return kernel("", options, [&](Nest &nest) {
    SmallVector<Value> args;
    SmallVector<Type> types;
    for (Value operand : op->getOperands()) {
      int64_t number = group.operandNumber(operand);
      RankedTensorType type = group.inputType(number);
      // Constants arrive dense, as they are.
      std::string role = (group.getWeight(number) ? "packed" : "in") + std::to_string(number);
      args.push_back(nest.argument(role, mge::storageType(type.getElementType())));
      types.push_back(type);
    }
    for (unsigned k = 0; k < group.getNumResults(); ++k) {
      args.push_back(nest.out(k).value);
      types.push_back(group.outputType(k));
    }
    mgk::ReferenceOp::create(nest.builder, op->getLoc(), callee, params, args, op->getNumOperands(), nest.batchValue,
                             nest.builder.getTypeArrayAttr(types));
  });
}
