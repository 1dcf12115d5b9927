#pragma once

// Internal to crypto/. OpenSSL 3 calls the SHA256_* functions deprecated in favour of EVP, whose
// contexts live on the heap; a state that is a plain value costs less than half (measured) and lets
// a check allocate nothing. See docs/decisions/0001-sha256-as-a-value.md.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/secret.h"

namespace claviger {

class Sha256State {
 public:
  Sha256State() { SHA256_Init(&context_); }
  Sha256State(const Sha256State&) = default;
  Sha256State& operator=(const Sha256State&) = default;
  ~Sha256State() { wipe(&context_, sizeof context_); }

  void update(ByteView bytes) { SHA256_Update(&context_, bytes.data(), bytes.size()); }
  std::array<std::uint8_t, 32> finish() {
    std::array<std::uint8_t, 32> digest;
    SHA256_Final(digest.data(), &context_);
    return digest;
  }

 private:
  SHA256_CTX context_;
};

}  // namespace claviger
