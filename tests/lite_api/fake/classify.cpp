//===- classify.cpp - a compiled model with the face of an image classifier ---------------------------------------===//
//
// data f32 [N,3,224,224], N = 1..8, or [2,3,200,200] -> 1000 numbers an image: number k is k plus the mean of channel
// k % 3, summed in double. It stands in for the network of the original library's tests, whose output has this name.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "FakeModel.h"
#include "mgec/model_abi.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace {

constexpr int64_t kClasses = 1000;

void classify(const mgec_exec *e, int64_t images, int64_t pixels) {
  if (e->on_step)
    e->on_step(e->on_step_user, 0, 1);
  const float *data = static_cast<const float *>(e->inputs[0]);
  float *out = static_cast<float *>(e->outputs[0]);
  for (int64_t n = 0; n < images; ++n) {
    double mean[3] = {};
    for (int64_t c = 0; c < 3; ++c) {
      for (int64_t i = 0; i < pixels; ++i)
        mean[c] += data[(n * 3 + c) * pixels + i];
      mean[c] /= static_cast<double>(pixels);
    }
    for (int64_t k = 0; k < kClasses; ++k)
      out[n * kClasses + k] = static_cast<float>(static_cast<double>(k) + mean[k % 3]);
  }
  if (e->on_step)
    e->on_step(e->on_step_user, 0, 0);
}

int32_t forwardAny(const mgec_exec *e) {
  classify(e, e->symbols[0], 224 * 224);
  return MGEC_OK;
}
int32_t forwardSmall(const mgec_exec *e) {
  classify(e, 2, 200 * 200);
  return MGEC_OK;
}

void resolve(const int64_t *symbols, mgec_sizes *sizes, int64_t *dims) {
  sizes->arena_bytes = 4096;
  sizes->scratch_bytes = MGEC_ALIGNMENT;
  dims[0] = symbols[0];
  dims[1] = kClasses;
}
void resolveSmall(const int64_t *, mgec_sizes *sizes, int64_t *dims) {
  const int64_t two = 2;
  resolve(&two, sizes, dims);
}

const mgec_tensor_desc kInput = {"data", MGEC_F32, 4, {-1, 3, 224, 224}, 0, 0, MGEC_HOST, 0};
const mgec_tensor_desc kInputSmall = {"data", MGEC_F32, 4, {2, 3, 200, 200}, 0, 0, MGEC_HOST, 0};
const mgec_tensor_desc kOutput = {
    "TRUE_DIV(EXP[12065],reduce0[12067])[12077]", MGEC_F32, 2, {-1, kClasses}, 0, 0, MGEC_HOST, 0};
const mgec_tensor_desc kOutputSmall = {
    "TRUE_DIV(EXP[12065],reduce0[12067])[12077]", MGEC_F32, 2, {2, kClasses}, 0, 0, MGEC_HOST, 0};
const mgec_symbol kBatch = {"N", 1, 8};
const mgec_isa_entry kIsa[] = {{MGEC_ISA_GENERIC, 0, "", forwardAny}, {MGEC_ISA_GENERIC, 0, "", forwardSmall}};
const mgec_value kValues[] = {
    {{"data", MGEC_F32, 4, {1, 3, 224, 224}, 0, 0, MGEC_HOST, 0}, 1, 0, "Host2DeviceCopy", MGEC_VALUE_INPUT, 1, 0,
     4 * 3 * 224 * 224, MGEC_VALUE_BATCHED | MGEC_VALUE_ORIGINAL, 0},
    {{"TRUE_DIV(EXP[12065],reduce0[12067])[12077]", MGEC_F32, 2, {1, kClasses}, 0, 0, MGEC_HOST, 0}, 3, 2, "Reduce",
     MGEC_VALUE_OUTPUT, 1, 0, 4 * kClasses, MGEC_VALUE_BATCHED | MGEC_VALUE_ORIGINAL, 0}};
const uint32_t kOperands[] = {0, 1};
const mgec_step kStep = {"classify", "classify_f32", "3", "Reduce", 0, 1, 1, kOperands};
const mgec_variant kVariants[] = {
    {sizeof(mgec_variant), 1, &kInput, 1, 1, &kOutput, &kBatch, "f32", 1, 1, &kIsa[0], &kStep, resolve, 2, 0, kValues},
    {sizeof(mgec_variant), 1, &kInputSmall, 1, 0, &kOutputSmall, nullptr, "f32", 1, 0, &kIsa[1], nullptr,
     resolveSmall, 0, 0, nullptr}};

mgec_model makeModel() {
  mgec_model model = {};
  model.struct_size = sizeof(model);
  model.abi_version = MGEC_ABI_VERSION;
  model.name = "classify";
  const std::vector<uint8_t> bytes = fake::modelV2(777);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  std::memcpy(model.fingerprint, canonical.digest, sizeof(model.fingerprint));
  model.compiler = "by hand";
  model.n_variants = 2;
  model.variants = kVariants;
  model.manifest = "{\n  \"channel_block\": 8\n}\n";
  return model;
}

} // namespace

extern "C" __attribute__((visibility("default"))) const mgec_model *const *mgec_artifact_models(uint32_t *count) {
  static const mgec_model model = makeModel();
  static const mgec_model *const models[] = {&model};
  *count = 1;
  return models;
}
