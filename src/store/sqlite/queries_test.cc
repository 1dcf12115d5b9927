#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store/sqlite/migrations.h"
#include "store/sqlite/test_place.h"

namespace claviger::sqlite {
namespace {

class Queries : public testing::Test {
 protected:
  Queries() : db_(contract::must(Connection::open({.path = ":memory:"}))) {
    contract::must(migrate(*db_, test_environment()));
  }
  /// What SQLite would do for a statement, one step a line.
  std::string plan(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const auto explained = "EXPLAIN QUERY PLAN " + sql;
    const int code = sqlite3_prepare_v2(db_->handle(), explained.c_str(), -1, &statement, nullptr);
    EXPECT_EQ(code, SQLITE_OK) << sql << ": " << sqlite3_errmsg(db_->handle());
    std::string lines;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      lines += reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
      lines += '\n';
    }
    sqlite3_finalize(statement);
    return lines;
  }
  std::unique_ptr<Connection> db_;
};

/// How many steps of SQLite's machine the first page of each list of users takes.
std::vector<int> steps_of_first_pages(sqlite3* db) {
  std::vector<int> steps;
  for (auto i = static_cast<int>(Query::users_forward);
       i <= static_cast<int>(Query::client_users_by_name_backward); ++i) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db, sql_of(static_cast<Query>(i)), -1, &statement, nullptr),
              SQLITE_OK);
    const bool is_by_name = sqlite3_bind_parameter_count(statement) >= 4;
    const bool is_backward = (i - static_cast<int>(Query::users_forward)) % 2 == 1;
    const std::string low(16, '\0'), high(16, '\xff');
    const auto& from = is_backward ? high : low;
    const auto bind = [&](int at, const std::string& blob) {
      sqlite3_bind_blob(statement, at, blob.data(), static_cast<int>(blob.size()),
                        SQLITE_TRANSIENT);
    };
    constexpr int limit = 25;
    if (is_by_name) {
      sqlite3_bind_text(statement, 1, is_backward ? "\xff" : "", -1, SQLITE_STATIC);
      bind(2, low);
      sqlite3_bind_text(statement, 3, is_backward ? "" : "\xff", -1, SQLITE_STATIC);
      sqlite3_bind_int(statement, 4, limit);
      bind(5, low);
    } else {
      bind(1, from);
      sqlite3_bind_int(statement, 2, limit);
      bind(3, low);
    }
    int rows = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) ++rows;
    EXPECT_EQ(rows, limit) << sql_of(static_cast<Query>(i));
    steps.push_back(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0));
    sqlite3_finalize(statement);
  }
  return steps;
}

TEST_F(Queries, TheFirstPageCostsTheSameAmongManyAsAmongFew) {
  contract::must(db_->run(
      "INSERT INTO clients (id, name, api_key_hash, api_key_preview, api_key_created_at_ms,"
      " created_at_ms) VALUES (zeroblob(16), 'c', zeroblob(32), '', 0, 0)"));
  // Each second user is inactive.
  const auto fill = [&](int from, int to) {
    contract::must(db_->run("WITH RECURSIVE n (i) AS (SELECT " + std::to_string(from) +
                            " UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(to) +
                            ") INSERT INTO users (id, client_id, ordinal, identifier, scopes,"
                            " secret_hash, secret_preview, secret_created_at_ms, created_at_ms,"
                            " is_active) SELECT CAST (printf('%016d', i) AS BLOB), zeroblob(16), i,"
                            " printf('u%08d', i), 'x', zeroblob(32), '', 0, 0, i % 2 FROM n"));
  };
  fill(1, 100);
  const auto among_few = steps_of_first_pages(db_->handle());
  fill(101, 5'000);
  EXPECT_EQ(steps_of_first_pages(db_->handle()), among_few);
}

TEST_F(Queries, EachCanBePrepared) {
  for (std::size_t i = 0; i < query_count; ++i) {
    const auto* sql = sql_of(static_cast<Query>(i));
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db_->handle(), sql, -1, &statement, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(db_->handle());
    sqlite3_finalize(statement);
  }
}

TEST_F(Queries, EachNumbersItsParametersWithoutGaps) {
  for (std::size_t i = 0; i < query_count; ++i) {
    const std::string sql = sql_of(static_cast<Query>(i));
    const auto is_bare = [](const std::string& text, std::size_t at) {
      return text[at] == '?' && (at + 1 == text.size() || text[at + 1] < '1' || text[at + 1] > '9');
    };
    char greatest = '0';
    for (std::size_t at = 0; at < sql.size(); ++at) {
      EXPECT_FALSE(is_bare(sql, at)) << sql;
      if (sql[at] == '?') greatest = std::max(greatest, sql[at + 1]);
    }
    for (char number = '1'; number <= greatest; ++number) {
      EXPECT_NE(sql.find(std::string("?") + number), std::string::npos) << sql << number;
    }
  }
}

TEST_F(Queries, NoneGoesThroughAWholeTableOfUsersOrTokens) {
  for (std::size_t i = 0; i < query_count; ++i) {
    const auto query = static_cast<Query>(i);
    if (query == Query::find_user_by_secret) continue;  // an operator asks it, once in a while
    const std::string steps = plan(sql_of(query));
    for (const auto* scan : {"SCAN t", "SCAN u", "SCAN tokens", "SCAN users", "SCAN fence_log",
                             "SCAN l", "SCAN c\n", "TEMP B-TREE", "MATERIALIZE", "AUTOMATIC"}) {
      EXPECT_EQ(steps.find(scan), std::string::npos) << sql_of(query) << "\n" << steps;
    }
  }
  EXPECT_NE(plan("SELECT preview FROM tokens").find("SCAN tokens"), std::string::npos);
}

}  // namespace
}  // namespace claviger::sqlite
