#include "token/signed_claims.h"

#include "token/jws.h"

namespace claviger {

Checked<Claims> signed_claims(std::string_view token, const KeyRing& keys,
                              std::string_view issuer) {
  auto& known_tokens = keys.known_tokens();
  if (auto known = known_tokens.find(token)) return *std::move(known);
  SignedPayload::Buffer buffer;
  const auto payload = check_signature(token, keys, buffer);
  if (!payload) return tl::unexpected(payload.error());
  auto claims = parse_claims(*payload, issuer);
  if (claims) known_tokens.remember(token, *claims);
  return claims;
}

}  // namespace claviger
