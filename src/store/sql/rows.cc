#include "store/sql/rows.h"

namespace claviger::sql {

Epoch read_epoch(Rows& row) {
  return {.number = row.get<std::int64_t>(), .stamp = row.get<Uuid>()};
}

Client read_client(Rows& row) {
  return {.id = row.get<ClientId>(),
          .name = row.get<std::string>(),
          .is_active = row.get<bool>(),
          .created_at = row.get<Instant>(),
          .api_key_preview = row.get<std::string>(),
          .api_key_created_at = row.get<Instant>(),
          .previous_api_key_expires_at = row.get<std::optional<Instant>>(),
          .last_used_at = row.get<std::optional<Instant>>(),
          .users = row.get<std::int64_t>()};
}

User read_user(Rows& row) {
  return {.id = row.get<UserId>(),
          .client_id = row.get<ClientId>(),
          .identifier = row.get<std::string>(),
          .scopes = row.get<std::string>(),
          .is_active = row.get<bool>(),
          .created_at = row.get<Instant>(),
          .secret_preview = row.get<std::string>(),
          .secret_created_at = row.get<Instant>(),
          .previous_secret_expires_at = row.get<std::optional<Instant>>(),
          .last_used_at = row.get<std::optional<Instant>>()};
}

Token read_token(Rows& row) {
  return {.id = row.get<TokenId>(),
          .user_id = row.get<UserId>(),
          .client_id = row.get<ClientId>(),
          .username = row.get<std::string>(),
          .preview = row.get<std::string>(),
          .created_by_username = row.get<std::string>(),
          .created_at = row.get<Instant>(),
          .expires_at = row.get<Instant>(),
          .revoked_at = row.get<std::optional<Instant>>(),
          .ended = row.get<bool>(),
          .last_used_at = row.get<std::optional<Instant>>()};
}

Result<std::optional<Client>> find_client(Connection& db, ClientId id) {
  return first(TRY(db.query(Query::find_client, id)), read_client);
}

Result<std::optional<User>> find_user(Connection& db, ClientId client, UserId id) {
  return first(TRY(db.query(Query::find_user, client, id)), read_user);
}

Result<std::optional<Token>> find_token(Connection& db, ClientId client, TokenId id) {
  return first(TRY(db.query(Query::find_token, client, id)), read_token);
}

Result<std::optional<Token>> find_token(Connection& db, TokenId id) {
  return first(TRY(db.query(Query::find_any_token, id)), read_token);
}

Result<Epoch> newest_epoch(Connection& db) {
  auto rows = TRY(db.query(Query::newest_epoch));
  TRY_STATUS(rows.next());
  return read_epoch(rows);
}

}  // namespace claviger::sql
