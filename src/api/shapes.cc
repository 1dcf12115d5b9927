#include "api/shapes.h"

#include "policy/scopes.h"

namespace claviger::api {
void write_scopes(JsonWriter& json, std::string_view stored) {
  json.key("scopes").begin_array();
  for_each_scope(stored, [&](std::string_view scope) { json.value(scope); });
  json.end_array();
}

void write_client(JsonWriter& json, const Client& client) {
  json.field("id", client.id)
      .field("name", client.name)
      .field("is_active", client.is_active)
      .field("created_at", client.created_at)
      .field("api_key_preview", client.api_key_preview)
      .field("api_key_created_at", client.api_key_created_at);
  json.field("previous_api_key_expires_at", client.previous_api_key_expires_at);
  json.field("last_used_at", client.last_used_at);
  json.field("users_total", client.users);
}

void write_user(JsonWriter& json, const User& user) {
  json.field("id", user.id).field("identifier", user.identifier);
  write_scopes(json, user.scopes);
  json.field("is_active", user.is_active)
      .field("client_id", user.client_id)
      .field("created_at", user.created_at)
      .field("secret_preview", user.secret_preview)
      .field("secret_created_at", user.secret_created_at);
  json.field("previous_secret_expires_at", user.previous_secret_expires_at);
  json.field("last_used_at", user.last_used_at);
}

void write_token(JsonWriter& json, const Token& token, Instant now) {
  const auto state = token.state(now);
  json.field("id", token.id)
      .field("user_id", token.user_id)
      .field("client_id", token.client_id)
      .field("username", token.username)
      .field("token_value", token.preview)
      .field("state", word_of(state))
      .field("is_revoked", state == TokenState::revoked);
  json.field("revoked_at", token.revoked_at);
  json.field("created_at", token.created_at)
      .field("expires_at", token.expires_at)
      .key("created_by_username");
  if (token.created_by_username.empty())
    json.null();
  else
    json.value(token.created_by_username);
  json.field("last_used_at", token.last_used_at);
}

void write_fenced(JsonWriter& json, const Fenced& fenced) {
  json.field("fenced", true).field("epoch", fenced.epoch().number);
}

}  // namespace claviger::api
