// RFC 7662. What is not active, or not the caller's to know, is told of in one word.
#include "api/endpoints.h"
#include "api/oauth_client.h"
#include "base/json_writer.h"

namespace claviger::api {

Status post_oauth_introspect(Call& call) {
  const auto owner = TRY(token_owner(call));
  const auto token = TRY(call.body.required_text("token"));
  const auto found = TRY(introspect(call.app.services, owner, token));
  JsonWriter json(json_body(call));
  json.begin_object().field("active", found.has_value());
  if (found) {
    const auto& issuer = call.app.services.policy.issuer;
    json.field("scope", found->scopes())
        .field("client_id", found->user->client->id)
        .field("username", found->user->username())
        .field("token_type", "Bearer")
        .field("exp", unix_seconds(found->expires_at))
        .field("iat", unix_seconds(found->issued_at))
        .field("sub", found->user->id)
        .field("aud", issuer)
        .field("iss", issuer)
        .field("jti", found->token_id);
  }
  json.end_object();
  return {};
}

}  // namespace claviger::api
