#include <utility>

#include "store/sqlite/engine.h"
#include "store/sqlite/rows.h"

namespace claviger::sqlite {
namespace {

// Applying more entries than this to a view costs more than filling it anew.
constexpr std::int64_t entries_max = 10'000;

}  // namespace

Result<LiveRead> Engine::read_live(TokenId id) {
  auto db = readers_->take();
  auto rows = TRY(db->query(Query::read_live, id));
  TRY_STATUS(rows.next());
  LiveRead read{.epoch = Epoch{rows.get<std::int64_t>()}, .record = {}};
  const auto token = rows.get<std::optional<TokenId>>();
  const auto user = rows.get<std::optional<UserId>>();
  const auto client = rows.get<std::optional<ClientId>>();
  if (!token || !user || !client) return read;
  read.record = LiveRecord{.token_id = *token,
                           .user_id = *user,
                           .client_id = *client,
                           .expires_at = rows.get<Instant>(),
                           .revoked = rows.get<bool>(),
                           .username = rows.get<std::string>(),
                           .scopes = rows.get<std::string>()};
  return read;
}

Result<LogPage> Engine::log_since(Epoch epoch) {
  auto db = (own_log_reader_ ? own_log_reader_ : readers_)->take();
  auto rows = TRY(db->query(Query::log_since, epoch.number, entries_max));
  LogPage page;
  while (TRY(rows.next())) {
    page.newest = Epoch{rows.get<std::int64_t>()};
    const auto number = rows.get<std::optional<std::int64_t>>();
    if (!number) break;
    const auto kind = rows.get<std::string>();
    page.entries.push_back(LogEntry{.epoch = Epoch{*number},
                                    .kind = static_cast<LogEntry::Kind>(kind.front()),
                                    .key = rows.get<Uuid>()});
  }
  // Each epoch has one entry, so one that is missing, or beyond the limit, shows in their number.
  const auto count = static_cast<std::int64_t>(page.entries.size());
  page.complete = count == page.newest.number - epoch.number;
  if (!page.complete) page.entries.clear();
  return page;
}

ChangeMark Engine::change_mark() const noexcept {
  if (wal_index_) return wal_index_->mark();
  return {{queue_.commits(), 0, 0}};
}

}  // namespace claviger::sqlite
