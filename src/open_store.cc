#include "open_store.h"

#include <string_view>

#include "store/postgres/members.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/sqlite_store.h"

namespace claviger {
namespace {

constexpr std::string_view sqlite_prefix = "sqlite:";

bool is_sqlite(const Settings& settings) {
  return settings.database_url.starts_with(sqlite_prefix);
}

std::string sqlite_path(const Settings& settings) {
  return settings.database_url.substr(sqlite_prefix.size());
}

}  // namespace

Result<OpenStore> open_store(const Settings& settings, bool create, Log& log) {
  OpenStore opened;
  if (is_sqlite(settings)) {
    opened.store = TRY(open_sqlite(
        {.path = sqlite_path(settings), .environment = settings.environment, .create = create},
        log));
    return opened;
  }
  opened.store = TRY(open_postgres(
      {.url = settings.database_url, .environment = settings.environment, .warn = create}, log));
  opened.members = TRY(open_postgres_members(settings.database_url));
  return opened;
}

Result<cli::SchemaState> look_at_schema(const Settings& settings) {
  if (is_sqlite(settings)) {
    const auto schema = TRY(sqlite_schema(sqlite_path(settings)));
    return cli::SchemaState{schema.version, schema.newest};
  }
  const auto schema = TRY(postgres_schema(settings.database_url));
  return cli::SchemaState{schema.version, schema.newest};
}

Result<cli::BackupFile> back_up(const Settings& settings, const std::string& file) {
  if (!is_sqlite(settings))
    return fail(Code::unacceptable_field,
                "A PostgreSQL database is backed up by its own tools: pg_dump, or pg_basebackup.");
  const auto backup = TRY(back_up_sqlite(sqlite_path(settings), file));
  return cli::BackupFile{.schema_version = backup.schema_version, .size_bytes = backup.size_bytes};
}

}  // namespace claviger
