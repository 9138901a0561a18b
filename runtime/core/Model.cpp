//===- Model.cpp - what a compiled model says of itself -------------------------------------------------------===//
#include "Model.h"

#include <cstring>

namespace mgec::core {

Fingerprint Model::fingerprint() const {
  Fingerprint result;
  std::memcpy(result.bytes, abi_.fingerprint, sizeof(result.bytes));
  return result;
}

std::string Model::origin() const { return artifact_ ? artifact_->path() : "registered in this program"; }

#if !defined(MGEC_LITE_WITHOUT_CRYPTO)
Status Model::unseal() {
  return abi_.flags & MGEC_WEIGHTS_SEALED ? PlainWeights::open(abi_, artifact_, plain_) : Status();
}
#endif

int Model::findInput(const std::string &name) const {
  for (uint32_t i = 0; i < inputs(); ++i)
    if (name == input(i).name)
      return static_cast<int>(i);
  return -1;
}

const void *Model::defaultValue(const mgec_tensor_desc &input) const {
  if (input.default_value <= 0)
    return nullptr;
  const uint64_t offset = (static_cast<uint64_t>(input.default_value) - 1) * MGEC_ALIGNMENT;
  Shape shape;
  shape.ndim = input.ndim;
  for (int32_t i = 0; i < input.ndim; ++i)
    shape.dims[i] = input.dims[i];
  uint64_t bytes = 0;
  // A symbolic dimension is negative and fails here: such an input has no value of its own.
  if (!tensorBytes(input.dtype, shape, bytes).ok() || offset > weightsBytes() ||
      bytes > weightsBytes() - offset)
    return nullptr;
  return weights() + offset;
}

std::string describeShape(const mgec_tensor_desc &desc, const mgec_variant &variant) {
  std::string text;
  for (int32_t i = 0; i < desc.ndim; ++i) {
    if (i)
      text += "x";
    if (desc.dims[i] >= 0)
      text += format("%lld", static_cast<long long>(desc.dims[i]));
    else
      text += variant.symbols[-1 - desc.dims[i]].name;
  }
  return text;
}

bool fitsAlone(const mgec_tensor_desc &desc, const mgec_variant &variant, const Shape &shape) {
  if (shape.ndim != desc.ndim)
    return false;
  int64_t seen[MGEC_MAX_NDIM];
  for (int32_t i = 0; i < desc.ndim; ++i) {
    const int64_t dim = desc.dims[i];
    seen[i] = shape.dims[i];
    if (dim >= 0) {
      if (dim != shape.dims[i])
        return false;
      continue;
    }
    const mgec_symbol &symbol = variant.symbols[-1 - dim];
    if (shape.dims[i] < symbol.min || shape.dims[i] > symbol.max)
      return false;
    for (int32_t j = 0; j < i; ++j)
      if (desc.dims[j] == dim && seen[j] != shape.dims[i])
        return false;
  }
  return true;
}

std::string Model::compiledShapes() const {
  std::string text;
  for (uint32_t v = 0; v < variants(); ++v) {
    const mgec_variant &row = variant(v);
    if (v)
      text += "; ";
    if (row.n_inputs == 0)
      text += "no inputs";
    for (uint32_t i = 0; i < row.n_inputs; ++i)
      text += format(i ? " %s=%s" : "%s=%s", row.inputs[i].name, describeShape(row.inputs[i], row).c_str());
    for (uint32_t s = 0; s < row.n_symbols; ++s)
      text += format(s ? ", %s=%lld..%lld" : " with %s=%lld..%lld", row.symbols[s].name,
                     static_cast<long long>(row.symbols[s].min), static_cast<long long>(row.symbols[s].max));
    if (std::strcmp(row.precision, "f32") != 0)
      text += format(" (precision %s)", row.precision);
  }
  return text;
}

} // namespace mgec::core
