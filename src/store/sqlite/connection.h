#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/sql/connection.h"

struct sqlite3;
struct sqlite3_stmt;

namespace claviger::sqlite {

using sql::Query;
using sql::query_count;
using sql::Rows;

/// The text of a query.
const char* sql_of(Query query);

class Statement final : public sql::Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() override;

  void bind(std::int64_t value) override;
  void bind(bool value) override { bind(std::int64_t{value}); }
  void bind_text(std::string_view text, Arguments arguments) override;
  void bind_bytes(ByteView bytes, Arguments arguments) override;
  void bind_null() override { ++bound_; }  // unbound is NULL
  Result<bool> next() override;
  Result<std::int64_t> run() override;
  Status run_later() override;
  void reset() override;
  bool is_null(int column) const override;
  std::int64_t number(int column) const override;
  std::string_view bytes(int column) const override;

 private:
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

/// How long a statement waits for another process' write transaction.
inline constexpr std::chrono::milliseconds busy_timeout{2'000};
inline constexpr std::chrono::milliseconds busy_interval{1};  // between two attempts

struct ConnectionOptions {
  std::string path;  // or ":memory:"
  bool read_only = false;
  int cache_kib = 1024;
  std::string vfs{};  // empty: SQLite's own
  /// Takes no locks and shares no memory: for whoever keeps all others away by other means.
  bool alone = false;
};

/// One connection to a database file.
class Connection final : public sql::Connection {
 public:
  /// Opens a file that exists.
  static Result<std::unique_ptr<Connection>> open(const ConnectionOptions& options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  Status run(const std::string& sql) override;
  Result<std::int64_t> number(const std::string& sql) override;
  Result<std::unique_ptr<sql::Statement>> prepare(const std::string& sql) override;

  /// Copies the database, as it is at one moment, into a file that is empty. Others go on writing.
  Status vacuum_into(const std::string& path);

  /// Whether the file that is open is not the one at its path any more.
  bool has_moved() const;
  /// Triggers fire at first.
  void set_triggers(bool fire);
  bool in_transaction() const;
  /// SQLite's extended code of the last failed call.
  int error_code() const;
  void set_busy_timeout(std::chrono::milliseconds timeout);
  sqlite3* handle() const { return db_; }

 private:
  explicit Connection(sqlite3* db) : db_(db) {}
  Result<sql::Statement*> prepared(Query query) override;

  static int wait_for_lock(void* connection, int tries);

  sqlite3* db_;
  std::chrono::milliseconds busy_timeout_{0};
  std::array<std::optional<Statement>, query_count> statements_{};
};

}  // namespace claviger::sqlite
