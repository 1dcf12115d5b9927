#include "api/endpoints.h"
#include "api/shapes.h"
#include "service/users.h"

namespace claviger::api {

Status get_user(Call& call) {
  const auto id = TRY(path_id<UserId>(call, "user"));
  const auto user = TRY(claviger::get_user(call.app.services, *call.acting, id));
  JsonWriter json(json_body(call));
  json.begin_object();
  write_user(json, user);
  json.end_object();
  return {};
}

}  // namespace claviger::api
