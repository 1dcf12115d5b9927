#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/email.h"
#include "base/result.h"
#include "base/time.h"
#include "openid/jwk_set.h"

namespace claviger::openid {

/// What an ID token has to say (OpenID Connect Core §3.1.3.7).
struct Expected {
  std::string_view issuer;
  std::string_view client_id;
  std::string_view nonce;
  Instant now;
};

/// Which key a token names: the "kid" of its header, which nothing vouches for yet. nullopt: it is
/// no JWS, or names none.
std::optional<std::string> kid_of(std::string_view token);

/// The verified address of whoever logged in. Errors: openid_failed, with the check that failed in
/// `cause`; openid_not_verified, if the token is good and vouches for no address.
Result<Email> check_id_token(std::string_view token, const std::vector<Jwk>& keys,
                             const Expected& expected);

}  // namespace claviger::openid
