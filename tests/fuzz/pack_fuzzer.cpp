//===- pack_fuzzer.cpp - any bytes into the readers of packed and encrypted models ------------------------------===//
//
// The first byte picks a reader, the rest is its file. Whatever the bytes are, a reader throws CryptoError or gives
// parts that lie within the file.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "runtime/crypto/Info.h"
#include "runtime/crypto/Pack.h"
#include "runtime/crypto/Seal.h"

#include <cstdlib>

using namespace mgec::crypto;

static volatile uint8_t sink;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const methods[] = {"AES_default", "RC4_default", "SIMPLE_FAST_RC4_default", kSealMethod};
  // A file that begins like a packed model is one, so that genuine files serve as seeds.
  const unsigned choice = isPack(data, size) || size == 0 ? 0 : data[0] % 6;
  const Bytes bytes(data + (isPack(data, size) || size == 0 ? 0 : 1), data + size);
  try {
    if (choice == 0) {
      const Pack pack = readPack(bytes.data(), bytes.size());
      for (const View &view : {pack.info, pack.algoPolicy, pack.binaryCache, pack.model})
        for (size_t i = 0; i < view.size; ++i)
          sink = view.data[i];
    } else if (choice == 1) {
      lite::Config config;
      lite::NetworkIO io;
      std::unordered_map<std::string, lite::LiteAny> device;
      std::string extra;
      bool newer;
      parseInfo(bytes.data(), bytes.size(), "mini", config, io, device, extra, newer);
      for (const lite::IO &input : io.inputs)
        if (input.config_layout.ndim > lite::Layout::MAXDIM)
          std::abort();
    } else {
      decrypt(methods[choice - 2], bytes.data(), bytes.size(), Bytes(32, 1));
    }
  } catch (const CryptoError &) {
  }
  return 0;
}
