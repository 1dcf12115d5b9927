#include "base/limits.h"
#include "policy/credential.h"
#include "policy/names.h"
#include "service/clients.h"

namespace claviger {

Result<CreatedClient> create_client(Services& services, const Origin& origin,
                                    std::string_view name) {
  TRY_STATUS(check_name("client_name", name, limits::client_name_chars));
  const auto now = services.clock.now();
  auto key = make_api_key(services.policy.environment, services.random);
  const NewClient client{.id = services.ids.next<ClientId>(now),
                         .name = std::string(name),
                         .api_key_hash = key.reveal(hash_api_key),
                         .api_key_preview = preview(key),
                         .created_at = now,
                         .origin = origin};
  TRY_STATUS(services.store.create_client(client));
  return CreatedClient{.client = {.id = client.id,
                                  .name = client.name,
                                  .created_at = now,
                                  .api_key_preview = client.api_key_preview,
                                  .api_key_created_at = now},
                       .api_key = std::move(key)};
}

}  // namespace claviger
