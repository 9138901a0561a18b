//===- Manifest.cpp - what an artifact says about itself, as JSON ------------------------------------------------===//
#include "codegen/emit/Manifest.h"

#include <nlohmann/json.hpp>

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;
using json = nlohmann::ordered_json;

/// JSON wants UTF-8; names in files may be anything.
static std::string utf8(StringRef text) { return json(text.str()).dump(-1, ' ', true, json::error_handler_t::replace); }

static json tensors(ArrayAttr names, TypeRange types, VariantOp variant) {
  json list = json::array();
  for (auto [name, type] : llvm::zip(names.getAsValueRange<StringAttr>(), types)) {
    auto ranked = cast<RankedTensorType>(type);
    json shape = json::array();
    for (auto [axis, extent] : llvm::enumerate(ranked.getShape())) {
      if (!ShapedType::isDynamic(extent)) {
        shape.push_back(extent);
        continue;
      }
      std::string symbol = cast<SymbolAttr>((*variant.getSymbols())[0]).getName().str();
      int64_t multiple = sampleShape(ranked)[axis];
      shape.push_back(multiple == 1 ? symbol : std::to_string(multiple) + "*" + symbol);
    }
    json entry = {{"name", json::parse(utf8(name))}, {"dtype", elementName(ranked.getElementType())}, {"shape", shape}};
    if (auto [scale, zeroPoint] = quantisationOf(ranked.getElementType()); scale != 0) {
      entry["scale"] = scale;
      entry["zero_point"] = zeroPoint;
    }
    list.push_back(entry);
  }
  return list;
}

std::string codegen::manifestJson(NetworkOp network, StringRef name, const TargetSet &targets,
                                  const ManifestFacts &facts) {
  json root;
  root["mgec"] = MGEC_VERSION;
  root["model"] = json::parse(utf8(name));
  root["fingerprint"] = facts.fingerprint;
  root["graph_hash"] = network.getGraphHash().str();
  root["code_hash"] = facts.codeHash;
  root["options"] = json::parse(facts.record);
  if (facts.sealed)
    root["sealed"] = {{"method", "MGEC_AES_256_GCM"}, {"key_id", json::parse(utf8(facts.keyId))}};
  for (const Target &target : targets.targets)
    root["targets"].push_back({{"name", target.name}, {"features", target.features}});
  root["channel_block"] = targets.block;
  root["weights_bytes"] = network.getPackedBytes().value_or(0);
  root["variants"] = json::array();
  for (auto variant : network.getBlock().getOps<VariantOp>()) {
    json entry;
    entry["precision"] = variant.getPrecision().str();
    if (variant.hasSymbolicBatch())
      for (auto symbol : variant.getSymbols()->getAsRange<SymbolAttr>())
        entry["symbols"].push_back(
            {{"name", symbol.getName().str()}, {"min", symbol.getMin()}, {"max", symbol.getMax()}});
    entry["inputs"] = tensors(variant.getInputNames(), variant.getBlock().getArgumentTypes(), variant);
    for (auto [k, input] : llvm::enumerate(entry["inputs"]))
      if (variant.getInputDefault(k))
        input["has_default"] = true;
    entry["outputs"] =
        tensors(variant.getOutputNames(), variant.getBlock().getTerminator()->getOperandTypes(), variant);
    entry["arena_bytes"] = variant.getArenaBytes().value_or(0);
    entry["arena_lower_bound_bytes"] = variant.getLowerBoundBytes().value_or(0);
    entry["scratch_bytes_per_thread"] = variant.getScratchBytes().value_or(0);
    root["variants"].push_back(entry);
  }
  return root.dump(2, ' ', true, json::error_handler_t::replace) + "\n";
}
