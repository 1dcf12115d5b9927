#include "api/endpoints.h"
#include "api/shapes.h"
#include "service/tokens.h"

namespace claviger::api {

Status get_token_by_id(Call& call) {
  const auto id = TRY(path_id<TokenId>(call, "token"));
  const auto token = TRY(claviger::get_token(call.app.services, *call.acting, id));
  JsonWriter json(json_body(call));
  json.begin_object();
  write_token(json, token, call.app.services.clock.now());
  json.end_object();
  return {};
}

}  // namespace claviger::api
