#include "open_store.h"

#include <fmt/format.h>

#include <string_view>

#include "base/time.h"
#include "store/postgres/checkup.h"
#include "store/postgres/members.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/checkup.h"
#include "store/sqlite/restore.h"
#include "store/sqlite/sqlite_store.h"

namespace claviger {
namespace {

constexpr std::string_view sqlite_prefix = "sqlite:";

bool is_sqlite(const std::string& url) {
  return url.starts_with(sqlite_prefix);
}

std::string sqlite_path(const std::string& url) {
  return url.substr(sqlite_prefix.size());
}

Result<cli::SchemaState> look_at_schema(const std::string& url) {
  if (is_sqlite(url)) {
    const auto schema = TRY(sqlite_schema(sqlite_path(url)));
    return cli::SchemaState{schema.version, schema.newest};
  }
  const auto schema = TRY(postgres_schema(url));
  return cli::SchemaState{schema.version, schema.newest};
}

}  // namespace

Result<OpenStore> open_store(const Settings& settings, bool create, Log& log) {
  OpenStore opened;
  if (is_sqlite(settings.database_url)) {
    opened.store = TRY(open_sqlite({.path = sqlite_path(settings.database_url),
                                    .environment = settings.environment,
                                    .create = create},
                                   log));
    return opened;
  }
  opened.store = TRY(open_postgres(
      {.url = settings.database_url, .environment = settings.environment, .warn = create}, log));
  opened.members = TRY(open_postgres_members(settings.database_url));
  return opened;
}

Result<cli::SchemaState> look_at_schema(const Settings& settings) {
  return look_at_schema(settings.database_url);
}

Result<cli::BackupFile> back_up(const Settings& settings, const std::string& file) {
  if (!is_sqlite(settings.database_url))
    return fail(Code::unacceptable_field,
                "A PostgreSQL database is backed up by its own tools: pg_dump, or pg_basebackup.");
  const auto backup = TRY(back_up_sqlite(sqlite_path(settings.database_url), file));
  return cli::BackupFile{.schema_version = backup.schema_version,
                         .size_bytes = backup.size_bytes,
                         .digest = backup.digest};
}

std::vector<DatabaseFinding> examine_database(const Settings& settings) {
  const auto& url = settings.database_url;
  if (!is_sqlite(url)) return examine_postgres(url, settings.environment, SystemClock());
  return examine_sqlite(sqlite_path(url), settings.environment);
}

Result<Restored> restore(const Settings& settings, const RestoreOptions& options,
                         const RestoreProgress& progress) {
  if (!is_sqlite(settings.database_url))
    return fail(Code::unacceptable_field,
                "A PostgreSQL database is restored by its own tools: pg_restore, or archived logs; "
                "docs/how-to-backup.md says what to do about what was taken back since.");
  return restore_sqlite({.path = sqlite_path(settings.database_url),
                         .environment = settings.environment,
                         .now = SystemClock().now()},
                        options, progress);
}

Result<std::vector<CopiedTable>> copy_database(const Settings& settings, const std::string& from,
                                               const std::string& to,
                                               const CopyProgress& progress) {
  const auto schema = TRY(look_at_schema(from));
  if (schema.version == 0)
    return fail(Code::storage_unavailable, "There is nothing in the database to copy from.");
  if (schema.version != schema.newest)
    return fail(Code::storage_unavailable,
                fmt::format("The database to copy from has schema version {}, and this program's "
                            "is {}: run claviger database migrate on it first.",
                            schema.version, schema.newest));
  const auto source =
      TRY(is_sqlite(from) ? open_sqlite_source(sqlite_path(from)) : open_postgres_source(from));
  auto target = TRY(is_sqlite(to) ? open_sqlite_target(sqlite_path(to), settings.environment)
                                  : open_postgres_target(to, settings.environment));
  return sql::copy(*source, target, settings.environment, progress);
}

}  // namespace claviger
