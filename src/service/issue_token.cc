#include "base/limits.h"
#include "policy/credential.h"
#include "policy/lifetime.h"
#include "policy/names.h"
#include "service/tokens.h"
#include "service/wrong_environment.h"
#include "token/claims.h"
#include "token/jws.h"

namespace claviger {
namespace {

/// One refusal for everything that can be wrong with a login (ACC-2); the cause is for the log.
tl::unexpected<Error> wrong_login(std::string cause) {
  return fail(Code::invalid_credential, "The identifier or the secret is wrong.", std::move(cause));
}

std::string cause_of(const std::optional<UserCredential>& stored) {
  if (!stored) return "unknown identifier";
  return stored->user.is_active ? "wrong secret" : "inactive user or wrong secret";
}

/// The user whose login this is. The same work whatever is wrong.
Result<User> login(Services& services, const ActingClient& acting, const TokenRequest& request,
                   const UserSecretHash& presented, Instant now) {
  auto stored = TRY(services.store.find_credential(acting.id(), request.identifier, now));
  const auto* current = stored ? &stored->secret_hash : nullptr;
  const auto* previous =
      stored && stored->previous_secret_hash ? &*stored->previous_secret_hash : nullptr;
  if (!secret_matches(presented, current, previous) || !stored->user.is_active)
    return wrong_login(cause_of(stored));
  return std::move(stored->user);
}

/// "eyJ****xyz": all that is kept of a token's text (SEC-3).
std::string preview_of_token(const std::string& text) {
  return text.substr(0, 3) + "****" + text.substr(text.size() - 3);
}

}  // namespace

Result<IssuedToken> issue_token(Services& services, const ActingClient& acting,
                                const TokenRequest& request) {
  const auto lifetime = TRY(choose_lifetime(services.policy, request.expires_in));
  if (!request.created_by_username.empty())
    TRY_STATUS(check_name("created_by_username", request.created_by_username,
                          limits::administrator_name_chars));
  const auto environment = environment_of_credential(CredentialKind::user_secret, request.secret);
  if (environment && *environment != services.policy.environment.name())
    return fail(wrong_environment("secret", *environment, services.policy));

  const auto before = services.view.generation();
  const auto now = services.clock.now();
  const auto presented = hash_user_secret(request.secret);
  const auto user = TRY(login(services, acting, request, presented, now));

  // A NumericDate has whole seconds; the record says the same as the token.
  const auto issued_at = from_unix_seconds(unix_seconds(now));
  const NewClaims claims{.token_id = services.ids.next<TokenId>(now),
                         .user_id = user.id,
                         .client_id = acting.id(),
                         .issued_at = issued_at,
                         .expires_at = issued_at + lifetime,
                         .issuer = services.policy.issuer,
                         .scopes = user.scopes};
  std::string text = sign_token(services.keys.signing(), write_claims(claims));
  const bool stored = TRY(
      services.store.create_token({.id = claims.token_id,
                                   .user_id = user.id,
                                   .client_id = acting.id(),
                                   .preview = preview_of_token(text),
                                   .created_by_username = std::string(request.created_by_username),
                                   .created_at = now,
                                   .expires_at = claims.expires_at,
                                   .secret_hash = presented,
                                   .api_key_hash = acting.key(),
                                   .origin = acting.origin()}));
  if (!stored) {
    wipe(text);
    return wrong_login("rotated or deactivated meanwhile");
  }
  services.usage.user_used(user.id, now);
  services.view.learn({.token_id = claims.token_id,
                       .user_id = user.id,
                       .client_id = acting.id(),
                       .expires_at = claims.expires_at,
                       .revoked = false,
                       .username = user.identifier,
                       .scopes = user.scopes},
                      before, now);
  return IssuedToken{.text = TokenText::take(text),
                     .id = claims.token_id,
                     .user_id = user.id,
                     .client_id = acting.id(),
                     .expires_at = claims.expires_at,
                     .expires_in = lifetime.count()};
}

}  // namespace claviger
