#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claviger {

/// Everything that can be refused or fail, as one list. `http/problem.cc` maps each to a status,
/// a title and the stable word of `code`; its switch has no default, so a new one must be mapped.
enum class Code : std::uint8_t {
  // 400
  malformed_request,
  malformed_body,
  duplicate_field,
  unsupported_grant_type,  // OAuth 2 alone
  invalid_scope,           // OAuth 2 alone
  // 401
  missing_credential,
  invalid_credential,
  wrong_environment,
  invalid_token,
  no_session,    // of the admin panel
  invalid_link,  // of the admin panel, for one login
  // 403
  master_disabled,
  insufficient_scope,
  csrf,     // a change that the panel's own page did not ask for
  auditor,  // sees everything and changes nothing
  // Of a login at the OpenID provider; the login page is told, not the caller
  openid_not_allowed,   // the address is not on the list
  openid_not_verified,  // the provider vouches for no address
  openid_expired,       // it took too long, or began in another browser
  openid_failed,        // the provider failed, refused, or answered what is not acceptable
  address_not_allowed,  // to read metrics
  // 404, 405, 409, 413, 415, 422, 429
  not_found,
  method_not_allowed,
  conflict,
  too_large,
  unsupported_media_type,
  unacceptable_field,
  too_many_attempts,
  // 503
  overloaded,
  storage_unavailable,
  fence_incomplete,
  signing_key_retired,
  signing_key_missing,  // the key that is to sign is not loaded here
  shutting_down,
};

/// One field of a request that cannot be accepted, and what would be.
struct FieldError {
  std::string field;
  std::string message;
};

/// A refusal or failure as a value. `detail` is for the caller and never holds a credential or
/// what the caller sent; `cause` is for the log alone and never reaches a response.
struct Error {
  Code code;
  std::string detail;
  std::string cause{};
  std::vector<FieldError> fields{};
  std::optional<std::chrono::seconds> retry_after{};
};

/// A 422 about one field.
inline Error unacceptable(std::string_view field, std::string message) {
  return Error{.code = Code::unacceptable_field,
               .detail = "The field \"" + std::string(field) + "\" is not acceptable.",
               .fields = {{std::string(field), std::move(message)}}};
}

}  // namespace claviger
