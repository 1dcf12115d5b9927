#include "service/take_back.h"

#include "policy/credential.h"
#include "token/signed_claims.h"

namespace claviger {
namespace {

bool is_of_here(const Services& services, CredentialKind kind, std::string_view text) {
  return environment_of_credential(kind, text) == services.policy.environment.name();
}

}  // namespace

Result<TakenBack> take_back_api_key(Services& services, std::string_view text, bool revoke_tokens) {
  if (!is_of_here(services, CredentialKind::api_key, text)) return TakenBack::unknown;
  const auto hash = hash_api_key(text);
  const auto now = services.clock.now();
  const auto client = TRY(services.store.find_client_by_key(hash, now));
  if (!client) return TakenBack::unknown;
  const auto unseen = make_api_key(services.policy.environment, services.random);
  ApiKeyRotation rotation{.hash = unseen.reveal(hash_api_key),
                          .preview = preview(unseen),
                          .now = now,
                          .origin = Origin::command_line(),
                          .revoke_tokens = revoke_tokens};
  // A key that was rotated meanwhile is not to cost the client its new one. That of an inactive
  // client presents itself in vain, and would be good again with its client.
  if (client->is_active) rotation.presented = hash;
  const auto change = TRY(services.store.rotate_api_key(client->id, rotation));
  if (!change) return TakenBack::unknown;
  TRY(services.fence.raise(change->committed));
  return TakenBack::revoked;
}

Result<TakenBack> take_back_secret(Services& services, std::string_view text, bool revoke_tokens) {
  if (!is_of_here(services, CredentialKind::user_secret, text)) return TakenBack::unknown;
  const auto now = services.clock.now();
  const auto user = TRY(services.store.find_user_by_secret(hash_user_secret(text), now));
  if (!user) return TakenBack::unknown;
  const auto unseen = make_user_secret(services.policy.environment, services.random);
  const auto change = TRY(services.store.rotate_secret(user->client_id, user->id,
                                                       {.hash = unseen.reveal(hash_user_secret),
                                                        .preview = preview(unseen),
                                                        .now = now,
                                                        .origin = Origin::command_line(),
                                                        .revoke_tokens = revoke_tokens}));
  if (!change) return TakenBack::unknown;
  TRY(services.fence.raise(change->committed));
  return TakenBack::revoked;
}

Result<TakenBack> take_back_token(Services& services, std::string_view text) {
  const auto claims = signed_claims(text, services.keys, services.policy.issuer);
  if (!claims) return TakenBack::unknown;
  const auto now = services.clock.now();
  const auto found = TRY(services.store.find_token(claims->token_id));
  // The record says whose it is, not the token (TOK-6).
  if (!found || found->token.user_id != claims->user_id ||
      found->token.client_id != claims->client_id || found->token.state(now) != TokenState::live)
    return TakenBack::dead;
  const auto change = TRY(services.store.revoke_token(found->token.client_id, found->token.id, now,
                                                      Origin::command_line()));
  if (!change) return TakenBack::dead;
  TRY(services.fence.raise(change->committed));
  return TakenBack::revoked;
}

}  // namespace claviger
