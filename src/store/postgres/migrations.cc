#include "store/postgres/migrations.h"

#include <fmt/format.h>

namespace claviger::postgres {
namespace {

constexpr const char* versions_table =
    "CREATE TABLE IF NOT EXISTS migrations (version bigint PRIMARY KEY, name text NOT NULL,"
    " applied_at_ms bigint NOT NULL)";
// Nodes that start at the same moment wait for each other here.
constexpr const char* lock = "SELECT pg_advisory_xact_lock(1129079158)";

Status apply(Connection& db, const Migration& migration, const Environment& environment) {
  TRY_STATUS(db.run(migration.sql));
  // An environment's name has no character that needs quoting.
  if (migration.version == 1)
    TRY_STATUS(
        db.run(fmt::format("INSERT INTO meta (environment) VALUES ('{}')", environment.name())));
  return db.run(
      fmt::format("INSERT INTO migrations (version, name, applied_at_ms)"
                  " VALUES ({}, '{}', (extract(epoch FROM now()) * 1000)::bigint)",
                  migration.version, migration.name));
}

}  // namespace

Result<int> schema_version(Connection& db) {
  const auto has_versions =
      TRY(db.number("SELECT count(*) FROM pg_class WHERE oid = to_regclass('migrations')"));
  if (has_versions == 0) return 0;
  const auto version = TRY(db.number("SELECT coalesce(max(version), 0) FROM migrations"));
  const auto newest = static_cast<std::int64_t>(migrations().size());
  const auto is_ours =
      TRY(db.number("SELECT count(*) FROM pg_class WHERE oid = to_regclass('fence_counter')"));
  if (version > 0 && is_ours == 0)
    return fail(Code::storage_unavailable, "The database's tables are not Claviger's.");
  if (version > newest)
    return fail(Code::storage_unavailable,
                fmt::format("The database has schema version {}, and this program knows {}: "
                            "use a newer program.",
                            version, newest));
  return static_cast<int>(version);
}

Status migrate_within(Connection& db, const Environment& environment) {
  TRY_STATUS(db.run(lock));
  TRY_STATUS(db.run(versions_table));
  const int current = TRY(schema_version(db));
  for (const auto& migration : migrations())
    if (migration.version > current) TRY_STATUS(apply(db, migration, environment));
  const auto same = TRY(db.number(
      fmt::format("SELECT count(*) FROM meta WHERE environment = '{}'", environment.name())));
  if (same == 1) return {};
  return fail(Code::wrong_environment,
              fmt::format("The database belongs to another environment, and this is \"{}\".",
                          environment.name()));
}

Status migrate(Connection& db, const Environment& environment) {
  TRY_STATUS(db.run("BEGIN"));
  auto status = migrate_within(db, environment);
  if (status) status = db.run("COMMIT");
  if (!status) (void)db.run("ROLLBACK");
  return status;
}

}  // namespace claviger::postgres
