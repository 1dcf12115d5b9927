#pragma once

#include <optional>
#include <string_view>

#include "service/check_token.h"
#include "service/services.h"

namespace claviger {

/// Who asks about tokens, or gives them back, and whose tokens these may be: those of a client, or
/// of one user.
struct TokenOwner {
  ClientId client;
  std::optional<UserId> user;  // nullopt: any of the client's
  Origin origin;
};

/// The user whose id and secret these are. Errors: invalid_credential (one and the same for
/// whatever is wrong, after the same work), wrong_environment.
Result<TokenOwner> authenticate_user(Services& services, std::string_view id,
                                     std::string_view secret, const RequestRef& request);

/// What a token says, checked in all four layers (RFC 7662); nullopt: it is not active, or not one
/// of the owner's. Errors: storage_unavailable.
Result<std::optional<Identity>> introspect(Services& services, const TokenOwner& owner,
                                           std::string_view token);

/// Revokes the token with this text (RFC 7009); nullopt: there is no such token of the owner's, so
/// there is nothing to revoke. Errors: storage_unavailable, fence_incomplete.
Result<std::optional<Fenced>> revoke_by_text(Services& services, const TokenOwner& owner,
                                             std::string_view token);

}  // namespace claviger
