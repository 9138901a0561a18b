//===- Info.cpp - what is in a model ----------------------------------------------------------------------------===//
#include "compiler/tools/Info.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

using namespace mgec;
using namespace mgec::read;

namespace {

// What is known of a graph input or output.
struct Port {
  std::string name;
  std::optional<DTypeDesc> dtype;
  std::vector<int64_t> shape; // empty when unknown
  bool hasDefault = false;
};

struct Count {
  std::string name;
  size_t operators = 0;
  uint64_t macs = 0;
  bool known = true;
};

struct Amount {
  size_t tensors = 0;
  uint64_t elements = 0;
  uint64_t bytes = 0;

  void add(const TensorValue &tensor) {
    uint64_t count = 1;
    for (int64_t dim : tensor.shape)
      count *= static_cast<uint64_t>(dim);
    ++tensors;
    elements += count;
    bytes += tensor.data.size();
  }
};

struct Facts {
  std::vector<Port> inputs, outputs;
  std::vector<Count> counts; // most frequent first
  Amount parameters, otherConstants;
  std::map<DType, Amount> byType;
};

bool isWeight(DType type) {
  return type == DType::Float32 || type == DType::Float16 || type == DType::BFloat16 || type == DType::Complex64 ||
         isQuantized(type);
}

const char *formatName(Format format) { return format == Format::V1 ? "V1" : "V2"; }

Facts collect(const Model &model, const InfoExtras &extras) {
  Facts facts;
  std::map<uint32_t, const InfoExtras::VariableType *> types;
  for (const auto &type : extras.variables)
    types.emplace(type.var, &type);
  std::map<uint32_t, const TensorValue *> stored; // by variable
  std::map<std::string, Count> counts;
  std::map<uint32_t, uint64_t> macs;
  for (const auto &cost : extras.macs)
    macs[cost.op] += cost.macs;

  for (uint32_t i = 0; i != model.operators.size(); ++i) {
    const Operator &op = model.operators[i];
    Count &count = counts[op.type];
    ++count.operators;
    if (auto cost = macs.find(i); cost != macs.end())
      count.macs += cost->second;
    count.known = op.type.rfind("unknown:", 0) != 0;
    count.name = printable(count.known || op.declaredType.empty() ? op.type : op.declaredType);
    for (size_t k = 0; k != op.tensors.size() && k != op.outputs.size(); ++k)
      stored[op.outputs[k]] = &op.tensors[k];
    if (op.type == "Host2DeviceCopy")
      continue;
    for (const TensorValue &tensor : op.tensors) {
      (isWeight(tensor.dtype.type) ? facts.parameters : facts.otherConstants).add(tensor);
      facts.byType[tensor.dtype.type].add(tensor);
    }
  }
  for (auto &[type, count] : counts)
    facts.counts.push_back(std::move(count));
  std::sort(facts.counts.begin(), facts.counts.end(), [](const Count &a, const Count &b) {
    return std::make_pair(b.operators, std::string_view(a.name)) <
           std::make_pair(a.operators, std::string_view(b.name));
  });

  for (uint32_t index : model.inputs) {
    const TensorValue &tensor = model.operators[index].tensors.front();
    facts.inputs.push_back({printable(tensor.name), tensor.dtype, tensor.shape, tensor.hasValue});
  }
  for (const Output &output : model.outputs) {
    Port port{printable(output.name), model.variables[output.var].dtype, model.variables[output.var].shape, false};
    if (auto it = stored.find(output.var); it != stored.end()) {
      port.dtype = it->second->dtype;
      port.shape = it->second->shape;
    }
    if (auto it = types.find(output.var); it != types.end()) {
      if (it->second->dtype)
        port.dtype = it->second->dtype;
      if (!it->second->shape.empty())
        port.shape = it->second->shape;
    }
    facts.outputs.push_back(std::move(port));
  }
  return facts;
}

// What optimize_for_inference was asked for when the model was dumped.
std::vector<std::string> optimizations(uint64_t options) {
  static constexpr const char *flags[] = {
      "f16_io_f32_comp", "f16_io_comp", "fuse_conv_bias_nonlinearity", "fuse_conv_bias_with_z", "weight_preprocess",
      "fuse_preprocess", "fuse_grain"};
  static constexpr const char *layouts[] = {"",           "nchw4",  "nhwcd4", "nchw88", "nchw44",
                                            "nchw44_dot", "nchw32", "chwn4",  "nchw64"};
  std::vector<std::string> names;
  for (size_t bit = 0; bit != std::size(flags); ++bit)
    if (options >> bit & 1)
      names.push_back(flags[bit]);
  uint64_t layout = options >> 32;
  if (layout)
    names.push_back(layout < std::size(layouts) ? layouts[layout] : fmt::format("layout {}", layout));
  return names;
}

std::string grouped(uint64_t value) {
  std::string digits = std::to_string(value), text;
  for (size_t i = 0; i != digits.size(); ++i) {
    if (i && (digits.size() - i) % 3 == 0)
      text.push_back(',');
    text.push_back(digits[i]);
  }
  return text;
}

// Three significant digits with a decimal prefix: "46.8 M".
std::string scaled(uint64_t value) {
  static constexpr const char *prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
  if (value < 1000)
    return std::to_string(value) + ' ';
  double number = static_cast<double>(value);
  size_t prefix = 0;
  while (number >= 999.5) {
    number /= 1000;
    ++prefix;
  }
  int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", number, decimals, prefixes[prefix]);
}

std::string shapeText(const std::vector<int64_t> &shape) {
  return shape.empty() ? "?" : fmt::format("{}", fmt::join(shape, "x"));
}

std::string plural(uint64_t count, const char *noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string amountText(const Amount &amount) {
  return fmt::format("{}, {}, {}B", plural(amount.tensors, "tensor"), plural(amount.elements, "element"),
                     scaled(amount.bytes));
}

class Page {
public:
  explicit Page(bool colour) : colour(colour) {}

  void heading(const std::string &text) { out += fmt::format("\n{}\n", styled("1", text)); }
  void fact(const char *name, const std::string &text) { out += fmt::format("  {:<13} {}\n", name, text); }
  void line(const std::string &text) { out += "  " + text + '\n'; }
  std::string styled(const char *code, const std::string &text) const {
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }

  std::string out;

private:
  bool colour;
};

void ports(Page &page, const char *heading, const std::vector<Port> &ports) {
  page.heading(heading);
  size_t nameWidth = 0, typeWidth = 0;
  auto type = [](const Port &port) { return port.dtype ? dtypeText(*port.dtype) : std::string("?"); };
  for (const Port &port : ports) {
    nameWidth = std::max(nameWidth, port.name.size());
    typeWidth = std::max(typeWidth, type(port).size());
  }
  nameWidth = std::min<size_t>(nameWidth, 60);
  for (const Port &port : ports)
    page.line(fmt::format("{:<{}}  {:<{}}  {}{}", port.name, nameWidth, type(port), typeWidth, shapeText(port.shape),
                          port.hasDefault ? "  (has a default value)" : ""));
  if (ports.empty())
    page.line("none");
}

nlohmann::json portsJson(const std::vector<Port> &ports) {
  nlohmann::json list = nlohmann::json::array();
  for (const Port &port : ports) {
    nlohmann::json entry = {{"name", port.name}, {"dtype", nullptr}, {"shape", nullptr}};
    if (port.dtype) {
      entry["dtype"] = dtypeName(port.dtype->type);
      if (isQuantized(port.dtype->type)) {
        entry["scale"] = port.dtype->scale;
        entry["zero_point"] = port.dtype->zeroPoint;
      }
    }
    if (!port.shape.empty())
      entry["shape"] = port.shape;
    if (port.hasDefault)
      entry["has_default"] = true;
    list.push_back(std::move(entry));
  }
  return list;
}

std::string hexText(const std::array<uint8_t, 16> &digest) { return fmt::format("{:02x}", fmt::join(digest, "")); }

nlohmann::json amountJson(const Amount &amount) {
  return {{"tensors", amount.tensors}, {"elements", amount.elements}, {"bytes", amount.bytes}};
}

} // namespace

std::string mgec::dtypeText(const DTypeDesc &dtype) {
  if (!isQuantized(dtype.type))
    return dtypeName(dtype.type);
  bool asymmetric = dtype.type == DType::Quantized8Asymm || dtype.type == DType::Quantized4Asymm;
  return fmt::format("{}(scale={:.6g}{})", dtypeName(dtype.type), dtype.scale,
                     asymmetric ? fmt::format(", zero_point={}", dtype.zeroPoint) : "");
}

std::string mgec::infoText(const Model &model, const InfoExtras &extras, bool colour) {
  Facts facts = collect(model, extras);
  Page page(colour);
  page.out = page.styled("1", printable(model.path)) + '\n';
  page.fact("format", fmt::format("{}, written by MegEngine {}{}", formatName(model.format), model.versionText(),
                                  model.testcase ? ", in a test-case wrapper" : ""));
  page.fact("fingerprint", hexText(model.fingerprint));
  page.fact("graph", hexText(model.graphHash));
  if (!extras.macs.empty() || extras.totalMacs)
    page.fact("compute", fmt::format("{}MACs{}", scaled(extras.totalMacs),
                                     extras.shapes.empty() ? "" : " for " + printable(extras.shapes)));
  page.fact("parameters", amountText(facts.parameters));
  if (facts.otherConstants.tensors)
    page.fact("constants", amountText(facts.otherConstants));

  ports(page, "Inputs", facts.inputs);
  ports(page, "Outputs", facts.outputs);

  page.heading(fmt::format("Operators ({})", model.operators.size()));
  size_t width = 0;
  for (const Count &count : facts.counts)
    width = std::max(width, count.name.size());
  for (const Count &count : facts.counts) {
    std::string line = fmt::format("{:<{}}  {:>5}", count.name, width, count.operators);
    if (count.macs)
      line += fmt::format("  {:>8}MACs", scaled(count.macs));
    if (!count.known)
      line += page.styled("33", "  unknown");
    page.line(line);
  }

  if (!facts.byType.empty()) {
    page.heading("Stored values by type");
    for (const auto &[type, amount] : facts.byType)
      page.line(fmt::format("{:<15}  {:>5}  {:>15} elements  {:>8}B", dtypeName(type), amount.tensors,
                            grouped(amount.elements), scaled(amount.bytes)));
  }

  if (model.metadata.present) {
    page.heading("Metadata");
    std::vector<std::string> done = optimizations(model.metadata.optimizeOptions);
    page.fact("optimised", done.empty() ? "no" : fmt::format("{}", fmt::join(done, ", ")));
    page.fact("modified", model.metadata.graphModified ? "yes, after the dump" : "no");
    if (!model.metadata.userInfo.empty())
      page.fact("user info", plural(model.metadata.userInfo.size(), "byte"));
  }

  if (model.testcase) {
    page.heading(fmt::format("Test cases ({})", model.testInputs.size()));
    for (const auto &values : model.testInputs) {
      std::vector<std::string> items;
      for (const auto &[name, tensor] : values)
        items.push_back(fmt::format("{} {} {}", printable(name), dtypeText(tensor.dtype), shapeText(tensor.shape)));
      page.line(fmt::format("{}", fmt::join(items, "; ")));
    }
  }

  if (!model.warnings.empty()) {
    page.heading("Warnings");
    for (const std::string &warning : model.warnings)
      page.line(page.styled("33", printable(warning)));
  }
  return page.out;
}

nlohmann::json mgec::infoJson(const Model &model, const InfoExtras &extras) {
  Facts facts = collect(model, extras);
  nlohmann::json operators = nlohmann::json::array();
  for (const Count &count : facts.counts) {
    nlohmann::json entry = {{"type", count.name}, {"count", count.operators}, {"known", count.known}};
    if (!extras.macs.empty())
      entry["macs"] = count.macs;
    operators.push_back(std::move(entry));
  }
  nlohmann::json types = nlohmann::json::object();
  for (const auto &[type, amount] : facts.byType)
    types[dtypeName(type)] = amountJson(amount);
  nlohmann::json warnings = nlohmann::json::array();
  for (const std::string &warning : model.warnings)
    warnings.push_back(printable(warning));

  nlohmann::json result = {
      {"file", printable(model.path)},
      {"format", formatName(model.format)},
      {"version", model.versionText()},
      {"fingerprint", hexText(model.fingerprint)},
      {"graph_hash", hexText(model.graphHash)},
      {"inputs", portsJson(facts.inputs)},
      {"outputs", portsJson(facts.outputs)},
      {"operator_count", model.operators.size()},
      {"operators", std::move(operators)},
      {"parameters", amountJson(facts.parameters)},
      {"other_constants", amountJson(facts.otherConstants)},
      {"dtypes", std::move(types)},
      {"warnings", std::move(warnings)},
  };
  if (!extras.macs.empty() || extras.totalMacs) {
    result["macs"] = extras.totalMacs;
    result["macs_for"] = printable(extras.shapes);
  }
  if (model.metadata.present)
    result["metadata"] = {{"graph_modified", model.metadata.graphModified},
                          {"optimize_options", model.metadata.optimizeOptions},
                          {"optimizations", optimizations(model.metadata.optimizeOptions)},
                          {"user_info_bytes", model.metadata.userInfo.size()}};
  if (model.testcase) {
    nlohmann::json cases = nlohmann::json::array();
    for (const auto &values : model.testInputs) {
      nlohmann::json entry = nlohmann::json::array();
      for (const auto &[name, tensor] : values)
        entry.push_back({{"name", printable(name)}, {"dtype", dtypeName(tensor.dtype.type)}, {"shape", tensor.shape}});
      cases.push_back(std::move(entry));
    }
    result["test_cases"] = std::move(cases);
  }
  return result;
}
