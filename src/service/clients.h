#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/secret.h"
#include "service/services.h"

namespace claviger {

struct CreatedClient {
  Client client;
  ApiKey api_key;  // shown once
};
/// Creates a client and its API key. Errors: unacceptable_field (client_name).
Result<CreatedClient> create_client(Services& services, const Origin& origin,
                                    std::string_view name);

struct RotationOptions {
  std::chrono::seconds grace_period{0};  // how long the old credential goes on working
  bool revoke_tokens = false;
};
struct RotatedApiKey {
  Client client;
  ApiKey api_key;  // shown once
  Fenced fenced;
};
/// A new API key for the client. Errors: unacceptable_field (grace_period_seconds), not_found.
Result<RotatedApiKey> rotate_api_key(Services& services, const ActingClient& acting,
                                     const RotationOptions& options);

struct UpdatedClient {
  Client client;
  Fenced fenced;
};
/// Deactivates or activates a client. Deactivating ends all its tokens for good. Errors: not_found.
Result<UpdatedClient> set_client_active(Services& services, const ActingClient& acting,
                                        bool active);

Result<Client> get_client(Services& services, const ActingClient& acting);
Result<ClientPage> list_clients(Services& services, std::optional<ClientId> after,
                                std::int64_t limit);

}  // namespace claviger
