//===- Executor.h - one running instance of a compiled model --------------------------------------------------===//
//
// Holds what a forward needs besides the model: the threads, the activation memory, and the choice of a variant (by the
// inputs' shapes) and of an instruction set (by the processor). Inputs are read where they lie and outputs written
// where they are wanted; after the first forward of a shape, another one allocates nothing.
//
// One thread at a time may use an executor. Executors are independent of each other, also on the same model, except
// where they are told to share activation memory.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Memory.h"
#include "Model.h"
#include "ThreadPool.h"
#include "Tools.h"

#include <memory>
#include <vector>

namespace mgec::core {

class Executor {
public:
  /// Uses the variants of that precision, or those of the only precision when the model has one alone.
  explicit Executor(ModelPtr model, std::string precision = "f32");
  ~Executor();

  const Model &model() const { return *model_; }
  const ModelPtr &modelPtr() const { return model_; }
  /// The precision of the variants in use.
  const char *precision() const { return firstVariant().precision; }

  /// Threads that share the work, the caller included. May start or end threads.
  Status setThreads(unsigned threads) { return pool_.resize(threads); }
  unsigned threads() const { return pool_.threads(); }
  ThreadPool &pool() { return pool_; }

  /// The block for activations; another executor's may be given that never runs at the same time. Not null.
  void setMemory(std::shared_ptr<Memory> memory) { memory_ = std::move(memory); }
  const std::shared_ptr<Memory> &memory() const { return memory_; }

  /// Surrounds the parts of the activation memory with guard zones. The first forward that succeeds fails after all
  /// where one of them was written to; later ones do not look. Before anything runs.
  void guardFirstRun() { guard_ = kGuard, watching_ = true; }
  /// Whether that forward is still to come.
  bool watching() const { return watching_; }

  /// Called around each step with its number; null for none.
  void setStepHook(void (*hook)(void *user, uint32_t step, int begin), void *user);

  /// Watches the forwards; not owned, null for none.
  void setRecorder(Recorder *recorder) { recorder_ = recorder; }
  /// Whether text dumps hold values back; see Recorder::begin.
  void setDeferred(bool deferred) { deferred_ = deferred; }
  /// What runs. Needs `selected()`.
  Running running() const { return {*model_, *variant_, symbols_.data(), sizes_.arena_bytes}; }

  /// Picks the variant for these shapes, one an input: an exact static one, else the first whose symbolic sizes allow
  /// them. Allocates only when the shapes are new. The failure lists the compiled shapes and the flags to add; the
  /// choice made before is then kept.
  Status select(const Shape *shapes);
  /// Picks shapes for a program that names only some of them (the others are null): those of the first variant that
  /// allows the ones named, its symbolic sizes at their least.
  Status selectSome(const Shape *const *shapes);
  bool selected() const { return variant_ != nullptr; }

  /// Whether some variant takes an input of this shape, whatever the others are.
  bool acceptsInput(uint32_t input, const Shape &shape) const;
  /// The failure of `select` where no variant takes the shapes.
  Status noVariant(const Shape *shapes) const;

  /// What the choice fixed. All need `selected()`.
  const mgec_variant &variant() const { return *variant_; }
  const mgec_isa_entry &isa() const { return *isa_; }
  const mgec_sizes &sizes() const { return sizes_; }
  const Shape &inputShape(uint32_t i) const { return inputs_[i].shape; }
  const Shape &outputShape(uint32_t i) const { return outputs_[i].shape; }
  uint64_t inputBytes(uint32_t i) const { return inputs_[i].bytes; }
  uint64_t outputBytes(uint32_t i) const { return outputs_[i].bytes; }

  /// Types and names of the tensors; the first variant's of the precision before a choice.
  const mgec_tensor_desc &input(uint32_t i) const { return firstVariant().inputs[i]; }
  const mgec_tensor_desc &output(uint32_t i) const { return firstVariant().outputs[i]; }

  /// Allocates what `forward` needs, which does it otherwise. Fails, as `forward` does, while an executor that shares
  /// the activation memory runs.
  Status prepare();

  /// Runs the model. Every pointer refers to dense memory of the chosen size, aligned to its element type; outputs
  /// overlap neither each other nor inputs.
  Status forward(const void *const *inputs, void *const *outputs);

  /// Reads one byte of every page of the weights and writes one of every page of the activation memory.
  Status touch();

private:
  const mgec_variant &firstVariant() const { return *candidates_.front().variant; }
  struct Candidate {
    const mgec_variant *variant;
    const mgec_isa_entry *isa; // null when this processor runs none of its code
  };

  /// What the choice fixed of an input or output.
  struct Chosen {
    Shape shape;
    uint64_t bytes = 0;
  };

  Status chooseIsa();
  Status layOut();
  const char *guardZones(bool fill);
  bool matches(const mgec_variant &variant, const Shape *shapes, std::vector<int64_t> &symbols) const;
  Status adopt(const Candidate &candidate, const Shape *shapes, std::vector<int64_t> symbols);
  Status noIsa() const;

  ModelPtr model_;
  std::vector<Candidate> candidates_; // of the precision; never empty
  Status isaStatus_;
  ThreadPool pool_;
  std::shared_ptr<Memory> memory_ = std::make_shared<Memory>();
  static constexpr uint64_t kGuard = 4 * MGEC_ALIGNMENT;
  uint64_t guard_ = 0; // bytes of a guard zone
  bool watching_ = false;

  const mgec_variant *variant_ = nullptr;
  const mgec_isa_entry *isa_ = nullptr;
  std::vector<int64_t> symbols_, symbolsTried_;
  mgec_sizes sizes_ = {};
  std::vector<Chosen> inputs_, outputs_;
  mgec_exec exec_ = {};
  Recorder *recorder_ = nullptr;
  bool deferred_ = false;
};

} // namespace mgec::core
