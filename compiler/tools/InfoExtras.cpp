//===- InfoExtras.cpp - what the compiler adds to the page of `mgec info` ---------------------------------------===//
#include "compiler/tools/InfoExtras.h"

#include "compiler/tools/Compile.h"

#include <map>

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;
using namespace mgec::tools;

/// The file format's name for an element type.
static std::optional<read::DTypeDesc> describedType(Type element) {
  using enum read::DType;
  static constexpr read::DType types[] = {Float32,         Float16,      BFloat16,     Int8,        Uint8,
                                          Int16,           Uint16,       Int32,        Bool,        QuantizedS8,
                                          Quantized8Asymm, QuantizedS32, QuantizedS16, QuantizedS4, Quantized4Asymm};
  int number = dtypeNumber(element);
  if (number < 0 || number >= static_cast<int>(std::size(types)))
    return std::nullopt;
  auto [scale, zeroPoint] = quantisationOf(element);
  return read::DTypeDesc{types[number], static_cast<float>(scale), static_cast<int32_t>(zeroPoint)};
}

InfoExtras tools::infoExtras(const std::string &model, const std::string &decrypt) {
  InfoExtras extras;
  try {
    CompileOptions options;
    options.stopAfter = "infer";
    Loaded loaded = loadAndCompile(model, decrypt, options);
    // A variable's type is rarely in the file; what the outputs are follows from the rest.
    auto variant = *loaded.compilation.network().getBlock().getOps<VariantOp>().begin();
    for (auto [output, type] : llvm::zip(loaded.model.outputs, variant.getBlock().getTerminator()->getOperandTypes())) {
      auto ranked = cast<RankedTensorType>(type);
      extras.variables.push_back({output.var, describedType(ranked.getElementType()),
                                  std::vector<int64_t>(ranked.getShape().begin(), ranked.getShape().end())});
    }
    std::map<int64_t, uint32_t> byVariable;
    for (auto [index, op] : llvm::enumerate(loaded.model.operators))
      for (uint32_t id : op.outputs)
        byVariable[loaded.model.variables[id].graphId] = index;
    loaded.compilation.network().walk([&](FusionOpInterface op) {
      auto ids = varIdsOf(op->getLoc());
      int64_t macs = op.getMacs();
      if (macs > 0 && !ids.empty()) {
        extras.macs.push_back({byVariable[ids.back()], static_cast<uint64_t>(macs)});
        extras.totalMacs += macs;
      }
    });
  } catch (const std::exception &) {
    // A model that cannot be compiled can still be described.
  }
  return extras;
}
