//===- Packer.cpp - lite::ModelPacker -------------------------------------------------------------------------===//
#include "lite/pack_model.h"

#include "Info.h"
#include "Pack.h"
#include "lite/misc.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace lite {

namespace crypto = mgec::crypto;

namespace {

std::vector<uint8_t> read_whole(const std::string &path) {
  std::vector<uint8_t> bytes;
  if (path.empty())
    return bytes;
  const std::unique_ptr<FILE, int (*)(FILE *)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file)
    throw Error("failed to open " + path + ": " + std::strerror(errno));
  uint8_t buffer[65536];
  for (size_t count; (count = std::fread(buffer, 1, sizeof(buffer), file.get())) > 0;)
    bytes.insert(bytes.end(), buffer, buffer + count);
  if (std::ferror(file.get()))
    throw Error("failed to read " + path + ": " + std::strerror(errno));
  return bytes;
}

void write_whole(const std::string &path, const std::vector<uint8_t> &bytes) {
  const std::string partial = path + ".part";
  FILE *file = std::fopen(partial.c_str(), "wbe");
  bool good = file && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if (file)
    good = std::fclose(file) == 0 && good;
  if (!good || std::rename(partial.c_str(), path.c_str()) != 0) {
    const std::string why = std::strerror(errno);
    std::remove(partial.c_str());
    throw Error("failed to write " + path + ": " + why);
  }
}

crypto::View view(const std::vector<uint8_t> &bytes) { return {bytes.data(), bytes.size()}; }

} // namespace

/// The model that is packed, which may be a packed one.
class FbsHelper {
public:
  FbsHelper(ModelPacker &packer, std::vector<uint8_t> model) : model(std::move(model)) {
    try {
      if (!crypto::isPack(this->model.data(), this->model.size()))
        return;
      old = crypto::readPack(this->model.data(), this->model.size());
    } catch (const crypto::CryptoError &error) {
      throw Error(error.what());
    }
    repacked = true;
    Header &header = packer.m_header;
    header.name = old.name;
    header.model_decryption_method = old.modelMethod;
    header.info_decryption_method = old.infoMethod;
    header.info_parse_method = old.infoParser;
    header.info_cache_parse_method = old.cacheParser;
    header.fb32.is_fast_run_cache = old.fastRunCache;
  }

  std::vector<uint8_t> pack(const ModelPacker &packer) const {
    static const std::string invalid = "{\"valid\":false}";
    const Header &header = packer.m_header;
    crypto::Pack pack;
    pack.name = header.name;
    pack.infoMethod = header.info_decryption_method.empty() ? "NONE" : header.info_decryption_method;
    pack.modelMethod = header.model_decryption_method.empty() ? "NONE" : header.model_decryption_method;
    pack.infoParser = header.info_parse_method;
    pack.cacheParser = header.info_cache_parse_method;
    pack.fastRunCache = header.fb32.is_fast_run_cache;
    pack.model = repacked ? old.model : view(model);
    pack.hasInfo = true;
    pack.info = view(packer.m_info_data);
    if (packer.m_info_data.empty())
      pack.info = old.info;
    if (pack.info.size == 0) {
      pack.info = {reinterpret_cast<const uint8_t *>(invalid.data()), invalid.size()};
      pack.infoMethod = "NONE";
    }
    const std::vector<uint8_t> cache = crypto::mergeCaches(old.algoPolicy, view(packer.m_algo_policy_data));
    pack.algoPolicy = view(cache);
    pack.binaryCache = packer.m_binary_cache_data.empty() ? old.binaryCache : view(packer.m_binary_cache_data);
    return crypto::writePack(pack);
  }

  bool repacked = false;

private:
  std::vector<uint8_t> model;
  crypto::Pack old; // views into `model`
};

ModelPacker::ModelPacker(std::string model_path, std::string packed_model_path, std::string info_data_path,
                         std::string info_algo_policy_path, std::string info_binary_cache_path)
    : ModelPacker(read_whole(model_path), std::move(packed_model_path), read_whole(info_data_path),
                  read_whole(info_algo_policy_path), read_whole(info_binary_cache_path)) {}

ModelPacker::ModelPacker(std::vector<uint8_t> model_data, std::string packed_model_path, std::vector<uint8_t> info_data,
                         std::vector<uint8_t> info_algo_policy_data, std::vector<uint8_t> info_binary_cache_data)
    : m_info_data(std::move(info_data)), m_algo_policy_data(std::move(info_algo_policy_data)),
      m_binary_cache_data(std::move(info_binary_cache_data)), m_packed_model_path(std::move(packed_model_path)) {
  m_header.fb32.is_fast_run_cache = 1;
  m_fbs_helper = std::make_unique<FbsHelper>(*this, std::move(model_data));
  const std::string name = crypto::nameInInfo(m_info_data.data(), m_info_data.size());
  if (!name.empty())
    m_header.name = name;
}

ModelPacker::~ModelPacker() = default;

void ModelPacker::set_header(std::string model_decryption_method, std::string info_decryption_method,
                             bool is_fast_run_cache) {
  // Parts that come from a packed model stay as they were encrypted.
  if (!m_fbs_helper->repacked)
    m_header.model_decryption_method = std::move(model_decryption_method);
  if (!m_fbs_helper->repacked || !m_info_data.empty())
    m_header.info_decryption_method = std::move(info_decryption_method);
  m_header.fb32.is_fast_run_cache = is_fast_run_cache;
}

void ModelPacker::set_name(std::string name) { m_header.name = std::move(name); }

void ModelPacker::pack_model() {
  try {
    write_whole(m_packed_model_path, m_fbs_helper->pack(*this));
  } catch (const crypto::CryptoError &error) {
    throw Error(error.what());
  }
}

} // namespace lite
