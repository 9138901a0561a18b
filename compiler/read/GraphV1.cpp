//===- GraphV1.cpp - decoding V1 files --------------------------------------------------------------------------===//
//
// A V1 file is a flatbuffer behind the tensor bytes, which it uses up in file order of operators and their tensors.
// Outputs are numbered by position alone: an operator whose number of outputs is unknown ends the reading.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/read/Decode.h"

#include "v1_generated.h"

#include <fmt/format.h>

using namespace mgec::read;
namespace v1 = mgec::schema::v1;

namespace {

constexpr size_t prefixBytes = 4;

// Whether the names of outputs, which the verifier does not count, are as many as the bytes allow. Operators of a
// hostile file can share one long list of names, which would keep the verifier busy for hours.
bool outputNamesFit(flatbuffers::Verifier &verifier, const uint8_t *data, size_t size) {
  using flatbuffers::Offset, flatbuffers::String, flatbuffers::Table, flatbuffers::Vector;
  auto offset = verifier.VerifyOffset(prefixBytes);
  if (!offset)
    return false;
  const auto &root = *reinterpret_cast<const Table *>(data + prefixBytes + offset);
  if (!root.VerifyTableStart(verifier) || !root.VerifyOffset(verifier, v1::Graph::VT_OPRS))
    return false;
  const auto *operators = root.GetPointer<const Vector<Offset<Table>> *>(v1::Graph::VT_OPRS);
  if (!operators)
    return true;
  if (!verifier.VerifyVector(operators))
    return false;
  size_t count = 0;
  for (const Table *op : *operators) {
    if (!op->VerifyTableStart(verifier) || !op->VerifyOffset(verifier, v1::Operator::VT_OUTPUT_NAME))
      return false;
    const auto *names = op->GetPointer<const Vector<Offset<String>> *>(v1::Operator::VT_OUTPUT_NAME);
    if (!verifier.VerifyVector(names))
      return false;
    count += names ? names->size() : 0;
    verifier.EndTable();
  }
  return count <= size;
}

} // namespace

void Decoder::readV1() {
  flatbuffers::Verifier::Options limits = verifierLimits(graph.size());
  flatbuffers::Verifier preliminary(graph.data(), graph.size(), limits);
  flatbuffers::Verifier verifier(graph.data(), graph.size(), limits);
  if (!outputNamesFit(preliminary, graph.data(), graph.size()) || !v1::VerifySizePrefixedGraphBuffer(verifier))
    fail("the graph is damaged: the verification of its structure failed");
  const v1::Graph &root = *v1::GetSizePrefixedGraph(graph.data());

  checkVersion(root.mgb_version());
  if (root.hash() == 0)
    fail("the graph is damaged: it has no hash");
  model.sharedTensors = root.nr_shared_tensor();
  metadata(root.metadata());

  // Where the next value starts.
  size_t cursor = extent.tensors;
  size_t regionEnd = extent.graph - 4;
  if (const auto *operators = root.oprs()) {
    spend(operators->size());
    model.operators.reserve(operators->size());
    for (const v1::Operator *source : *operators) {
      begin(static_cast<uint32_t>(model.operators.size()));
      info = findOperator(V1, extent.byShortId, source->type_id());
      op.type = info ? info->name : fmt::format("unknown:{}", source->type_id());
      common(*source);
      if (const auto *blobs = source->blobs()) {
        spend(blobs->size());
        for (const v1::Blob *blob : *blobs)
          op.blobs.push_back(graph.fileBytes(*blob->data()));
      }
      if (const auto *tensors = source->tensors()) {
        for (size_t i = 0; i != tensors->size(); ++i) {
          const v1::Tensor &stored = *tensors->Get(static_cast<flatbuffers::uoffset_t>(i));
          TensorValue value = tensor(stored, i);
          size_t size = stored.data_size();
          if (size > regionEnd - cursor)
            fail(fmt::format("tensor {} of {} takes {} bytes, of which {} are left", i, here(), size,
                             regionEnd - cursor));
          if (size) {
            if (stored.offset() > size)
              fail(fmt::format("tensor {} of {} skips {} of its {} bytes", i, here(), stored.offset(), size));
            value.data = std::span(*model.bytes).subspan(cursor + stored.offset(), size - stored.offset());
            value.hasValue = true;
          }
          cursor += size;
          settleValue(value, i);
          op.tensors.push_back(std::move(value));
        }
      }
      settleParam();
      settleTensors();

      // Names, where they are kept, are those of all numbered outputs.
      const auto *names = source->output_name();
      std::optional<size_t> count = info ? countOutputs(*info, op) : std::nullopt;
      if (names && names->size())
        count = names->size();
      if (!count && !info)
        fail(
            fmt::format("operator {} has the unknown type id {}, and a V1 file cannot be read past an unknown operator",
                        number, op.typeId));
      if (!count)
        fail(fmt::format("{} is not supported, and a V1 file cannot be read past it", here()));
      addOutputs(*count);
      if (names)
        for (uint32_t i = 0; i != names->size(); ++i)
          model.variables[op.outputs[i]].name = text(names->Get(i));
      model.operators.push_back(std::move(op));
    }
  }
  if (cursor != regionEnd)
    warn(fmt::format("{} bytes of its tensor region belong to no tensor", regionEnd - cursor));

  if (const auto *outputs = root.output_vars_idx()) {
    spend(outputs->size());
    for (const v1::OutputVar *stored : *outputs) {
      if (stored->compact_id() >= model.variables.size())
        fail(fmt::format("output {} is variable {}, which no operator computes", model.outputs.size(),
                         stored->compact_id()));
      model.outputs.push_back({stored->compact_id(), stored->original_id(), ""});
    }
  }
  finish();
}
