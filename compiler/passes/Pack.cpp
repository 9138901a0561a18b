//===- Pack.cpp - stage pack ------------------------------------------------------------------------------------===//
#include "codegen/Consumer.h"
#include "codegen/Family.h"
#include "compiler/passes/Passes.h"
#include "include/mgec/model_abi.h"

#include "mlir/IR/Builders.h"

#include <map>

namespace mgec {
#define GEN_PASS_DEF_PACK
#include "compiler/passes/Passes.h.inc"
} // namespace mgec

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;

namespace {

struct PackPass : mgec::impl::PackBase<PackPass> {
  void runOnOperation() override {
    network = getOperation();
    if (failed(enterStage(network, "pack")))
      return signalPassFailure();
    targets = targetsOf(network);
    offset = 0;
    for (auto variant : network.getBlock().getOps<VariantOp>()) {
      packDefaults(variant);
      for (auto group : variant.getBlock().getOps<GroupOp>()) {
        // From here on kernels rely on the row: it may come from elsewhere than the choose stage.
        if (failed(codegen::verifyRow(group, targets)))
          return signalPassFailure();
        packGroup(group);
      }
    }
    network.setPackedBytes(offset);
    network.setStage("pack");
  }

  /// Default values of inputs are kept as the caller would give them.
  void packDefaults(VariantOp variant) {
    if (!variant.getInputDefaults())
      return;
    Builder builder(&getContext());
    SmallVector<Attribute> entries;
    for (unsigned k = 0; k < variant.getInputNames().size(); ++k) {
      FlatSymbolRefAttr symbol = variant.getInputDefault(k);
      if (!symbol) {
        entries.push_back(builder.getUnitAttr());
        continue;
      }
      auto weight = cast<WeightOp>(::mlir::SymbolTable::lookupSymbolIn(network, symbol.getAttr()));
      entries.push_back(FlatSymbolRefAttr::get(symbolFor(weight, {"dense", bytesOf(weight).vec()})));
    }
    variant.setInputDefaultsAttr(builder.getArrayAttr(entries));
  }

  void packGroup(GroupOp group) {
    Builder builder(&getContext());
    SmallVector<Attribute> entries;
    for (unsigned k = 0; k < group.getNumOperands(); ++k) {
      WeightOp weight = group.getWeight(k);
      std::optional<codegen::Packed> packed;
      if (weight)
        packed = packOperand(group, k, weight);
      entries.push_back(packed ? Attribute(FlatSymbolRefAttr::get(symbolFor(weight, *packed))) : builder.getUnitAttr());
    }
    group.setPackedAttr(builder.getArrayAttr(entries));
  }

  std::optional<codegen::Packed> packOperand(GroupOp group, unsigned number, WeightOp weight) {
    Operation *anchor = group.getAnchor();
    bool anchorReads = llvm::is_contained(group.getBlock().getArgument(number).getUsers(), anchor);
    ArrayRef<uint8_t> bytes = bytesOf(weight);
    if (anchorReads)
      return codegen::familyOfRow(group).pack(group, number, targets, bytes);
    switch (codegen::consumerKind(group, number)) {
    case codegen::OperandKind::Literal: return std::nullopt; // printed
    case codegen::OperandKind::Channel: {
      // Padded with zeros to whole blocks, and to whole vectors where consumers read channels as lanes.
      int64_t block = std::max<int64_t>(layoutOf(group.getResult(0).getType()).getChannelBlock(), 16);
      codegen::Packed packed{"channel" + std::to_string(block), bytes.vec()};
      packed.bytes.resize(llvm::alignTo(bytes.size(), block * 4), 0);
      return packed;
    }
    default: return codegen::familyOfRow(group).pack(group, number, targets, bytes);
    }
  }

  /// The packed operation for these bytes; equal source and form are stored once.
  StringAttr symbolFor(WeightOp weight, const codegen::Packed &packed) {
    auto key = std::pair(weight.getSymName().str(), packed.form);
    if (auto it = made.find(key); it != made.end())
      return it->second;
    OpBuilder builder(&getContext());
    builder.setInsertionPoint(*network.getBlock().getOps<VariantOp>().begin());
    auto type = RankedTensorType::get({static_cast<int64_t>(packed.bytes.size())},
                                      IntegerType::get(&getContext(), 8, IntegerType::Unsigned));
    StringAttr name = builder.getStringAttr("p" + std::to_string(made.size()));
    PackedOp::create(builder, weight.getLoc(), name, FlatSymbolRefAttr::get(weight.getSymNameAttr()),
                     builder.getStringAttr(packed.form), makeElements(type, packed.bytes),
                     builder.getI64IntegerAttr(offset), builder.getI64IntegerAttr(packed.bytes.size()));
    offset = llvm::alignTo(offset + packed.bytes.size(), MGEC_ALIGNMENT);
    return made[key] = name;
  }

  NetworkOp network;
  codegen::TargetSet targets;
  int64_t offset = 0;
  std::map<std::pair<std::string, std::string>, StringAttr> made;
};

} // namespace
