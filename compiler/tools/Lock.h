//===- Lock.h - sealing the weights of artifacts, and signing them ----------------------------------------------===//
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mgec::tools {

/// What `mgec compile --encrypt-weights` seals with.
struct SealCommand {
  std::vector<uint8_t> key; // 32 bytes; empty: weights stay plain
  std::string keyId;
  /// A function that seals the weights of the model of a fingerprint (hexadecimal).
  std::function<std::string(std::string_view)> sealer(const std::string &fingerprint) const;
};

/// The key that is registered to seal weights with. Throws where there is none, or not of 32 bytes.
std::vector<uint8_t> registeredSealKey(const std::string &keyId);

/// A key that nobody knows.
std::vector<uint8_t> randomKey();

/// Writes ARTIFACT.sig with the Ed25519 key in a PEM file.
void signArtifact(const std::string &artifact, const std::string &privateKeyFile);

} // namespace mgec::tools
