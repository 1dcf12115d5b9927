// The lists over all clients. Which rows are looked at is decided by a range of an index, and by a
// bound; what else is asked of a row is looked at one by one.
#include <algorithm>
#include <array>
#include <utility>

#include "base/limits.h"
#include "store/sql/audit.h"
#include "store/sql/rows.h"
#include "store/sql/sql_store.h"

namespace claviger::sql {
namespace {

// For a page at most so many rows are looked at; a shorter page then has a next one, too.
constexpr std::int64_t rows_looked_at = 10'000;
constexpr std::int64_t audit_rows_looked_at = 100'000;
constexpr std::int64_t rows_a_piece = 10'000;

constexpr Uuid greatest_id{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                           0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// A text behind all that begin with `prefix`, and before those that come after them. UTF-8 sorts
/// by code points, and nothing is longer than so many of the greatest one.
std::string behind_prefix(std::string prefix) {
  constexpr std::string_view greatest = "\xf4\x8f\xbf\xbf";  // U+10FFFF
  for (std::size_t i = 0; i <= limits::identifier_chars; ++i) prefix += greatest;
  return prefix;
}

/// From where a page by ids begins.
Uuid first_id(const ListRange& range) {
  if (range.behind) return range.behind->id;
  return range.is_descending ? greatest_id : Uuid{};
}

/// A page by names: behind what it begins, and the name that bounds it on the other side.
struct NameRange {
  ListPlace behind;
  std::string end;
};
NameRange names_of(const std::string& prefix, const ListRange& range) {
  if (range.is_descending)
    return {.behind = range.behind.value_or(ListPlace{.name = behind_prefix(prefix), .id = {}}),
            .end = prefix};
  return {.behind = range.behind.value_or(ListPlace{.name = prefix, .id = {}}),
          .end = behind_prefix(prefix)};
}

/// Goes along rows until a page is full.
template <class Row, class Read, class Wanted, class PlaceOf>
Result<ListPage<Row>> page_of(Rows rows, std::int64_t limit, Read read, Wanted wanted,
                              PlaceOf place_of) {
  ListPage<Row> page;
  std::int64_t looked_at = 0;
  while (TRY(rows.next())) {
    Row row = read(rows);
    const bool is_wanted = wanted(row);
    if (is_wanted && static_cast<std::int64_t>(page.rows.size()) == limit) {
      page.next = place_of(page.rows.back());
      return page;
    }
    if (++looked_at == rows_looked_at) page.next = place_of(row);
    if (is_wanted) page.rows.push_back(std::move(row));
  }
  return page;
}

Result<Rows> client_rows(Connection& db, const ClientFilter& filter, const ListRange& range) {
  const bool back = range.is_descending;
  if (!filter.by_name)
    return db.query(back ? Query::clients_backward : Query::clients_forward, first_id(range),
                    rows_looked_at);
  const auto names = names_of(filter.prefix, range);
  return db.query(back ? Query::clients_by_name_backward : Query::clients_by_name_forward,
                  names.behind.name, names.behind.id, names.end, rows_looked_at);
}

ListedUser read_listed_user(Rows& row) {
  auto user = read_user(row);
  return {.user = std::move(user), .client_name = row.get<std::string>()};
}

ListedToken read_listed_token(Rows& row) {
  auto token = read_token(row);
  return {.token = std::move(token), .client_name = row.get<std::string>()};
}

TokenSummary read_summary(Rows& row) {
  return {.preview = row.get<std::string>(),
          .expires_at = row.get<Instant>(),
          .created_by_username = row.get<std::string>()};
}

Status add_newest_token(Connection& db, ListedUser& user) {
  auto rows = TRY(db.query(Query::newest_token, user.user.id));
  user.newest_token = TRY(first(std::move(rows), read_summary));
  return {};
}

/// The four ways through users that a filter allows: by ids and by names, forward and backward.
using Ways = std::array<Query, 4>;
constexpr Ways all_users{Query::users_forward, Query::users_backward, Query::users_by_name_forward,
                         Query::users_by_name_backward};
constexpr Ways inactive_users{Query::inactive_users_forward, Query::inactive_users_backward,
                              Query::inactive_users_by_name_forward,
                              Query::inactive_users_by_name_backward};
constexpr Ways client_users{Query::client_users_forward, Query::client_users_backward,
                            Query::client_users_by_name_forward,
                            Query::client_users_by_name_backward};

Result<Rows> user_rows(Connection& db, const UserFilter& filter, const ListRange& range) {
  const Ways& ways = filter.client_id            ? client_users
                     : filter.is_active == false ? inactive_users
                                                 : all_users;
  const auto way = ways[(filter.by_identifier ? 2U : 0U) + (range.is_descending ? 1U : 0U)];
  if (!filter.by_identifier) {
    if (filter.client_id) return db.query(way, first_id(range), rows_looked_at, *filter.client_id);
    return db.query(way, first_id(range), rows_looked_at);
  }
  const auto names = names_of(filter.prefix, range);
  if (!filter.client_id)
    return db.query(way, names.behind.name, names.behind.id, names.end, rows_looked_at);
  return db.query(way, names.behind.name, names.behind.id, names.end, rows_looked_at,
                  *filter.client_id);
}

Result<Rows> token_rows(Connection& db, const TokenFilter& filter, const ListRange& range) {
  const auto behind = range.behind ? range.behind->id : greatest_id;
  if (filter.user_id)
    return db.query(Query::user_tokens_backward, behind, rows_looked_at, *filter.user_id);
  if (filter.client_id)
    return db.query(Query::client_tokens_backward, behind, rows_looked_at, *filter.client_id);
  return db.query(Query::tokens_backward, behind, rows_looked_at);
}

/// The first row between `low` and `high` that is not from before `at`; `high` if there is none.
Result<std::int64_t> first_from(Connection& db, std::int64_t low, std::int64_t high, Instant at) {
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    auto rows = TRY(db.query(Query::audit_time, middle));
    const bool is_before = TRY(rows.next()) && rows.get<Instant>() < at;
    if (is_before)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace

Result<ListPage<Client>> SqlStore::list_clients(const ClientFilter& filter,
                                                const ListRange& range) {
  auto db = reader();
  return page_of<Client>(
      TRY(client_rows(*db, filter, range)), range.limit, read_client,
      [&](const Client& row) { return !filter.is_active || row.is_active == *filter.is_active; },
      [](const Client& row) { return ListPlace{.name = row.name, .id = row.id.bytes}; });
}

Result<ListPage<ListedUser>> SqlStore::list_users(const UserFilter& filter,
                                                  const ListRange& range) {
  auto db = reader();
  const auto snapshot = TRY(Snapshot::begin(*db));
  auto rows = TRY(user_rows(*db, filter, range));
  auto page = TRY(page_of<ListedUser>(
      std::move(rows), range.limit, read_listed_user,
      [&](const ListedUser& row) {
        return !filter.is_active || row.user.is_active == *filter.is_active;
      },
      [](const ListedUser& row) {
        return ListPlace{.name = row.user.identifier, .id = row.user.id.bytes};
      }));
  for (auto& row : page.rows) TRY_STATUS(add_newest_token(*db, row));
  return page;
}

Result<ListPage<ListedToken>> SqlStore::list_tokens(const TokenFilter& filter,
                                                    const ListRange& range) {
  auto db = reader();
  return page_of<ListedToken>(
      TRY(token_rows(*db, filter, range)), range.limit, read_listed_token,
      [&](const ListedToken& row) {
        return (!filter.client_id || row.token.client_id == *filter.client_id) &&
               (!filter.state || row.token.state(filter.now) == *filter.state);
      },
      [](const ListedToken& row) { return ListPlace{.name = {}, .id = row.token.id.bytes}; });
}

Result<std::optional<ListedUser>> SqlStore::find_user(UserId id) {
  auto db = reader();
  const auto snapshot = TRY(Snapshot::begin(*db));
  auto rows = TRY(db->query(Query::find_any_user, id));
  auto user = TRY(first(std::move(rows), read_listed_user));
  if (user) TRY_STATUS(add_newest_token(*db, *user));
  return user;
}

Result<std::optional<ListedToken>> SqlStore::find_token(TokenId id) {
  auto db = reader();
  return first(TRY(db->query(Query::find_any_token, id)), read_listed_token);
}

Result<AuditListPage> SqlStore::list_audit(const AuditFilter& filter,
                                           std::optional<std::int64_t> before, std::int64_t limit) {
  auto db = reader();
  const auto snapshot = TRY(Snapshot::begin(*db));
  auto lowest = TRY(read_trail(*db)).begin.sequence + 1;
  auto end = TRY(read_tail(*db)).sequence + 1;
  if (before) end = std::min(end, *before);
  if (filter.until) end = TRY(first_from(*db, lowest, end, *filter.until));
  if (filter.from) lowest = TRY(first_from(*db, lowest, end, *filter.from));
  const auto floor = std::max(lowest, end - audit_rows_looked_at);
  auto rows =
      TRY(db->query(Query::audit_backward, end, floor, filter.action, filter.actor,
                    filter.client_id, filter.object_id, filter.from, filter.until, limit + 1));
  AuditListPage page;
  while (TRY(rows.next())) page.rows.push_back(read_audit_row(rows));
  if (static_cast<std::int64_t>(page.rows.size()) > limit) {
    page.rows.pop_back();
    page.next = page.rows.back().sequence;
  } else if (floor > lowest) {
    page.next = floor;
  }
  return page;
}

Result<std::optional<std::int64_t>> SqlStore::count_live_tokens(Instant now, std::int64_t at_most) {
  auto db = reader();
  auto rows = TRY(db->query(Query::count_any_live_tokens, now, at_most));
  TRY_STATUS(rows.next());
  if (rows.get<std::int64_t>() == at_most) return std::optional<std::int64_t>{};
  return std::optional(rows.get<std::int64_t>());
}

Result<std::int64_t> SqlStore::count_expiring(Instant from, Instant until) {
  auto db = reader();
  auto rows = TRY(db->query(Query::count_expiring, from, until));
  TRY_STATUS(rows.next());
  return rows.get<std::int64_t>();
}

Result<StaleCounts> SqlStore::count_stale(Instant before) {
  StaleCounts counts;
  for (std::optional<Uuid> behind = Uuid{}; behind;) {
    auto db = reader();
    auto rows = TRY(db->query(Query::stale_users, *behind, before, rows_a_piece));
    TRY_STATUS(rows.next());
    behind = rows.get<std::optional<Uuid>>();
    counts.secrets += rows.get<std::int64_t>();
    counts.unused_users += rows.get<std::int64_t>();
  }
  for (std::optional<Uuid> behind = Uuid{}; behind;) {
    auto db = reader();
    auto rows = TRY(db->query(Query::stale_clients, *behind, before, rows_a_piece));
    TRY_STATUS(rows.next());
    behind = rows.get<std::optional<Uuid>>();
    counts.api_keys += rows.get<std::int64_t>();
  }
  return counts;
}

}  // namespace claviger::sql
