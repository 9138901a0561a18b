//===- Pack.cpp - packed models -------------------------------------------------------------------------------===//
#include "Pack.h"

#include "lite_pack_generated.h"

#include <cstring>

namespace mgec::crypto {

namespace fbs = schema::pack;

namespace {

constexpr char kMagic[] = "packed_model";
constexpr size_t kMagicBytes = sizeof(kMagic) - 1;

[[noreturn]] void fail(const char *text) { throw CryptoError(text); }

View view(const flatbuffers::Vector<uint8_t> *bytes) { return bytes ? View{bytes->data(), bytes->size()} : View(); }

std::string text(const flatbuffers::String *string, const char *otherwise) {
  return string ? string->str() : std::string(otherwise);
}

uint32_t loadCount(const View &cache) {
  if (cache.size < 4)
    fail("an algorithm cache is damaged");
  return static_cast<uint32_t>(cache.data[0]) | static_cast<uint32_t>(cache.data[1]) << 8 |
         static_cast<uint32_t>(cache.data[2]) << 16 | static_cast<uint32_t>(cache.data[3]) << 24;
}

} // namespace

bool isPack(const uint8_t *data, size_t size) {
  return size >= kMagicBytes && std::memcmp(data, kMagic, kMagicBytes) == 0;
}

Pack readPack(const uint8_t *data, size_t size) {
  if (!isPack(data, size))
    fail("this is no packed model");
  data += kMagicBytes;
  size -= kMagicBytes;
  if (size < 8 || size >= FLATBUFFERS_MAX_BUFFER_SIZE)
    fail("the packed model is truncated or damaged");
  flatbuffers::Verifier verifier(data, size);
  if (!fbs::VerifyPackModelBuffer(verifier))
    fail("the packed model is truncated or damaged");
  const auto *models = fbs::GetPackModel(data)->models();
  if (!models || models->size() == 0)
    fail("the packed file holds no model");
  if (models->size() != 1)
    fail("Now only support one model");
  const fbs::Model *model = models->Get(0);
  const fbs::ModelHeader *header = model->header();
  if (!header || !model->data())
    fail("the packed file holds no model");
  Pack pack;
  pack.name = text(header->name(), "");
  pack.infoMethod = text(header->info_decryption_method(), "NONE");
  pack.infoParser = text(header->info_parse_method(), "");
  pack.modelMethod = text(header->model_decryption_method(), "NONE");
  pack.cacheParser = text(header->info_cache_parse_method(), "");
  pack.fastRunCache = header->is_fast_run_cache();
  pack.model = view(model->data()->data());
  if (const fbs::ModelInfo *info = model->info()) {
    pack.hasInfo = info->data() != nullptr;
    pack.info = view(info->data());
    pack.algoPolicy = view(info->algo_policy());
    pack.binaryCache = view(info->binary_cache());
  }
  return pack;
}

Bytes writePack(const Pack &pack) {
  // Offsets have 31 bits.
  constexpr size_t most = FLATBUFFERS_MAX_BUFFER_SIZE / 2;
  if (pack.model.size > most || pack.info.size + pack.algoPolicy.size + pack.binaryCache.size > most / 4)
    fail("the model is too large for a packed file");
  flatbuffers::FlatBufferBuilder builder;
  const auto bytes = [&](const View &view) { return view.size ? builder.CreateVector(view.data, view.size) : 0; };
  const auto data = fbs::CreateModelData(builder, builder.CreateVector(pack.model.data, pack.model.size));
  flatbuffers::Offset<fbs::ModelInfo> info;
  if (pack.hasInfo || pack.algoPolicy.size || pack.binaryCache.size) {
    const auto text = bytes(pack.info), policy = bytes(pack.algoPolicy), binary = bytes(pack.binaryCache);
    info = fbs::CreateModelInfo(builder, text, policy, binary);
  }
  const auto header =
      fbs::CreateModelHeaderDirect(builder, pack.name.c_str(), pack.infoMethod.c_str(), pack.infoParser.c_str(),
                                   pack.modelMethod.c_str(), pack.cacheParser.c_str(), pack.fastRunCache);
  const auto model = fbs::CreateModel(builder, header, info, data);
  builder.Finish(fbs::CreatePackModel(builder, builder.CreateVector(&model, 1)));
  Bytes out(kMagicBytes + builder.GetSize());
  std::memcpy(out.data(), kMagic, kMagicBytes);
  std::memcpy(out.data() + kMagicBytes, builder.GetBufferPointer(), builder.GetSize());
  cleanse(builder.GetBufferPointer(), builder.GetSize());
  return out;
}

Bytes mergeCaches(const View &a, const View &b) {
  if (!a.size || !b.size) {
    const View &one = a.size ? a : b;
    return Bytes(one.data, one.data + one.size);
  }
  const uint32_t count = loadCount(a) + loadCount(b);
  Bytes out(a.data, a.data + a.size);
  out.insert(out.end(), b.data + 4, b.data + b.size);
  for (unsigned i = 0; i < 4; ++i)
    out[i] = static_cast<uint8_t>(count >> (8 * i));
  return out;
}

} // namespace mgec::crypto
