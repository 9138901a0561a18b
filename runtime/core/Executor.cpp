//===- Executor.cpp - one running instance of a compiled model ------------------------------------------------===//
#include "Executor.h"

#include "Cpu.h"

#include <cstring>

#include <unistd.h>

namespace mgec::core {

Executor::Executor(ModelPtr model, std::string precision) : model_(std::move(model)) {
  const auto collect = [&](const char *wanted) {
    for (uint32_t v = 0; v < model_->variants(); ++v)
      if (std::strcmp(model_->variant(v).precision, wanted) == 0)
        candidates_.push_back({&model_->variant(v), nullptr});
  };
  collect(precision.c_str());
  if (candidates_.empty())
    collect(model_->variant(0).precision);
  isaStatus_ = chooseIsa();

  const mgec_variant &first = firstVariant();
  inputs_ = std::vector<Chosen>(first.n_inputs);
  outputs_ = std::vector<Chosen>(first.n_outputs);

  exec_.struct_size = sizeof(exec_);
  exec_.abi_version = MGEC_ABI_VERSION;
  exec_.weights = model_->weights();
  exec_.parallel = &ThreadPool::parallel;
  exec_.pool = &pool_;
}

Executor::~Executor() = default;

void Executor::setStepHook(void (*hook)(void *user, uint32_t step, int begin), void *user) {
  exec_.on_step = hook;
  exec_.on_step_user = user;
}

/// The highest level that the processor and MGEC_ISA allow, for each candidate.
Status Executor::chooseIsa() {
  int32_t limit = MGEC_ISA_NATIVE;
  const Status status = isaLimit(limit);
  if (!status.ok())
    return status;
  for (Candidate &candidate : candidates_)
    for (uint32_t i = 0; i < candidate.variant->n_isa; ++i) {
      const mgec_isa_entry &entry = candidate.variant->isa[i];
      if (entry.isa <= limit && (!candidate.isa || entry.isa > candidate.isa->isa) && cpuSupports(entry))
        candidate.isa = &entry;
    }
  return Status();
}

/// Whether the variant takes the shapes, and with which values of its symbols.
bool Executor::matches(const mgec_variant &variant, const Shape *shapes, std::vector<int64_t> &symbols) const {
  symbols.assign(variant.n_symbols, -1);
  for (uint32_t i = 0; i < variant.n_inputs; ++i) {
    const mgec_tensor_desc &desc = variant.inputs[i];
    if (shapes[i].ndim != desc.ndim)
      return false;
    for (int32_t d = 0; d < desc.ndim; ++d) {
      const int64_t extent = shapes[i].dims[d];
      if (desc.dims[d] >= 0) {
        if (desc.dims[d] != extent)
          return false;
        continue;
      }
      const size_t index = static_cast<size_t>(-1 - desc.dims[d]);
      const mgec_symbol &symbol = variant.symbols[index];
      if (extent < symbol.min || extent > symbol.max || (symbols[index] >= 0 && symbols[index] != extent))
        return false;
      symbols[index] = extent;
    }
  }
  return true;
}

Status Executor::select(const Shape *shapes) {
  if (variant_) {
    bool same = true;
    for (size_t i = 0; same && i < inputs_.size(); ++i)
      same = shapes[i] == inputs_[i].shape;
    if (same)
      return Status();
  }
  MGEC_TRY(Status(isaStatus_));
  bool codeMissing = false;
  for (const bool symbolic : {false, true})
    for (const Candidate &candidate : candidates_) {
      if ((candidate.variant->n_symbols != 0) != symbolic || !matches(*candidate.variant, shapes, symbolsTried_))
        continue;
      if (candidate.isa)
        return adopt(candidate, shapes, symbolsTried_);
      codeMissing = true;
    }
  return codeMissing ? noIsa() : noVariant(shapes);
}

Status Executor::selectSome(const Shape *const *wanted) {
  const uint32_t count = firstVariant().n_inputs;
  std::vector<Shape> shapes(count);
  for (const Candidate &candidate : candidates_) {
    const mgec_variant &variant = *candidate.variant;
    std::vector<int64_t> symbols(variant.n_symbols, -1);
    bool fits = candidate.isa != nullptr;
    for (uint32_t i = 0; i < count && fits; ++i) {
      fits = !wanted[i] || fitsAlone(variant.inputs[i], variant, *wanted[i]);
      for (int32_t d = 0; fits && wanted[i] && d < wanted[i]->ndim; ++d)
        if (variant.inputs[i].dims[d] < 0)
          symbols[static_cast<size_t>(-1 - variant.inputs[i].dims[d])] = wanted[i]->dims[d];
    }
    if (!fits)
      continue;
    for (uint32_t i = 0; i < count; ++i) {
      const mgec_tensor_desc &desc = variant.inputs[i];
      shapes[i].ndim = desc.ndim;
      for (int32_t d = 0; d < desc.ndim; ++d) {
        const size_t symbol = static_cast<size_t>(-1 - desc.dims[d]);
        shapes[i].dims[d] = desc.dims[d] >= 0      ? desc.dims[d]
                            : symbols[symbol] >= 0 ? symbols[symbol]
                                                   : variant.symbols[symbol].min;
      }
      if (wanted[i])
        shapes[i] = *wanted[i];
    }
    if (matches(variant, shapes.data(), symbolsTried_))
      return select(shapes.data());
  }
  // None allows them: the shapes of the first variant complete the message.
  for (uint32_t i = 0; i < count; ++i) {
    const mgec_tensor_desc &desc = firstVariant().inputs[i];
    shapes[i].ndim = desc.ndim;
    for (int32_t d = 0; d < desc.ndim; ++d)
      shapes[i].dims[d] = desc.dims[d] >= 0 ? desc.dims[d] : firstVariant().symbols[-1 - desc.dims[d]].min;
    if (wanted[i])
      shapes[i] = *wanted[i];
  }
  return select(shapes.data());
}

bool Executor::acceptsInput(uint32_t input, const Shape &shape) const {
  for (const Candidate &candidate : candidates_)
    if (fitsAlone(candidate.variant->inputs[input], *candidate.variant, shape))
      return true;
  return false;
}

/// Makes the candidate the choice. Nothing changes on failure.
Status Executor::adopt(const Candidate &candidate, const Shape *shapes, std::vector<int64_t> symbols) {
  const mgec_variant &variant = *candidate.variant;
  mgec_sizes sizes = {};
  std::vector<int64_t> dims(static_cast<size_t>(variant.n_outputs) * MGEC_MAX_NDIM);
  variant.resolve(symbols.data(), &sizes, dims.data());
  if (sizes.scratch_bytes % MGEC_ALIGNMENT != 0)
    return Status::errorf("%s: its code asks for scratch memory of a size that is not aligned", model_->name());

  std::vector<Chosen> inputs(variant.n_inputs), outputs(variant.n_outputs);
  for (uint32_t i = 0; i < variant.n_inputs; ++i) {
    inputs[i].shape = shapes[i];
    MGEC_TRY(tensorBytes(variant.inputs[i].dtype, shapes[i], inputs[i].bytes));
  }
  for (uint32_t i = 0; i < variant.n_outputs; ++i) {
    Shape &shape = outputs[i].shape;
    shape.ndim = variant.outputs[i].ndim;
    std::memcpy(shape.dims, &dims[static_cast<size_t>(i) * MGEC_MAX_NDIM], sizeof(int64_t) * shape.ndim);
    MGEC_TRY(tensorBytes(variant.outputs[i].dtype, shape, outputs[i].bytes));
  }
  variant_ = &variant;
  isa_ = candidate.isa;
  symbols_ = std::move(symbols);
  sizes_ = sizes;
  inputs_ = std::move(inputs);
  outputs_ = std::move(outputs);
  return Status();
}

Status Executor::noVariant(const Shape *shapes) const {
  std::string given, flags;
  bool possible = true; // shapes that some compilation would take
  for (uint32_t i = 0; i < inputs_.size(); ++i) {
    const std::string one = format(" %s=%s", input(i).name, shapes[i].text().c_str());
    given += one;
    flags += " --shape";
    flags += one;
    possible = possible && shapes[i].ndim == input(i).ndim;
    for (int32_t d = 0; d < shapes[i].ndim; ++d)
      possible = possible && shapes[i].dims[d] > 0;
  }
  flags = possible ? format("; compile it again with%s added", flags.c_str()) : "";
  return Status::errorf("%s was not compiled for%s; it was compiled for %s%s", model_->name(), given.c_str(),
                        model_->compiledShapes().c_str(), flags.c_str());
}

Status Executor::noIsa() const {
  std::string reasons;
  bool forbidden = false;
  int32_t limit = MGEC_ISA_NATIVE;
  if (!isaLimit(limit).ok())
    limit = MGEC_ISA_NATIVE;
  for (const Candidate &candidate : candidates_)
    for (uint32_t i = 0; i < candidate.variant->n_isa && !candidate.isa; ++i) {
      const mgec_isa_entry &entry = candidate.variant->isa[i];
      std::string missing, row;
      if (!cpuSupports(entry, &missing))
        row = format("%s needs %s", isaName(entry.isa), missing.c_str());
      else if (entry.isa > limit) {
        row = format("MGEC_ISA forbids %s", isaName(entry.isa));
        forbidden = true;
      }
      if (!std::strstr(reasons.c_str(), row.c_str()))
        reasons += (reasons.empty() ? "" : ", ") + row;
    }
  return Status::errorf(
      "%s (%s) has no code that this processor can run: %s; %scompile it with --target generic, or on "
      "this machine with --target native",
      model_->name(), model_->origin().c_str(), reasons.c_str(), forbidden ? "unset MGEC_ISA, or " : "");
}

namespace {
/// Holds the activation memory for a scope.
class InUse {
public:
  explicit InUse(Memory &memory) : memory_(memory.acquire() ? &memory : nullptr) {}
  ~InUse() {
    if (memory_)
      memory_->release();
  }
  InUse(const InUse &) = delete;
  InUse &operator=(const InUse &) = delete;

  Status status(const Model &model) const {
    return memory_ ? Status()
                   : Status::errorf("%s: a network that shares its runtime memory runs at this moment", model.name());
  }

private:
  Memory *memory_;
};
} // namespace

Status Executor::prepare() {
  const InUse use(*memory_);
  MGEC_TRY(use.status(*model_));
  return layOut();
}

/// Makes room and says where the parts lie.
Status Executor::layOut() {
  uint64_t scratch = 0, total = 0;
  const uint64_t arena = (sizes_.arena_bytes + MGEC_ALIGNMENT - 1) / MGEC_ALIGNMENT * MGEC_ALIGNMENT;
  if (arena < sizes_.arena_bytes || __builtin_mul_overflow(sizes_.scratch_bytes, threads(), &scratch) ||
      __builtin_add_overflow(arena, scratch, &total) || __builtin_add_overflow(total, 3 * guard_, &total))
    return Status::errorf("%s needs more memory than a process can have", model_->name());
  // Never empty, so that generated code may rely on real pointers.
  MGEC_TRY(memory_->ensure(total ? total : MGEC_ALIGNMENT));
  exec_.arena = memory_->data() + guard_;
  exec_.scratch = exec_.arena + (scratch + guard_ ? arena + guard_ : 0);
  pool_.setScratch(exec_.scratch, static_cast<size_t>(sizes_.scratch_bytes));
  return Status();
}

/// Fills the zones before and behind the arena and behind the scratch of the last thread, or says which of them is not
/// as it was filled; null for none.
const char *Executor::guardZones(bool fill) {
  uint8_t *const end = exec_.scratch + sizes_.scratch_bytes * threads();
  const struct {
    uint8_t *begin, *end;
    const char *name;
  } zones[] = {{memory_->data(), exec_.arena, "before its arena"},
               {exec_.arena + sizes_.arena_bytes, exec_.scratch, "behind its arena"},
               {end, end + guard_, "behind its scratch memory"}};
  constexpr uint8_t kMark = 0xC9;
  for (const auto &zone : zones)
    for (uint8_t *at = zone.begin; at != zone.end; ++at)
      if (fill)
        *at = kMark;
      else if (*at != kMark)
        return zone.name;
  return nullptr;
}

Status Executor::forward(const void *const *inputs, void *const *outputs) {
  if (!variant_)
    return Status::errorf("%s: no shapes were chosen", model_->name());
  const InUse use(*memory_);
  MGEC_TRY(use.status(*model_));
  MGEC_TRY(layOut());
  for (uint32_t i = 0; i < variant_->n_inputs; ++i)
    if (!inputs[i] || reinterpret_cast<uintptr_t>(inputs[i]) % dtypeAlignment(variant_->inputs[i].dtype) != 0)
      return Status::errorf("%s: the memory of input '%s' is not aligned to its elements", model_->name(),
                            variant_->inputs[i].name);
  for (uint32_t i = 0; i < variant_->n_outputs; ++i)
    if (!outputs[i] || reinterpret_cast<uintptr_t>(outputs[i]) % dtypeAlignment(variant_->outputs[i].dtype) != 0)
      return Status::errorf("%s: the memory of output '%s' is not aligned to its elements", model_->name(),
                            variant_->outputs[i].name);
  const char *error = nullptr;
  exec_.symbols = symbols_.data();
  exec_.inputs = inputs;
  exec_.outputs = outputs;
  exec_.error = &error;
  const Running now = running();
  if (recorder_)
    recorder_->begin(now, deferred_, exec_);
  if (watching_)
    guardZones(true);
  const int32_t status = isa_->forward(&exec_);
  exec_.error = nullptr;
  Status recorded;
  if (recorder_)
    recorded = recorder_->end(exec_);
  if (status == MGEC_OK) {
    const char *zone = watching_ ? guardZones(false) : nullptr;
    watching_ = false;
    return zone ? Status::errorf("%s: the compiled code wrote %s", model_->name(), zone) : std::move(recorded);
  }
  return Status::errorf("%s: %s", model_->name(),
                        error                         ? error
                        : status == MGEC_ERROR_DATA   ? "the inputs hold a value that the model does not allow"
                        : status == MGEC_ERROR_DEVICE ? "the device failed"
                                                      : "the compiled code failed");
}

Status Executor::touch() {
  const InUse use(*memory_);
  MGEC_TRY(use.status(*model_));
  MGEC_TRY(layOut());
  const long pageSize = sysconf(_SC_PAGESIZE);
  const size_t page = pageSize > 0 ? static_cast<size_t>(pageSize) : 4096;
  const volatile uint8_t *weights = model_->weights();
  for (uint64_t at = 0; at < model_->weightsBytes(); at += page)
    (void)weights[at];
  volatile uint8_t *block = memory_->data();
  for (size_t at = 0; at < memory_->size(); at += page)
    block[at] = 0;
  return Status();
}

} // namespace mgec::core
