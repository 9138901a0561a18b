//===- Cryption.cpp - the methods that unlock models ----------------------------------------------------------===//
#include "Cryption.h"

#include "TensorImpl.h"

#include <memory>
#include <mutex>

namespace lite {

namespace {

struct Method {
  DecryptionFunc func; // null: the library's own
  Secret key;
};

struct Registry {
  std::mutex mutex;
  // Shared, so that a method which is replaced stays as it was for those who are using it.
  std::unordered_map<std::string, std::shared_ptr<const Method>> methods;
  std::unordered_map<std::string, ParseInfoFunc> parsers;
};

// The keys that every copy of MegEngine Lite carries. They protect nothing; see docs/SECURITY.md.
std::vector<uint8_t> default_aes_key() {
  std::vector<uint8_t> key(32);
  for (size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<uint8_t>(i);
  return key;
}

std::vector<uint8_t> default_rc4_key() {
  // A hash key and a stream key, both little-endian.
  return {0x6c, 0x69, 0x65, 0x6a, 0x67, 0x66, 0x6b, 0x68, 0x7c, 0x7f, 0x7e, 0x79, 0x78, 0x7d, 0x7b, 0x7a};
}

std::shared_ptr<const Method> make_method(DecryptionFunc func, std::vector<uint8_t> key) {
  auto method = std::make_shared<Method>();
  method->func = std::move(func);
  method->key.bytes = std::move(key);
  return method;
}

// Never destroyed: networks in static storage may load models after main.
Registry &registry() {
  static Registry *const instance = [] {
    auto *r = new Registry;
    r->methods.emplace("AES_default", make_method(nullptr, default_aes_key()));
    r->methods.emplace("RC4_default", make_method(nullptr, default_rc4_key()));
    r->methods.emplace("SIMPLE_FAST_RC4_default", make_method(nullptr, default_rc4_key()));
    r->methods.emplace(kGcmMethod, make_method(nullptr, {}));
    r->parsers.emplace(kDefaultParser, nullptr);
    return r;
  }();
  return *instance;
}

std::shared_ptr<const Method> find_method(const std::string &name) {
  Registry &r = registry();
  const std::lock_guard<std::mutex> lock(r.mutex);
  const auto it = r.methods.find(name);
  return it == r.methods.end() ? nullptr : it->second;
}

} // namespace

void wipe(void *data, size_t size) {
  volatile unsigned char *byte = static_cast<unsigned char *>(data);
  while (size--)
    *byte++ = 0;
}

bool register_decryption_and_key(std::string decrypt_name, const DecryptionFunc &func,
                                 const std::vector<uint8_t> &key) {
  if (!func)
    fail("The decryption method %s has no function.", decrypt_name.c_str());
  Registry &r = registry();
  const std::lock_guard<std::mutex> lock(r.mutex);
  if (r.methods.count(decrypt_name))
    fail("The decryption method %s is already registered.", decrypt_name.c_str());
  r.methods.emplace(std::move(decrypt_name), make_method(func, key));
  return true;
}

bool update_decryption_or_key(std::string decrypt_name, const DecryptionFunc &func, const std::vector<uint8_t> &key) {
  Registry &r = registry();
  const std::lock_guard<std::mutex> lock(r.mutex);
  const auto it = r.methods.find(decrypt_name);
  if (it == r.methods.end())
    fail("The decryption method %s is not registered.", decrypt_name.c_str());
  const Method &old = *it->second;
  it->second = make_method(func ? func : old.func, key.empty() ? old.key.bytes : key);
  return true;
}

bool register_parse_info_func(std::string info_type, const ParseInfoFunc &parse_func) {
  if (!parse_func)
    fail("The parse info method %s has no function.", info_type.c_str());
  Registry &r = registry();
  const std::lock_guard<std::mutex> lock(r.mutex);
  if (!r.parsers.emplace(info_type, parse_func).second)
    fail("The parse info method %s is already registered.", info_type.c_str());
  return true;
}

Secret decrypt(const std::string &method, const void *data, size_t size) {
  const std::shared_ptr<const Method> found = find_method(method);
  if (!found)
    fail("The decryption method %s is not registed yet.", method.c_str());
  if (!found->func)
    fail("The decryption method %s is not in this build.", method.c_str());
  return Secret(found->func(data, size, found->key.bytes));
}

Secret decryption_key(const std::string &method) {
  const std::shared_ptr<const Method> found = find_method(method);
  return Secret(found ? found->key.bytes : std::vector<uint8_t>());
}

ParseInfoFunc parse_info_func(const std::string &info_type) {
  Registry &r = registry();
  const std::lock_guard<std::mutex> lock(r.mutex);
  const auto it = r.parsers.find(info_type);
  if (it == r.parsers.end())
    fail("can't find model info parse function %s.", info_type.c_str());
  return it->second;
}

} // namespace lite
