#include "api/admin_shapes.h"

#include "api/shapes.h"

namespace claviger::api {
namespace {

/// Whoever got a token for its user; null means the user itself.
void write_creator(JsonWriter& json, const std::string& username) {
  json.key("created_by_username");
  if (username.empty())
    json.null();
  else
    json.value(username);
}

}  // namespace

void write_item(JsonWriter& json, const Client& client) {
  json.field("id", client.id)
      .field("name", client.name)
      .field("is_active", client.is_active)
      .field("created_at", client.created_at)
      .field("api_key_preview", client.api_key_preview)
      .field("api_key_created_at", client.api_key_created_at)
      .field("previous_api_key_expires_at", client.previous_api_key_expires_at)
      .field("last_used_at", client.last_used_at)
      .field("users", client.users);
}

void write_item(JsonWriter& json, const ListedUser& listed) {
  const auto& user = listed.user;
  json.field("id", user.id)
      .field("client_id", user.client_id)
      .field("client_name", listed.client_name)
      .field("identifier", user.identifier);
  write_scopes(json, user.scopes);
  json.field("is_active", user.is_active)
      .field("created_at", user.created_at)
      .field("secret_preview", user.secret_preview)
      .field("secret_created_at", user.secret_created_at)
      .field("previous_secret_expires_at", user.previous_secret_expires_at)
      .field("last_used_at", user.last_used_at)
      .key("newest_token");
  if (!listed.newest_token) {
    json.null();
    return;
  }
  json.begin_object()
      .field("preview", listed.newest_token->preview)
      .field("expires_at", listed.newest_token->expires_at);
  write_creator(json, listed.newest_token->created_by_username);
  json.end_object();
}

void write_item(JsonWriter& json, const ListedToken& listed, Instant now) {
  const auto& token = listed.token;
  json.field("id", token.id)
      .field("user_id", token.user_id)
      .field("username", token.username)
      .field("client_id", token.client_id)
      .field("client_name", listed.client_name)
      .field("preview", token.preview);
  write_creator(json, token.created_by_username);
  json.field("created_at", token.created_at)
      .field("expires_at", token.expires_at)
      .field("revoked_at", token.revoked_at)
      .field("last_used_at", token.last_used_at)
      .field("state", word_of(token.state(now)));
}

void begin_list(JsonWriter& json) {
  json.begin_object().key("items").begin_array();
}

void end_list(JsonWriter& json, const std::optional<std::string>& next,
              std::optional<std::int64_t> total) {
  json.end_array().field("next", next).field("total", total).end_object();
}

}  // namespace claviger::api
