#include "store/sqlite/writer.h"

#include <gmock/gmock.h>

#include "store/sqlite/test_place.h"

namespace claviger::sqlite {
namespace {

using contract::must;

class WriterTest : public testing::Test {
 protected:
  WriterTest() : pool_(one_connection()), queue_(pool_, log_.log()) {}

  static std::vector<std::unique_ptr<sql::Connection>> one_connection() {
    std::vector<std::unique_ptr<sql::Connection>> connections;
    connections.push_back(must(Connection::open({.path = ":memory:"})));
    must(connections.back()->run("CREATE TABLE numbers (number INTEGER PRIMARY KEY) STRICT"));
    return connections;
  }
  static Status insert(sql::Connection& db, int number) {
    return db.run("INSERT INTO numbers VALUES (" + std::to_string(number) + ")");
  }
  bool has(int number) {
    const auto sql = "SELECT count(*) FROM numbers WHERE number = " + std::to_string(number);
    return must(pool_.take()->number(sql)) == 1;
  }
  /// Runs `work(0)` … `work(7)` in as many threads and one transaction: they line up while a first
  /// write, which has a transaction of its own, is still at work.
  std::vector<Status> run_together(const std::function<Status(sql::Connection&, int)>& work) {
    std::vector<Status> outcomes(8);
    std::atomic<bool> is_at_work{false};
    contract::in_threads(9, [&](int i) {
      if (i == 8) {
        (void)queue_.run([&](sql::Connection&) -> Status {
          is_at_work = true;
          while (queue_.size() < 9) std::this_thread::yield();
          return {};
        });
        return;
      }
      while (!is_at_work) std::this_thread::yield();
      outcomes[static_cast<std::size_t>(i)] =
          queue_.run([&](sql::Connection& db) { return work(db, i); });
    });
    return outcomes;
  }

  TestLog log_;
  sql::ConnectionPool pool_;
  Writer queue_;
};

TEST_F(WriterTest, WritesThatWaitShareACommit) {
  for (const auto& outcome : run_together(insert)) EXPECT_TRUE(outcome.has_value());
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(has(i));
  EXPECT_EQ(queue_.commits(), 2U);
}

TEST_F(WriterTest, AFailedWriteIsUndoneAlone) {
  const auto outcomes = run_together([](sql::Connection& db, int i) -> Status {
    TRY_STATUS(insert(db, i));
    if (i % 2 == 0) return fail(Code::conflict, "odd ones only");
    return insert(db, 100 + i);
  });
  for (int i = 0; i < 8; ++i) {
    const bool odd = i % 2 == 1;
    EXPECT_EQ(outcomes[static_cast<std::size_t>(i)].has_value(), odd);
    EXPECT_EQ(has(i), odd);
    EXPECT_EQ(has(100 + i), odd);
  }
}

TEST_F(WriterTest, AFailureOfTheDatabaseUndoesAllAndIsToldToAll) {
  for (int failing = 0; failing < 8; ++failing) {
    const auto first = failing * 8;
    const auto outcomes = run_together([&](sql::Connection& db, int i) -> Status {
      TRY_STATUS(insert(db, first + i));
      if (i == failing) return fail(Code::storage_unavailable, "the disk is gone");
      return {};
    });
    for (int i = 0; i < 8; ++i) {
      EXPECT_EQ(outcomes[static_cast<std::size_t>(i)].has_value(), has(first + i));
    }
    EXPECT_FALSE(has(first + failing));
  }
}

TEST_F(WriterTest, RefusedWritesDoNotRun) {
  queue_.refuse_writes("a test");
  const auto outcome = queue_.run([](sql::Connection& db) { return insert(db, 1); });
  EXPECT_EQ(outcome.error().code, Code::storage_unavailable);
  EXPECT_FALSE(has(1));
}

}  // namespace
}  // namespace claviger::sqlite
