// What administrators see of clients, and change.
#include "api/admin_acting.h"
#include "api/admin_endpoints.h"
#include "api/admin_query.h"
#include "api/admin_shapes.h"
#include "api/rotation.h"
#include "api/shapes.h"
#include "service/clients.h"

namespace claviger::api {
namespace {

Result<ActingClient> acting_for_path(Call& call) {
  const auto id = TRY(path_id<ClientId>(call, "client"));
  call.response.notes.client_id = id;
  return acting_for(call, id);
}

/// The panel calls the field "name".
Error about_name(Error error) {
  if (error.code == Code::unacceptable_field && !error.fields.empty())
    return unacceptable("name", std::move(error.fields.front().message));
  return error;
}

}  // namespace

Status get_admin_clients(Call& call) {
  const auto query = TRY(read_list_query(call, "name"));
  const auto found = TRY(search_clients(call.app.services, query.search));
  JsonWriter json(json_body(call));
  begin_list(json);
  for (const auto& client : found.page.rows) {
    json.begin_object();
    write_item(json, client);
    json.end_object();
  }
  end_list(json, cursor_of(found.page), found.total);
  return {};
}

Status get_admin_client(Call& call) {
  const auto id = TRY(path_id<ClientId>(call, "client"));
  const auto client = TRY(find_client(call.app.services, id));
  JsonWriter json(json_body(call));
  json.begin_object();
  write_item(json, client);
  json.end_object();
  return {};
}

Status post_admin_client(Call& call) {
  const auto name = TRY(call.body.required_text("name"));
  const auto created = create_client(call.app.services, administrator_origin(call), name);
  if (!created) return fail(about_name(created.error()));
  call.response.notes.client_id = created->client.id;
  JsonWriter json(json_body(call));
  json.begin_object();
  write_item(json, created->client);
  json.key("api_key");
  created->api_key.reveal([&](std::string_view key) { json.value(key); });
  json.end_object();
  return {};
}

Status patch_admin_client(Call& call) {
  const auto acting = TRY(acting_for_path(call));
  const auto is_active = TRY(call.body.truth("is_active"));
  if (!is_active) return fail(unacceptable("is_active", "is required"));
  const auto updated = TRY(set_client_active(call.app.services, acting, *is_active));
  JsonWriter json(json_body(call));
  json.begin_object();
  write_item(json, updated.client);
  write_fenced(json, updated.fenced);
  json.end_object();
  return {};
}

Status post_admin_client_api_key(Call& call) {
  const auto acting = TRY(acting_for_path(call));
  const auto options = TRY(read_rotation(call.body));
  const auto rotated = TRY(rotate_api_key(call.app.services, acting, options));
  JsonWriter json(json_body(call));
  json.begin_object();
  write_item(json, rotated.client);
  json.key("api_key");
  rotated.api_key.reveal([&](std::string_view key) { json.value(key); });
  write_fenced(json, rotated.fenced);
  json.end_object();
  return {};
}

}  // namespace claviger::api
