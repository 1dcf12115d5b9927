#pragma once

#include <optional>
#include <string_view>

#include "api/call.h"
#include "service/oauth.h"

namespace claviger::api {

/// The id and secret of a user that a request presents as an OAuth 2 client.
struct PresentedUser {
  std::string_view id;
  std::string_view secret;
};

/// What a request presents, by "Authorization: Basic" or in the body (RFC 6749 §2.3.1); nullopt:
/// neither. The texts live as long as the call. Errors: malformed_request (both at once),
/// missing_credential (a half of it, or another scheme), those of a body's fields.
Result<std::optional<PresentedUser>> presented_user(Call& call);

/// Whose tokens a request may ask about and give back: those of the client whose API key it has, or
/// of the user whose id and secret. Failed attempts are counted. Errors: those above,
/// malformed_request (a key and a user at once), invalid_credential, wrong_environment,
/// too_many_attempts.
Result<TokenOwner> token_owner(Call& call);

/// The name that a user's failed attempts are counted by.
std::string attempt_name(const PresentedUser& user);

}  // namespace claviger::api
