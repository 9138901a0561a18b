//===- Model.h - compiled models of this process, and finding the one for a file ------------------------------===//
//
// The core API: what runs a compiled model with tensors described as the contract describes them (mgec_tensor_desc),
// every element type included. `lite::Network` is a layer over it; `mgec run` and `mgec bench` use it as it is:
//
//   ModelPtr model;
//   MGEC_TRY(bindLibrary("net.so", "", model));
//   Executor executor(model);
//   MGEC_TRY(executor.select(shapes));                        // picks the variant and the instruction set
//   MGEC_TRY(executor.forward(inputPointers, outputPointers)); // see Executor.h
//
// A Model is immutable and may be used from any thread; it keeps the library that it lives in open.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "Artifact.h"
#include "Fingerprint.h"
#include "Shape.h"
#include "Status.h"
#include "Weights.h"
#include "mgec/model_abi.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mgec::core {

class Model {
public:
  /// `abi` has passed `checkModel`; `artifact` is null for a model that is linked into the program.
  Model(const mgec_model &abi, std::shared_ptr<const Artifact> artifact) : abi_(abi), artifact_(std::move(artifact)) {}

  const mgec_model &abi() const { return abi_; }
  const char *name() const { return abi_.name; }
  Fingerprint fingerprint() const;
  /// The library's path, or "registered in this program".
  std::string origin() const;

  const std::shared_ptr<const Artifact> &artifact() const { return artifact_; }

  /// Opens the weights where they are sealed; a model that the functions below bind has been opened.
  Status unseal();
  /// The plain weights.
#if defined(MGEC_LITE_WITHOUT_CRYPTO)
  const uint8_t *weights() const { return abi_.weights; }
  uint64_t weightsBytes() const { return abi_.weights_bytes; }
#else
  const uint8_t *weights() const { return plain_ ? plain_->data() : abi_.weights; }
  uint64_t weightsBytes() const { return plain_ ? plain_->size() : abi_.weights_bytes; }
#endif

  uint32_t variants() const { return abi_.n_variants; }
  const mgec_variant &variant(uint32_t index) const { return variantOf(abi_, index); }

  /// Inputs and outputs in the model's order. Names are the same in all variants, shapes are those of the first.
  uint32_t inputs() const { return abi_.variants->n_inputs; }
  uint32_t outputs() const { return abi_.variants->n_outputs; }
  const mgec_tensor_desc &input(uint32_t index) const { return abi_.variants->inputs[index]; }
  const mgec_tensor_desc &output(uint32_t index) const { return abi_.variants->outputs[index]; }
  /// Index of the input of that name, -1 when there is none.
  int findInput(const std::string &name) const;

  /// The value that the model itself gives an input, dense and MGEC_ALIGNMENT-aligned; null when it gives none.
  const void *defaultValue(const mgec_tensor_desc &input) const;

  /// Shapes that the model was compiled for, "data=1x3x224x224; data=Nx3x224x224 with N=1..16".
  std::string compiledShapes() const;

private:
  const mgec_model &abi_;
  std::shared_ptr<const Artifact> artifact_;
#if !defined(MGEC_LITE_WITHOUT_CRYPTO)
  std::shared_ptr<const PlainWeights> plain_; // null unless the library's are sealed
#endif
};

using ModelPtr = std::shared_ptr<const Model>;

/// A dimension as users write it: a number, or the symbol's name.
std::string describeShape(const mgec_tensor_desc &desc, const mgec_variant &variant);

/// Whether `shape` is one that the description allows, by itself.
bool fitsAlone(const mgec_tensor_desc &desc, const mgec_variant &variant, const Shape &shape);

//===--- Binding --------------------------------------------------------------------------------------------===//

/// A model that code is looked for: a file, or bytes in memory.
struct ModelSource {
  std::string path; ///< "" when it is in memory
  const void *data = nullptr;
  size_t size = 0;
  const std::string *file = nullptr; ///< of bytes in memory: the packed or encrypted file that they come from, if any

  /// How messages call it.
#if defined(MGEC_LITE_WITHOUT_CRYPTO)
  std::string name() const { return path.empty() ? "the model in memory" : path; }
#else
  std::string name() const { return !path.empty() ? path : file ? *file : "the model in memory"; }
#endif
};

struct Wanted;
/// Compiles a model that no code was found for, and opens the result.
using CompileOnLoad = Status (*)(const ModelSource &source, const Wanted &wanted, ModelPtr &out);

/// What a program wants of a model, to tell several builds of it apart.
struct Wanted {
  std::string precision = "f32";
  std::vector<std::pair<std::string, Shape>> shapes; ///< of inputs, where known
  CompileOnLoad compile = nullptr; ///< asked last; null: a model without code is an error
  bool secret = false;             ///< the model arrived encrypted: nothing of it may stay on a disk
  const std::string *file = nullptr;   ///< the packed or encrypted file that the bytes come from, if any
  const std::string *method = nullptr; ///< how it is encrypted, if it is not packed

  /// "--shape data=1x3x224x224 …", with a leading space; "" when no shape is known.
  std::string shapeFlags() const;
};

/// Opens a library. `name` picks one of several models; "" takes the only one.
Status bindLibrary(const std::string &path, const std::string &name, ModelPtr &out);
Status bindLibrary(const void *data, size_t size, ModelPtr &out);

/// Finds compiled code for a model by its content: among models registered in this program, libraries that are open,
/// and libraries on MGEC_MODEL_PATH; then `wanted.compile` is asked. The failure names the model, its fingerprint, what
/// was found instead, and the command that compiles it.
Status bindModel(const Fingerprint &fingerprint, const ModelSource &source, const Wanted &wanted, ModelPtr &out);

/// Binds a file or bytes, whichever of the above they are.
Status bindFile(const std::string &path, const Wanted &wanted, ModelPtr &out);
Status bindBytes(const void *data, size_t size, const Wanted &wanted, ModelPtr &out);

} // namespace mgec::core
