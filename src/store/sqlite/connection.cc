#include "store/sqlite/connection.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <thread>
#include <utility>

namespace claviger::sqlite {
namespace {

Error error_of(sqlite3* db) {
  const int code = sqlite3_extended_errcode(db);
  auto cause = fmt::format("sqlite error {}: {}", code, sqlite3_errmsg(db));
  if ((code & 0xff) == SQLITE_CONSTRAINT) {
    return Error{.code = Code::conflict, .detail = "There is one already.", .cause = cause};
  }
  return Error{.code = Code::storage_unavailable,
               .detail = "The database cannot do this at the moment.",
               .cause = std::move(cause)};
}

constexpr const char* settings =
    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST;"
    "PRAGMA journal_size_limit = 67108864;";

sqlite3_destructor_type keeping(Statement::Arguments arguments) {
  return arguments == Statement::Arguments::outlive ? SQLITE_STATIC : SQLITE_TRANSIENT;
}

}  // namespace

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_, ++bound_, value);
}

void Statement::bind_text(std::string_view text, Arguments arguments) {
  // An empty view may have no address, and SQLite takes that for NULL.
  sqlite3_bind_text64(statement_, ++bound_, text.empty() ? "" : text.data(), text.size(),
                      keeping(arguments), SQLITE_UTF8);
}

void Statement::bind_bytes(ByteView bytes, Arguments arguments) {
  sqlite3_bind_blob64(statement_, ++bound_, bytes.data(), bytes.size(), keeping(arguments));
}

Result<bool> Statement::next() {
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return fail(error_of(sqlite3_db_handle(statement_)));
  }
}

Result<std::int64_t> Statement::run() {
  while (TRY(next())) {
  }
  return sqlite3_changes64(sqlite3_db_handle(statement_));
}

Status Statement::run_later() {
  TRY_STATUS(run());
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_);
  if (bound_ > 0) sqlite3_clear_bindings(statement_);
  bound_ = 0;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::bytes(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string_view{} : std::string_view(bytes, size);
}

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionOptions& options) {
  sqlite3* handle = nullptr;
  // A path that starts with "file:" would be taken for a URI.
  const bool is_uri = options.path.starts_with("file:");
  const auto path = is_uri ? "./" + options.path : options.path;
  const auto vfs = options.alone ? "unix-none" : options.vfs;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                      vfs.empty() ? nullptr : vfs.c_str());
  std::unique_ptr<Connection> db{new Connection(handle)};
  if (code != SQLITE_OK) return fail(error_of(handle));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  db->set_busy_timeout(busy_timeout);
  // First, since the others read the file; attached ones are opened so as well.
  if (options.alone) TRY_STATUS(db->run("PRAGMA locking_mode = EXCLUSIVE"));
  TRY_STATUS(db->run(fmt::format("{} PRAGMA cache_size = -{}; PRAGMA query_only = {};", settings,
                                 options.cache_kib, options.read_only ? 1 : 0)));
  return db;
}

Connection::~Connection() {
  for (auto& statement : statements_) statement.reset();
  sqlite3_close(db_);
}

Status Connection::run(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fail(error_of(db_));
  }
  return {};
}

Status Connection::vacuum_into(const std::string& path) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(db_, "VACUUM INTO ?1", -1, &statement, nullptr);
  if (code == SQLITE_OK)
    code = sqlite3_bind_text(statement, 1, path.data(), static_cast<int>(path.size()),
                             SQLITE_TRANSIENT);
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  Status done;
  if (code != SQLITE_DONE) done = fail(error_of(db_));
  sqlite3_finalize(statement);
  return done;
}

Result<std::int64_t> Connection::number(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  std::int64_t value = 0;
  int code = sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  if (code == SQLITE_ROW) value = sqlite3_column_int64(statement, 0);
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    auto error = error_of(db_);
    sqlite3_finalize(statement);
    return fail(std::move(error));
  }
  sqlite3_finalize(statement);
  return value;
}

Result<std::unique_ptr<sql::Statement>> Connection::prepare(const std::string& sql) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK)
    return fail(error_of(db_));
  return std::make_unique<Statement>(prepared);
}

bool Connection::has_moved() const {
  int moved = 0;
  const int code = sqlite3_file_control(db_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return code == SQLITE_OK && moved != 0;
}

void Connection::set_triggers(bool fire) {
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, fire ? 1 : 0, nullptr);
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(db_) == 0;
}

int Connection::error_code() const {
  return sqlite3_extended_errcode(db_);
}

void Connection::set_busy_timeout(std::chrono::milliseconds timeout) {
  busy_timeout_ = timeout;
  sqlite3_busy_handler(db_, &Connection::wait_for_lock, this);
}

/// SQLite's own handler sleeps longer each time, and never gets in where another process commits
/// without a pause.
int Connection::wait_for_lock(void* connection, int tries) {
  if (tries * busy_interval >= static_cast<Connection*>(connection)->busy_timeout_) return 0;
  std::this_thread::sleep_for(busy_interval);
  return 1;
}

Result<sql::Statement*> Connection::prepared(Query query) {
  auto& statement = statements_[static_cast<std::size_t>(query)];
  if (statement) return &*statement;
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v3(db_, sql_of(query), -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr) !=
      SQLITE_OK)
    return fail(error_of(db_));
  return &statement.emplace(prepared);
}

}  // namespace claviger::sqlite
