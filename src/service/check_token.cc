// The path of a check: four layers, each able to refuse by itself.
#include "service/check_token.h"

#include "policy/scopes.h"
#include "token/signed_claims.h"

namespace claviger {
namespace {

using Kind = TokenRefusal::Kind;
using Found = LiveView::Found;

/// Layers 1 and 2: signature, then expiry.
Checked<Claims> check_signed(const Services& services, std::string_view token, Instant now) {
  auto claims = signed_claims(token, services.keys, services.policy.issuer);
  if (!claims) return claims;
  return check_times(*std::move(claims), now);
}

/// Layers 3 and 4: database, then revocation, on what the live view found.
Verdict check_found(const KeyRing& keys, const Claims& claims, const Found& found, Instant now,
                    Reclaimer::Reading reading) {
  // Asked after the look-up, which has read of every retirement before this check began (TOK-7).
  if (keys.is_retired(claims.key)) return TokenRefusal{Kind::revoked, "its key is retired"};
  if (std::holds_alternative<LiveView::Unknown>(found))
    return TokenRefusal{Kind::unknown, "no record of the token, its user or its client"};
  if (std::holds_alternative<LiveView::Revoked>(found))
    return TokenRefusal{Kind::revoked, "token revoked, or its user or client deactivated"};
  const auto& live = std::get<LiveView::Live>(found);
  if (live.user->id != claims.user_id || live.user->client->id != claims.client_id)
    return TokenRefusal{Kind::malformed_or_not_ours, "sub or client_id is not the record's"};
  if (live.expires_at <= now) return TokenRefusal{Kind::expired, "the record has expired"};
  Identity identity{claims.token_id, claims.issued_at, live.expires_at, live.user,
                    std::move(reading)};
  if (claims.narrowed_to)  // never widens what the record has (TOK-6)
    identity.narrowed = std::make_unique<const std::string>(
        common_scopes(live.user->scopes(), *claims.narrowed_to));
  return identity;
}

}  // namespace

Verdict check_token(Services& services, std::string_view token) {
  const auto now = services.clock.now();
  auto claims = check_signed(services, token, now);
  if (!claims) return std::move(claims).error();
  auto reading = services.view.read();
  auto found = services.view.find(reading, claims->token_id, now);
  if (!found) return std::move(found).error();
  return check_found(services.keys, *claims, *found, now, std::move(reading));
}

std::optional<Verdict> try_check_token(Services& services, std::string_view token) {
  const auto now = services.clock.now();
  auto claims = check_signed(services, token, now);
  if (!claims) return std::move(claims).error();
  auto reading = services.view.read();
  const auto found = services.view.try_find(reading, claims->token_id, now);
  if (!found) return std::nullopt;
  return check_found(services.keys, *claims, *found, now, std::move(reading));
}

Result<RevokedOwnToken> revoke_own_token(Services& services, const Identity& identity,
                                         const RequestRef& request) {
  const auto now = services.clock.now();
  const auto change = TRY(services.store.revoke_token(
      identity.user->client->id, identity.token_id, now, Origin::user(identity.user->id, request)));
  if (!change) return fail(Code::not_found, "There is no such token.");
  return RevokedOwnToken{identity.token_id, change->value.revoked_at.value_or(now),
                         TRY(services.fence.raise(change->committed))};
}

}  // namespace claviger
