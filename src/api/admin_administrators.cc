// Who may log in to the admin panel.
#include "api/admin_acting.h"
#include "api/admin_endpoints.h"
#include "base/json_writer.h"
#include "http/form_reader.h"
#include "service/administrators.h"

namespace claviger::api {
namespace {

void write_item(JsonWriter& json, const Administrator& administrator) {
  const bool is_listed = administrator.added_at.has_value();
  json.begin_object()
      .field("email", administrator.email.text())
      .field("role", word_of(administrator.role))
      .field("source", is_listed ? "list" : "setting")
      .field("added_at", administrator.added_at)
      .field("added_by", is_listed ? std::optional(administrator.added_by) : std::nullopt)
      .end_object();
}

ListChange change_of(const Call& call) {
  return {.origin = administrator_origin(call), .by = call.session->email};
}

/// The {email} of the path. Errors: not_found, also for what is no address at all.
Result<Email> path_email(const Call& call) {
  std::string text;
  if (http::percent_decode(call.id, text))
    if (const auto email = Email::parse(text)) return *email;
  return fail(Code::not_found, "The address is not on the list.");
}

Result<AdminRole> role_field(const Call& call) {
  const auto role = parse_role(TRY(call.body.required_text("role")));
  if (!role) return fail(unacceptable("role", "must be administrator or auditor"));
  return *role;
}

}  // namespace

Status get_admin_administrators(Call& call) {
  const auto administrators = TRY(list_administrators(call.app.services));
  JsonWriter json(json_body(call));
  json.begin_object().key("items").begin_array();
  for (const auto& administrator : administrators) write_item(json, administrator);
  json.end_array().end_object();
  return {};
}

Status post_admin_administrator(Call& call) {
  const auto email = Email::parse(TRY(call.body.required_text("email")));
  if (!email) return fail(unacceptable("email", "must be an e-mail address, in ASCII"));
  const auto role = TRY(role_field(call));
  const auto added = TRY(add_administrator(call.app.services, *email, role, change_of(call)));
  JsonWriter json(json_body(call));
  write_item(json, added);
  return {};
}

Status patch_admin_administrator(Call& call) {
  const auto email = TRY(path_email(call));
  const auto role = TRY(role_field(call));
  const auto changed = TRY(set_administrator_role(call.app.services, email, role, change_of(call)));
  JsonWriter json(json_body(call));
  write_item(json, changed);
  return {};
}

Status delete_admin_administrator(Call& call) {
  const auto email = TRY(path_email(call));
  TRY_STATUS(remove_administrator(call.app.services, email, change_of(call)));
  JsonWriter(json_body(call)).begin_object().end_object();
  return {};
}

}  // namespace claviger::api
