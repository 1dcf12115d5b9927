#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "model/model.h"
#include "store/sqlite/queries.h"

struct sqlite3;
struct sqlite3_stmt;

namespace claviger::sqlite {

/// A statement while it runs. Values are bound in the order of the query's numbers and columns are
/// read from left to right; it is reset, and its values forgotten, when it goes.
class Rows {
 public:
  /// Whether what is bound outlives the statement's run, so that SQLite need not copy it.
  enum class Arguments : bool { copied, outlive };
  explicit Rows(sqlite3_stmt* statement, Arguments arguments = Arguments::copied)
      : statement_(statement), arguments_(arguments) {}
  Rows(Rows&& other) noexcept;
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  void bind(std::int64_t value);
  void bind(bool value) { bind(std::int64_t{value}); }
  void bind(Instant value) { bind(unix_milliseconds(value)); }
  void bind(std::string_view text);
  void bind(ByteView bytes) { bind_blob(bytes.data(), bytes.size()); }
  void bind(const Uuid& id) { bind_blob(id.data(), id.size()); }
  template <class Tag>
  void bind(const Id<Tag>& id) {
    bind(id.bytes);
  }
  template <class Tag>
  void bind(const Hash<Tag>& hash) {
    bind_blob(hash.bytes.data(), hash.bytes.size());
  }
  template <class T>
  void bind(const std::optional<T>& value) {
    if (value) {
      bind(*value);
    } else {
      ++bound_;  // unbound is NULL
    }
  }

  /// Goes to the next row; false after the last.
  Result<bool> next();
  /// Runs a statement to its end.
  Status finish();

  /// The next column of the row.
  template <class T>
  T get() {
    T value{};
    read(value);
    return value;
  }

 private:
  void bind_blob(const void* data, std::size_t size);
  bool is_null() const;
  void read(std::int64_t& value);
  void read(int& value);
  void read(bool& value);
  void read(Instant& value);
  void read(std::string& value);
  void read(Uuid& value) { read_blob(value.data(), value.size()); }
  template <class Tag>
  void read(Id<Tag>& value) {
    read(value.bytes);
  }
  template <class Tag>
  void read(Hash<Tag>& value) {
    read_blob(value.bytes.data(), value.bytes.size());
  }
  template <class T>
  void read(std::optional<T>& value) {
    if (is_null()) {
      ++column_;
    } else {
      read(value.emplace());
    }
  }
  void read_blob(std::uint8_t* out, std::size_t size);

  sqlite3_stmt* statement_;
  Arguments arguments_;
  int bound_ = 0;
  int column_ = 0;
};

/// How long a statement waits for another process' write transaction.
inline constexpr std::chrono::milliseconds busy_timeout{2'000};
inline constexpr std::chrono::milliseconds busy_interval{1};  // between two attempts

struct ConnectionOptions {
  std::string path;  // or ":memory:"
  bool read_only = false;
  int cache_kib = 1024;
  std::string vfs{};  // empty: SQLite's own
};

/// One connection to a database file with its prepared statements. One thread at a time uses it.
/// Errors: conflict if a constraint is broken, storage_unavailable for everything else.
class Connection {
 public:
  /// Opens a file that exists.
  static Result<std::unique_ptr<Connection>> open(const ConnectionOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// A query with its arguments bound, not yet run.
  template <class... Args>
  Result<Rows> query(Query query, const Args&... args) {
    Rows rows{TRY(prepared(query))};
    (rows.bind(args), ...);
    return rows;
  }
  /// Runs a query that has no rows; returns how many rows it changed, triggers' changes aside.
  template <class... Args>
  Result<std::int64_t> execute(Query query, const Args&... args) {
    Rows rows{TRY(prepared(query)), Rows::Arguments::outlive};
    (rows.bind(args), ...);
    TRY_STATUS(rows.finish());
    return changes();
  }
  /// Runs statements without arguments or results: pragmas and migrations.
  Status run(const std::string& sql);
  /// The one value of a statement that is not among the queries: pragmas and start checks.
  Result<std::int64_t> number(const std::string& sql);

  bool in_transaction() const;
  /// SQLite's extended code of the last failed call.
  int error_code() const;
  void set_busy_timeout(std::chrono::milliseconds timeout);
  sqlite3* handle() const { return db_; }

 private:
  explicit Connection(sqlite3* db) : db_(db) {}
  Result<sqlite3_stmt*> prepared(Query query);
  std::int64_t changes() const;

  static int wait_for_lock(void* connection, int tries);

  sqlite3* db_;
  std::chrono::milliseconds busy_timeout_{0};
  std::array<sqlite3_stmt*, query_count> statements_{};
};

/// Several reads of one snapshot: a read transaction that ends with this object.
class Snapshot {
 public:
  static Result<Snapshot> begin(Connection& db);
  Snapshot(Snapshot&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Snapshot& operator=(Snapshot&&) = delete;
  ~Snapshot();

 private:
  explicit Snapshot(Connection& db) : db_(&db) {}
  Connection* db_;
};

}  // namespace claviger::sqlite
