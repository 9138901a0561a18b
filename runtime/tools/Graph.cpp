//===- Graph.cpp - profiles and memory information ------------------------------------------------------------===//
#include "Json.h"
#include "Records.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mgec::tools {

using core::format;
using core::Running;
using core::Shape;
using core::Status;

namespace {

constexpr char kDevice[] = "CompNode(\"cpu0:0\" from \"cpu0:0\")";

template <typename Number> std::string numbers(const Number *values, int32_t count) {
  JsonList list('[');
  for (int32_t i = 0; i < count; ++i)
    list.add(std::to_string(values[i]));
  return list.text();
}

std::string idList(const std::vector<uint32_t> &ids) {
  JsonList list('[');
  for (const uint32_t id : ids)
    list.add(jsonId(id));
  return list.text();
}

std::string layoutJson(const mgec_value &value, const int64_t *symbols) {
  Shape shape = shapeOf(value, symbols);
  const bool packed = !hasElements(value) && value.tensor.ndim == 0;
  if (packed) { // described by its bytes alone
    shape.ndim = 1;
    shape.dims[0] = static_cast<int64_t>(value.bytes);
  }
  int64_t strides[MGEC_MAX_NDIM] = {};
  for (int32_t d = shape.ndim - 1; d >= 0; --d)
    strides[d] = d == shape.ndim - 1 ? 1 : strides[d + 1] * shape.dims[d + 1];
  JsonList layout;
  layout.add("shape", numbers(shape.dims, shape.ndim));
  layout.add("stride", numbers(strides, shape.ndim));
  layout.add("dtype", jsonString(packed ? "Byte" : typeName(value.tensor.dtype)));
  return layout.text();
}

/// The value whose memory this one is: itself, unless it is a view.
uint32_t ownerOf(const mgec_variant &variant, uint32_t value, const std::vector<int64_t> &producers) {
  const mgec_value &wanted = variant.values[value];
  for (uint32_t v = 0; v < value; ++v)
    if (variant.values[v].space == wanted.space && variant.values[v].offset == wanted.offset &&
        producers[v] == producers[value] && wanted.space != MGEC_VALUE_WEIGHTS)
      return v;
  return value;
}

std::string operatorJson(uint32_t id, const char *name, const char *type, const std::vector<uint32_t> &in,
                         const std::vector<uint32_t> &out, const std::string &extra) {
  JsonList node;
  node.add("node_type", "\"operator\"");
  node.add("id", jsonId(id));
  node.add("name", jsonString(name));
  node.add("type", jsonString(type));
  node.add("input", idList(in));
  node.add("output", idList(out));
  node.add("extra", extra);
  node.add("waiting_spec", "{}");
  return node.text();
}

std::string footprint(const Running &running, const mgec_step &step) {
  const mgec_variant &variant = running.variant;
  uint64_t memory = 0, elements = 0;
  JsonList in('['), out('[');
  for (uint32_t i = 0; i < step.n_inputs + step.n_outputs; ++i) {
    const mgec_value &value = variant.values[step.values[i]];
    const Shape shape = shapeOf(value, running.symbols);
    if (i <= step.n_inputs) // views are the same bytes as the first result
      memory += bytesOf(value, running.symbols);
    if (i == step.n_inputs)
      elements = elementsOf(shape);
    if (value.space != MGEC_VALUE_WEIGHTS)
      (i < step.n_inputs ? in : out).add(numbers(shape.dims, shape.ndim));
  }
  const uint64_t units = variant.n_symbols ? static_cast<uint64_t>(running.symbols[0]) : 1;
  JsonList one;
  // As MegEngine counts: two operations a multiply-accumulate, else one an element.
  const bool computes = std::strcmp(step.op_type, "RelayoutFormat") != 0;
  one.add("computation", computes ? std::to_string(step.macs ? 2 * step.macs * units : elements) : "null");
  one.add("memory", std::to_string(memory));
  one.add("in_shapes", in.text());
  one.add("out_shapes", out.text());
  one.add("param", "{}");
  return one.text();
}

} // namespace

std::vector<int64_t> producersOf(const mgec_variant &variant) {
  std::vector<int64_t> producers(variant.n_values, -1);
  for (uint32_t s = 0; s < variant.n_steps; ++s)
    for (uint32_t i = 0; i < variant.steps[s].n_outputs; ++i)
      producers[variant.steps[s].values[variant.steps[s].n_inputs + i]] = s;
  return producers;
}

uint32_t operatorOf(const mgec_variant &variant, const mgec_step &step) {
  return step.n_outputs ? variant.values[step.values[step.n_inputs]].op : 0;
}

std::string graphJson(const Running &running, const mgec_exec *exec) {
  const mgec_variant &variant = running.variant;
  const std::vector<int64_t> producers = producersOf(variant);
  JsonList operators, variables, chunks, sequence('[');
  for (uint32_t v = 0; v < variant.n_values; ++v) {
    const mgec_value &value = variant.values[v];
    if (producers[v] < 0) {
      operators.add(std::to_string(value.op),
                    operatorJson(value.op, value.tensor.name, value.op_type, {}, {value.variable}, "{}"));
      sequence.add(jsonId(value.op));
    }
    const uint32_t owner = ownerOf(variant, v, producers);
    const std::string chunk = "chk" + std::to_string(variant.values[owner].variable);
    const std::string address = std::to_string(exec ? reinterpret_cast<uintptr_t>(addressOf(value, *exec)) : 0);
    JsonList plan, node;
    plan.add("mem_chunk_id", jsonString(chunk));
    plan.add("layout", layoutJson(value, running.symbols));
    plan.add("offset_byte", "0");
    node.add("node_type", "\"var\"");
    node.add("id", jsonId(value.variable));
    node.add("name", jsonString(value.tensor.name));
    node.add("mem_readonly_fwd_src", owner == v ? "null" : jsonId(variant.values[owner].variable));
    node.add("force_update_src", "null");
    node.add("mem_plan", plan.text());
    node.add("comp_node", jsonString(kDevice));
    node.add("dev_ptr", address);
    node.add("prev_dev_ptr", address);
    node.add("flag", "[]");
    node.add("static_infer_tags", "{}");
    variables.add(std::to_string(value.variable), node.text());
    if (owner == v) {
      JsonList memory;
      memory.add("node_type", "\"mem_chunk\"");
      memory.add("id", jsonString(chunk));
      memory.add("size", std::to_string(bytesOf(value, running.symbols)));
      memory.add("owner_var", jsonId(value.variable));
      memory.add("dev_ptr", address);
      chunks.add(chunk, memory.text());
    }
  }
  for (uint32_t s = 0; s < variant.n_steps; ++s) {
    const mgec_step &step = variant.steps[s];
    std::vector<uint32_t> in, out;
    for (uint32_t i = 0; i < step.n_inputs + step.n_outputs; ++i)
      (i < step.n_inputs ? in : out).push_back(variant.values[step.values[i]].variable);
    JsonList fused('['), extra;
    for (const char *id = step.operators; *id;) {
      const size_t length = std::strcspn(id, ",");
      fused.add(jsonString(std::string(id, length)));
      id += length + (id[length] == ',');
    }
    extra.add("kernel", jsonString(step.kernel));
    extra.add("fused", fused.text());
    const uint32_t id = operatorOf(variant, step);
    operators.add(std::to_string(id), operatorJson(id, step.name, step.op_type, in, out, extra.text()));
    sequence.add(jsonId(id));
  }
  JsonList graph;
  graph.add("operator", operators.text());
  graph.add("var", variables.text());
  graph.add("mem_chunk", chunks.text());
  graph.add("comp_seq", sequence.text());
  return graph.text();
}

namespace {

class Profile final : public Record {
public:
  explicit Profile(std::string path) : path_(std::move(path)) {}

  void begin(const Running &running, const mgec_exec &exec) override {
    const mgec_variant &variant = running.variant;
    Key key = {&variant, running.model.abi().manifest, variant.n_symbols ? running.symbols[0] : 0, exec.arena};
    if (!graph_.empty() && key == key_)
      return;
    key_ = std::move(key);
    steps_.resize(variant.n_steps);
    graph_ = graphJson(running, &exec);
    footprints_ = JsonList();
    for (uint32_t s = 0; s < variant.n_steps; ++s) {
      steps_[s].id = std::to_string(operatorOf(variant, variant.steps[s]));
      footprints_.add(steps_[s].id, footprint(running, variant.steps[s]));
    }
    char name[16] = "";
    pthread_getname_np(pthread_self(), name, sizeof(name));
    thread_ = format("%s(%lu)", *name ? name : "unnamed_thread", static_cast<unsigned long>(pthread_self()));
  }
  void beforeStep(uint32_t step) override { steps_[step].start = now(); }
  void afterStep(uint32_t step, const Running &, const mgec_exec &) override { steps_[step].end = now(); }

  void wait() override {
    if (graph_.empty())
      return;
    JsonList device, host;
    for (const Step &step : steps_) {
      const std::string times =
          format("{\"start\":%.9f,\"kern\":%.9f,\"end\":%.9f}", step.start, step.start, step.end);
      device.add(step.id, "{" + jsonString(kDevice) + ":" + times + "}");
      host.add(step.id, "{" + jsonString(thread_) + ":" + times + "}");
    }
    JsonList profiler, all;
    profiler.add("device", device.text());
    profiler.add("host", host.text());
    profiler.add("opr_footprint", footprints_.text());
    profiler.add("opr_internal_pf", "{}");
    all.add("graph_exec", graph_);
    all.add("profiler", profiler.text());
    const std::string text = all.text() + "\n";
    note(writeFile(path_, text.data(), text.size()));
  }

private:
  /// Seconds since the record began.
  double now() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

  /// What the graph depends on. The manifest tells models apart of which one lies where a closed one lay.
  struct Key {
    const mgec_variant *variant;
    std::string manifest;
    int64_t symbol;
    const void *arena;
    bool operator==(const Key &other) const {
      return variant == other.variant && manifest == other.manifest && symbol == other.symbol && arena == other.arena;
    }
  };
  struct Step {
    std::string id;
    double start = 0, end = 0;
  };
  std::string path_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::vector<Step> steps_; // of the last forward; its model may be gone when they are written
  Key key_ = {};
  std::string graph_, thread_;
  JsonList footprints_;
};

/// Life of the memory of a value, in steps.
struct Chunk {
  uint32_t value;
  uint64_t begin, end, first, last; // first and last + 1 of the steps; bytes
  int64_t overwrites = -1;          // the chunk whose place it takes while that is read
};

std::string memoryJson(const Running &running) {
  const mgec_variant &variant = running.variant;
  const std::vector<int64_t> producers = producersOf(variant);
  std::vector<Chunk> chunks;
  std::vector<int64_t> chunkOf(variant.n_values, -1);
  for (uint32_t v = 0; v < variant.n_values; ++v) {
    const mgec_value &value = variant.values[v];
    if (value.space != MGEC_VALUE_ARENA || producers[v] < 0)
      continue;
    const uint32_t owner = ownerOf(variant, v, producers);
    if (owner != v) {
      chunkOf[v] = chunkOf[owner];
      continue;
    }
    const uint64_t at = offsetOf(value, running.symbols), step = static_cast<uint64_t>(producers[v]);
    chunkOf[v] = static_cast<int64_t>(chunks.size());
    chunks.push_back({v, at, at + bytesOf(value, running.symbols), step, step + 1});
  }
  for (uint32_t s = 0; s < variant.n_steps; ++s)
    for (uint32_t i = 0; i < variant.steps[s].n_inputs; ++i)
      if (const int64_t chunk = chunkOf[variant.steps[s].values[i]]; chunk >= 0)
        chunks[chunk].last = std::max<uint64_t>(chunks[chunk].last, s + 1);
  for (Chunk &chunk : chunks)
    for (size_t other = 0; other < chunks.size(); ++other)
      if (&chunks[other] != &chunk && chunks[other].first < chunk.first && chunks[other].last == chunk.first + 1 &&
          chunks[other].begin < chunk.end && chunk.begin < chunks[other].end)
        chunk.overwrites = static_cast<int64_t>(other);

  JsonList list, operators;
  const auto add = [&](size_t id, const char *type, uint64_t first, uint64_t last, uint64_t begin, uint64_t end,
                       int64_t over) {
    JsonList one;
    one.add("id", jsonId(id));
    one.add("type", jsonString(type));
    one.add("time_begin", jsonId(first));
    one.add("time_end", jsonId(last));
    one.add("logic_addr_begin", jsonId(begin));
    one.add("logic_addr_end", jsonId(end));
    one.add("overwrite_dest_id", jsonString(std::to_string(over)));
    list.add(std::to_string(id), one.text());
  };
  size_t id = 0;
  for (const Chunk &chunk : chunks)
    add(id++, "static_mem", chunk.first, chunk.last, chunk.begin, chunk.end, chunk.overwrites);
  uint64_t at = running.arenaBytes;
  for (uint32_t v = 0; v < variant.n_values; ++v)
    if (variant.values[v].space == MGEC_VALUE_WEIGHTS) {
      add(id++, "weight_mem", 0, variant.n_steps, at, at + variant.values[v].bytes, -1);
      at += variant.values[v].bytes;
    }
  for (uint32_t s = 0; s < variant.n_steps; ++s) {
    JsonList one;
    one.add("id", jsonId(s));
    one.add("name", jsonString(variant.steps[s].name));
    operators.add(std::to_string(s), one.text());
  }
  JsonList all;
  all.add("chunk", list.text());
  all.add("opr", operators.text());
  return all.text() + "\n";
}

class MemoryInfo final : public Record {
public:
  explicit MemoryInfo(std::string folder) : folder_(std::move(folder)) {}

  void begin(const Running &running, const mgec_exec &) override {
    if (written_)
      return;
    written_ = true;
    const std::string text = memoryJson(running);
    note(writeFile(folder_ + "StaticMemoryInfo.json", text.data(), text.size()));
  }

private:
  std::string folder_;
  bool written_ = false;
};

} // namespace

Status makeProfile(const std::string &path, std::unique_ptr<Record> &out) {
  MGEC_TRY(writeFile(path, "", 0)); // a path that cannot be written is known at once
  out = std::make_unique<Profile>(path);
  return Status();
}

Status makeMemoryInfo(const std::string &folder, const Running &running, std::unique_ptr<Record> &out) {
  char cwd[PATH_MAX];
  if (!::getcwd(cwd, sizeof(cwd)))
    return Status::errorf("the working directory is not known: %s", std::strerror(errno));
  // Below the working directory, whether or not the name begins with a slash.
  std::string path = std::string(cwd) + '/';
  for (size_t at = 0; at < folder.size();) {
    const size_t end = std::min(folder.find('/', at), folder.size());
    if (end > at) {
      path += folder.substr(at, end - at) + '/';
      if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST)
        return Status::errorf("failed to open %s: %s", path.c_str(), std::strerror(errno));
    }
    at = end + 1;
  }
  const std::string graph = graphJson(running, nullptr) + "\n";
  MGEC_TRY(writeFile(path + "graph.json", graph.data(), graph.size()));
  out = std::make_unique<MemoryInfo>(path);
  return Status();
}

} // namespace mgec::tools
