#include "api/endpoints.h"
#include "api/shapes.h"

namespace claviger::api {

Status delete_token(Call& call) {
  const auto revoked = TRY(revoke_own_token(call.app.services, *call.identity, request_ref(call)));
  JsonWriter json(json_body(call));
  json.begin_object().field("id", revoked.id).field("is_revoked", true);
  json.field("revoked_at", revoked.revoked_at);
  write_fenced(json, revoked.fenced);
  json.end_object();
  return {};
}

}  // namespace claviger::api
