//===- affine.cpp - a compiled model written by hand ----------------------------------------------------------===//
//
// y = a * x + b for rows of four, and sum, the sums of the rows of y. Rows are the chunks of its one parallel step;
// each is computed in the scratch of the thread that claims it. The partial sums meet in the arena and are added in
// order.
//
// Macros make builds that differ: FAKE_SEED (which model file it belongs to), FAKE_FACTOR (a, to tell builds apart in
// results), FAKE_ROWS (the rows of the first static variant), FAKE_ABI, FAKE_BROKEN (a table without code),
// FAKE_MANIFEST, FAKE_PRECISION, FAKE_FEATURES and FAKE_GENERIC_FEATURES (that the code needs), FAKE_REGISTER (link it
// in), FAKE_STRAY (code that writes where it must not: x[1] says where).
//
//===----------------------------------------------------------------------------------------------------------===//
#include "FakeModel.h"
#include "mgec/model_abi.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#ifndef FAKE_SEED
#define FAKE_SEED 1
#endif
#ifndef FAKE_FACTOR
#define FAKE_FACTOR 2.0f
#endif
#ifndef FAKE_ROWS
#define FAKE_ROWS 1
#endif
#ifndef FAKE_ABI
#define FAKE_ABI MGEC_ABI_VERSION
#endif
#ifndef FAKE_MANIFEST
#define FAKE_MANIFEST "{}"
#endif
#ifndef FAKE_PRECISION
#define FAKE_PRECISION "f32"
#endif
#ifndef FAKE_FEATURES
#define FAKE_FEATURES "avx2,no-such-feature"
#endif
#ifndef FAKE_GENERIC_FEATURES
#define FAKE_GENERIC_FEATURES ""
#endif

namespace {

constexpr int64_t kColumns = 4;

/// What `mgec compile` writes of a packed model: one JSON text in another.
[[maybe_unused]] const char kPackedManifest[] = R"({
  "options": {
    "packed_info": "{\"valid\":true,\"name\":\"mini\",\"version\":\"1.0.0\",\"device\":{\"type\":\"CPU\",\"device_id\":3,\"number_threads\":2},\"options\":{\"const_shape\":true},\"IO\":{\"inputs\":[{\"name\":\"x\",\"dtype\":\"float32\",\"shape\":{\"dim0\":2,\"dim1\":4}}],\"outputs\":[{\"name\":\"sum\"}]},\"extra_info\":{\"text\":\"a \\\"b\\\" \\u00e4\"}}"
  }
})";

alignas(MGEC_ALIGNMENT) const float kWeights[16] = {FAKE_FACTOR, 0.5f};

struct Frame {
  const float *x, *weights;
  float *y, *partial;
};

void row(const void *frame, int64_t chunk, void *scratch) {
  const Frame &f = *static_cast<const Frame *>(frame);
  float *line = static_cast<float *>(scratch);
  float sum = 0;
  for (int64_t i = 0; i < kColumns; ++i) {
    line[i] = f.weights[0] * f.x[chunk * kColumns + i];
    line[i] += f.weights[1];
  }
  for (int64_t i = 0; i < kColumns; ++i)
    sum += f.y[chunk * kColumns + i] = line[i];
  f.partial[chunk] = sum;
}

#if defined(FAKE_STRAY)
void stray(const mgec_exec *e, int64_t rows) {
  float *const arena = reinterpret_cast<float *>(e->arena), *const scratch = reinterpret_cast<float *>(e->scratch);
  float *const y = static_cast<float *>(e->outputs[0]), *const sum = static_cast<float *>(e->outputs[1]);
  float *const places[] = {arena - 1, arena + rows, scratch + MGEC_ALIGNMENT / sizeof(float), y - 1, sum + rows};
  const float place = static_cast<const float *>(e->inputs[0])[1];
  for (int k = 0; k < 5; ++k)
    if (place == static_cast<float>(k))
      *places[k] = 1;
}
#else
void stray(const mgec_exec *, int64_t) {}
#endif

template <int64_t Rows> int32_t forward(const mgec_exec *e) {
  const int64_t rows = Rows ? Rows : e->symbols[0];
  stray(e, rows);
  const Frame frame = {static_cast<const float *>(e->inputs[0]), reinterpret_cast<const float *>(e->weights),
                       static_cast<float *>(e->outputs[0]), reinterpret_cast<float *>(e->arena)};
  if (e->on_step)
    e->on_step(e->on_step_user, 0, 1);
  if (frame.x[0] != frame.x[0]) {
    *e->error = "the first element of x is not a number";
    return MGEC_ERROR_DATA;
  }
  e->parallel(e->pool, rows, row, &frame);
  if (e->on_step)
    e->on_step(e->on_step_user, 0, 0);
  if (e->on_step)
    e->on_step(e->on_step_user, 1, 1);
  for (int64_t i = 0; i < rows; ++i)
    static_cast<float *>(e->outputs[1])[i] = frame.partial[i];
  if (e->on_step)
    e->on_step(e->on_step_user, 1, 0);
  return MGEC_OK;
}

// Code that must never run on a processor without its features: here it would give wrong numbers.
int32_t wrong(const mgec_exec *e) {
  static_cast<float *>(e->outputs[0])[0] = -1;
  return MGEC_OK;
}

template <int64_t Rows> void resolve(const int64_t *symbols, mgec_sizes *sizes, int64_t *dims) {
  const int64_t rows = Rows ? Rows : symbols[0];
  sizes->arena_bytes = static_cast<uint64_t>(rows) * sizeof(float);
  sizes->scratch_bytes = MGEC_ALIGNMENT;
  dims[0] = rows;
  dims[1] = kColumns;
  dims[MGEC_MAX_NDIM] = rows;
}

template <int64_t Rows>
const mgec_tensor_desc kInput = {"x", MGEC_F32, 2, {Rows ? Rows : -1, kColumns}, 0, 0, MGEC_HOST, 0};
template <int64_t Rows>
const mgec_tensor_desc kOutputs[2] = {{"y", MGEC_F32, 2, {Rows ? Rows : -1, kColumns}, 0, 0, MGEC_HOST, 0},
                                      {"sum", MGEC_F32, 1, {Rows ? Rows : -1}, 0, 0, MGEC_HOST, 0}};
template <int64_t Rows>
const mgec_isa_entry kIsa[2] = {{MGEC_ISA_NATIVE, 0, FAKE_FEATURES, wrong},
                                {MGEC_ISA_GENERIC, 0, FAKE_GENERIC_FEATURES, forward<Rows>}};
/// x, the weights, y, the partial sums, sum; numbered as MegEngine would: an operator, then what it computes.
template <int64_t Rows>
constexpr mgec_value value(mgec_tensor_desc tensor, uint32_t variable, const char *type, int32_t space, uint64_t offset,
                           uint64_t bytes) {
  tensor.dims[0] = Rows && tensor.ndim ? Rows : 1;
  return {tensor, variable, variable - 1, type, space, 1, offset, bytes * static_cast<uint64_t>(Rows ? Rows : 1),
          MGEC_VALUE_ORIGINAL | (Rows || space == MGEC_VALUE_WEIGHTS ? 0 : MGEC_VALUE_BATCHED), 0};
}
template <int64_t Rows>
const mgec_value kValues[] = {
    value<Rows>({"x", MGEC_F32, 2, {0, kColumns}, 0, 0, MGEC_HOST, 0}, 1, "Host2DeviceCopy", MGEC_VALUE_INPUT, 0, 16),
    {{"weights", MGEC_U8, 0, {}, 0, 0, MGEC_HOST, 0},
     3,
     2,
     "ImmutableTensor",
     MGEC_VALUE_WEIGHTS,
     0,
     0,
     8,
     MGEC_VALUE_ORIGINAL,
     0},
    value<Rows>({"y", MGEC_F32, 2, {0, kColumns}, 0, 0, MGEC_HOST, 0}, 7, "Elemwise", MGEC_VALUE_OUTPUT, 0, 16),
    value<Rows>({"partial", MGEC_F32, 1, {0}, 0, 0, MGEC_HOST, 0}, 9, "Reduce", MGEC_VALUE_ARENA, 0, 4),
    value<Rows>({"sum", MGEC_F32, 1, {0}, 0, 0, MGEC_HOST, 0}, 11, "Identity", MGEC_VALUE_OUTPUT, 1, 4)};
const uint32_t kOperands[] = {0, 1, 2, 3, 3, 4};
template <int64_t Rows>
const mgec_step kSteps[] = {
    {"rows", "affine_f32_rows", "5,7,9", "Elemwise", kColumns *static_cast<uint64_t>(Rows ? Rows : 1), 2, 2, kOperands},
    {"sums", "copy_f32", "11", "Identity", 0, 1, 1, kOperands + 4}};
const mgec_symbol kBatch = {"N", 3, 64};

template <int64_t Rows> constexpr mgec_variant variant() {
  return {
    sizeof(mgec_variant), 1, &kInput<Rows>, 2, Rows ? 0 : 1, kOutputs<Rows>, Rows ? nullptr : &kBatch, FAKE_PRECISION,
#if defined(FAKE_BROKEN)
        0,
#else
        2,
#endif
        2, kIsa<Rows>, kSteps<Rows>, resolve<Rows>, 5, 0, kValues<Rows>
  };
}

const mgec_variant kVariants[] = {variant<FAKE_ROWS>(), variant<FAKE_ROWS + 1>(), variant<0>()};

mgec_model makeModel() {
  mgec_model model = {};
  model.struct_size = sizeof(model);
  model.abi_version = FAKE_ABI;
  model.name = "affine";
  const std::vector<uint8_t> bytes = fake::modelV2(FAKE_SEED);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  std::memcpy(model.fingerprint, canonical.digest, sizeof(model.fingerprint));
  model.compiler = "by hand";
  model.weights = reinterpret_cast<const uint8_t *>(kWeights);
  model.weights_bytes = sizeof(kWeights);
  model.n_variants = 3;
  model.variants = kVariants;
  model.manifest = FAKE_MANIFEST;
  return model;
}

const mgec_model &model() {
  static const mgec_model m = makeModel();
  return m;
}

#if defined(FAKE_REGISTER)
const int registered = (mgec_register_model(&model()), mgec_register_model(&model()), 0);
#endif

} // namespace

#if !defined(FAKE_REGISTER)
extern "C" __attribute__((visibility("default"))) const mgec_model *const *mgec_artifact_models(uint32_t *count) {
  static const mgec_model *const models[] = {&model()};
  *count = 1;
  return models;
}
#endif
