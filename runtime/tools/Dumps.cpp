//===- Dumps.cpp - the values of a forward, as text and as files ----------------------------------------------===//
#include "Records.h"

#include "../core/Env.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include <sys/stat.h>

namespace mgec::tools {

using core::format;
using core::Running;
using core::Shape;
using core::Status;

namespace {

constexpr uint64_t kShown = 5; // elements of a tensor in a text dump

/// What both dumps do: show inputs before a forward and results after each step.
class Dump : public Record {
public:
  void begin(const Running &running, const mgec_exec &exec) override {
    const std::vector<int64_t> producers = producersOf(running.variant);
    for (uint32_t v = 0; v < running.variant.n_values; ++v)
      if (producers[v] < 0 && isDumpable(running.variant.values[v]))
        show(running.variant.values[v], nullptr, running, exec);
  }

  void afterStep(uint32_t number, const Running &running, const mgec_exec &exec) override {
    const mgec_step &step = running.variant.steps[number];
    for (uint32_t i = 0; i < step.n_outputs; ++i) {
      const mgec_value &value = running.variant.values[step.values[step.n_inputs + i]];
      if (!isDumpable(value))
        continue;
      // A view of a result comes from that result alone.
      const uint32_t *source = nullptr;
      for (uint32_t k = 0; k < i; ++k) {
        const mgec_value &other = running.variant.values[step.values[step.n_inputs + k]];
        if (other.space == value.space && other.offset == value.offset)
          source = &step.values[step.n_inputs + k];
      }
      mgec_step shown = step;
      if (source) {
        shown.n_inputs = 1;
        shown.values = source;
      }
      show(value, &shown, running, exec);
    }
  }

private:
  /// `step` is null of an input.
  virtual void show(const mgec_value &value, const mgec_step *step, const Running &running, const mgec_exec &exec) = 0;

protected:
  const uint8_t *dense(const mgec_value &value, const mgec_exec &exec, uint64_t &bytes) {
    return denseOf(value, exec, room_, bytes);
  }

private:
  std::vector<uint8_t> room_;
};

std::string valueText(const uint8_t *data, int32_t dtype, const Shape &shape) {
  const uint64_t count = elementsOf(shape);
  std::string text = "[";
  for (uint64_t i = 0; i < std::min(count, kShown); ++i)
    text += format(i ? ", %.4g" : "%.4g", elementAt(data, dtype, shape, i));
  return text + (count > kShown ? ", ...]" : "]");
}

std::string statisticsText(const uint8_t *data, int32_t dtype, const Shape &shape) {
  const uint64_t count = elementsOf(shape);
  double least = INFINITY, most = -INFINITY, sum = 0, squares = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const double element = elementAt(data, dtype, shape, i);
    least = std::min(element, least);
    most = std::max(element, most);
    sum += element;
    squares += element * element;
  }
  const double n = static_cast<double>(count);
  const std::string text =
      format("min=%.3g max=%.3g mean=%.3g l2=%.3g", least, most, sum / n, std::sqrt(squares / n));
  return text + (count > 1 ? format(" sd=%.3g", std::sqrt(std::max(0.0, squares * n - sum * sum) / (n * (n - 1))))
                           : " sd=N/A");
}

class TextDump final : public Dump {
public:
  TextDump(FILE *file, const bool &deferred) : file_(file), deferred_(deferred) {}

  ~TextDump() override {
    if (!held_.empty())
      std::fprintf(file_.get(), "==== recorded values\n");
    for (size_t i = 0; i < held_.size(); ++i)
      std::fprintf(file_.get(), "#%zu: opr%u %s\n  var%u: name=%s %s\n", i, held_[i].op, held_[i].title.c_str(),
                   held_[i].variable, held_[i].name.c_str(), held_[i].text.c_str());
  }

private:
  void show(const mgec_value &value, const mgec_step *step, const Running &running, const mgec_exec &exec) override {
    FILE *file = file_.get();
    const Shape shape = shapeOf(value, exec.symbols);
    const std::string title = format("%s{%s}", step ? step->name : value.tensor.name, value.op_type);
    uint64_t bytes;
    const uint8_t *data = dense(value, exec, bytes);
    std::string text = valueText(data, value.tensor.dtype, shape) + statisticsText(data, value.tensor.dtype, shape);
    if (deferred_) {
      if (held_.empty())
        std::fprintf(file, "==== begin lazy value recording\n");
      const auto known =
          std::find_if(held_.begin(), held_.end(), [&](const Held &h) { return h.variable == value.variable; });
      if (known != held_.end()) {
        known->text = std::move(text);
        return;
      }
      held_.push_back({value.variable, value.op, title, value.tensor.name, std::move(text)});
      text = "<see lazy value below>";
    }
    std::fprintf(file, "var%u produced: name=%s layout=%s owner_opr=%s opr%u\n deps:\n", value.variable,
                 value.tensor.name, layoutText(value, shape).c_str(), title.c_str(), value.op);
    for (uint32_t i = 0; step && i < step->n_inputs; ++i)
      std::fprintf(file, "  [i%u]var%u: %s s\n", i, running.variant.values[step->values[i]].variable,
                   inputText(running.variant.values[step->values[i]], exec).c_str());
    std::fprintf(file, " val: %s s\n", text.c_str());
    if (std::fflush(file) != 0)
      note(Status::errorf("failed to write the text dump: %s", std::strerror(errno)));
  }

  /// A view of it may have been written over meanwhile; that is what MegEngine's dumps show too.
  std::string inputText(const mgec_value &input, const mgec_exec &exec) {
    if (deferred_)
      return "<see lazy value below>";
    if (!hasElements(input))
      return "<in the order of a kernel>";
    uint64_t bytes;
    const uint8_t *data = dense(input, exec, bytes);
    return valueText(data, input.tensor.dtype, shapeOf(input, exec.symbols));
  }

  /// What is written at the end.
  struct Held {
    uint32_t variable, op;
    std::string title, name, text;
  };

  struct Close {
    void operator()(FILE *file) const { std::fclose(file); }
  };
  std::unique_ptr<FILE, Close> file_;
  const bool &deferred_;
  std::vector<Held> held_;
};

class BinaryDump final : public Dump {
public:
  explicit BinaryDump(std::string folder) : folder_(std::move(folder)) {
    const char *inputs = core::environment("MGB_DUMP_INPUT");
    inputs_ = inputs && *inputs;
  }

private:
  static std::string describe(const mgec_value &value, const char *owner, const int64_t *symbols) {
    const bool told = hasElements(value) || value.tensor.ndim;
    return format("{id:%u, layout:%s, %s, owner:%s{%s}, name:%s, slot:0, cpu0:0}", value.variable,
                  told ? layoutText(value, shapeOf(value, symbols)).c_str() : "<in the order of a kernel>",
                  told ? typeName(value.tensor.dtype) : "Byte", owner, value.op_type, value.tensor.name);
  }

  void show(const mgec_value &value, const mgec_step *step, const Running &running, const mgec_exec &exec) override {
    std::string inputs;
    for (uint32_t i = 0; step && i < step->n_inputs; ++i) {
      const mgec_value &input = running.variant.values[step->values[i]];
      inputs += format("%s%u=", i ? " " : "", i) + describe(input, input.tensor.name, exec.symbols);
    }
    const std::string title = "var=" + describe(value, step ? step->name : value.tensor.name, exec.symbols) +
                              " owner_opr_inputs=" + inputs;
    write(value, exec, title, format("%06x", value.variable));
    if (!inputs_ || !step)
      return;
    for (uint32_t i = 0; i < step->n_inputs; ++i) {
      const mgec_value &input = running.variant.values[step->values[i]];
      if (hasElements(input))
        write(input, exec, format("inp%u: ", i) + title, format("%06x-inp%u", value.variable, i));
    }
  }

  void write(const mgec_value &value, const mgec_exec &exec, std::string title, const std::string &name) {
    for (char &c : title) // MegEngine's reader takes ASCII
      c = static_cast<unsigned char>(c) < 128 ? c : '?';
    const Shape shape = shapeOf(value, exec.symbols);
    uint64_t bytes;
    const uint8_t *data = dense(value, exec, bytes);
    uint32_t header[3 + MGEC_MAX_NDIM] = {static_cast<uint32_t>(title.size()), typeNumber(value.tensor.dtype),
                                          MGEC_MAX_NDIM};
    for (int32_t d = 0; d < shape.ndim; ++d)
      header[3 + d] = static_cast<uint32_t>(shape.dims[d]);
    std::string content(reinterpret_cast<const char *>(header), sizeof(header));
    content += title;
    content.append(reinterpret_cast<const char *>(data), bytes);
    note(writeFile(folder_ + name, content.data(), content.size()));
  }

  std::string folder_;
  bool inputs_;
};

} // namespace

Status makeTextDump(const std::string &path, const bool &deferred, std::unique_ptr<Record> &out) {
  FILE *file = std::fopen(path.c_str(), "we");
  if (!file)
    return Status::errorf("failed to open %s: %s", path.c_str(), std::strerror(errno));
  out = std::make_unique<TextDump>(file, deferred);
  return Status();
}

Status makeBinaryDump(const std::string &folder, std::unique_ptr<Record> &out) {
  struct stat status;
  if (::stat(folder.c_str(), &status) != 0)
    return Status::errorf("failed to open %s: %s", folder.c_str(), std::strerror(errno));
  if (!S_ISDIR(status.st_mode))
    return Status::errorf("failed to open %s: it is no folder", folder.c_str());
  out = std::make_unique<BinaryDump>(folder + '/');
  return Status();
}

} // namespace mgec::tools
