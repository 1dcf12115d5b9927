#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace claviger::openid {

/// How a signature is made (RFC 7518 §3.1, RFC 8037): those with a key of two halves alone.
enum class Algorithm : std::uint8_t { rs256, ps256, es256, eddsa };
/// nullopt: another one; "none" and those of shared secrets are never taken.
std::optional<Algorithm> parse_algorithm(std::string_view name);

/// A public key of the provider's, that signatures are checked with.
class Jwk {
 public:
  Jwk(std::string kid, void* key, std::vector<Algorithm> algorithms);
  const std::string& kid() const { return kid_; }
  bool has(Algorithm algorithm) const;
  bool verify(Algorithm algorithm, std::string_view message, ByteView signature) const;

 private:
  struct Deleter {
    void operator()(void* key) const;
  };
  std::string kid_;
  std::unique_ptr<void, Deleter> key_;  // an EVP_PKEY
  std::vector<Algorithm> algorithms_;
};

/// Reads a JWK set (RFC 7517 §5). Keys for other uses, of other kinds or too short are left out,
/// as §5 asks. nullopt: it is no JWK set.
std::optional<std::vector<Jwk>> parse_jwk_set(std::string_view json);

}  // namespace claviger::openid
