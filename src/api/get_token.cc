#include "api/endpoints.h"
#include "api/shapes.h"

namespace claviger::api {

Status get_token(Call& call) {
  const auto& identity = *call.identity;
  JsonWriter json(json_body(call));
  json.begin_object()
      .field("user_id", identity.user->id)
      .field("username", identity.user->username());
  write_scopes(json, identity.scopes());
  json.field("client_id", identity.user->client->id)
      .field("token_id", identity.token_id)
      .field("expires_at", identity.expires_at)
      .end_object();
  return {};
}

}  // namespace claviger::api
