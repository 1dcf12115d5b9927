#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"
#include "token/refusal.h"

namespace claviger {

class SignedPayload;

/// The claims of a token (RFC 9068 §2.2). Their "scope" is for other readers: the record decides,
/// and "narrowed": true says that the token was asked for with no more than these (RFC 6749 §3.3).
struct Claims {
  TokenId token_id;    // jti
  UserId user_id;      // sub
  ClientId client_id;  // client_id
  Instant issued_at;   // iat
  Instant expires_at;  // exp
  std::optional<Instant> not_before;
  std::size_t key = 0;                               // which of the ring has signed them
  bool for_this_issuer = false;                      // iss
  bool for_this_audience = false;                    // aud
  std::string environment_of_iss;                    // if iss is of our form
  std::unique_ptr<const std::string> narrowed_to{};  // scopes; null: all that the record has
};

/// Parses a checked payload; `issuer` is what iss and aud are compared with.
Checked<Claims> parse_claims(const SignedPayload& payload, std::string_view issuer);

/// Layer 2: not expired, not from the future, and for this issuer and audience.
Checked<Claims> check_times(Claims claims, Instant now);

/// The payload of a new token.
struct NewClaims {
  TokenId token_id;
  UserId user_id;
  ClientId client_id;
  Instant issued_at;
  Instant expires_at;
  std::string_view issuer;
  std::string_view scopes;
  bool is_narrowed = false;  // these are not all that the user has
};
std::string write_claims(const NewClaims& claims);

}  // namespace claviger
