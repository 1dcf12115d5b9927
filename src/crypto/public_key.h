#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/signature_key.h"

namespace claviger {

/// The public half of an Ed25519 key: checks signatures, and can make none.
class PublicKey {
 public:
  /// Reads PEM (SubjectPublicKeyInfo). Errors: unacceptable_field.
  static Result<PublicKey> from_pem(std::string_view pem);
  ~PublicKey();
  PublicKey(PublicKey&&) noexcept;
  PublicKey& operator=(PublicKey&&) noexcept;

  /// As SignatureKey::fingerprint.
  std::array<std::uint8_t, 32> fingerprint() const;
  bool verify(ByteView message, const SignatureKey::Signature& signature) const;

 private:
  struct Deleter {
    void operator()(void* key) const;
  };
  explicit PublicKey(std::unique_ptr<void, Deleter> key);
  std::unique_ptr<void, Deleter> key_;  // an EVP_PKEY
};

}  // namespace claviger
