#include "api/endpoints.h"
#include "api/rotation.h"
#include "api/shapes.h"
#include "service/users.h"

namespace claviger::api {

Status post_user_secret(Call& call) {
  const auto id = TRY(path_id<UserId>(call, "user"));
  const auto options = TRY(read_rotation(call.body));
  const auto rotated = TRY(rotate_secret(call.app.services, *call.acting, id, options));
  call.response.notes.user_id = id;
  JsonWriter json(json_body(call));
  json.begin_object()
      .field("id", rotated.user.id)
      .field("identifier", rotated.user.identifier)
      .key("secret");
  rotated.secret.reveal([&](std::string_view secret) { json.value(secret); });
  json.field("secret_preview", rotated.user.secret_preview);
  json.field("previous_secret_expires_at", rotated.user.previous_secret_expires_at);
  write_fenced(json, rotated.fenced);
  json.end_object();
  return {};
}

}  // namespace claviger::api
