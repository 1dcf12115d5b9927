#include "api/endpoints.h"
#include "base/json_writer.h"
#include "service/users.h"

namespace claviger::api {

Status post_user(Call& call) {
  const auto identifier = TRY(call.body.required_text("identifier"));
  const auto scopes = TRY(scopes_field(call.body));
  const auto created = TRY(create_user(call.app.services, *call.acting, identifier, scopes));
  call.response.notes.user_id = created.user.id;
  JsonWriter json(json_body(call));
  json.begin_object()
      .field("id", created.user.id)
      .field("identifier", created.user.identifier)
      .field("secret_preview", created.user.secret_preview)
      .field("is_active", created.user.is_active)
      .field("client_id", created.user.client_id)
      .key("secret");
  created.secret.reveal([&](std::string_view secret) { json.value(secret); });
  json.end_object();
  return {};
}

}  // namespace claviger::api
