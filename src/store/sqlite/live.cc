#include <utility>

#include "store/sqlite/engine.h"

namespace claviger::sqlite {
namespace {

// Applying more entries than this to a view costs more than filling it anew.
constexpr std::int64_t entries_max = 10'000;

}  // namespace

/// A commit is seen by every read that begins after it: each snapshot is as new as can be asked
/// for.
Result<LiveRead> Engine::read_live(TokenId id, const Epoch& /*at_least*/) {
  auto db = reader();
  auto rows = TRY(db->query(Query::read_live, id));
  TRY_STATUS(rows.next());
  return LiveRead{.is_current = true, .record = sql::read_live_record(rows)};
}

Result<KeysRead> Engine::read_keys(const Epoch& /*at_least*/) {
  return KeysRead{.is_current = true, .keys = TRY(list_keys())};
}

Result<LogPage> Engine::log_since(const Epoch& epoch) {
  auto db = log_reader();
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

std::optional<ChangeMark> Engine::change_mark() const noexcept {
  if (wal_index_) return wal_index_->mark();
  return ChangeMark{{writer_.commits(), 0, 0}};
}

}  // namespace claviger::sqlite
