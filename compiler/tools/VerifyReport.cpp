//===- VerifyReport.cpp - what mgec verify has found, for people and for programs -------------------------------===//
#include "compiler/tools/VerifyReport.h"

#include "compiler/read/Model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <set>

using namespace mgec;
using namespace mgec::tools;
using json = nlohmann::ordered_json;

namespace {

struct Style {
  bool colour;
  std::string operator()(const char *code, const std::string &text) const {
    return colour ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
  }
};
constexpr const char *bold = "1", *dim = "2", *red = "31", *green = "32", *yellow = "33";

/// "0,3,12": where element number `flat` stands.
std::vector<int64_t> indexOf(int64_t flat, llvm::ArrayRef<int64_t> shape) {
  std::vector<int64_t> index(shape.size());
  for (size_t k = shape.size(); k-- > 0;) {
    index[k] = flat % shape[k];
    flat /= shape[k];
  }
  return index;
}

std::string shortened(const std::string &name) {
  constexpr size_t most = 40;
  std::string text = read::printable(name);
  return text.size() <= most ? text : text.substr(0, most / 2 - 2) + "..." + text.substr(text.size() - most / 2 + 1);
}

std::string plural(size_t count, const char *noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// The cells of a row, the verdict left out.
std::vector<std::string> cells(const ComparedTensor &tensor) {
  const Difference &difference = tensor.difference;
  std::string largest = fmt::format("{:.3g}", difference.largest),
              relative = fmt::format("{:.3g}", difference.relative()), where, values,
              differing = fmt::format("{}/{}", difference.differing, difference.elements);
  if (tensor.limit.inUnits)
    relative = "-";
  if (tensor.scale != 0 && difference.largest > 0 && std::isfinite(difference.largest))
    largest += difference.largest == 1 ? " unit" : " units";
  if (!difference.comparable) {
    largest = "-";
    where = "the shapes differ";
    differing = "-";
  } else if (difference.worst >= 0) {
    where = fmt::format("{}", fmt::join(indexOf(difference.worst, tensor.shape), ","));
    values = fmt::format("{:.7g} -> {:.7g}", difference.expected, difference.found);
  }
  return {(tensor.isOutput ? "output " : "") + shortened(tensor.name),
          tensor.type,
          extentsText(tensor.shape),
          largest,
          relative,
          tensor.limit.text(),
          differing,
          where,
          values};
}

void addTable(std::string &out, const Comparison &comparison, const Style &style) {
  std::vector<std::vector<std::string>> rows = {
      {"tensor", "type", "shape", "max error", "relative", "allowed", "differing", "worst at", "expected -> found"}};
  // A value that was only laid out in another way says nothing new, unless it is wrong.
  std::set<int64_t> seen;
  std::vector<bool> bad = {false};
  for (const ComparedTensor &tensor : comparison.tensors) {
    if (!tensor.step.empty() && !seen.insert(tensor.variable).second && tensor.agrees())
      continue;
    rows.push_back(cells(tensor));
    bad.push_back(!tensor.agrees());
  }
  std::vector<size_t> widths(rows[0].size());
  for (const auto &row : rows)
    for (size_t c = 0; c < row.size(); ++c)
      widths[c] = std::max(widths[c], row[c].size());
  for (size_t k = 0; k < rows.size(); ++k) {
    std::string line = k == 0   ? "           "
                       : bad[k] ? "  " + style(red, "departs") + "  "
                                : "  " + style(green, "ok") + "       ";
    std::string text;
    for (size_t c = 0; c < rows[k].size(); ++c)
      text += fmt::format("{:<{}}  ", rows[k][c], widths[c]);
    text.erase(text.find_last_not_of(' ') + 1);
    out += line + (k == 0 ? style(dim, text) : bad[k] ? style(red, text) : text) + "\n";
  }
}

/// JSON has no infinities and no NaN.
json number(double value) {
  if (std::isfinite(value))
    return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

json tensorJson(const ComparedTensor &tensor) {
  const Difference &difference = tensor.difference;
  json entry = {{"kind", tensor.isOutput ? "output" : "intermediate"}, {"name", tensor.name}};
  if (tensor.variable >= 0)
    entry["variable"] = tensor.variable;
  if (!tensor.step.empty()) {
    entry["step"] = tensor.step;
    entry["kernel"] = tensor.kernel;
  }
  entry["type"] = tensor.type;
  entry["shape"] = std::vector<int64_t>(tensor.shape.begin(), tensor.shape.end());
  entry["elements"] = difference.elements;
  entry["agrees"] = tensor.agrees();
  entry["allowed"] = {{tensor.limit.inUnits ? "max_error" : "relative", tensor.limit.value}};
  entry["same_shape"] = difference.comparable;
  entry["max_error"] = number(difference.largest);
  if (tensor.scale != 0)
    entry["unit"] = tensor.scale;
  entry["relative"] = number(difference.relative());
  entry["magnitude"] = number(difference.magnitude);
  entry["differing"] = difference.differing;
  entry["nan_on_both_sides"] = difference.nans;
  if (difference.worst >= 0)
    entry["worst"] = {{"index", indexOf(difference.worst, tensor.shape)},
                      {"expected", number(difference.expected)},
                      {"found", number(difference.found)}};
  return entry;
}

template <typename F> void forEachTensor(const VerifyReport &report, F &&visit) {
  for (const VerifiedCase &each : report.cases)
    for (const Comparison &comparison : each.comparisons)
      for (const ComparedTensor &tensor : comparison.tensors)
        visit(comparison, tensor);
}

} // namespace

size_t VerifyReport::tensors() const {
  size_t count = 0;
  forEachTensor(*this, [&](const Comparison &, const ComparedTensor &) { ++count; });
  return count;
}

size_t VerifyReport::departing() const {
  size_t count = 0;
  forEachTensor(*this, [&](const Comparison &, const ComparedTensor &tensor) { count += !tensor.agrees(); });
  return count;
}

std::string tools::verifyText(const VerifiedCase &verified, bool colour) {
  Style style{colour};
  std::string out;
  if (verified.testCase >= 0)
    out += style(bold, fmt::format("test case {}", verified.testCase)) + "\n";
  for (const Input &input : verified.inputs)
    out += fmt::format("  input {}  {}  {}  ({})\n", read::printable(input.name), typeText(input.tensor.element),
                       extentsText(input.tensor.shape), input.origin);
  for (const Comparison &comparison : verified.comparisons) {
    out += style(bold, comparison.found + " against " + comparison.expected) + "\n";
    addTable(out, comparison, style);
    for (const ComparedTensor &tensor : comparison.tensors)
      if (tensor.difference.nans)
        out += "  " + style(yellow, "note") +
               fmt::format("  {} of {} elements of '{}' are NaN on both sides, which says little\n",
                           tensor.difference.nans, tensor.difference.elements, read::printable(tensor.name));
  }
  for (const std::string &remark : verified.remarks)
    out += remark + "\n";
  return out;
}

std::string tools::verdictText(const VerifyReport &report, bool colour) {
  Style style{colour};
  const size_t all = report.tensors(), bad = report.departing();
  if (!bad)
    return style(green, all == 1 ? "the one comparison agrees" : fmt::format("all {} comparisons agree", all)) + "\n";
  std::string text = style(red, fmt::format("{} of {} depart", bad, plural(all, "comparison")));
  bool first = true;
  forEachTensor(report, [&](const Comparison &comparison, const ComparedTensor &tensor) {
    if (tensor.agrees() || !first)
      return;
    first = false;
    text += fmt::format("; the first is {}'{}', {} against {}", tensor.isOutput ? "output " : "",
                        read::printable(tensor.name), comparison.found, comparison.expected);
    if (!tensor.step.empty())
      text += fmt::format(": step {}, kernel {}, variable {}", tensor.step, tensor.kernel, tensor.variable);
  });
  return text + "\n";
}

std::string tools::verifyJson(const VerifyReport &report) {
  json root = {{"model", read::printable(report.model)},
               {"agrees", report.departing() == 0},
               {"comparisons", report.tensors()},
               {"departing", report.departing()},
               {"seed", report.seed},
               {"megengine", report.megengine.empty() ? json() : json(report.megengine)},
               {"cases", json::array()}};
  for (const VerifiedCase &each : report.cases) {
    json one = {{"test_case", each.testCase < 0 ? json() : json(each.testCase)}, {"inputs", json::array()}};
    for (const Input &input : each.inputs)
      one["inputs"].push_back({{"name", input.name},
                               {"type", typeText(input.tensor.element)},
                               {"shape", std::vector<int64_t>(input.tensor.shape.begin(), input.tensor.shape.end())},
                               {"from", input.origin}});
    one["compared"] = json::array();
    for (const Comparison &comparison : each.comparisons) {
      json entry = {{"found", comparison.found}, {"expected", comparison.expected}, {"tensors", json::array()}};
      for (const ComparedTensor &tensor : comparison.tensors)
        entry["tensors"].push_back(tensorJson(tensor));
      entry["steps_without_counterpart"] = comparison.unmatched;
      one["compared"].push_back(std::move(entry));
    }
    one["remarks"] = each.remarks;
    root["cases"].push_back(std::move(one));
  }
  return root.dump(2, ' ', true, json::error_handler_t::replace) + "\n";
}
