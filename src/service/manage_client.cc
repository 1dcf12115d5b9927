#include "base/limits.h"
#include "policy/credential.h"
#include "policy/lifetime.h"
#include "service/clients.h"
#include "service/page_size.h"

namespace claviger {
namespace {

tl::unexpected<Error> no_such_client() {
  return fail(Code::not_found, "There is no such client.");
}

}  // namespace

Result<RotatedApiKey> rotate_api_key(Services& services, const ActingClient& acting,
                                     const RotationOptions& options) {
  const auto now = services.clock.now();
  const auto grace_end = TRY(end_of_grace(options.grace_period, now));
  auto key = make_api_key(services.policy.environment, services.random);
  auto change =
      TRY(services.store.rotate_api_key(acting.id(), {.hash = key.reveal(hash_api_key),
                                                      .preview = preview(key),
                                                      .now = now,
                                                      .origin = acting.origin(),
                                                      .previous_expires_at = grace_end,
                                                      .revoke_tokens = options.revoke_tokens,
                                                      .presented = acting.key()}));
  if (!change && acting.key())
    return fail(Code::invalid_credential, "The API key is wrong.", "rotated meanwhile");
  if (!change) return no_such_client();
  auto fenced = TRY(services.fence.raise(change->committed));
  return RotatedApiKey{std::move(change->value), std::move(key), fenced};
}

Result<UpdatedClient> set_client_active(Services& services, const ActingClient& acting,
                                        bool active) {
  auto change = TRY(
      services.store.set_client_active(acting.id(), active, services.clock.now(), acting.origin()));
  if (!change) return no_such_client();
  auto fenced = TRY(services.fence.raise(change->committed));
  return UpdatedClient{std::move(change->value), fenced};
}

Result<Client> get_client(Services& services, const ActingClient& acting) {
  auto client = TRY(services.store.find_client(acting.id()));
  if (!client) return no_such_client();
  return *std::move(client);
}

Result<ClientPage> list_clients(Services& services, std::optional<ClientId> after,
                                std::int64_t limit) {
  TRY_STATUS(check_page_size(limit));
  return services.store.list_clients(after, limit);
}

}  // namespace claviger
