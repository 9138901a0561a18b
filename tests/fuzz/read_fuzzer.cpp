//===- read_fuzzer.cpp - any bytes into the reader --------------------------------------------------------------===//
//
// Whatever the bytes are, the reader either throws ReadError or gives a model that keeps its promises: ids are in
// range, values have the size of their type and shape and lie within the file.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/read/Fingerprint.h"
#include "compiler/read/Model.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace mgec::read;

namespace {

void require(bool holds, const char *what) {
  if (holds)
    return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

void checkTensor(const Model &model, const TensorValue &tensor) {
  require(!tensor.shape.empty(), "a tensor has a shape");
  if (!tensor.hasValue)
    return;
  size_t rows = 1;
  for (size_t i = 0; i + 1 < tensor.shape.size(); ++i)
    rows *= static_cast<size_t>(tensor.shape[i]);
  size_t rowBytes = (static_cast<size_t>(tensor.shape.back()) * dtypeBits(tensor.dtype.type) + 7) / 8;
  require(tensor.data.size() == rows * rowBytes, "a value has the size of its type and shape");
  const auto within = [&](const std::vector<uint8_t> &bytes) {
    return tensor.data.data() >= bytes.data() && tensor.data.data() + tensor.data.size() <= bytes.data() + bytes.size();
  };
  bool found = tensor.data.empty() || within(*model.bytes);
  for (const auto &decoded : model.decoded)
    found = found || within(*decoded);
  require(found, "a value lies within the file, or what was decoded of it");
}

// The last byte that is read; kept so that reading is not optimised away.
volatile uint8_t sink;

/// Reads everything that the reader makes of the bytes.
void look(const std::vector<uint8_t> &bytes, bool compressed) {
  try {
    Model model = readModel(bytes, "fuzz.mge", compressed);
    require(fingerprint(bytes) == model.fingerprint, "both ways to the fingerprint agree");
    uint32_t defined = 0;
    for (const Operator &op : model.operators) {
      for (uint32_t id : op.inputs)
        require(id < defined, "operands are computed earlier");
      for (uint32_t id : op.outputs)
        require(id == defined++, "outputs are numbered in order");
      for (const TensorValue &tensor : op.tensors) {
        checkTensor(model, tensor);
        for (uint8_t byte : tensor.data)
          sink = byte;
      }
      for (std::span<const uint8_t> blob : op.blobs)
        for (uint8_t byte : blob)
          sink = byte;
    }
    require(defined == model.variables.size(), "every variable is computed");
    require(!model.outputs.empty(), "a model has outputs");
    for (const Output &output : model.outputs)
      require(output.var < defined && !output.name.empty(), "outputs are variables with names");
    for (uint32_t index : model.inputs)
      require(index < model.operators.size() && model.operators[index].tensors.size() == 1, "inputs are described");
    for (const auto &values : model.testInputs) {
      require(values.size() == model.inputs.size(), "a test case has a value for each input");
      for (const auto &[name, tensor] : values) {
        require(tensor.hasValue, "a test case has values");
        checkTensor(model, tensor);
      }
    }
  } catch (const ReadError &error) {
    require(error.what()[0] != '\0', "an error says something");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::vector<uint8_t> bytes(data, data + size);
  for (bool compressed : {false, true})
    look(bytes, compressed);
  return 0;
}
