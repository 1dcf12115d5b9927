#include "store/sql/audit.h"

#include <algorithm>
#include <utility>

#include "store/sql/sql_store.h"

namespace claviger::sql {
namespace {

AuditHash hash_of(std::string_view bytes) {
  AuditHash hash{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
  return hash;
}

std::optional<ByteView> blob(const std::optional<AuditRow::Bytes>& bytes) {
  if (!bytes) return std::nullopt;
  return bytes_of(*bytes);
}

/// The last of the oldest rows, at most `limit` of them, that are all from before `before`.
Result<std::optional<AuditPoint>> last_to_prune(Connection& db, Instant before,
                                                std::int64_t limit) {
  auto rows = TRY(db.query(Query::oldest_audit, limit));
  std::optional<AuditPoint> last;
  while (TRY(rows.next())) {
    const auto sequence = rows.get<std::int64_t>();
    if (rows.get<Instant>() >= before) break;
    last = AuditPoint{.sequence = sequence, .hash = hash_of(rows.get<std::string>())};
  }
  return last;
}

}  // namespace

Result<AuditTrail> read_trail(Connection& db) {
  auto rows = TRY(db.query(Query::audit_trail));
  if (!TRY(rows.next()))
    return fail(Code::storage_unavailable, "The database has no \"audit_trail\" row.");
  AuditTrail trail;
  trail.id = {.environment = rows.get<std::string>(), .id = rows.get<Uuid>()};
  trail.begin = audit_beginning(trail.id.environment, trail.id.id);
  const auto sequence = rows.get<std::int64_t>();
  const auto hash = rows.get<std::optional<std::string>>();
  if (hash) trail.begin = {.sequence = sequence, .hash = hash_of(*hash)};
  trail.seal = rows.get<std::optional<std::string>>().value_or("");
  return trail;
}

Result<AuditPoint> read_tail(Connection& db) {
  auto rows = TRY(db.query(Query::audit_tail));
  if (TRY(rows.next())) {
    const auto sequence = rows.get<std::int64_t>();
    return AuditPoint{.sequence = sequence, .hash = hash_of(rows.get<std::string>())};
  }
  return TRY(read_trail(db)).begin;
}

AuditRow read_audit_row(Rows& row) {
  using Bytes = std::optional<AuditRow::Bytes>;
  return {.sequence = row.get<std::int64_t>(),
          .at_ms = row.get<std::int64_t>(),
          .actor = row.get<std::string>(),
          .actor_id = row.get<Bytes>(),
          .action = row.get<std::string>(),
          .object = row.get<std::string>(),
          .object_id = row.get<Bytes>(),
          .client_id = row.get<Bytes>(),
          .request_id = row.get<Bytes>(),
          .address = row.get<Bytes>(),
          .detail = row.get<std::string>(),
          .hash = row.get<std::string>()};
}

Status append_audit(Connection& db, const AuditEvent& event) {
  const auto row = audit_row(TRY(read_tail(db)), event);
  return db.execute_later(Query::append_audit, row.sequence, row.at_ms, row.actor,
                          blob(row.actor_id), row.action, row.object, blob(row.object_id),
                          blob(row.client_id), blob(row.request_id), blob(row.address), row.detail,
                          bytes_of(row.hash));
}

Result<AuditState> SqlStore::audit_state() {
  auto db = reader();
  const auto snapshot = TRY(Snapshot::begin(*db));
  auto trail = TRY(read_trail(*db));
  return AuditState{.trail = std::move(trail), .newest = TRY(read_tail(*db))};
}

Result<AuditPage> SqlStore::read_audit(std::int64_t after, std::int64_t limit) {
  auto db = reader();
  const auto snapshot = TRY(Snapshot::begin(*db));
  AuditPage page{.trail = TRY(read_trail(*db)), .rows = {}};
  auto rows = TRY(db->query(Query::read_audit, after, limit));
  while (TRY(rows.next())) page.rows.push_back(read_audit_row(rows));
  return page;
}

Result<std::int64_t> SqlStore::prune_audit(Instant before, std::int64_t limit,
                                           const AuditSeal& seal) {
  if (!TRY(last_to_prune(*reader(), before, 1))) return 0;  // without a write
  std::int64_t pruned = 0;
  const auto work = [&](Connection& db) -> Status {
    const auto last = TRY(last_to_prune(db, before, limit));
    if (!last) return {};
    const auto trail = TRY(read_trail(db));
    auto line = seal({trail.id, *last});
    const auto stored = line.empty() ? std::nullopt : std::optional(std::move(line));
    TRY_STATUS(db.execute(Query::anchor_audit, last->sequence, ByteView(last->hash), stored));
    pruned = TRY(db.execute(Query::prune_audit, last->sequence));
    return {};
  };
  TRY_STATUS(queue().run(work));
  return pruned;
}

}  // namespace claviger::sql
