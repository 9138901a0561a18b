//===- Explain.cpp - which kernel runs what, and why ------------------------------------------------------------===//
#include "compiler/tools/Explain.h"

#include "compiler/Pipeline.h"
#include "compiler/tools/Compile.h"
#include "compiler/tools/Terminal.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;
using json = nlohmann::ordered_json;

namespace {

std::string typeText(RankedTensorType type, VariantOp variant) {
  std::string dims;
  for (int64_t extent : type.getShape())
    dims += (dims.empty() ? "" : "x") +
            (ShapedType::isDynamic(extent) ? tools::batchName(variant) : std::to_string(extent));
  return dims + " " + layoutOf(type).str();
}

std::string operationsText(GroupOp group) {
  std::string text;
  for (Operation &op : group.getBlock().without_terminator()) {
    text += text.empty() ? "" : "+";
    if (auto elemwise = dyn_cast<ElemwiseOp>(op))
      text += stringifyEnum(elemwise.getMode()).str();
    else
      text += op.getName().stripDialect().str();
  }
  return text;
}

double microseconds(GroupOp group) { return group.getCostNs() ? group.getCostNs()->convertToDouble() / 1000 : 0; }

} // namespace

std::string tools::explainText(NetworkOp network, bool colour) {
  const char *bold = colour ? "\033[1m" : "", *dim = colour ? "\033[2m" : "", *red = colour ? "\033[31m" : "",
             *off = colour ? "\033[0m" : "";
  std::string out;
  for (auto variant : network.getBlock().getOps<VariantOp>()) {
    double total = 0;
    for (auto group : variant.getBlock().getOps<GroupOp>())
      total += microseconds(group);
    out += fmt::format("{}variant {}{}: predicted {} on one thread\n", bold, variant.getSymName().str(), off,
                       humanTime(total / 1000));
    for (auto group : variant.getBlock().getOps<GroupOp>()) {
      std::string row = group.getRow().value_or("").str();
      out += fmt::format("{:>9.1f} us  {}{:<36}{}  {:<28} {} -> {}  {}\n", microseconds(group),
                         row == "reference" ? red : bold, row, off, operationsText(group),
                         group.getNumOperands() ? typeText(group.inputType(0), variant) : "",
                         typeText(group.outputType(0), variant), group.getLabel().value_or("").str());
      if (auto refused = group.getRefused())
        for (auto entry : refused->getAsRange<DictionaryAttr>())
          out += fmt::format("{}                not {}: {}{}\n", dim, entry.getAs<StringAttr>("row").str(),
                             entry.getAs<StringAttr>("reason").str(), off);
    }
    std::string arena = fmt::format("arena {} bytes, lower bound {}", variant.getArenaBytes().value_or(0),
                                    variant.getLowerBoundBytes().value_or(0));
    out += arena + "\n";
  }
  return out;
}

std::string tools::explainJson(NetworkOp network) {
  json root;
  root["variants"] = json::array();
  for (auto variant : network.getBlock().getOps<VariantOp>()) {
    json entry;
    entry["arena_bytes"] = variant.getArenaBytes().value_or(0);
    entry["arena_lower_bound_bytes"] = variant.getLowerBoundBytes().value_or(0);
    entry["groups"] = json::array();
    for (auto group : variant.getBlock().getOps<GroupOp>()) {
      json one;
      one["label"] = group.getLabel().value_or("").str();
      one["row"] = group.getRow().value_or("").str();
      one["anchor"] = group.getAnchor()->getName().stripDialect().str();
      one["operations"] = operationsText(group);
      one["variables"] = json::array();
      for (int64_t id : varIdsOf(group.getLoc()))
        one["variables"].push_back(id);
      one["output"] = typeText(group.outputType(0), variant);
      one["microseconds"] = microseconds(group);
      one["refused"] = json::array();
      if (auto refused = group.getRefused())
        for (auto each : refused->getAsRange<DictionaryAttr>())
          one["refused"].push_back(
              {{"row", each.getAs<StringAttr>("row").str()}, {"reason", each.getAs<StringAttr>("reason").str()}});
      entry["groups"].push_back(one);
    }
    root["variants"].push_back(entry);
  }
  return root.dump(2, ' ', true, json::error_handler_t::replace) + "\n";
}
