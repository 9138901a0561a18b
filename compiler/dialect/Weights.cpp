//===- Weights.cpp - constants of a network ---------------------------------------------------------------------===//
#include "compiler/dialect/Mge.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

using namespace mlir;

namespace mgec::mge {

static ElementsAttr elementsOver(RankedTensorType type, AsmResourceBlob blob) {
  auto storage = RankedTensorType::get(type.getShape(), storageType(type.getElementType()));
  return DenseResourceElementsAttr::get(storage, "w", std::move(blob));
}

ElementsAttr makeElements(RankedTensorType type, ArrayRef<uint8_t> bytes) {
  ArrayRef<char> chars(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  return elementsOver(type, HeapAsmResourceBlob::allocateAndCopyWithAlign(chars, 64));
}

ElementsAttr borrowElements(RankedTensorType type, ArrayRef<uint8_t> bytes) {
  ArrayRef<char> chars(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  if (reinterpret_cast<uintptr_t>(bytes.data()) % 8 != 0)
    return makeElements(type, bytes);
  return elementsOver(type, UnmanagedAsmResourceBlob::allocateWithAlign(chars, 1));
}

ArrayRef<uint8_t> bytesOf(WeightOp weight) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(weight.getValue())) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return {};
    ArrayRef<char> data = blob->getData();
    return {reinterpret_cast<const uint8_t *>(data.data()), data.size()};
  }
  // Written as a literal (tests): normalise once, so that callers always see dense bytes.
  auto dense = dyn_cast<DenseElementsAttr>(weight.getValue());
  if (!dense)
    return {};
  auto type = cast<RankedTensorType>(weight.getType());
  unsigned bytes = elementBits(type.getElementType()) / 8;
  std::vector<uint8_t> raw;
  raw.reserve(type.getNumElements() * bytes);
  auto append = [&](const APInt &value) {
    uint64_t word = value.getZExtValue();
    raw.insert(raw.end(), reinterpret_cast<uint8_t *>(&word), reinterpret_cast<uint8_t *>(&word) + bytes);
  };
  if (isa<FloatType>(dense.getElementType()))
    for (const APFloat &value : dense.getValues<APFloat>())
      append(value.bitcastToAPInt());
  else
    for (const APInt &value : dense.getValues<APInt>())
      append(value);
  weight.setValueAttr(makeElements(type, raw));
  return bytesOf(weight);
}

WeightOp weightOf(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  if (!constant)
    return {};
  return SymbolTable::lookupNearestSymbolFrom<WeightOp>(constant->getParentOfType<VariantOp>()->getParentOp(),
                                                        constant.getWeightAttr());
}

WeightOp addWeight(NetworkOp network, RankedTensorType type, ArrayRef<uint8_t> bytes, StringRef hint) {
  for (auto weight : network.getBlock().getOps<WeightOp>())
    if (weight.getType() == type) {
      ArrayRef<uint8_t> other = bytesOf(weight);
      if (other.size() == bytes.size() && std::equal(other.begin(), other.end(), bytes.begin()))
        return weight;
    }
  OpBuilder builder(network.getContext());
  // Weights stand before the first variant.
  Block &block = network.getBlock();
  auto variants = block.getOps<VariantOp>();
  if (variants.empty())
    builder.setInsertionPointToEnd(&block);
  else
    builder.setInsertionPoint(*variants.begin());
  SymbolTable symbols(network);
  std::string name = hint.str();
  for (unsigned k = 0; symbols.lookup(name); ++k)
    name = (hint + "_" + Twine(k)).str();
  return WeightOp::create(builder, network.getLoc(), name, makeElements(type, bytes), type);
}

} // namespace mgec::mge
