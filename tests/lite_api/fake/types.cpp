//===- types.cpp - a compiled model with every kind of boundary -----------------------------------------------===//
//
// Inputs: data f32 [2,3]; data:0 i8 [2,2] (a name that begins like the other); scale f32 [1] with the default 3; mask
// bool [4]; q qu8 [3] (scale 0.5, zero point 128); n qs4 [2,3]. Outputs, in this order: data * scale, not mask, q as
// qs32 of q - 128, data as f16 of its sign, n as it is, data:0 as it is.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "mgec/model_abi.h"

#include <cstring>

namespace {

// The default of `scale` lies in the second block.
alignas(MGEC_ALIGNMENT) const float kWeights[32] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3.0f};

int32_t forward(const mgec_exec *e) {
  const float *data = static_cast<const float *>(e->inputs[0]), *scale = static_cast<const float *>(e->inputs[2]);
  for (int i = 0; i < 6; ++i) {
    static_cast<float *>(e->outputs[0])[i] = data[i] * scale[0];
    static_cast<uint16_t *>(e->outputs[3])[i] = data[i] < 0 ? 0xbc00 : 0x3c00;
  }
  for (int i = 0; i < 4; ++i)
    static_cast<uint8_t *>(e->outputs[1])[i] = !static_cast<const uint8_t *>(e->inputs[3])[i];
  for (int i = 0; i < 3; ++i)
    static_cast<int32_t *>(e->outputs[2])[i] = static_cast<const uint8_t *>(e->inputs[4])[i] - 128;
  std::memcpy(e->outputs[4], e->inputs[5], 4);
  std::memcpy(e->outputs[5], e->inputs[1], 4);
  return MGEC_OK;
}

const mgec_tensor_desc kInputs[] = {
    {"data", MGEC_F32, 2, {2, 3}, 0, 0, MGEC_HOST, 0}, {"data:0", MGEC_I8, 2, {2, 2}, 0, 0, MGEC_HOST, 0},
    {"scale", MGEC_F32, 1, {1}, 0, 0, MGEC_HOST, 2},   {"mask", MGEC_BOOL, 1, {4}, 0, 0, MGEC_HOST, 0},
    {"q", MGEC_QU8, 1, {3}, 0.5f, 128, MGEC_HOST, 0},  {"n", MGEC_QS4, 2, {2, 3}, 0.25f, 0, MGEC_HOST, 0}};
const mgec_tensor_desc kOutputs[] = {
    {"scaled", MGEC_F32, 2, {2, 3}, 0, 0, MGEC_HOST, 0}, {"inverse", MGEC_BOOL, 1, {4}, 0, 0, MGEC_HOST, 0},
    {"wide", MGEC_QS32, 1, {3}, 0.5f, 0, MGEC_HOST, 0},  {"sign", MGEC_F16, 2, {2, 3}, 0, 0, MGEC_HOST, 0},
    {"n", MGEC_QS4, 2, {2, 3}, 0.25f, 0, MGEC_HOST, 0},  {"bytes", MGEC_I8, 2, {2, 2}, 0, 0, MGEC_HOST, 0}};

void resolve(const int64_t *, mgec_sizes *sizes, int64_t *dims) {
  sizes->arena_bytes = sizes->scratch_bytes = 0;
  for (int i = 0; i < 6; ++i)
    std::memcpy(dims + i * MGEC_MAX_NDIM, kOutputs[i].dims, sizeof(kOutputs[i].dims));
}

const mgec_isa_entry kIsa = {MGEC_ISA_GENERIC, 0, "", forward};
const mgec_variant kVariant = {
    sizeof(mgec_variant), 6, kInputs, 6, 0, kOutputs, nullptr, "f32", 1, 0, &kIsa, nullptr, resolve, 0, 0, nullptr};
const mgec_model kModel = {sizeof(mgec_model),
                           MGEC_ABI_VERSION,
                           "types",
                           {7},
                           {},
                           "by hand",
                           reinterpret_cast<const uint8_t *>(kWeights),
                           sizeof(kWeights),
                           1,
                           0,
                           &kVariant,
                           "{}"};

} // namespace

extern "C" __attribute__((visibility("default"))) const mgec_model *const *mgec_artifact_models(uint32_t *count) {
  static const mgec_model *const models[] = {&kModel};
  *count = 1;
  return models;
}
