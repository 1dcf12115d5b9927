#include <utility>

#include "store/postgres/engine.h"
#include "store/postgres/log_page.h"

namespace claviger::postgres {
namespace {

// Applying more entries than this to a view costs more than filling it anew.
constexpr std::int64_t entries_max = 10'000;

}  // namespace

Result<LogPage> read_log(sql::Connection& db, const Epoch& since) {
  auto rows = TRY(db.query(sql::Query::log_since, since.number, entries_max + 1));
  LogPage page{.newest = {}, .complete = since.number == 0, .entries = {}};
  std::int64_t looked_at = 0;
  while (TRY(rows.next())) {
    page.newest = Epoch{.number = rows.get<std::int64_t>(), .stamp = rows.get<Uuid>()};
    const auto number = rows.get<std::optional<std::int64_t>>();
    if (!number) break;
    ++looked_at;
    const Epoch epoch{.number = *number, .stamp = rows.get<Uuid>()};
    if (epoch.number == since.number) {
      page.complete = epoch == since;  // else it is another log, after a failover
      continue;
    }
    const auto kind = rows.get<std::string>();
    page.entries.push_back({.epoch = epoch,
                            .kind = static_cast<LogEntry::Kind>(kind.front()),
                            .key = rows.get<Uuid>()});
  }
  const auto count = static_cast<std::int64_t>(page.entries.size());
  page.complete =
      page.complete && looked_at <= entries_max && count == page.newest.number - since.number;
  if (!page.complete) page.entries.clear();
  return page;
}

Result<LogPage> Engine::log_since(const Epoch& epoch) {
  auto db = log_reader();
  return read_log(*db, epoch);
}

/// The read counts only if its server knows the epoch that this node knows, by number and stamp: a
/// replica may lag behind, and a deposed primary may have gone another way.
Result<LiveRead> Engine::read_live(TokenId id, const Epoch& at_least) {
  auto db = reader();
  auto rows = TRY(db->query(sql::Query::read_live, id, at_least.number));
  TRY_STATUS(rows.next());
  const auto newest = rows.get<std::int64_t>();
  const auto stamp = rows.get<std::optional<Uuid>>();
  LiveRead read;
  // The log keeps the newest 100,000 epochs: a node that stands where it was trimmed reads again.
  read.is_current = newest >= at_least.number && (at_least.number == 0 || stamp == at_least.stamp);
  read.record = sql::read_live_record(rows);
  return read;
}

/// The log first: what is read later on the same connection is at least as new.
Result<KeysRead> Engine::read_keys(const Epoch& at_least) {
  auto db = reader();
  const auto log = TRY(read_log(*db, at_least));
  return KeysRead{.is_current = log.complete, .keys = TRY(sql::keys_of(*db))};
}

}  // namespace claviger::postgres
