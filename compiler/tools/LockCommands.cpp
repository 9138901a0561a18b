//===- LockCommands.cpp - mgec encrypt, decrypt, pack, unpack, sign ---------------------------------------------===//
#include "compiler/tools/Commands.h"
#include "compiler/tools/Lock.h"
#include "compiler/tools/Unlock.h"

#if !MGEC_CRYPTO
void mgec::tools::addLockCommands(CLI::App &, std::vector<std::unique_ptr<Command>> &) {}
#else

#include "runtime/crypto/Info.h"
#include "runtime/crypto/Pack.h"
#include "runtime/crypto/Seal.h"
#include "runtime/lite/Unlock.h"

#include "lite/pack_model.h"

#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <stdexcept>

using namespace mgec;
using namespace mgec::tools;
using crypto::Bytes;

namespace {

const char *const kMethods =
    "AES_default, RC4_default, SIMPLE_FAST_RC4_default (all three only hide; their default keys are "
    "public) or MGEC_AES_256_GCM (sound)";

void writeFile(const std::string &path, const Bytes &bytes) {
  auto failed = llvm::writeToOutput(path, [&](llvm::raw_ostream &os) {
    os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    return llvm::Error::success();
  });
  if (failed)
    throw std::runtime_error("cannot write " + path + ": " + llvm::toString(std::move(failed)));
}

lite::Secret readBytes(const std::string &path) {
  return withRuntimeErrors([&] { return lite::read_file(path); });
}

/// Runs `body`; what the ciphers say is about the file.
template <typename F> auto about(const std::string &file, F &&body) {
  try {
    return withRuntimeErrors(body);
  } catch (const crypto::CryptoError &error) {
    throw std::runtime_error(file + ": " + error.what());
  }
}

Bytes encryptWith(const std::string &method, const Bytes &plain) {
  lite::Secret key = lite::key_of(method);
  if (!crypto::isBuiltIn(method))
    throw std::runtime_error("there is no encryption method " + method + "; there are " + kMethods);
  if (key.bytes.empty())
    throw std::runtime_error(method + " needs a key: --key-file FILE");
  return crypto::encrypt(method, plain.data(), plain.size(), key.bytes);
}

/// encrypt and decrypt.
struct CipherCommand : Command {
  bool encrypting;
  std::string input, output;
  UnlockFlags flags;
  CipherCommand(CLI::App &parent, bool encrypting) : encrypting(encrypting) {
    app = encrypting ? parent.add_subcommand("encrypt", "encrypt a file as MegEngine Lite does, or soundly")
                     : parent.add_subcommand(
                           "decrypt", "decrypt a file; of the RC4 methods up to 15 bytes more than went in come out");
    app->add_option("INPUT", input, "a file")->required();
    app->add_option("-o,--output", output, "where the result goes")->required();
    app->add_option("--method", flags.method, kMethods)->required();
    app->add_option("--key", flags.keys, "the key in hexadecimal digits (default: the method's own)");
    app->add_option("--key-file", flags.keyFiles, "a file with the key, as bytes or as hexadecimal digits");
  }
  int run() override {
    keepSecrets();
    flags.apply();
    lite::Secret bytes = readBytes(input);
    lite::Secret result(about(input, [&] {
      return encrypting ? encryptWith(flags.method, bytes.bytes)
                        : std::move(lite::decrypt(flags.method, bytes.bytes.data(), bytes.bytes.size(), input).bytes);
    }));
    writeFile(output, result.bytes);
    return 0;
  }
};

struct PackCommand : Command {
  std::string model, output, name, info, cache, modelMethod = "NONE", infoMethod = "NONE", parser = "LITE_default";
  UnlockFlags keys;
  explicit PackCommand(CLI::App &parent) {
    app = parent.add_subcommand("pack", "put a model, and how to run it, into a packed Lite model");
    app->add_option("MODEL", model, "a plain model file, or a packed one to replace the information of")->required();
    app->add_option("-o,--output", output, "the packed file")->required();
    app->add_option("--name", name, "the model's name (default: that in the information, else the file name)");
    app->add_option("--info", info,
                    "a JSON file: version, device, options, IO, extra_info as MegEngine Lite reads them");
    app->add_option("--algo-cache", cache, "a fast-run cache of MegEngine");
    app->add_option("--encrypt", modelMethod, std::string("encrypt the model: ") + kMethods);
    app->add_option("--encrypt-info", infoMethod, "encrypt the information");
    app->add_option("--key", keys.keys, "METHOD=HEX: another key than the method's own");
    app->add_option("--key-file", keys.keyFiles, "METHOD=FILE: the same from a file");
  }
  int run() override {
    if (modelMethod != "NONE" || infoMethod != "NONE")
      keepSecrets();
    keys.apply();
    lite::Secret bytes = readBytes(model);
    bool packed = crypto::isPack(bytes.bytes.data(), bytes.bytes.size());
    if (packed && modelMethod != "NONE")
      throw std::runtime_error(model +
                               ": this model is packed already; unpack it before it is encrypted in another way");
    Bytes information = info.empty() ? Bytes() : std::move(readBytes(info).bytes);
    if (name.empty())
      name = crypto::nameInInfo(information.data(), information.size());
    if (name.empty() && !packed)
      name = llvm::sys::path::stem(model).str();
    if (!information.empty() && !name.empty())
      about(info, [&] { // what a program would refuse is refused here
        lite::Config config;
        lite::NetworkIO io;
        std::unordered_map<std::string, lite::LiteAny> device;
        std::string extra;
        bool newer;
        crypto::parseInfo(information.data(), information.size(), name, config, io, device, extra, newer);
      });
    about(model, [&] {
      Bytes content = modelMethod == "NONE" ? std::move(bytes.bytes) : encryptWith(modelMethod, bytes.bytes);
      if (infoMethod != "NONE" && !information.empty())
        information = encryptWith(infoMethod, information);
      Bytes policy = cache.empty() ? Bytes() : std::move(readBytes(cache).bytes);
      lite::ModelPacker packer(std::move(content), output, information, policy);
      packer.set_header(modelMethod, infoMethod, true);
      if (!name.empty())
        packer.set_name(name);
      packer.pack_model();
    });
    return 0;
  }
};

struct UnpackCommand : Command {
  std::string packed, output, info;
  UnlockFlags keys;
  explicit UnpackCommand(CLI::App &parent) {
    app = parent.add_subcommand("unpack", "take the plain model, and the information, out of a packed Lite model");
    app->add_option("PACKED", packed, "a packed model")->required();
    app->add_option("-o,--output", output, "the plain model");
    app->add_option("--info", info, "the information, JSON text");
    app->add_option("--key", keys.keys, "METHOD=HEX: another key than the method's own");
    app->add_option("--key-file", keys.keyFiles, "METHOD=FILE: the same from a file");
  }
  int run() override {
    keepSecrets();
    keys.apply();
    lite::Secret bytes = readBytes(packed);
    about(packed, [&] {
      crypto::Pack pack = crypto::readPack(bytes.bytes.data(), bytes.bytes.size());
      auto part = [&](const std::string &method, const crypto::View &view) {
        return method == "NONE" ? lite::Secret(Bytes(view.data, view.data + view.size))
                                : lite::decrypt(method, view.data, view.size, packed);
      };
      if (!output.empty())
        writeFile(output, part(pack.modelMethod, pack.model).bytes);
      if (!info.empty())
        writeFile(info, part(pack.infoMethod, pack.info).bytes);
      std::printf("model        %s\nencryption   %s, information %s\nread by      %s\ncache        %zu bytes\n",
                  pack.name.c_str(), pack.modelMethod.c_str(), pack.hasInfo ? pack.infoMethod.c_str() : "absent",
                  pack.infoParser.c_str(), pack.algoPolicy.size);
    });
    return 0;
  }
};

struct SignCommand : Command {
  std::string artifact, key;
  explicit SignCommand(CLI::App &parent) {
    app = parent.add_subcommand(
        "sign", "sign a compiled library: writes ARTIFACT.sig, which programs with a trusted key ask for");
    app->add_option("ARTIFACT", artifact, "a .so")->required();
    app->add_option("--key", key, "Ed25519 private key in PEM form (openssl genpkey -algorithm ed25519)")->required();
  }
  int run() override {
    signArtifact(artifact, key);
    return 0;
  }
};

} // namespace

void tools::addLockCommands(CLI::App &app, std::vector<std::unique_ptr<Command>> &commands) {
  commands.push_back(std::make_unique<CipherCommand>(app, true));
  commands.push_back(std::make_unique<CipherCommand>(app, false));
  commands.push_back(std::make_unique<PackCommand>(app));
  commands.push_back(std::make_unique<UnpackCommand>(app));
  commands.push_back(std::make_unique<SignCommand>(app));
}

#endif
