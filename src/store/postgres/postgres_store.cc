#include "store/postgres/postgres_store.h"

#include <utility>
#include <vector>

#include "store/postgres/durability.h"
#include "store/postgres/engine.h"
#include "store/postgres/migrations.h"
#include "store/postgres/writer.h"

namespace claviger {
namespace postgres {
namespace {

constexpr int readers = 4;
constexpr std::chrono::milliseconds deadline{10'000};

Error cannot_open(std::string cause) {
  return Error{.code = Code::storage_unavailable,
               .detail = "The PostgreSQL database cannot be used.",
               .cause = std::move(cause)};
}

Result<std::unique_ptr<Connection>> connect(const std::string& url) {
  auto db = Connection::open({.url = url, .deadline = deadline});
  if (!db) return fail(cannot_open(std::move(db).error().cause));
  return db;
}

Result<std::unique_ptr<sql::ConnectionPool>> pool_of(const std::string& url, int size) {
  std::vector<std::unique_ptr<sql::Connection>> connections;
  for (int i = 0; i < size; ++i) connections.push_back(TRY(connect(url)));
  return std::make_unique<sql::ConnectionPool>(std::move(connections));
}

Status check_encoding(Connection& db) {
  const auto is_utf8 =
      TRY(db.number("SELECT count(*) FROM pg_database WHERE datname = current_database()"
                    " AND pg_encoding_to_char(encoding) = 'UTF8'"));
  if (is_utf8 == 1) return {};
  return fail(cannot_open("its encoding is not UTF8"));
}

// The members of the cluster acknowledge epochs by their entries in the log.
constexpr const char* log_newest_epoch =
    "INSERT INTO fence_log (epoch, stamp, kind, key)"
    " SELECT epoch, gen_random_uuid(), 'K', '00000000-0000-0000-0000-000000000000'"
    " FROM fence_counter WHERE epoch > 0";

Status commit_copy(sql::Connection& db) {
  if (TRY(static_cast<Connection&>(db).commit())) return {};
  return fail(Code::storage_unavailable,
              "PostgreSQL did not say whether it stored the copy. The same command tells: it "
              "finds the database empty, or refuses it.");
}

}  // namespace
}  // namespace postgres

Result<std::unique_ptr<Store>> open_postgres(const PostgresOptions& options, Log& log) {
  using namespace postgres;
  {
    auto db = TRY(connect(options.url));
    TRY_STATUS(check_encoding(*db));
    TRY_STATUS(migrate(*db, options.environment));
    if (options.warn)
      for (const auto& risk : durability_risks(*db))
        log.write(LogLevel::warning, "commits_may_be_lost", {{"detail", risk.text}});
  }
  Engine::Parts parts{.engine = "postgresql",
                      .writers = TRY(pool_of(options.url, 1)),
                      .log_reader = TRY(pool_of(options.url, 1)),
                      .readers = TRY(pool_of(options.url, readers))};
  parts.queue = std::make_unique<Writer>(*parts.writers, log);
  return std::make_unique<Engine>(std::move(parts));
}

Result<PostgresSchema> postgres_schema(const std::string& url) {
  using namespace postgres;
  auto db = TRY(connect(url));
  return PostgresSchema{.version = TRY(schema_version(*db)),
                        .newest = static_cast<int>(migrations().size())};
}

Result<std::unique_ptr<sql::Connection>> open_postgres_source(const std::string& url) {
  auto db = TRY(postgres::connect(url));
  TRY_STATUS(db->begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  return db;
}

Result<sql::CopyTarget> open_postgres_target(const std::string& url,
                                             const Environment& environment) {
  using namespace postgres;
  auto db = TRY(connect(url));
  TRY_STATUS(check_encoding(*db));
  TRY_STATUS(db->begin("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"));
  TRY_STATUS(migrate_within(*db, environment));
  TRY_STATUS(db->run("SELECT 1 FROM audit_trail FOR UPDATE"));  // as whoever writes does
  return sql::CopyTarget{.db = std::move(db), .last = {log_newest_epoch}, .commit = commit_copy};
}

}  // namespace claviger
