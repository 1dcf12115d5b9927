#pragma once

#include <cstdint>
#include <string_view>

#include "service/services.h"

/// Taking back a credential of which nothing is known but its text, for the operator: one that was
/// found where it should not be.
namespace claviger {

enum class TakenBack : std::uint8_t {
  revoked,  // it was good, and is refused from now on, on every node
  dead,     // it is of this database, and is refused already: revoked, expired, ended
  unknown,  // this database has none like it, or no longer: it is refused here
};

/// A key that has leaked gives way to one that nobody knows, the same for a secret: its holder
/// needs a new one by a rotation. What the grace period of an earlier rotation leaves good ends as
/// well, and `revoke_tokens` ends all tokens of the client or user. Errors: storage_unavailable,
/// fence_incomplete.
Result<TakenBack> take_back_api_key(Services& services, std::string_view text, bool revoke_tokens);
Result<TakenBack> take_back_secret(Services& services, std::string_view text, bool revoke_tokens);
/// Revokes a token if one of this server's keys has signed it: whoever can place a text must not be
/// able to have others' tokens revoked. Errors as above.
Result<TakenBack> take_back_token(Services& services, std::string_view text);

}  // namespace claviger
