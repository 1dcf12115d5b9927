#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/verifying_key.h"

namespace claviger::openid {

/// The "alg" of a JWS or JWK. nullopt: another one; "none" and those of shared secrets are never
/// taken (RFC 8725 §3.1).
std::optional<Signing> parse_signing(std::string_view name);

/// A public key of the provider's, that signatures are checked with.
struct Jwk {
  std::string kid;
  VerifyingKey key;
  std::optional<Signing> only{};  // if set, it is for nothing else

  bool has(Signing signing) const;
};

/// Reads a JWK set (RFC 7517 §5). Keys for other uses, of other kinds or too short are left out,
/// as §5 asks. nullopt: it is no JWK set.
std::optional<std::vector<Jwk>> parse_jwk_set(std::string_view json);

}  // namespace claviger::openid
