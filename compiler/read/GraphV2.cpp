//===- GraphV2.cpp - decoding V2 files --------------------------------------------------------------------------===//
//
// A V2 file is one flatbuffer. Operators list the ids of their outputs, which must be the running number; that they do
// is checked, so that an operator the reader does not know can be passed over.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/read/Decode.h"

#include "v2_generated.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

using namespace mgec::read;
namespace v2 = mgec::schema::v2;

namespace {

constexpr uint32_t newestModelVersion = 2;

std::optional<TensorFormat> formatOf(v2::TensorFormat tag) {
  switch (tag) {
  case v2::TensorFormat::NONE:
  case v2::TensorFormat::DefaultTensorFormat:
    return TensorFormat::Default;
  case v2::TensorFormat::Image2DPackedTensorFormat:
    return TensorFormat::Image2DPacked;
  case v2::TensorFormat::LowbitsAlignedTensorFormat:
    return TensorFormat::LowbitsAligned;
  }
  return std::nullopt;
}

} // namespace

void Decoder::readV2() {
  flatbuffers::Verifier verifier(graph.data(), graph.size(), verifierLimits(graph.size()));
  if (!v2::VerifySizePrefixedModelBuffer(verifier))
    fail("the graph is damaged: the verification of its structure failed");
  const v2::Model &root = *v2::GetSizePrefixedModel(graph.data());

  checkVersion(root.mge_version());
  if (root.model_version() > newestModelVersion)
    warn(fmt::format("its model version is {}, and {} is the newest one known", root.model_version(),
                     newestModelVersion));
  model.sharedTensors = root.nr_shared_tensor();
  metadata(root.metadata());

  if (const auto *operators = root.oprs()) {
    spend(operators->size());
    model.operators.reserve(operators->size());
    for (const v2::Operator *source : *operators) {
      begin(static_cast<uint32_t>(model.operators.size()));
      op.declaredType = text(source->type());
      op.version = source->opr_version();
      if (op.version == 1 || op.version == 2)
        info = findOperator(op.version == 1 ? R1 : R2, op.version == 1, source->type_id());
      op.type = info ? info->name : fmt::format("unknown:{}", source->type_id());
      common(*source);
      if (const auto *blobs = source->custom_data()) {
        spend(blobs->size());
        for (const v2::Blob *blob : *blobs)
          op.blobs.push_back(blob->data() ? graph.fileBytes(*blob->data()) : std::span<const uint8_t>());
      }
      if (const auto *tensors = source->tensors()) {
        for (size_t i = 0; i != tensors->size(); ++i) {
          const v2::Tensor &stored = *tensors->Get(static_cast<flatbuffers::uoffset_t>(i));
          TensorValue value = tensor(stored, i);
          std::optional<TensorFormat> format = formatOf(stored.format_type());
          if (!format)
            fail(fmt::format("tensor {} of {} has the unknown format {}", i, here(), int(stored.format_type())));
          value.format = *format;
          // An input without a default value may have an empty vector instead of none.
          if (stored.data() && stored.data()->size()) {
            value.data = graph.fileBytes(*stored.data());
            value.hasValue = true;
          }
          settleValue(value, i);
          op.tensors.push_back(std::move(value));
        }
      }
      settleParam();
      settleTensors();
      if (const auto *outputs = source->outputs()) {
        for (uint32_t i = 0; i != outputs->size(); ++i)
          if (outputs->Get(i) != model.variables.size() + i)
            fail(fmt::format("{} computes variable {} where {} is next", here(), outputs->Get(i),
                             model.variables.size() + i));
        addOutputs(outputs->size());
      }
      if (info && info->outputs == OnePerTensor && op.outputs.size() != op.tensors.size())
        fail(fmt::format("{} has {} outputs for {} tensors", here(), op.outputs.size(), op.tensors.size()));
      model.operators.push_back(std::move(op));
    }
  }

  if (const auto *variables = root.middle_tensors()) {
    if (variables->size() != model.variables.size())
      warn(fmt::format("it describes {} variables and computes {}", variables->size(), model.variables.size()));
    size_t known = std::min<size_t>(variables->size(), model.variables.size());
    for (size_t i = 0; i != known; ++i) {
      const v2::MiddleTensor &stored = *variables->Get(static_cast<flatbuffers::uoffset_t>(i));
      model.variables[i].name = text(stored.name());
      model.variables[i].shape = shape(stored.shape(), fmt::format("variable {}", i));
      if (stored.dtype())
        model.variables[i].dtype = decodeDType(*stored.dtype());
    }
  }

  if (const auto *outputs = root.output_vars_idx()) {
    spend(outputs->size());
    for (const v2::OutputVar *stored : *outputs) {
      if (stored->compact_id() >= model.variables.size())
        fail(fmt::format("output {} is variable {}, which no operator computes", model.outputs.size(),
                         stored->compact_id()));
      model.outputs.push_back({stored->compact_id(), stored->original_id(), ""});
    }
  }

  if (const auto *aliases = root.output_alias(); aliases && aliases->size()) {
    spend(aliases->size());
    std::unordered_map<uint64_t, uint32_t> byOriginal;
    for (const Output &output : model.outputs)
      byOriginal.emplace(output.originalId, output.var);
    std::vector<Output> aliased;
    for (const v2::OutputAlias *stored : *aliases) {
      auto it = byOriginal.find(stored->id());
      if (it == byOriginal.end())
        fail(fmt::format("the output alias \"{}\" stands for variable {} of the dumping process, which is no output",
                         text(stored->name()), stored->id()));
      aliased.push_back({it->second, stored->id(), text(stored->name())});
    }
    model.outputs = std::move(aliased);
  }
  finish();
}
