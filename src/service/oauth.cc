#include "service/oauth.h"

#include "policy/credential.h"
#include "service/wrong_environment.h"
#include "token/signed_claims.h"

namespace claviger {
namespace {

bool owns(const TokenOwner& owner, ClientId client, UserId user) {
  return owner.client == client && (!owner.user || *owner.user == user);
}

}  // namespace

Result<TokenOwner> authenticate_user(Services& services, std::string_view id,
                                     std::string_view secret, const RequestRef& request) {
  const auto environment = environment_of_credential(CredentialKind::user_secret, secret);
  if (environment && *environment != services.policy.environment.name())
    return fail(wrong_environment("secret", *environment, services.policy));
  const auto now = services.clock.now();
  // Nobody has the nil id: for a text that is none, the work is the same.
  const LoginName name{
      .client_id = {}, .identifier = {}, .user_id = UserId::parse(id).value_or(UserId{})};
  const auto found = TRY(services.store.find_credentials({&name, 1}, now));
  const auto& stored = found.front();
  const auto* current = stored ? &stored->secret_hash : nullptr;
  const auto* previous =
      stored && stored->previous_secret_hash ? &*stored->previous_secret_hash : nullptr;
  if (!secret_matches(hash_user_secret(secret), current, previous) || !stored->user.is_active)
    return fail(Code::invalid_credential, "The client id or the secret is wrong.",
                stored ? "inactive user or wrong secret" : "unknown user, or inactive client");
  services.usage.user_used(stored->user.id, now);
  return TokenOwner{stored->user.client_id, stored->user.id,
                    Origin::user(stored->user.id, request)};
}

Result<std::optional<Identity>> introspect(Services& services, const TokenOwner& owner,
                                           std::string_view token) {
  auto verdict = check_token(services, token);
  if (auto* error = std::get_if<Error>(&verdict)) return fail(std::move(*error));
  auto* identity = std::get_if<Identity>(&verdict);
  if (identity == nullptr || !owns(owner, identity->user->client->id, identity->user->id))
    return std::optional<Identity>{};
  return std::optional(std::move(*identity));
}

Result<std::optional<Fenced>> revoke_by_text(Services& services, const TokenOwner& owner,
                                             std::string_view token) {
  const auto claims = signed_claims(token, services.keys, services.policy.issuer);
  if (!claims) return std::optional<Fenced>{};
  // The record says whose it is, not the token (TOK-6).
  const auto record = TRY(services.store.find_token(owner.client, claims->token_id));
  if (!record || !owns(owner, record->client_id, record->user_id)) return std::optional<Fenced>{};
  const auto change = TRY(
      services.store.revoke_token(owner.client, record->id, services.clock.now(), owner.origin));
  if (!change) return std::optional<Fenced>{};
  return std::optional(TRY(services.fence.raise(change->committed)));
}

}  // namespace claviger
