#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"

namespace claviger {

/// How others' signatures are made (RFC 7518 §3.1, RFC 8037): those with a key of two halves alone.
enum class Signing : std::uint8_t { rs256, ps256, es256, eddsa };

/// Somebody else's public key, made of its numbers.
class VerifyingKey {
 public:
  // Each of big-endian numbers (RFC 7518 §6, RFC 8037 §2); nullopt: they make no key, or one that
  // is too short (RSA below 2048 bits).
  static std::optional<VerifyingKey> rsa(ByteView modulus, ByteView exponent);
  static std::optional<VerifyingKey> p256(ByteView x, ByteView y);
  static std::optional<VerifyingKey> ed25519(ByteView x);

  /// Whether such a signature can be this key's.
  bool fits(Signing signing) const;
  /// `signature` is as a JWS has it.
  bool verify(Signing signing, ByteView message, ByteView signature) const;

 private:
  enum class Kind : std::uint8_t { rsa, p256, ed25519 };
  struct Deleter {
    void operator()(void* key) const;
  };
  VerifyingKey() = default;
  static std::optional<VerifyingKey> made(void* key, Kind kind);
  std::unique_ptr<void, Deleter> key_;  // an EVP_PKEY
  Kind kind_ = Kind::rsa;
};

}  // namespace claviger
