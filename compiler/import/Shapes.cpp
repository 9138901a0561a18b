//===- Shapes.cpp - the --shape argument ------------------------------------------------------------------------===//
#include "compiler/import/Import.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <stdexcept>

using namespace mgec;
using llvm::StringRef;

/// The longest input name that `argument` begins with, followed by '='; "" where there is none.
std::string mgec::inputOfShape(const std::string &argument, const read::Model &model) {
  std::string best;
  for (uint32_t index : model.inputs) {
    const std::string &name = model.operators[index].tensors[0].name;
    if (StringRef(argument).starts_with(name + "=") && name.size() >= best.size())
      best = name;
  }
  return best;
}

static std::string resolveInput(const std::string &argument, const read::Model &model) {
  std::string best = inputOfShape(argument, model);
  if (!best.empty())
    return best;
  std::string names;
  for (uint32_t index : model.inputs)
    names += (names.empty() ? "" : ", ") + model.operators[index].tensors[0].name;
  throw std::runtime_error("--shape " + argument + " names no input of " + model.path + "; its inputs are: " + names +
                           ". Write --shape NAME=1x3x224x224");
}

static InputShape parseExtents(StringRef text, const std::string &argument) {
  InputShape shape;
  llvm::SmallVector<StringRef> parts;
  text.split(parts, 'x');
  for (StringRef part : parts) {
    int64_t extent;
    bool number = !part.getAsInteger(10, extent);
    bool symbol = !part.empty() && llvm::isAlpha(part[0]) &&
                  llvm::all_of(part, [](char c) { return llvm::isAlnum(c) || c == '_'; });
    if (!symbol && !(number && extent > 0 && extent <= INT32_MAX))
      throw std::runtime_error("--shape " + argument + ": '" + part.str() +
                               "' is neither a positive number nor a symbol such as N");
    shape.extents.push_back(part.str());
  }
  if (shape.extents.size() > 7)
    throw std::runtime_error("--shape " + argument + " has more than 7 dimensions");
  return shape;
}

std::vector<ShapeSet> mgec::parseShapes(const std::vector<std::string> &arguments, const read::Model &model) {
  std::vector<ShapeSet> sets;
  auto finish = [&](const std::string &argument) { // a set: its bounds are of its own symbols, and it is like no other
    const ShapeSet &set = sets.back();
    for (const auto &[symbol, range] : set.bounds)
      if (llvm::none_of(set.inputs, [&, &symbol = symbol](const auto &input) {
            return llvm::is_contained(input.second.extents, symbol);
          }))
        throw std::runtime_error("--shape " + argument + ": there is a bound for " + symbol +
                                 ", but no dimension is called so");
    for (size_t k = 0; k + 1 < sets.size(); ++k)
      if (sets[k] == set) {
        sets.pop_back();
        return;
      }
  };
  std::string last;
  for (const std::string &argument : arguments) {
    std::string name = resolveInput(argument, model);
    llvm::SmallVector<StringRef> parts;
    StringRef(argument).drop_front(name.size() + 1).split(parts, ',');
    if (sets.empty() || sets.back().inputs.count(name)) {
      if (!sets.empty())
        finish(last);
      sets.emplace_back();
    }
    last = argument;
    ShapeSet &set = sets.back();
    set.inputs[name] = parseExtents(parts[0], argument);
    for (StringRef bound : llvm::ArrayRef(parts).drop_front()) {
      auto [symbol, range] = bound.split('=');
      auto [low, high] = range.split("..");
      int64_t min, max;
      if (symbol.empty() || low.getAsInteger(10, min) || high.getAsInteger(10, max) || min < 1 || max < min)
        throw std::runtime_error("--shape " + argument + ": '" + bound.str() + "' is no bound such as N=1..32");
      set.bounds[symbol.str()] = {min, max};
    }
  }
  if (!sets.empty())
    finish(last);
  return sets;
}
