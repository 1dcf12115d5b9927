#include "base/limits.h"
#include "policy/credential.h"
#include "policy/names.h"
#include "policy/scopes.h"
#include "service/users.h"

namespace claviger {

Result<CreatedUser> create_user(Services& services, const ActingClient& acting,
                                std::string_view identifier,
                                const std::optional<std::vector<std::string>>& scopes) {
  TRY_STATUS(check_name("identifier", identifier, limits::identifier_chars));
  const auto joined = scopes ? TRY(join_scopes(*scopes)) : std::string(kDefaultScopes);
  const auto now = services.clock.now();
  auto secret = make_user_secret(services.policy.environment, services.random);
  const NewUser user{.id = services.ids.next<UserId>(now),
                     .client_id = acting.id(),
                     .identifier = std::string(identifier),
                     .scopes = joined,
                     .secret_hash = secret.reveal(hash_user_secret),
                     .secret_preview = preview(secret),
                     .created_at = now,
                     .origin = acting.origin()};
  TRY_STATUS(services.store.create_user(user));
  return CreatedUser{.user = {.id = user.id,
                              .client_id = user.client_id,
                              .identifier = user.identifier,
                              .scopes = user.scopes,
                              .created_at = now,
                              .secret_preview = user.secret_preview,
                              .secret_created_at = now},
                     .secret = std::move(secret)};
}

}  // namespace claviger
