#include "api/endpoints.h"
#include "api/shapes.h"
#include "service/tokens.h"

namespace claviger::api {

Status delete_user_tokens(Call& call) {
  const auto id = TRY(path_id<UserId>(call, "user"));
  const auto revoked = TRY(revoke_user_tokens(call.app.services, *call.acting, id));
  call.response.notes.user_id = id;
  JsonWriter json(json_body(call));
  json.begin_object().field("user_id", id).field("revoked", revoked.count);
  write_fenced(json, revoked.fenced);
  json.end_object();
  return {};
}

}  // namespace claviger::api
