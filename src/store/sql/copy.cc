#include "store/sql/copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/hash.h"

namespace claviger::sql {
namespace {

constexpr int page_rows = 500;

/// A table that is copied. `kinds` has a letter for each column: b bytes, t text, n number, f flag.
/// The first column is unique: rows are read in its order, which all engines agree upon.
struct Table {
  const char* name;
  std::string_view columns;
  std::string_view kinds;
  bool has_row = false;  // from the beginning; the source's takes its place
};

// Not here: who holds leases, and the log, which tells servers that run of what they missed.
// What a table refers to comes before it.
constexpr std::array tables{
    Table{"meta", "environment, pruned_before_ms", "tn", true},
    Table{"fence_counter", "epoch", "n", true},
    Table{"clients",
          "id, name, is_active, generation, created_at_ms, api_key_hash, api_key_preview,"
          " api_key_created_at_ms, previous_api_key_hash, previous_api_key_expires_at_ms,"
          " last_used_at_ms, user_count",
          "btfnnbtnbnnn"},
    Table{"users",
          "id, client_id, ordinal, identifier, scopes, is_active, generation, created_at_ms,"
          " secret_hash, secret_preview, secret_created_at_ms, previous_secret_hash,"
          " previous_secret_expires_at_ms, last_used_at_ms",
          "bbnttfnnbtnbnn"},
    Table{"tokens",
          "id, user_id, client_id, user_generation, client_generation, preview,"
          " created_by_username, created_at_ms, expires_at_ms, is_revoked, revoked_at_ms,"
          " last_used_at_ms",
          "bbbnnttnnfnn"},
    Table{"audit_trail", "id, pruned_sequence, pruned_hash, seal", "bnbt", true},
    Table{"audit_log",
          "sequence, at_ms, actor, actor_id, action, object, object_id, client_id, request_id,"
          " address, detail, hash",
          "nntbttbbbbtb"},
    Table{"keys_seen", "kid, first_seen_at_ms, is_signing, retired_at_ms", "tnfn"},
    Table{"administrators", "email, role, added_at_ms, added_by", "ttnt"},
    Table{"admin_links", "hash, email, role, expires_at_ms", "bttn"},
    Table{"admin_sessions",
          "id, hash, email, role, way, created_at_ms, last_seen_at_ms, expires_at_ms, address",
          "bbtttnnnb"},
};
static_assert(std::ranges::all_of(tables, [](const Table& table) {
  return std::ranges::count(table.columns, ',') + 1 == std::ssize(table.kinds);
}));

std::string insert_sql(const Table& table) {
  std::string places;
  for (std::size_t i = 1; i <= table.kinds.size(); ++i)
    places += fmt::format("{}${}", i == 1 ? "" : ", ", i);
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name, table.columns, places);
}

std::string page_sql(const Table& table, bool is_first) {
  const auto key = table.columns.substr(0, table.columns.find(','));
  return fmt::format("SELECT {} FROM {} {} ORDER BY {} LIMIT {}", table.columns, table.name,
                     is_first ? "" : fmt::format("WHERE {} > $1", key), key, page_rows);
}

/// A value, alike whatever the engine.
struct Value {
  char kind = 0;
  std::int64_t number = 0;
  std::string_view bytes;

  static Value read(const Statement& row, int column, char kind) {
    if (row.is_null(column)) return {};
    if (kind == 'n' || kind == 'f') return {.kind = kind, .number = row.number(column), .bytes{}};
    return {.kind = kind, .number = 0, .bytes = row.bytes(column)};
  }
  void bind(Statement& statement) const {
    constexpr auto arguments = Statement::Arguments::outlive;
    switch (kind) {
      case 'n':
        return statement.bind(number);
      case 'f':
        return statement.bind(number != 0);
      case 't':
        return statement.bind_text(bytes, arguments);
      case 'b':
        return statement.bind_bytes(bytes_of(bytes), arguments);
      default:
        return statement.bind_null();
    }
  }
  /// Appends it so that no two rows look alike.
  void append_to(std::string& row) const {
    row += kind;
    row += fmt::format("{}:{}", kind == 'n' || kind == 'f' ? number : std::ssize(bytes), bytes);
  }
};

/// Counts and digests what is read.
class Reader {
 public:
  Reader(Connection& db, const Table& table) : db_(db), table_(table), read_{.name = table.name} {}

  /// Reads all rows; `take` is given each and whether it is the last of a page. A row is good until
  /// it returns.
  template <class Take>
  Result<CopiedTable> read(Take take) {
    auto first = TRY(db_.prepare(page_sql(table_, true)));
    auto rows = TRY(page(*first, take));
    first.reset();
    if (rows < page_rows) return read_;
    const auto next = TRY(db_.prepare(page_sql(table_, false)));
    while (rows == page_rows) {
      const auto key = last_key_;  // outlives the page
      Value{table_.kinds[0], last_number_, key}.bind(*next);
      rows = TRY(page(*next, take));
    }
    return read_;
  }

 private:
  template <class Take>
  Result<int> page(Statement& statement, Take take) {
    int rows = 0;
    while (TRY(statement.next())) {
      const auto size = static_cast<int>(table_.kinds.size());
      values_.clear();
      for (int i = 0; i < size; ++i)
        values_.push_back(Value::read(statement, i, table_.kinds[static_cast<std::size_t>(i)]));
      last_key_ = values_[0].bytes;
      last_number_ = values_[0].number;
      ++rows;
      add();
      TRY_STATUS(take(values_, rows == page_rows));
    }
    statement.reset();
    return rows;
  }
  /// Each row's digest is over the one before it and the row.
  void add() {
    ++read_.rows;
    row_ = text_of(read_.digest);
    for (const auto& value : values_) value.append_to(row_);
    read_.digest = sha256(bytes_of(row_));
  }

  Connection& db_;
  const Table& table_;
  CopiedTable read_;
  std::vector<Value> values_;
  std::string row_;
  std::string last_key_;
  std::int64_t last_number_ = 0;
};

/// Progress over all tables, by rows.
struct Steps {
  const CopyProgress& told;
  std::int64_t total;
  std::int64_t done = 0;

  void step() {
    if (++done % page_rows == 0) told(done, total);
  }
};

Status run_once(Connection& db, const std::string& sql) {
  const auto statement = TRY(db.prepare(sql));
  TRY_STATUS(statement->run());
  return {};
}

Result<CopiedTable> copy_table(Connection& from, Connection& to, const Table& table, Steps& steps) {
  if (table.has_row) TRY_STATUS(run_once(to, fmt::format("DELETE FROM {}", table.name)));
  const auto insert = TRY(to.prepare(insert_sql(table)));
  const auto write = [&](const std::vector<Value>& row, bool is_page_end) -> Status {
    for (const auto& value : row) value.bind(*insert);
    // A page is under way at most where the engine has a network between.
    if (is_page_end)
      TRY_STATUS(insert->run());
    else
      TRY_STATUS(insert->run_later());
    insert->reset();
    steps.step();
    return {};
  };
  const auto copied = TRY(Reader(from, table).read(write));
  TRY_STATUS(to.execute(Query::ping));  // has the answers to all that is under way
  return copied;
}

/// How much was changed in a database: nothing is changed but for its last uses without a row of
/// the audit trail or an epoch.
struct Mark {
  std::int64_t epoch = 0;
  std::int64_t audit_sequence = 0;
  auto operator<=>(const Mark&) const = default;
};
Result<Mark> read_mark(Connection& db) {
  const auto row =
      TRY(db.prepare("SELECT epoch, coalesce((SELECT max(sequence) FROM audit_log), 0)"
                     " FROM fence_counter"));
  if (!TRY(row->next())) return fail(Code::storage_unavailable, "The fence has no counter.");
  return Mark{row->number(0), row->number(1)};
}

Status check_environment(Connection& db, const Environment& environment) {
  const auto row = TRY(db.prepare("SELECT environment FROM meta"));
  if (!TRY(row->next()))
    return fail(Code::storage_unavailable, "The database has no \"meta\" row.");
  if (row->bytes(0) == environment.name()) return {};
  return fail(Code::wrong_environment,
              fmt::format("A database belongs to the environment \"{}\", and this is \"{}\".",
                          row->bytes(0), environment.name()));
}

Status check_empty(Connection& db) {
  auto found = TRY(db.number("SELECT epoch FROM fence_counter"));
  for (const auto& table : tables)
    if (!table.has_row && found == 0)
      found = TRY(db.number(
          fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT 1) any_row", table.name)));
  if (found == 0) return {};
  return fail(Code::conflict,
              "The database to copy to is not empty, and stays as it is: name a new one.");
}

tl::unexpected<Error> differs(const Table& table, std::string_view where) {
  return fail(Code::storage_unavailable,
              fmt::format("Table \"{}\" differs {}. Nothing was copied.", table.name, where));
}

}  // namespace

Result<std::vector<CopiedTable>> copy(Connection& from, CopyTarget& to,
                                      const Environment& environment,
                                      const CopyProgress& progress) {
  TRY_STATUS(check_empty(*to.db));
  std::array<std::int64_t, tables.size()> counts{};
  std::int64_t all = 0;
  for (std::size_t i = 0; i < tables.size(); ++i)
    all += counts[i] = TRY(from.number(fmt::format("SELECT count(*) FROM {}", tables[i].name)));
  TRY_STATUS(check_environment(from, environment));
  TRY_STATUS(check_environment(*to.db, environment));
  const auto mark = TRY(read_mark(from));

  Steps steps{.told = progress, .total = 2 * all};  // all is written, and read
  std::vector<CopiedTable> copied;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    auto table = copy_table(from, *to.db, tables[i], steps);
    if (!table)
      return fail(Code::storage_unavailable,
                  fmt::format("Table \"{}\" cannot be copied. Nothing was.", tables[i].name),
                  std::move(table).error().cause);
    copied.push_back(*table);
    if (copied.back().rows != counts[i]) return differs(tables[i], "from its own count");
  }
  TRY_STATUS(from.execute(Query::end_read));
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto back = TRY(Reader(*to.db, tables[i]).read([&](const auto&, bool) -> Status {
      steps.step();
      return {};
    }));
    if (back.rows != copied[i].rows || back.digest != copied[i].digest)
      return differs(tables[i], "as it was read back");
  }
  if (TRY(read_mark(from)) != mark)
    return fail(Code::conflict,
                "The database to copy from was changed meanwhile. Nothing was copied: stop the "
                "servers that use it first.");
  for (const auto& sql : to.last) TRY_STATUS(run_once(*to.db, sql));
  TRY_STATUS(to.commit(*to.db));
  return copied;
}

}  // namespace claviger::sql
