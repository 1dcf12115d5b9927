#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace claviger {

/// A private key for signatures that others can check: ECDSA on P-256 with SHA-256, or Ed25519.
/// Safe for all threads. Wiped by OpenSSL when it goes.
class SignatureKey {
 public:
  enum class Kind : std::uint8_t { p256, ed25519 };
  /// r and s, 32 bytes each, big-endian (RFC 7518 §3.4), or the 64 bytes of RFC 8032 §5.1.6.
  using Signature = std::array<std::uint8_t, 64>;

  /// Reads an unencrypted PEM private key (PKCS#8 or SEC 1). Errors: unacceptable_field.
  static Result<SignatureKey> from_pem(std::string_view pem);
  /// A new key, as PEM (PKCS#8). For tests and for making keys.
  static std::string generate_pem(Kind kind);
  ~SignatureKey();
  SignatureKey(SignatureKey&&) noexcept;
  SignatureKey& operator=(SignatureKey&&) noexcept;

  Kind kind() const { return kind_; }
  /// SHA-256 of the public key (SubjectPublicKeyInfo): a name for the key that gives nothing away.
  std::array<std::uint8_t, 32> fingerprint() const;
  /// The public half, as PEM (SubjectPublicKeyInfo).
  std::string public_pem() const;
  /// The public half as a JWK has it: x and y of P-256 (RFC 7518 §6.2.1), or the 32 bytes of
  /// Ed25519 (RFC 8037 §2) as x alone.
  struct PublicNumbers {
    std::array<std::uint8_t, 32> x{};
    std::array<std::uint8_t, 32> y{};
  };
  PublicNumbers public_numbers() const;
  Signature sign(ByteView message) const;
  bool verify(ByteView message, const Signature& signature) const;

 private:
  struct Deleter {
    void operator()(void* key) const;
  };
  SignatureKey(std::unique_ptr<void, Deleter> key, Kind kind);
  std::unique_ptr<void, Deleter> key_;  // an EVP_PKEY
  Kind kind_;
};

}  // namespace claviger
