#include "store/sqlite/queries.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <string>

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
