#include <algorithm>
#include <utility>

#include "store/sql/rows.h"
#include "store/sql/sql_store.h"

namespace claviger::sql {
namespace {

// A page of tokens of one state looks at so many tokens at most; a shorter page has a cursor, too.
constexpr std::int64_t tokens_looked_at = 10'000;

constexpr Uuid greatest_id{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                           0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

UserRow read_user_row(Rows& row) {
  UserRow result{.user = read_user(row), .newest_token = {}};
  auto preview = row.get<std::optional<std::string>>();
  if (!preview) return result;
  result.newest_token = TokenSummary{.preview = std::move(*preview),
                                     .expires_at = row.get<Instant>(),
                                     .created_by_username = row.get<std::string>()};
  return result;
}

UserCredential read_credential(Rows& row) {
  return {.user = read_user(row),
          .secret_hash = row.get<UserSecretHash>(),
          .previous_secret_hash = row.get<std::optional<UserSecretHash>>()};
}

Result<Rows> token_rows(Connection& db, const TokenQuery& query) {
  const Uuid before = query.before ? query.before->bytes : greatest_id;
  if (!query.user_id) {
    return db.query(Query::list_client_tokens, query.client_id, before, tokens_looked_at);
  }
  return db.query(Query::list_user_tokens, query.client_id, *query.user_id, before,
                  tokens_looked_at);
}

}  // namespace

Result<std::optional<Client>> SqlStore::find_client(ClientId id) {
  return sql::find_client(*reader(), id);
}

Result<std::optional<Client>> SqlStore::find_client_by_key(const ApiKeyHash& hash, Instant now) {
  auto db = reader();
  return first(TRY(db->query(Query::find_client_by_key, hash, now)), read_client);
}

Result<ClientPage> SqlStore::list_clients(std::optional<ClientId> after, std::int64_t limit) {
  auto db = reader();
  auto rows = TRY(db->query(Query::list_clients, after.value_or(ClientId{}), limit + 1));
  ClientPage page;
  while (TRY(rows.next())) page.clients.push_back(read_client(rows));
  if (static_cast<std::int64_t>(page.clients.size()) > limit) {
    page.clients.pop_back();
    page.next = page.clients.back().id;
  }
  return page;
}

Result<std::optional<User>> SqlStore::find_user(ClientId client, UserId id) {
  return sql::find_user(*reader(), client, id);
}

Result<std::vector<std::optional<UserCredential>>> SqlStore::find_credentials(
    std::span<const LoginName> logins, Instant now) {
  auto db = reader();
  const auto snapshot = TRY(Snapshot::begin(*db));
  std::vector<std::optional<UserCredential>> found;
  found.reserve(logins.size());
  for (const auto& login : logins) {
    auto rows =
        login.user_id
            ? TRY(db->query(Query::find_credential_by_id, *login.user_id, now))
            : TRY(db->query(Query::find_credential, login.client_id, login.identifier, now));
    found.push_back(TRY(first(std::move(rows), read_credential)));
  }
  return found;
}

Result<std::optional<User>> SqlStore::find_user_by_secret(const UserSecretHash& hash, Instant now) {
  auto db = reader();
  return first(TRY(db->query(Query::find_user_by_secret, hash, now)), read_user);
}

Result<UserPage> SqlStore::list_users(ClientId client, std::int64_t page, std::int64_t page_size) {
  auto db = reader();
  const auto snapshot = TRY(Snapshot::begin(*db));
  UserPage result;
  auto count = TRY(db->query(Query::count_users, client));
  if (TRY(count.next())) result.total = count.get<std::int64_t>();
  const auto before = (page - 1) * page_size;
  auto rows = TRY(db->query(Query::list_users, client, before + 1, before + page_size));
  while (TRY(rows.next())) result.users.push_back(read_user_row(rows));
  return result;
}

Result<std::optional<Token>> SqlStore::find_token(ClientId client, TokenId id) {
  return sql::find_token(*reader(), client, id);
}

Result<TokenPage> SqlStore::list_tokens(const TokenQuery& query) {
  auto db = reader();
  auto rows = TRY(token_rows(*db, query));
  TokenPage page;
  std::int64_t looked_at = 0;
  while (TRY(rows.next())) {
    auto token = read_token(rows);
    const bool wanted = !query.state || token.state(query.now) == *query.state;
    if (wanted && static_cast<std::int64_t>(page.tokens.size()) == query.limit) {
      page.next = page.tokens.back().id;
      return page;
    }
    if (++looked_at == tokens_looked_at) page.next = token.id;
    if (wanted) page.tokens.push_back(std::move(token));
  }
  return page;
}

Result<StoreStatus> SqlStore::status() {
  auto db = reader();
  auto rows = TRY(db->query(Query::status));
  TRY_STATUS(rows.next());
  return StoreStatus{.engine = parts_.engine,
                     .environment = rows.get<std::string>(),
                     .schema_version = rows.get<int>(),
                     .clients = rows.get<std::int64_t>(),
                     .users = rows.get<std::int64_t>(),
                     .tokens = rows.get<std::int64_t>(),
                     .epoch = read_epoch(rows),
                     .size_bytes = rows.get<std::int64_t>()};
}

Status SqlStore::ping() {
  auto db = reader();
  auto rows = TRY(db->query(Query::ping));
  TRY_STATUS(rows.next());
  return {};
}

}  // namespace claviger::sql
