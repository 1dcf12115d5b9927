#include "api/endpoints.h"
#include "api/shapes.h"
#include "service/tokens.h"

namespace claviger::api {

Status delete_token_by_id(Call& call) {
  const auto id = TRY(path_id<TokenId>(call, "token"));
  const auto revoked = TRY(revoke_token(call.app.services, *call.acting, id));
  call.response.notes.user_id = revoked.token.user_id;
  JsonWriter json(json_body(call));
  json.begin_object().field("id", id).field("is_revoked", true);
  json.field("revoked_at", revoked.token.revoked_at);
  write_fenced(json, revoked.fenced);
  json.end_object();
  return {};
}

}  // namespace claviger::api
