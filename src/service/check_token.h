#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "fence/live_view.h"
#include "service/services.h"
#include "token/refusal.h"

namespace claviger {

/// Who a checked token speaks for. Holds the live view's memory, so it is not to be kept.
struct Identity {
  TokenId token_id;
  Instant issued_at;
  Instant expires_at;
  const LiveUser* user;
  Reclaimer::Reading reading;
  std::unique_ptr<const std::string> narrowed{};  // null: all the user's

  /// What it may do, separated by spaces: what its user may, or as much of that as it was asked
  /// for.
  std::string_view scopes() const { return narrowed ? *narrowed : user->scopes(); }
};

/// The answer of a check: an identity, a refusal of the token, or that it could not be decided.
using Verdict = std::variant<Identity, TokenRefusal, Error>;

/// The four layers: signature, expiry, database, revocation. May wait for storage.
Verdict check_token(Services& services, std::string_view token);

/// The same from memory alone, without waiting; nullopt if storage has to be asked.
std::optional<Verdict> try_check_token(Services& services, std::string_view token);

/// Revokes the token that was presented, after checking it ("logging out").
struct RevokedOwnToken {
  TokenId id;
  Instant revoked_at;
  Fenced fenced;
};
Result<RevokedOwnToken> revoke_own_token(Services& services, const Identity& identity,
                                         const RequestRef& request);

}  // namespace claviger
