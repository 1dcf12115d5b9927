// Which keys have signed or checked tokens here, and which are retired.
#include <utility>

#include "store/sql/audit.h"
#include "store/sql/rows.h"
#include "store/sql/sql_store.h"

namespace claviger::sql {
namespace {

Result<std::optional<std::string>> signing_key(Connection& db) {
  auto rows = TRY(db.query(Query::signing_key));
  if (!TRY(rows.next())) return std::optional<std::string>{};
  return std::optional(rows.get<std::string>());
}

Result<std::optional<SeenKey>> key_of(Connection& db, const std::string& kid) {
  for (auto& key : TRY(keys_of(db)))
    if (key.kid == kid) return std::optional(std::move(key));
  return std::optional<SeenKey>{};
}

}  // namespace

Result<std::vector<SeenKey>> keys_of(Connection& db) {
  auto rows = TRY(db.query(Query::list_keys));
  std::vector<SeenKey> keys;
  while (TRY(rows.next()))
    keys.push_back({.kid = rows.get<std::string>(),
                    .first_seen_at = rows.get<Instant>(),
                    .is_signing = rows.get<bool>(),
                    .retired_at = rows.get<std::optional<Instant>>()});
  return keys;
}

Result<KeysNoted> SqlStore::note_keys(const std::vector<std::string>& kids, Instant now,
                                      const Origin& origin) {
  KeysNoted noted;
  const auto work = [&](Connection& db) -> Status {
    noted = {};
    const auto tell = [&](const AuditAction& action, const std::string& kid) {
      return append_audit(db, {.at = now, .origin = origin, .action = action, .detail = kid});
    };
    const auto to_sign = TRY(key_of(db, kids.front()));
    if (to_sign && to_sign->retired_at)
      return fail(Code::conflict, "The key that is to sign, " + kids.front() + ", is retired.");
    noted.signed_before = TRY(signing_key(db));
    for (const auto& kid : kids) {
      if (TRY(db.execute(Query::note_key, kid, now)) == 0) continue;
      noted.unseen.push_back(kid);
      TRY_STATUS(tell(audit_action::key_first_seen, kid));
    }
    if (noted.signed_before == kids.front()) return {};
    TRY_STATUS(db.execute(Query::set_signing_key, kids.front()));
    if (!noted.signed_before) return {};
    return tell(audit_action::signing_key_changed, kids.front());
  };
  TRY_STATUS(queue().run(work));
  return noted;
}

Result<std::vector<SeenKey>> SqlStore::list_keys() {
  return keys_of(*reader());
}

Result<std::optional<Change<SeenKey>>> SqlStore::retire_key(const std::string& kid, Instant now,
                                                            const Origin& origin) {
  std::optional<SeenKey> key;
  Epoch epoch;
  const auto work = [&](Connection& db) -> Status {
    key = TRY(key_of(db, kid));
    if (!key) return {};
    if (key->is_signing)
      return fail(Code::conflict, "This key signs. Start the servers with another one first.");
    TRY_STATUS(db.execute(Query::retire_key, kid, now));
    if (!key->retired_at) key->retired_at = now;
    epoch = TRY(newest_epoch(db));
    return append_audit(
        db, {.at = now, .origin = origin, .action = audit_action::key_retired, .detail = kid});
  };
  TRY_STATUS(queue().run(work));
  if (!key) return std::nullopt;
  return Change<SeenKey>{.value = *std::move(key), .committed = committed(epoch)};
}

}  // namespace claviger::sql
