// What administrators see of users, and change.
#include "api/admin_acting.h"
#include "api/admin_endpoints.h"
#include "api/admin_query.h"
#include "api/admin_shapes.h"
#include "api/rotation.h"
#include "api/shapes.h"
#include "service/tokens.h"
#include "service/users.h"

namespace claviger::api {
namespace {

/// The user of the path, and the administrator acting for its client.
struct Subject {
  ListedUser listed;
  ActingClient acting;
};
Result<Subject> subject_of(Call& call) {
  const auto id = TRY(path_id<UserId>(call, "user"));
  auto listed = TRY(find_user(call.app.services, id));
  call.response.notes.client_id = listed.user.client_id;
  call.response.notes.user_id = id;
  const auto acting = TRY(acting_for(call, listed.user.client_id));
  return Subject{.listed = std::move(listed), .acting = acting};
}

}  // namespace

Status get_admin_users(Call& call) {
  const auto query = TRY(read_list_query(call, "identifier"));
  const auto found = TRY(search_users(call.app.services, query.search));
  JsonWriter json(json_body(call));
  begin_list(json);
  for (const auto& user : found.page.rows) {
    json.begin_object();
    write_item(json, user);
    json.end_object();
  }
  end_list(json, cursor_of(found.page), found.total);
  return {};
}

Status get_admin_user(Call& call) {
  const auto id = TRY(path_id<UserId>(call, "user"));
  const auto user = TRY(find_user(call.app.services, id));
  JsonWriter json(json_body(call));
  json.begin_object();
  write_item(json, user);
  json.end_object();
  return {};
}

Status post_admin_user(Call& call) {
  const auto client_id = TRY(required_id<ClientId>(call.body, "client_id"));
  const auto identifier = TRY(call.body.required_text("identifier"));
  const auto scopes = TRY(scopes_field(call.body));
  const auto client = TRY(existing_client(call, client_id));
  const auto acting = TRY(acting_for(call, client_id));
  const auto created = TRY(create_user(call.app.services, acting, identifier, scopes));
  call.response.notes.client_id = client_id;
  call.response.notes.user_id = created.user.id;
  JsonWriter json(json_body(call));
  json.begin_object();
  write_item(json, ListedUser{.user = created.user, .client_name = client.name});
  json.key("secret");
  created.secret.reveal([&](std::string_view secret) { json.value(secret); });
  json.end_object();
  return {};
}

Status patch_admin_user(Call& call) {
  auto subject = TRY(subject_of(call));
  UserChanges changes;
  changes.is_active = TRY(call.body.truth("is_active"));
  changes.scopes = TRY(scopes_field(call.body));
  if (!changes.is_active && !changes.scopes)
    return fail(unacceptable("is_active", "this or scopes is required"));
  auto& user = subject.listed.user;
  const auto updated = TRY(update_user(call.app.services, subject.acting, user.id, changes));
  user = updated.user;
  JsonWriter json(json_body(call));
  json.begin_object();
  write_item(json, subject.listed);
  write_fenced(json, updated.fenced);
  json.end_object();
  return {};
}

Status post_admin_user_secret(Call& call) {
  auto subject = TRY(subject_of(call));
  const auto options = TRY(read_rotation(call.body));
  auto& user = subject.listed.user;
  const auto rotated = TRY(rotate_secret(call.app.services, subject.acting, user.id, options));
  user = rotated.user;
  JsonWriter json(json_body(call));
  json.begin_object();
  write_item(json, subject.listed);
  json.key("secret");
  rotated.secret.reveal([&](std::string_view secret) { json.value(secret); });
  write_fenced(json, rotated.fenced);
  json.end_object();
  return {};
}

Status delete_admin_user_tokens(Call& call) {
  const auto subject = TRY(subject_of(call));
  const auto revoked =
      TRY(revoke_user_tokens(call.app.services, subject.acting, subject.listed.user.id));
  JsonWriter json(json_body(call));
  json.begin_object().field("revoked", revoked.count);
  write_fenced(json, revoked.fenced);
  json.end_object();
  return {};
}

}  // namespace claviger::api
