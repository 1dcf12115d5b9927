#include "api/endpoints.h"
#include "api/rotation.h"
#include "api/shapes.h"
#include "service/clients.h"

namespace claviger::api {

Status post_client_api_key(Call& call) {
  const auto options = TRY(read_rotation(call.body));
  const auto rotated = TRY(rotate_api_key(call.app.services, *call.acting, options));
  JsonWriter json(json_body(call));
  json.begin_object()
      .field("id", rotated.client.id)
      .field("name", rotated.client.name)
      .key("api_key");
  rotated.api_key.reveal([&](std::string_view key) { json.value(key); });
  json.field("api_key_preview", rotated.client.api_key_preview);
  json.field("previous_api_key_expires_at", rotated.client.previous_api_key_expires_at);
  write_fenced(json, rotated.fenced);
  json.end_object();
  return {};
}

}  // namespace claviger::api
