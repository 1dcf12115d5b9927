#include "cli/records.h"

#include "policy/scopes.h"

namespace claviger::cli {
namespace {

Value time_or_none(const std::optional<Instant>& at) {
  return at ? Value(rfc3339(*at)) : Value();
}
Value text_or_none(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}
std::vector<std::string> scope_list(std::string_view stored) {
  std::vector<std::string> scopes;
  for_each_scope(stored, [&](std::string_view scope) { scopes.emplace_back(scope); });
  return scopes;
}

}  // namespace

Record record_of(const Client& client) {
  return {{"id", client.id.text()},
          {"name", client.name},
          {"is_active", client.is_active},
          {"created_at", rfc3339(client.created_at)},
          {"api_key_preview", client.api_key_preview},
          {"api_key_created_at", rfc3339(client.api_key_created_at)},
          {"previous_api_key_expires_at", time_or_none(client.previous_api_key_expires_at)},
          {"last_used_at", time_or_none(client.last_used_at)},
          {"users_total", client.users}};
}

Record record_of(const User& user) {
  return {{"id", user.id.text()},
          {"identifier", user.identifier},
          {"scopes", scope_list(user.scopes)},
          {"is_active", user.is_active},
          {"client_id", user.client_id.text()},
          {"created_at", rfc3339(user.created_at)},
          {"secret_preview", user.secret_preview},
          {"secret_created_at", rfc3339(user.secret_created_at)},
          {"previous_secret_expires_at", time_or_none(user.previous_secret_expires_at)},
          {"last_used_at", time_or_none(user.last_used_at)}};
}

Record record_of(const UserRow& row) {
  auto record = record_of(row.user);
  const auto& token = row.newest_token;
  record.push_back({"token_value", token ? Value(token->preview) : Value()});
  record.push_back({"expired_at", token ? Value(rfc3339(token->expires_at)) : Value()});
  record.push_back(
      {"created_by_username", token ? text_or_none(token->created_by_username) : Value()});
  return record;
}

Record record_of(const Token& token, Instant now) {
  const auto state = token.state(now);
  return {{"id", token.id.text()},
          {"user_id", token.user_id.text()},
          {"client_id", token.client_id.text()},
          {"username", token.username},
          {"token_value", token.preview},
          {"state", std::string(word_of(state))},
          {"is_revoked", state == TokenState::revoked},
          {"revoked_at", time_or_none(token.revoked_at)},
          {"created_at", rfc3339(token.created_at)},
          {"expires_at", rfc3339(token.expires_at)},
          {"created_by_username", text_or_none(token.created_by_username)},
          {"last_used_at", time_or_none(token.last_used_at)}};
}

Record record_of(const Identity& identity) {
  return {{"user_id", identity.user->id.text()},
          {"username", std::string(identity.user->username())},
          {"scopes", scope_list(identity.user->scopes())},
          {"client_id", identity.user->client->id.text()},
          {"token_id", identity.token_id.text()},
          {"expires_at", rfc3339(identity.expires_at)}};
}

void add_fenced(Record& record, const Fenced& fenced) {
  record.push_back({"fenced", true});
  record.push_back({"epoch", fenced.epoch().number});
}

}  // namespace claviger::cli
