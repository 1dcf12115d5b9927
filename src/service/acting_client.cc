#include "policy/credential.h"
#include "service/services.h"
#include "service/wrong_environment.h"

namespace claviger {

Result<std::optional<Client>> FoundClients::find(Store& store, const ApiKeyHash& hash,
                                                 Instant now) {
  for (const auto& [known, client] : found_)
    if (known.bytes == hash.bytes) return client;
  return found_.emplace_back(hash, TRY(store.find_client_by_key(hash, now))).second;
}

Result<ActingClient> authenticate_client(Services& services, std::string_view api_key) {
  FoundClients none;
  return authenticate_client(services, api_key, none);
}

Result<ActingClient> authenticate_client(Services& services, std::string_view api_key,
                                         FoundClients& found) {
  const auto environment = environment_of_credential(CredentialKind::api_key, api_key);
  if (!environment)
    return fail(Code::invalid_credential, "The API key is wrong.",
                "not an API key, or mistyped: its checksum does not match");
  if (*environment != services.policy.environment.name())
    return fail(wrong_environment("API key", *environment, services.policy));
  const auto hash = hash_api_key(api_key);
  const auto now = services.clock.now();
  const auto client = TRY(found.find(services.store, hash, now));
  if (!client || !client->is_active)
    return fail(Code::invalid_credential, "The API key is wrong.",
                client ? "the client is inactive" : "no client has this API key");
  services.usage.client_used(client->id, now);
  return ActingClient(client->id, hash);
}

Result<ActingClient> act_for(Services& services, ClientId client, const Origin& origin) {
  if (!TRY(services.store.find_client(client)))
    return fail(Code::not_found, "There is no such client.");
  return ActingClient(client, origin);
}

Result<ActingClient> operator_for(Services& services, ClientId client) {
  return act_for(services, client, Origin::command_line());
}

}  // namespace claviger
