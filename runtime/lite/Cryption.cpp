//===- Cryption.cpp - the methods that unlock models ----------------------------------------------------------===//
#include "Cryption.h"

#include "TensorImpl.h"

#include <cstring>
#include <memory>
#include <mutex>

namespace lite {

namespace {

struct Method {
  std::string name;
  DecryptionFunc func; // null: the library's own, or a key alone
  Secret key;
};

struct Parser {
  std::string name;
  ParseInfoFunc func; // null: the library's own
};

constexpr char kSeal[] = "MGEC_AES_256_GCM";

// The keys that every copy of MegEngine Lite carries. They protect nothing; see docs/SECURITY.md.
constexpr uint8_t kAesKey[32] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
constexpr uint8_t kRc4Key[16] = {0x6c, 0x69, 0x65, 0x6a, 0x67, 0x66, 0x6b, 0x68,
                                 0x7c, 0x7f, 0x7e, 0x79, 0x78, 0x7d, 0x7b, 0x7a};

struct Registry {
  std::mutex mutex;
  // Shared, so that a method which is replaced stays as it was for those who are using it.
  std::vector<std::shared_ptr<const Method>> methods;
  std::vector<Parser> parsers;

  Registry() {
    add("AES_default", nullptr, {kAesKey, kAesKey + sizeof(kAesKey)});
    add("RC4_default", nullptr, {kRc4Key, kRc4Key + sizeof(kRc4Key)});
    add("SIMPLE_FAST_RC4_default", nullptr, {kRc4Key, kRc4Key + sizeof(kRc4Key)});
    add(kSeal, nullptr, {});
    parsers.push_back({"LITE_default", nullptr});
    mgec::core::setKeySource(&key_of);
  }

  static std::shared_ptr<const Method> make(std::string name, const DecryptionFunc &func, std::vector<uint8_t> key) {
    auto method = std::make_shared<Method>();
    method->name = std::move(name);
    method->func = func;
    method->key.bytes = std::move(key);
    return method;
  }
  void add(std::string name, const DecryptionFunc &func, std::vector<uint8_t> key) {
    methods.push_back(make(std::move(name), func, std::move(key)));
  }
  std::shared_ptr<const Method> *find(const std::string &name) {
    for (auto &method : methods)
      if (method->name == name)
        return &method;
    return nullptr;
  }
};

// Never destroyed: networks in static storage may load models after main.
Registry &registry() {
  static Registry *const instance = new Registry;
  return *instance;
}

std::shared_ptr<const Method> find_method(const std::string &name) {
  Registry &r = registry();
  const std::lock_guard<std::mutex> lock(r.mutex);
  const auto *method = r.find(name);
  return method ? *method : nullptr;
}

} // namespace

bool register_decryption_and_key(std::string decrypt_name, const DecryptionFunc &func,
                                 const std::vector<uint8_t> &key) {
  Registry &r = registry();
  const std::lock_guard<std::mutex> lock(r.mutex);
  if (r.find(decrypt_name))
    fail("The decryption method %s is already registered.", decrypt_name.c_str());
  r.add(std::move(decrypt_name), func, key);
  return true;
}

bool update_decryption_or_key(std::string decrypt_name, const DecryptionFunc &func, const std::vector<uint8_t> &key) {
  Registry &r = registry();
  const std::lock_guard<std::mutex> lock(r.mutex);
  auto *method = r.find(decrypt_name);
  if (!method)
    fail("The decryption method %s is not registered.", decrypt_name.c_str());
  *method = Registry::make(std::move(decrypt_name), func ? func : (*method)->func, //
                           key.empty() ? (*method)->key.bytes : key);
  return true;
}

bool register_parse_info_func(std::string info_type, const ParseInfoFunc &parse_func) {
  if (!parse_func)
    fail("The parse info method %s has no function.", info_type.c_str());
  Registry &r = registry();
  const std::lock_guard<std::mutex> lock(r.mutex);
  for (const Parser &parser : r.parsers)
    if (parser.name == info_type)
      fail("The parse info method %s is already registered.", info_type.c_str());
  r.parsers.push_back({std::move(info_type), parse_func});
  return true;
}

Secret key_of(const std::string &method) {
  const auto found = find_method(method);
  return Secret(found ? found->key.bytes : std::vector<uint8_t>());
}

Secret decrypt(const std::string &method, const void *data, size_t size, const std::string &name) {
  const std::shared_ptr<const Method> found = find_method(method);
  if (!found)
    fail("%s: The decryption method %s is not registed yet.", name.c_str(), method.c_str());
  if (found->func)
    return Secret(found->func(data, size, found->key.bytes));
  const mgec::core::CryptoTable *table = nullptr;
  const mgec::core::Status status = mgec::core::cryptoTable(table);
  if (!status.ok())
    fail("%s: decryption method %s: %s", name.c_str(), method.c_str(), status.message().c_str());
  Secret plain;
  std::string error;
  if (!table->decrypt(method, data, size, found->key.bytes, plain.bytes, error))
    fail("%s: %s", name.c_str(), error.c_str());
  return plain;
}

ParseInfoFunc parse_info_func(const std::string &info_type, const std::string &name) {
  Registry &r = registry();
  const std::lock_guard<std::mutex> lock(r.mutex);
  for (const Parser &parser : r.parsers)
    if (parser.name == info_type)
      return parser.func;
  fail("%s: can't find model info parse function %s.", name.c_str(), info_type.c_str());
}

} // namespace lite
