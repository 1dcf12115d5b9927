#include "store/sqlite/sqlite_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "store/sqlite/engine.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/writer.h"

namespace claviger {
namespace sqlite {
namespace {

constexpr int readers = 4;
constexpr int reader_cache_kib = 1'024;
constexpr int writer_cache_kib = 8'192;
constexpr mode_t owner_only = 0600;

bool is_memory(const std::string& path) {
  return path == ":memory:";
}

Error cannot_open(const std::string& path, std::string why) {
  return Error{.code = Code::storage_unavailable,
               .detail = fmt::format("The database \"{}\" cannot be opened: {}.", path, why)};
}

/// Makes an empty file, if there is none. SQLite gives its -wal and -shm the same mode.
Status create_file(const std::string& path) {
  // Exclusively: if the file exists, closing a descriptor of it would drop SQLite's locks on it.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, owner_only);
  if (fd >= 0) {
    ::close(fd);
    return {};
  }
  if (errno == EEXIST) return {};
  return fail(cannot_open(path, std::generic_category().message(errno)));
}

/// Says what opening `path` failed of, in the terms of whoever starts the program.
template <class T>
Result<T> explained(Result<T> result, const std::string& path) {
  if (result || result.error().code != Code::storage_unavailable) return result;
  auto error = std::move(result).error();
  auto why = error.cause.empty() ? error.detail : error.cause;
  return fail(Error{.code = error.code,
                    .detail = fmt::format("The database \"{}\" cannot be used: {}", path, why)});
}

void warn_if_readable(const std::string& path, Log& log) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    log.write(LogLevel::warning, "database_file_readable",
              {{"path", path}, {"remedy", "chmod 600"}});
  }
}

Result<std::unique_ptr<Connection>> connect(const SqliteOptions& options, int cache_kib,
                                            bool read_only) {
  return Connection::open(
      {.path = options.path, .read_only = read_only, .cache_kib = cache_kib, .vfs = options.vfs});
}

Status use_write_ahead_log(Connection& db) {
  constexpr const char* is_wal =
      "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'";
  // Of processes that switch a new file at the same moment, SQLite may tell one that it is locked
  // without waiting. BEGIN IMMEDIATE waits, and after it the file is another's work or free.
  constexpr int attempts = 20;
  auto switched = db.run("PRAGMA journal_mode = WAL");
  for (int retry = 1; !switched && retry < attempts; ++retry) {
    TRY_STATUS(db.run("BEGIN IMMEDIATE"));
    TRY_STATUS(db.run("ROLLBACK"));
    switched = db.run("PRAGMA journal_mode = WAL");
  }
  TRY_STATUS(std::move(switched));
  if (TRY(db.number(is_wal)) == 1) return {};
  return fail(Code::storage_unavailable, "The file system has no shared memory for SQLite's log.");
}

std::unique_ptr<sql::ConnectionPool> pool_of(std::unique_ptr<Connection> connection) {
  std::vector<std::unique_ptr<sql::Connection>> one;
  one.push_back(std::move(connection));
  return std::make_unique<sql::ConnectionPool>(std::move(one));
}

/// Brings the counters up to date that triggers would have kept, and has the log's newest entry.
const std::vector<std::string>& last_of_copy() {
  static const std::vector<std::string> all{
      "UPDATE meta SET client_rows = (SELECT count(*) FROM clients),"
      " user_rows = (SELECT count(*) FROM users), token_rows = (SELECT count(*) FROM tokens)",
      "INSERT INTO fence_log (epoch, kind, key)"
      " SELECT epoch, 'K', zeroblob(16) FROM fence_counter WHERE epoch > 0"};
  return all;
}

Result<std::unique_ptr<Connection>> begin_copy(const std::string& path,
                                               const Environment& environment) {
  auto db = TRY(Connection::open({.path = path, .cache_kib = writer_cache_kib}));
  TRY_STATUS(schema_version(*db));  // before anything is written to what may not be ours
  TRY_STATUS(use_write_ahead_log(*db));
  TRY_STATUS(db->run("BEGIN IMMEDIATE"));
  TRY_STATUS(migrate_within(*db, environment));
  db->set_triggers(false);
  return db;
}

Result<std::unique_ptr<Store>> open_memory(const SqliteOptions& options, Log& log) {
  auto db = TRY(connect(options, writer_cache_kib, false));
  TRY_STATUS(migrate(*db, options.environment));
  Engine::Parts parts{.engine = "sqlite", .readers = pool_of(std::move(db))};
  auto writer = std::make_unique<Writer>(*parts.readers, log);
  const Writer& queue = *writer;
  parts.queue = std::move(writer);
  return std::make_unique<Engine>(std::move(parts), queue, std::nullopt);
}

Result<std::unique_ptr<Store>> open_file(const SqliteOptions& options, Log& log) {
  auto db = TRY(connect(options, writer_cache_kib, false));
  TRY_STATUS(schema_version(*db));  // before anything is written to what may not be ours
  TRY_STATUS(use_write_ahead_log(*db));
  TRY_STATUS(migrate(*db, options.environment));
  // From its first read on the connection keeps others from replacing the file, but not before.
  if (db->has_moved())
    return fail(Code::storage_unavailable, "It was replaced while it was opened: start again.");
  TRY_STATUS(check_environment(*db, options.path, options.environment));
  const auto wal_index = TRY(WalIndex::of(*db));
  std::vector<std::unique_ptr<sql::Connection>> connections;
  for (int i = 0; i < readers; ++i) {
    connections.push_back(TRY(connect(options, reader_cache_kib, true)));
  }
  auto log_reader = TRY(connect(options, reader_cache_kib, true));
  auto checkpoints = TRY(connect(options, reader_cache_kib, false));
  Engine::Parts parts{.engine = "sqlite",
                      .writers = pool_of(std::move(db)),
                      .log_reader = pool_of(std::move(log_reader)),
                      .readers = std::make_unique<sql::ConnectionPool>(std::move(connections))};
  auto writer = std::make_unique<Writer>(*parts.writers, log);
  writer->checkpoint_by(std::move(checkpoints));
  const Writer& queue = *writer;
  parts.queue = std::move(writer);
  return std::make_unique<Engine>(std::move(parts), queue, wal_index);
}

}  // namespace
}  // namespace sqlite

Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options, Log& log) {
  using namespace sqlite;
  // Statistics that nobody reads would cost a mutex at each of SQLite's allocations.
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  if (options.path.empty()) return fail(cannot_open(options.path, "the path is empty"));
  const bool in_memory = is_memory(options.path);
  if (!in_memory && options.create) TRY_STATUS(create_file(options.path));
  auto store =
      TRY(explained(in_memory ? open_memory(options, log) : open_file(options, log), options.path));
  if (!in_memory) warn_if_readable(options.path, log);
  return store;
}

Result<SqliteSchema> sqlite_schema(const std::string& path) {
  using namespace sqlite;
  const auto look = [&]() -> Result<SqliteSchema> {
    auto db = TRY(Connection::open({.path = path, .read_only = true}));
    return SqliteSchema{.version = TRY(schema_version(*db)),
                        .newest = static_cast<int>(migrations().size())};
  };
  return explained(look(), path);
}

Result<std::unique_ptr<sql::Connection>> open_sqlite_source(const std::string& path) {
  auto db = TRY(sqlite::Connection::open({.path = path, .read_only = true}));
  TRY_STATUS(db->run("BEGIN"));
  return db;
}

Result<sql::CopyTarget> open_sqlite_target(const std::string& path,
                                           const Environment& environment) {
  using namespace sqlite;
  TRY_STATUS(create_file(path));
  return sql::CopyTarget{.db = TRY(explained(begin_copy(path, environment), path)),
                         .last = last_of_copy(),
                         .commit = [](sql::Connection& db) { return db.run("COMMIT"); }};
}

}  // namespace claviger
