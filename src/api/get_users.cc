#include "api/endpoints.h"
#include "api/shapes.h"
#include "base/limits.h"
#include "http/form_reader.h"
#include "service/users.h"

namespace claviger::api {
namespace {

void write_row(JsonWriter& json, const UserRow& row) {
  json.begin_object()
      .field("user_id", row.user.id)
      .field("username", row.user.identifier)
      .key("token_value");
  if (!row.newest_token) {
    json.null().key("expired_at").null().key("created_by_username").null();
  } else {
    json.value(row.newest_token->preview)
        .field("expired_at", row.newest_token->expires_at)
        .key("created_by_username");
    // Empty means that the user itself got it.
    if (row.newest_token->created_by_username.empty())
      json.null();
    else
      json.value(row.newest_token->created_by_username);
  }
  json.end_object();
}

}  // namespace

Status get_users(Call& call) {
  const auto query = TRY(http::read_query(call.request.query));
  const auto page = TRY(query.integer("page")).value_or(1);
  const auto page_size = TRY(query.integer("page_size")).value_or(limits::page_size_default);
  const auto list = TRY(list_users(call.app.services, *call.acting, page, page_size));
  JsonWriter json(json_body(call));
  json.begin_object().key("users").begin_array();
  for (const auto& row : list.users) write_row(json, row);
  json.end_array()
      .field("total", list.total)
      .field("page", page)
      .field("page_size", page_size)
      .end_object();
  return {};
}

}  // namespace claviger::api
