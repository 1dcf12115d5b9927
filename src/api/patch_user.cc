#include "api/endpoints.h"
#include "api/shapes.h"
#include "service/users.h"

namespace claviger::api {

Status patch_user(Call& call) {
  const auto id = TRY(path_id<UserId>(call, "user"));
  UserChanges changes;
  changes.is_active = TRY(call.body.truth("is_active"));
  changes.scopes = TRY(scopes_field(call.body));
  if (!changes.is_active && !changes.scopes)
    return fail(unacceptable("is_active", "this or scopes is required"));
  const auto updated = TRY(update_user(call.app.services, *call.acting, id, changes));
  call.response.notes.user_id = id;
  JsonWriter json(json_body(call));
  json.begin_object();
  write_user(json, updated.user);
  write_fenced(json, updated.fenced);
  json.end_object();
  return {};
}

}  // namespace claviger::api
