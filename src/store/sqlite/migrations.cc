#include "store/sqlite/migrations.h"

#include <fmt/format.h>

#include <utility>

namespace claviger::sqlite {
namespace {

constexpr std::int64_t application_id = 1'129'079'158;  // "CLav", set by the first migration

constexpr const char* versions_table =
    "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL,"
    " applied_at_ms INTEGER NOT NULL) STRICT";

Status apply(Connection& db, const Migration& migration, const Environment& environment) {
  TRY_STATUS(db.run(migration.sql));
  if (migration.version == 1) {
    // An environment's name has no character that needs quoting.
    TRY_STATUS(db.run(
        fmt::format("INSERT INTO meta (one, environment) VALUES (1, '{}')", environment.name())));
  }
  return db.run(
      fmt::format("INSERT INTO migrations (version, name, applied_at_ms)"
                  " VALUES ({}, '{}', unixepoch() * 1000)",
                  migration.version, migration.name));
}

}  // namespace

Result<int> schema_version(Connection& db) {
  const auto tables = TRY(db.number("SELECT count(*) FROM sqlite_schema"));
  if (tables == 0) return 0;
  const bool has_versions =
      TRY(db.number(
          "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'")) != 0;
  const auto version =
      has_versions ? TRY(db.number("SELECT coalesce(max(version), 0) FROM migrations")) : 0;
  const auto newest = static_cast<std::int64_t>(migrations().size());
  const bool is_ours = version == 0 ? tables == 1 && has_versions
                                    : TRY(db.number("PRAGMA application_id")) == application_id;
  if (!is_ours) {
    return fail(Code::storage_unavailable, "The database file is not one of Claviger's.");
  }
  if (version > newest) {
    return fail(Code::storage_unavailable,
                fmt::format("The database has schema version {}, and this program knows {}: "
                            "use a newer program.",
                            version, newest));
  }
  return static_cast<int>(version);
}

Status migrate_within(Connection& db, const Environment& environment) {
  TRY_STATUS(db.run(versions_table));
  const int current = TRY(schema_version(db));
  for (const auto& migration : migrations()) {
    if (migration.version > current) TRY_STATUS(apply(db, migration, environment));
  }
  return {};
}

Status migrate(Connection& db, const Environment& environment) {
  if (TRY(schema_version(db)) == static_cast<int>(migrations().size())) return {};
  TRY_STATUS(db.run("BEGIN IMMEDIATE"));
  auto status = migrate_within(db, environment);
  if (status) status = db.run("COMMIT");
  if (!status && db.in_transaction()) (void)db.run("ROLLBACK");
  return status;
}

Status check_environment(Connection& db, const std::string& path, const Environment& environment) {
  auto rows = TRY(db.query(Query::status));
  if (!TRY(rows.next()))
    return fail(Code::storage_unavailable, "The database has no \"meta\" row.");
  const auto stamped = rows.get<std::string>();
  if (stamped == environment.name()) return {};
  return fail(Code::wrong_environment,
              fmt::format("The database \"{}\" belongs to the environment \"{}\", and this is "
                          "\"{}\".",
                          path, stamped, environment.name()));
}

}  // namespace claviger::sqlite
