#pragma once

#include <optional>
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

/// What a provider says of somebody.
struct Person {
  std::string subject{};  // what names them there, for ever
  std::string email{};    // empty: it says nothing
  bool is_verified = false;
};
/// Whoever logged in. Errors: openid_failed, with the check that failed in `cause`.
Result<Person> check_id_token(std::string_view token, const std::vector<Jwk>& keys,
                              const Expected& expected);
/// Reads the answer of the UserInfo endpoint (§5.3.2). nullopt: it is none.
std::optional<Person> parse_user_info(std::string_view json);
/// The address that the provider vouches for. Errors: openid_not_verified.
Result<Email> verified_email(const Person& person);

}  // namespace claviger::openid
