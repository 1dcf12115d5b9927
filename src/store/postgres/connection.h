#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/postgres/fence_queries.h"
#include "store/sql/connection.h"

struct pg_conn;
struct pg_result;

namespace claviger::postgres {

using sql::Query;
using sql::query_count;
using sql::Rows;

/// The text of a query.
const char* sql_of(Query query);

class Connection;

struct FreeResult {
  void operator()(pg_result* result) const noexcept;
};
using ResultPtr = std::unique_ptr<pg_result, FreeResult>;

/// A statement with its arguments and, once it has run, all its rows. Values go over the wire in
/// PostgreSQL's binary form.
class Statement final : public sql::Statement {
 public:
  Statement(Connection& connection, std::string name)
      : connection_(connection), name_(std::move(name)) {}

  void bind(std::int64_t value) override;
  void bind(bool value) override;
  void bind_text(std::string_view text, Arguments arguments) override;
  void bind_bytes(ByteView bytes, Arguments arguments) override;
  void bind_null() override;
  Result<bool> next() override;
  Result<std::int64_t> run() override;
  Status run_later() override;
  void reset() override;
  bool is_null(int column) const override;
  std::int64_t number(int column) const override;
  std::string_view bytes(int column) const override;

 private:
  friend class Connection;
  void add(std::string_view bytes);

  Connection& connection_;
  std::string name_;
  std::string values_;             // of all arguments, one behind the other
  std::vector<std::size_t> ends_;  // where each ends in it
  std::vector<bool> nulls_;
  ResultPtr result_;
  int row_ = -1;
};

/// One of the places that a URL names. What is empty is left to it.
struct HostChoice {
  std::string host{};
  std::string address{};
  std::string port{};
  bool is_only = false;  // this place and no other, in whatever state its server is
};

struct ConnectionOptions {
  std::string url;                     // for libpq; never to be logged
  std::chrono::milliseconds deadline;  // for one answer of the server
  HostChoice host{};
};

/// How a connection goes.
struct Transport {
  bool is_local = false;      // on this machine
  bool is_encrypted = false;  // by TLS
  bool is_verified = false;   // and the server's certificate was compared with its name
};

/// One connection to a PostgreSQL server that accepts writes, or that was chosen. When it breaks,
/// the next statement that is outside of a transaction makes a new one; inside, the transaction
/// fails.
///
/// Statements of run_later are sent along with the next one (libpq's pipeline mode).
class Connection final : public sql::Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(ConnectionOptions options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  Status run(const std::string& sql) override;
  Result<std::int64_t> number(const std::string& sql) override;
  Result<std::unique_ptr<sql::Statement>> prepare(const std::string& sql) override;
  /// Begins a transaction by `sql` before any statement is prepared: one that may make the tables.
  Status begin(const std::string& sql);

  using sql::Connection::execute;
  using sql::Connection::execute_later;
  using sql::Connection::query;
  // The same for the fence's own statements
  template <class... Args>
  Result<Rows> query(FenceQuery query, const Args&... args) {
    Rows rows{*TRY(prepared(query))};
    (rows.bind(args), ...);
    return rows;
  }
  template <class... Args>
  Result<std::int64_t> execute(FenceQuery query, const Args&... args) {
    Rows rows{*TRY(prepared(query))};
    (rows.bind(args), ...);
    return rows.run();
  }
  template <class... Args>
  Status execute_later(FenceQuery query, const Args&... args) {
    Rows rows{*TRY(prepared(query))};
    (rows.bind(args), ...);
    return rows.run_later();
  }

  /// Commits. False: the outcome is not known; the transaction may have been committed. Errors:
  /// storage_unavailable, if it was surely not.
  Result<bool> commit();
  /// After a failure, ends the transaction or the connection.
  void roll_back();
  /// Whether the transaction that failed may be tried again at once: it met another, or the
  /// connection broke before the commit.
  bool is_worth_repeating() const;
  /// How the connection goes; it is up.
  Transport transport() const;
  /// Whether the connection is up; without a look at the network.
  bool is_open() const;
  /// Waits for a notice of LISTEN, for `wake_fd` to become readable, or for the time to pass.
  void await_notice(int wake_fd, std::chrono::milliseconds at_most);

 private:
  friend class Statement;
  struct Close {
    void operator()(pg_conn* connection) const noexcept;
  };
  /// A client-side deadline for what is under way.
  using Deadline = std::chrono::steady_clock::time_point;

  explicit Connection(ConnectionOptions options) : options_(std::move(options)) {}
  Result<sql::Statement*> prepared(Query query) override;
  Result<sql::Statement*> prepared(FenceQuery query);
  Result<sql::Statement*> prepared_at(std::size_t place);
  Status ensure_open();
  Status connect();
  bool take_notices();
  Status prepare_all();
  Status send(const Statement& statement);
  /// Sends it, and reads the answers to all that was sent.
  Result<ResultPtr> exchange(const Statement& statement);
  Result<ResultPtr> read_answer(Deadline until);
  Status wait(Deadline until, bool for_input);
  /// What went wrong: by the server's word, or with the connection.
  Error error_of(const pg_result* result);
  Error broken(std::string cause);

  ConnectionOptions options_;
  std::unique_ptr<pg_conn, Close> connection_;
  std::vector<Statement> statements_;
  std::size_t prepared_count_ = 0;  // statements that are not among the queries
  std::size_t pending_ = 0;         // statements that were sent and whose answers were not read
  bool in_transaction_ = false;     // as this side knows
  bool is_warned_ = false;          // the server sent a warning since the last commit began
  std::array<char, 6> state_{};     // SQLSTATE of the last failure; empty: the connection's
  bool commit_sent_ = false;
};

}  // namespace claviger::postgres
