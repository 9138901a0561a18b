//===- Decode.h - what decoding V1 and V2 graphs has in common --------------------------------------------------===//
//
// The two formats keep the same facts in nearly the same tables. A `Decoder` holds the model under construction and the
// checks that both need; the templates take the generated accessors of either schema. Everything given to them has
// passed the flatbuffers verifier, so offsets are sound; numbers are not trusted.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/read/Fingerprint.h"
#include "compiler/read/Model.h"
#include "compiler/read/Operators.h"
#include "compiler/read/Params.h"

#include <flatbuffers/flatbuffers.h>

#include <span>
#include <string>

namespace mgec::read {

/// A flatbuffer with its size prefix, within the file. Numbers in it are aligned as seen from the prefix. Where the
/// prefix itself is not aligned in memory, accessors work on a copy, and what is handed out still points into the file.
class GraphBytes {
public:
  explicit GraphBytes(std::span<const uint8_t> inFile);

  const uint8_t *data() const { return aligned; }
  size_t size() const { return inFile.size(); }
  /// The same bytes in the file.
  std::span<const uint8_t> fileBytes(const flatbuffers::Vector<uint8_t> &vector) const {
    return inFile.subspan(static_cast<size_t>(vector.data() - aligned), vector.size());
  }

private:
  std::span<const uint8_t> inFile;
  std::vector<uint64_t> copy;
  const uint8_t *aligned = nullptr;
};

/// Limits for the verifier. A table takes four bytes at least, and no genuine file shares many.
flatbuffers::Verifier::Options verifierLimits(size_t bytes);

class Decoder {
public:
  /// Reads the model that `extent` finds in `model.bytes`.
  Decoder(Model &model, const Extent &extent);

  void readV1();
  void readV2();

private:
  [[noreturn]] void fail(const std::string &what) const;
  void warn(const std::string &what);

  /// Pays for `elements` that are about to be built. Tables of a flatbuffer may overlap, so a small hostile file can
  /// describe a huge model; the budget ends that before memory does.
  void spend(size_t elements);

  // Messages about the operator that is being read.
  std::string here() const;

  std::string text(const flatbuffers::String *string);
  std::vector<int64_t> shape(const flatbuffers::Vector<uint32_t> *dims, const std::string &owner);
  DTypeDesc dtype(const schema::DType *dtype, const std::string &owner);
  /// Decodes the value, where the model is compressed, and checks that it has the size of its type.
  void settleValue(TensorValue &tensor, size_t index);
  void decompress(TensorValue &tensor, size_t denseBytes, const std::string &owner);

  /// Starts operator number `index` of the file.
  void begin(uint32_t index);
  Param param(uint8_t tag, const void *table);
  /// Puts the parameters that the operator expects in the place of others, or refuses those.
  void settleParam();
  void settleTensors();
  void settleBlobFormats();
  void addOutputs(size_t count);
  void checkVersion(uint32_t version);
  /// Names outputs and lists inputs, once all operators are there.
  void finish();

  template <typename Op> void common(const Op &op);
  template <typename T> TensorValue tensor(const T &source, size_t index);
  template <typename M> void metadata(const M *source);

  Model &model;
  Extent extent;
  GraphBytes graph;
  size_t budget;
  Operator op;                        // the one being read
  const OperatorInfo *info = nullptr; // of it; null when the reader does not know it
  uint32_t number = 0;                // its place in the file
};

/// The part of an operator that both schemas spell alike.
template <typename Op> void Decoder::common(const Op &source) {
  op.typeId = source.type_id();
  op.name = text(source.name());
  op.priority = source.priority();
  if (source.output_dtype())
    op.outputDType = dtype(source.output_dtype(), here());
  if (const auto *nodes = source.comp_node()) {
    spend(nodes->size());
    for (const auto *node : *nodes)
      op.compNodes.push_back(text(node->logical_locator()));
  }
  if (const auto *inputs = source.inputs()) {
    spend(inputs->size());
    op.inputs.reserve(inputs->size());
    for (uint32_t id : *inputs) {
      if (id >= model.variables.size())
        fail(here() + " reads variable " + std::to_string(id) + ", which no earlier operator computes");
      op.inputs.push_back(id);
    }
  }
  op.param = param(static_cast<uint8_t>(source.param_type()), source.param());
  if (const auto *params = source.additional_params()) {
    const auto *types = source.additional_params_type();
    if (!types || types->size() != params->size())
      fail(here() + " lists its additional parameters and their types in different numbers");
    for (flatbuffers::uoffset_t i = 0; i != params->size(); ++i)
      op.additionalParams.push_back(param(static_cast<uint8_t>(types->Get(i)), params->template GetAs<void>(i)));
  }
}

/// A tensor without its value.
template <typename T> TensorValue Decoder::tensor(const T &source, size_t index) {
  std::string owner = "tensor " + std::to_string(index) + " of " + here();
  TensorValue value;
  spend(1);
  value.name = text(source.name());
  value.dtype = dtype(source.dtype(), owner);
  if (!source.shape() || source.shape()->size() == 0)
    fail(owner + " has no shape");
  value.shape = shape(source.shape(), owner);
  if (source.comp_node())
    value.compNode = text(source.comp_node()->logical_locator());
  return value;
}

template <typename M> void Decoder::metadata(const M *source) {
  if (!source || !source->is_valid())
    return;
  model.metadata.present = true;
  model.metadata.graphModified = source->graph_modified();
  model.metadata.optimizeOptions = source->optimize_options();
  model.metadata.userInfo = text(source->user_info());
}

/// Bytes of a value of that type and shape; 4-bit and smaller elements fill whole bytes in each row. No value if the
/// number does not fit.
std::optional<size_t> denseBytes(DType type, std::span<const int64_t> shape);

} // namespace mgec::read
