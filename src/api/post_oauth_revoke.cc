// RFC 7009. A token that is none, or another's, is not an error: it is of no use to the caller.
#include "api/endpoints.h"
#include "api/oauth_client.h"
#include "api/shapes.h"

namespace claviger::api {

Status post_oauth_revoke(Call& call) {
  const auto owner = TRY(token_owner(call));
  const auto token = TRY(call.body.required_text("token"));
  const auto fenced = TRY(revoke_by_text(call.app.services, owner, token));
  JsonWriter json(json_body(call));
  json.begin_object();
  if (fenced) write_fenced(json, *fenced);
  json.end_object();
  return {};
}

}  // namespace claviger::api
