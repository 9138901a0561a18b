//===- images.cpp - a compiled model that copies a batch of images --------------------------------------------===//
//
// images f32 [N,1,2,2], N = 1..8 -> copy, the same. Its static variant of batch 2 doubles the values, which shows that
// an exact shape is preferred to a symbolic one that stands before it in the table.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "mgec/model_abi.h"

#include <cstring>

namespace {

template <int Factor> int32_t forward(const mgec_exec *e) {
  const int64_t count = (Factor == 1 ? e->symbols[0] : 2) * 4;
  for (int64_t i = 0; i < count; ++i)
    static_cast<float *>(e->outputs[0])[i] = Factor * static_cast<const float *>(e->inputs[0])[i];
  return MGEC_OK;
}

void resolve(const int64_t *symbols, mgec_sizes *sizes, int64_t *dims) {
  sizes->arena_bytes = sizes->scratch_bytes = 0;
  const int64_t shape[] = {symbols[0], 1, 2, 2};
  std::memcpy(dims, shape, sizeof(shape));
}
void resolveTwo(const int64_t *, mgec_sizes *sizes, int64_t *dims) {
  const int64_t two = 2;
  resolve(&two, sizes, dims);
}

const mgec_tensor_desc kInput = {"images", MGEC_F32, 4, {-1, 1, 2, 2}, 0, 0, MGEC_HOST, 0};
const mgec_tensor_desc kOutput = {"copy", MGEC_F32, 4, {-1, 1, 2, 2}, 0, 0, MGEC_HOST, 0};
const mgec_tensor_desc kInputTwo = {"images", MGEC_F32, 4, {2, 1, 2, 2}, 0, 0, MGEC_HOST, 0};
const mgec_tensor_desc kOutputTwo = {"copy", MGEC_F32, 4, {2, 1, 2, 2}, 0, 0, MGEC_HOST, 0};
const mgec_symbol kBatch = {"N", 1, 8};
const mgec_isa_entry kIsa[] = {{MGEC_ISA_GENERIC, 0, "", forward<1>}, {MGEC_ISA_GENERIC, 0, "", forward<2>}};
const mgec_variant kVariants[] = {
    {sizeof(mgec_variant), 1, &kInput, 1, 1, &kOutput, &kBatch, "f32", 1, 0, &kIsa[0], nullptr, resolve, 0, 0, nullptr},
    {sizeof(mgec_variant), 1, &kInputTwo, 1, 0, &kOutputTwo, nullptr, "f32", 1, 0, &kIsa[1], nullptr, resolveTwo, 0, 0,
     nullptr}};
const mgec_model kModel = {
    sizeof(mgec_model), MGEC_ABI_VERSION, "images", {9}, {}, "by hand", nullptr, 0, 2, 0, kVariants, "{}"};

} // namespace

extern "C" __attribute__((visibility("default"))) const mgec_model *const *mgec_artifact_models(uint32_t *count) {
  // The same model twice under one roof: opening the library by path cannot tell which is meant.
#if defined(FAKE_TWO)
  static const mgec_model other = [] {
    mgec_model m = kModel;
    m.name = "second";
    m.fingerprint[0] = 10;
    return m;
  }();
  static const mgec_model *const models[] = {&kModel, &other};
  *count = 2;
#else
  static const mgec_model *const models[] = {&kModel};
  *count = 1;
#endif
  return models;
}
