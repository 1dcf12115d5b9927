#include "store/sqlite/carry_over.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "store/sql/audit.h"

namespace claviger::sqlite {
namespace {

constexpr std::int64_t rows_between = 1'000;
constexpr const char* audit_columns =
    "sequence, at_ms, actor, actor_id, action, object, object_id, client_id, request_id, address,"
    " detail, hash";  // as sql::read_audit_row reads them

/// When a statement may run.
enum class If {
  same,   // whatever the replaced database is missing: it only takes back
  later,  // only if it tells all
};

struct Step {
  std::int64_t TakenBackSince::*counter;
  If condition;
  const char* sql;
};

#define TO_NEWER_SECRET(table, prefix)                                                         \
  "UPDATE " table " SET " prefix "_hash = o." prefix "_hash, " prefix "_preview = o." prefix   \
  "_preview, " prefix "_created_at_ms = o." prefix "_created_at_ms, previous_" prefix          \
  "_hash = o.previous_" prefix "_hash, previous_" prefix "_expires_at_ms = o.previous_" prefix \
  "_expires_at_ms FROM old." table " o WHERE o.id = " table ".id AND o." prefix                \
  "_created_at_ms >= " table "." prefix "_created_at_ms AND (o." prefix                        \
  "_hash, o.previous_" prefix "_hash, o.previous_" prefix "_expires_at_ms) IS NOT (" table     \
  "." prefix "_hash, " table ".previous_" prefix "_hash, " table ".previous_" prefix           \
  "_expires_at_ms)"
#define TO_INACTIVE(table)                                                         \
  "UPDATE " table " SET is_active = 0, generation = max(" table                    \
  ".generation, o.generation)"                                                     \
  " FROM old." table " o WHERE o.id = " table ".id AND o.is_active = 0 AND " table \
  ".is_active = 1"
#define TO_GENERATION(table)                                                                \
  "UPDATE " table " SET generation = o.generation FROM old." table " o WHERE o.id = " table \
  ".id AND o.generation > " table ".generation"
#define MISSING_TO_INACTIVE(table)                                      \
  "UPDATE " table                                                       \
  " SET is_active = 0, generation = generation + 1 WHERE is_active = 1" \
  " AND NOT EXISTS (SELECT 1 FROM old." table " o WHERE o.id = " table ".id)"

constexpr std::array steps{
    Step{&TakenBackSince::revocations, If::same,
         "UPDATE tokens SET is_revoked = max(tokens.is_revoked, o.is_revoked),"
         " revoked_at_ms = coalesce(tokens.revoked_at_ms, o.revoked_at_ms),"
         " expires_at_ms = min(tokens.expires_at_ms, o.expires_at_ms)"
         " FROM old.tokens o WHERE o.id = tokens.id"
         " AND (o.is_revoked > tokens.is_revoked OR o.expires_at_ms < tokens.expires_at_ms)"},
    Step{&TakenBackSince::revocations, If::later,
         "UPDATE tokens SET is_revoked = 1, revoked_at_ms = ?1 WHERE is_revoked = 0"
         " AND expires_at_ms >= (SELECT pruned_before_ms FROM old.meta)"
         " AND NOT EXISTS (SELECT 1 FROM old.tokens o WHERE o.id = tokens.id)"},
    Step{&TakenBackSince::deactivations, If::same, TO_INACTIVE("users")},
    Step{&TakenBackSince::deactivations, If::same, TO_INACTIVE("clients")},
    Step{&TakenBackSince::deactivations, If::later, MISSING_TO_INACTIVE("users")},
    Step{&TakenBackSince::deactivations, If::later, MISSING_TO_INACTIVE("clients")},
    Step{&TakenBackSince::revocations, If::same, TO_GENERATION("users")},
    Step{&TakenBackSince::revocations, If::same, TO_GENERATION("clients")},
    Step{&TakenBackSince::rotations, If::same, TO_NEWER_SECRET("users", "secret")},
    Step{&TakenBackSince::rotations, If::same, TO_NEWER_SECRET("clients", "api_key")},
    Step{&TakenBackSince::scope_changes, If::later,
         "UPDATE users SET scopes = o.scopes FROM old.users o"
         " WHERE o.id = users.id AND o.scopes <> users.scopes"},
    Step{&TakenBackSince::administrators, If::later,
         "DELETE FROM administrators WHERE email NOT IN (SELECT email FROM old.administrators)"},
    Step{&TakenBackSince::administrators, If::later,
         "UPDATE administrators SET role = o.role FROM old.administrators o"
         " WHERE o.email = administrators.email AND o.role = 'auditor'"
         " AND administrators.role <> 'auditor'"},
};

#undef TO_NEWER_SECRET
#undef TO_INACTIVE
#undef TO_GENERATION
#undef MISSING_TO_INACTIVE

constexpr std::array retirements{
    "UPDATE keys_seen SET retired_at_ms = o.retired_at_ms FROM old.keys_seen o"
    " WHERE o.kid = keys_seen.kid AND o.retired_at_ms IS NOT NULL"
    " AND keys_seen.retired_at_ms IS NULL",
    "INSERT INTO keys_seen (kid, first_seen_at_ms, is_signing, retired_at_ms)"
    " SELECT kid, first_seen_at_ms, 0, retired_at_ms FROM old.keys_seen"
    " WHERE retired_at_ms IS NOT NULL AND kid NOT IN (SELECT kid FROM keys_seen)",
};

/// Runs it, with the time if it takes one; returns how many rows it changed.
Result<std::int64_t> run_step(Connection& db, const char* sql, Instant now) {
  const auto statement = TRY(db.prepare(sql));
  statement->bind(unix_milliseconds(now));  // where there is no ?1, this is of no effect
  return statement->run();
}

/// The hash of the row of that number in the replaced trail, or where that begins.
Result<std::optional<AuditHash>> old_hash(Connection& db, std::int64_t sequence,
                                          const AuditPoint& own) {
  if (sequence == 0) return std::optional(own.hash);  // of the environment and the trail's id
  const auto row = TRY(
      db.prepare("SELECT hash FROM old.audit_log WHERE sequence = ?1"
                 " UNION ALL SELECT pruned_hash FROM old.audit_trail WHERE pruned_sequence = ?1"));
  row->bind(sequence);
  if (!TRY(row->next())) return std::optional<AuditHash>{};
  AuditHash hash{};
  const auto bytes = row->bytes(0);
  std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
  return std::optional(hash);
}

}  // namespace

Result<Lineage> compare_lineage(Connection& db) {
  Lineage lineage;
  lineage.is_same = TRY(db.number("SELECT (SELECT id FROM main.audit_trail) ="
                                  " (SELECT id FROM old.audit_trail)")) == 1;
  if (!lineage.is_same) return lineage;
  const auto tail = TRY(sql::read_tail(db));
  const auto hash = TRY(old_hash(db, tail.sequence, tail));
  lineage.is_later = hash == tail.hash;
  lineage.was_restored =
      TRY(db.number(fmt::format("SELECT EXISTS (SELECT 1 FROM old.audit_log"
                                " WHERE action = 'database_restored' AND sequence > {})",
                                tail.sequence))) == 1;
  return lineage;
}

Result<TakenBackSince> carry_over(Connection& db, const Lineage& lineage, bool as_it_was,
                                  Instant now) {
  TakenBackSince taken;
  TRY_STATUS(db.run("SAVEPOINT carried"));
  for (const auto& step : steps)
    if (step.condition == If::same || lineage.tells_all())
      taken.*step.counter += TRY(run_step(db, step.sql, now));
  if (as_it_was) TRY_STATUS(db.run("ROLLBACK TO carried"));
  TRY_STATUS(db.run("RELEASE carried"));
  for (const auto* sql : retirements) taken.retired_keys += TRY(run_step(db, sql, now));
  return taken;
}

Result<std::int64_t> carry_audit(Connection& db) {
  const auto tail = TRY(sql::read_tail(db));
  const auto newest = TRY(check_chain(db, "old", tail, {}));
  TRY_STATUS(
      db.run(fmt::format("INSERT INTO audit_log ({0}) SELECT {0} FROM old.audit_log"
                         " WHERE sequence > {1} ORDER BY sequence",
                         audit_columns, tail.sequence)));
  return newest.sequence - tail.sequence;
}

Result<AuditPoint> check_chain(Connection& db, const std::string& schema, AuditPoint behind,
                               const RestoreProgress& progress) {
  const auto newest = TRY(db.number(fmt::format("SELECT max(sequence) FROM {}.audit_log", schema)));
  const auto first = behind.sequence;
  const auto statement = TRY(db.prepare(fmt::format(
      "SELECT {} FROM {}.audit_log WHERE sequence > ?1 ORDER BY sequence", audit_columns, schema)));
  statement->bind(first);
  sql::Rows rows(*statement);
  while (TRY(rows.next())) {
    const auto row = sql::read_audit_row(rows);
    const auto hash = audit_hash(behind.hash, row);
    if (row.sequence != behind.sequence + 1 || row.hash != text_of(hash))
      return fail(Code::invalid_token,
                  fmt::format("row {} of the audit trail does not fit behind row {}", row.sequence,
                              behind.sequence));
    behind = {.sequence = row.sequence, .hash = hash};
    if (progress && row.sequence % rows_between == 0)
      progress(row.sequence - first, newest - first);
  }
  return behind;
}

}  // namespace claviger::sqlite
