#pragma once

#include <algorithm>
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
#include "store/sql/queries.h"

namespace claviger::sql {

/// A prepared statement of some engine. Rows uses it.
class Statement {
 public:
  /// Whether what is bound outlives the statement's run, so that it need not be copied.
  enum class Arguments : bool { copied, outlive };

  virtual ~Statement() = default;

  // The next argument, ?1 first
  virtual void bind(std::int64_t value) = 0;
  virtual void bind(bool value) = 0;
  virtual void bind_text(std::string_view text, Arguments arguments) = 0;
  virtual void bind_bytes(ByteView bytes, Arguments arguments) = 0;
  virtual void bind_null() = 0;

  /// Goes to the next row; false after the last.
  virtual Result<bool> next() = 0;
  /// Runs it to its end; returns how many rows it changed, triggers' changes aside.
  virtual Result<std::int64_t> run() = 0;
  /// Runs it at the latest with the next statement that has an answer. If it fails, then as
  /// storage_unavailable, of that one or of the commit.
  virtual Status run_later() = 0;
  /// Forgets the arguments and where it stands.
  virtual void reset() = 0;

  // Columns of the row, the first is 0
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t number(int column) const = 0;
  /// Good until the next row.
  virtual std::string_view bytes(int column) const = 0;
};

/// A statement while it runs. Values are bound in the order of the query's numbers and columns are
/// read from left to right; it is reset, and its values forgotten, when it goes.
class Rows {
 public:
  using Arguments = Statement::Arguments;
  explicit Rows(Statement& statement, Arguments arguments = Arguments::copied)
      : statement_(&statement), arguments_(arguments) {}
  Rows(Rows&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)),
        arguments_(other.arguments_),
        column_(other.column_) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() {
    if (statement_ != nullptr) statement_->reset();
  }

  void bind(std::int64_t value) { statement_->bind(value); }
  void bind(bool value) { statement_->bind(value); }
  void bind(Instant value) { statement_->bind(unix_milliseconds(value)); }
  void bind(std::string_view text) { statement_->bind_text(text, arguments_); }
  void bind(ByteView bytes) { statement_->bind_bytes(bytes, arguments_); }
  void bind(const Uuid& id) { statement_->bind_bytes(ByteView(id), arguments_); }
  template <class Tag>
  void bind(const Id<Tag>& id) {
    bind(id.bytes);
  }
  template <class Tag>
  void bind(const Hash<Tag>& hash) {
    bind(ByteView(hash.bytes));
  }
  template <class T>
  void bind(const std::optional<T>& value) {
    if (value)
      bind(*value);
    else
      statement_->bind_null();
  }

  /// Goes to the next row; false after the last.
  Result<bool> next() {
    column_ = 0;
    return statement_->next();
  }
  Result<std::int64_t> run() { return statement_->run(); }
  Status run_later() { return statement_->run_later(); }

  /// The next column of the row.
  template <class T>
  T get() {
    T value{};
    read(value);
    return value;
  }

 private:
  void read(std::int64_t& value) { value = statement_->number(column_++); }
  void read(int& value) { value = static_cast<int>(statement_->number(column_++)); }
  void read(bool& value) { value = statement_->number(column_++) != 0; }
  void read(Instant& value) { value = from_unix_milliseconds(statement_->number(column_++)); }
  void read(std::string& value) { value = statement_->bytes(column_++); }
  void read(Uuid& value) { read_bytes(value.data(), value.size()); }
  template <class Tag>
  void read(Id<Tag>& value) {
    read(value.bytes);
  }
  template <class Tag>
  void read(Hash<Tag>& value) {
    read_bytes(value.bytes.data(), value.bytes.size());
  }
  template <class T>
  void read(std::optional<T>& value) {
    if (statement_->is_null(column_)) {
      ++column_;
    } else {
      read(value.emplace());
    }
  }
  void read_bytes(std::uint8_t* out, std::size_t size) {
    const auto stored = statement_->bytes(column_++);
    std::copy_n(stored.begin(), std::min(size, stored.size()), out);
  }

  Statement* statement_;
  Arguments arguments_;
  int column_ = 0;
};

/// One connection to a database with its prepared statements. One thread at a time uses it.
/// Errors: conflict if a constraint is broken, storage_unavailable for everything else.
class Connection {
 public:
  virtual ~Connection() = default;

  /// A query with its arguments bound, not yet run.
  template <class... Args>
  Result<Rows> query(Query query, const Args&... args) {
    Rows rows{*TRY(prepared(query))};
    (rows.bind(args), ...);
    return rows;
  }
  /// Runs a query that has no rows; returns how many rows it changed, triggers' changes aside.
  template <class... Args>
  Result<std::int64_t> execute(Query query, const Args&... args) {
    Rows rows{*TRY(prepared(query)), Rows::Arguments::outlive};
    (rows.bind(args), ...);
    return rows.run();
  }
  /// The same where nobody asks how many: an engine with a network between sends it along with the
  /// next one. For use in a transaction.
  template <class... Args>
  Status execute_later(Query query, const Args&... args) {
    Rows rows{*TRY(prepared(query)), Rows::Arguments::outlive};
    (rows.bind(args), ...);
    return rows.run_later();
  }
  /// Runs statements without arguments or results: migrations and settings.
  virtual Status run(const std::string& sql) = 0;
  /// The one value of a statement that is not among the queries: start checks.
  virtual Result<std::int64_t> number(const std::string& sql) = 0;
  /// A statement that is not among the queries, for copies: its parameters are $1, $2 and so on, in
  /// their order. For use while the connection is there, in one transaction: what is wrong with it
  /// may be told when it first runs. Afterwards `run` and `number` may be refused.
  virtual Result<std::unique_ptr<Statement>> prepare(const std::string& sql) = 0;

 protected:
  virtual Result<Statement*> prepared(Query query) = 0;
};

/// Several reads of one snapshot: a read transaction that ends with this object.
class Snapshot {
 public:
  static Result<Snapshot> begin(Connection& db) {
    TRY_STATUS(db.execute_later(Query::begin_read));
    return Snapshot(db);
  }
  Snapshot(Snapshot&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Snapshot& operator=(Snapshot&&) = delete;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot() {
    // Ending a transaction that only read cannot fail in a way that matters.
    if (db_ != nullptr) (void)db_->execute_later(Query::end_read);
  }

 private:
  explicit Snapshot(Connection& db) : db_(&db) {}
  Connection* db_;
};

}  // namespace claviger::sql
