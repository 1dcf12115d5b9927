#include "store/sql/sql_store.h"

namespace claviger::sql {

std::optional<LiveRecord> read_live_record(Rows& row) {
  const auto token = row.get<std::optional<TokenId>>();
  const auto user = row.get<std::optional<UserId>>();
  const auto client = row.get<std::optional<ClientId>>();
  if (!token || !user || !client) return std::nullopt;
  return LiveRecord{.token_id = *token,
                    .user_id = *user,
                    .client_id = *client,
                    .expires_at = row.get<Instant>(),
                    .revoked = row.get<bool>(),
                    .username = row.get<std::string>(),
                    .scopes = row.get<std::string>()};
}

}  // namespace claviger::sql
