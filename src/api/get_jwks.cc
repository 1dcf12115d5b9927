// RFC 7517. A key that another process has retired is not among them: who checks offline asks for
// nothing else, so this may be the first request to find out.
#include "api/endpoints.h"
#include "base/json_writer.h"

namespace claviger::api {

Status get_jwks(Call& call) {
  TRY_STATUS(call.app.services.view.refresh());
  JsonWriter json(json_body(call));
  json.begin_object().key("keys").begin_array();
  for (const auto& key : call.app.services.keys.public_keys()) {
    json.begin_object().field("kty", key.type).field("crv", key.curve).field("x", key.x);
    if (!key.y.empty()) json.field("y", key.y);
    json.field("kid", key.kid).field("alg", key.algorithm).field("use", "sig").end_object();
  }
  json.end_array().end_object();
  return {};
}

}  // namespace claviger::api
