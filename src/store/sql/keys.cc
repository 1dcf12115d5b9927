// Which keys have signed or checked tokens here, and which are retired.
#include <utility>

#include "store/sql/audit.h"
#include "store/sql/rows.h"
#include "store/sql/sql_store.h"

namespace claviger::sql {
namespace {

Result<std::optional<std::string>> signer_of(Connection& db) {
  auto rows = TRY(db.query(Query::signing_key));
  if (!TRY(rows.next())) return std::optional<std::string>{};
  return std::optional(rows.get<std::string>());
}

Result<std::optional<SeenKey>> key_of(Connection& db, const std::string& kid) {
  for (auto& key : TRY(keys_of(db)))
    if (key.kid == kid) return std::optional(std::move(key));
  return std::optional<SeenKey>{};
}

/// What a change of keys writes beside the keys themselves.
struct KeyAudit {
  Instant now;
  const Origin& origin;

  Status tell(Connection& db, const AuditAction& action, const std::string& kid) const {
    return append_audit(db, {.at = now, .origin = origin, .action = action, .detail = kid});
  }
  /// Whether it had not been seen.
  Result<bool> note(Connection& db, const std::string& kid) const {
    if (TRY(db.execute(Query::note_key, kid, now)) == 0) return false;
    TRY_STATUS(tell(db, audit_action::key_first_seen, kid));
    return true;
  }
};

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
                                      const Origin& origin, StartSigner signer) {
  KeysNoted noted;
  const KeyAudit audit{now, origin};
  const auto work = [&](Connection& db) -> Status {
    noted = {};
    noted.signed_before = TRY(signer_of(db));
    noted.signing = kids.front();
    if (signer == StartSigner::as_before && noted.signed_before)
      noted.signing = *noted.signed_before;
    const auto to_sign = TRY(key_of(db, noted.signing));
    if (to_sign && to_sign->retired_at)
      return fail(Code::conflict, "The key that is to sign, " + noted.signing + ", is retired.");
    for (const auto& kid : kids)
      if (TRY(audit.note(db, kid))) noted.unseen.push_back(kid);
    if (noted.signed_before == noted.signing) return {};
    TRY_STATUS(db.execute(Query::set_signing_key, noted.signing));
    if (!noted.signed_before) return {};
    TRY_STATUS(db.execute(Query::keys_changed, noted.signing));
    return audit.tell(db, audit_action::signing_key_changed, noted.signing);
  };
  TRY_STATUS(queue().run(work));
  return noted;
}

Result<Change<SignerChange>> SqlStore::change_signing_key(const std::string& kid, Instant now,
                                                          const Origin& origin) {
  SignerChange change;
  Epoch epoch;
  const KeyAudit audit{now, origin};
  const auto work = [&](Connection& db) -> Status {
    change = {};
    change.signed_before = TRY(signer_of(db));
    (void)TRY(audit.note(db, kid));
    auto key = TRY(key_of(db, kid));
    if (!key || key->retired_at) return fail(Code::conflict, "The key " + kid + " is retired.");
    change.key = *std::move(key);
    change.key.is_signing = true;
    TRY_STATUS(db.execute(Query::set_signing_key, kid));
    TRY_STATUS(db.execute(Query::keys_changed, kid));
    epoch = TRY(newest_epoch(db));
    if (change.signed_before == kid) return {};
    return audit.tell(db, audit_action::signing_key_changed, kid);
  };
  TRY_STATUS(queue().run(work));
  return Change<SignerChange>{.value = std::move(change), .committed = committed(epoch)};
}

Result<std::optional<std::string>> SqlStore::signing_key() {
  return signer_of(*reader());
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
      return fail(Code::conflict,
                  "This key signs. Have another one sign first: claviger key rotate.");
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
