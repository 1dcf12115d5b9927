#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <sstream>

#include "store/contract/child.h"
#include "store/sqlite/fault_vfs.h"
#include "store/sqlite/test_place.h"

// A disk that is full or fails, a database that others hold.
namespace claviger::sqlite {
namespace {

using contract::must;
using contract::must_have;
using contract::somebody;
using testing::HasSubstr;

class FaultyDisk : public testing::Test {
 protected:
  FaultyDisk() {
    register_fault_vfs();
    open();
    must(store_->create_client(client_));
    must(store_->create_user(user_));
  }
  ~FaultyDisk() override { mend(); }

  void open() {
    store_ = must(open_sqlite({.path = path_, .environment = test_environment(), .vfs = "faulty"},
                              log_->log()));
  }
  static void mend() {
    faults.full = false;
    faults.log_sync_fails = false;
    faults.file_sync_fails = false;
  }
  Code issue(const NewToken& token) {
    const auto added = store_->create_token(token);
    return added ? Code{} : added.error().code;
  }
  std::string log_text() {
    log_.reset();
    std::ostringstream text;
    text << std::ifstream(folder_.file("log")).rdbuf();
    return text.str();
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("claviger.db");
  std::unique_ptr<TestLog> log_ = std::make_unique<TestLog>(folder_.file("log"));
  std::unique_ptr<Store> store_;
  contract::Maker make_;
  NewClient client_ = make_.client();
  NewUser user_ = make_.user(client_.id, "one");
};

TEST_F(FaultyDisk, AFullDiskRefusesWritesUntilThereIsRoom) {
  const auto before = make_.token(user_);
  EXPECT_EQ(issue(before), Code{});
  faults.full = true;
  const auto lost = make_.token(user_);
  EXPECT_EQ(issue(lost), Code::storage_unavailable);
  EXPECT_FALSE(store_->revoke_token(client_.id, before.id, make_.now, somebody).has_value());
  EXPECT_TRUE(must(store_->read_live(before.id, Epoch{})).record.has_value()) << "reading goes on";
  EXPECT_FALSE(must(store_->read_live(before.id, Epoch{})).record->revoked);
  mend();
  EXPECT_FALSE(must(store_->read_live(lost.id, Epoch{})).record.has_value());
  const auto after = make_.token(user_);
  EXPECT_EQ(issue(after), Code{});
  store_.reset();
  open();
  EXPECT_TRUE(must(store_->read_live(before.id, Epoch{})).record.has_value());
  EXPECT_FALSE(must(store_->read_live(lost.id, Epoch{})).record.has_value());
  EXPECT_TRUE(must(store_->read_live(after.id, Epoch{})).record.has_value());
  EXPECT_EQ(must(store_->status()).tokens, 2);
  store_.reset();
  EXPECT_THAT(log_text(), HasSubstr("storage_write_failed"));
}

TEST_F(FaultyDisk, AFullDiskIsToldToAllThatShareACommit) {
  std::vector<NewToken> tokens;
  for (int i = 0; i < 8; ++i) tokens.push_back(make_.token(user_));
  faults.full = true;
  contract::in_threads(8, [&](int i) {
    EXPECT_EQ(issue(tokens[static_cast<std::size_t>(i)]), Code::storage_unavailable);
  });
  mend();
  for (const auto& token : tokens) EXPECT_FALSE(must(store_->read_live(token.id, Epoch{})).record);
}

TEST_F(FaultyDisk, AfterAFailedSyncWritesAreRefusedUntilARestart) {
  faults.log_sync_fails = true;
  const auto unknown = make_.token(user_);
  EXPECT_EQ(issue(unknown), Code::storage_unavailable);
  mend();
  EXPECT_EQ(issue(make_.token(user_)), Code::storage_unavailable);
  EXPECT_TRUE(must(store_->find_client(client_.id)).has_value()) << "reading goes on";
  store_.reset();
  open();
  EXPECT_EQ(issue(make_.token(user_)), Code{});
  store_.reset();
  EXPECT_THAT(log_text(), HasSubstr("storage_refuses_writes"));
}

TEST_F(FaultyDisk, AfterAFailedSyncOfTheFileWritesAreRefusedToo) {
  faults.file_sync_fails = true;
  const std::string long_name(60'000, 'n');
  bool refused = false;
  for (int i = 0; i < 2'000 && !refused; ++i) {
    refused = !store_->create_client(make_.client(long_name));
  }
  EXPECT_TRUE(refused);
  mend();
  EXPECT_FALSE(store_->create_client(make_.client()).has_value());
  store_.reset();
  open();
  must(store_->create_client(make_.client()));
}

// The same with the kernel's own word for it: a limit on the size of files.
TEST_F(FaultyDisk, ALimitOnFilesIsAFullDisk) {
  store_.reset();
  log_.reset();
  contract::Child child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    TestLog log;
    auto store = must(open_sqlite({.path = path_, .environment = test_environment()}, log.log()));
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit tight{256 * 1024, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    Status status;
    auto last = make_.client();
    while (status) {
      last = make_.client(std::string(10'000, 'n'));
      status = store->create_client(last);
    }
    if (status.error().code != Code::storage_unavailable) ::_exit(2);
    must_have(store->find_client(client_.id));
    if (must(store->find_client(last.id))) ::_exit(3);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    must(store->create_client(last));
  });
  EXPECT_EQ(child.wait(), 0);
  log_ = std::make_unique<TestLog>(folder_.file("log"));
  open();
  EXPECT_GT(must(store_->status()).clients, 2);
}

TEST_F(FaultyDisk, AWriterOfAnotherProcessIsWaitedForWithABound) {
  sqlite3* other = nullptr;
  sqlite3_open(path_.c_str(), &other);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(issue(make_.token(user_)), Code::storage_unavailable);
  EXPECT_TRUE(must(store_->find_client(client_.id)).has_value());
  sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  EXPECT_EQ(issue(make_.token(user_)), Code{});
}

/// How long the write-ahead log is, in pages (word 2 of the index: mxFrame, nPage).
std::uint64_t log_pages(const Store& store) {
  return store.change_mark().value().words[1] & 0xffff'ffff;
}

TEST_F(FaultyDisk, TheLogIsCopiedBackBesideTheWrites) {
  const std::string long_name(60'000, 'n');
  while (log_pages(*store_) < 3'000) must(store_->create_client(make_.client(long_name)));
  const auto deadline = std::chrono::steady_clock::now() + seconds{30};
  while (std::filesystem::file_size(path_) < (3U << 20U)) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::yield();
  }
}

TEST_F(FaultyDisk, TheLogStaysShort) {
  const std::string long_name(60'000, 'n');
  std::uint64_t longest = 0;
  for (int i = 0; i < 900; ++i) {  // some 15,000 pages
    must(store_->create_client(make_.client(long_name)));
    longest = std::max(longest, log_pages(*store_));
  }
  EXPECT_LT(longest, 12'000U);
  EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), 64U << 20U);
}

TEST_F(FaultyDisk, TheLogIsRestartedOnceAnOldReaderIsGone) {
  sqlite3* reader = nullptr;
  sqlite3_open(path_.c_str(), &reader);
  sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM clients", nullptr, nullptr, nullptr);
  const std::string long_name(60'000, 'n');
  while (log_pages(*store_) < 10'000) must(store_->create_client(make_.client(long_name)));
  sqlite3_exec(reader, "COMMIT", nullptr, nullptr, nullptr);
  sqlite3_close(reader);
  const auto deadline = std::chrono::steady_clock::now() + seconds{30};
  while (log_pages(*store_) >= 1'000) {  // the checkpointer is a thread of its own
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    must(store_->create_client(make_.client(long_name)));
  }
}

// Each restart of the log begins to count its frames anew, so frames alone would repeat.
TEST_F(FaultyDisk, ACheckpointHidesNoCommit) {
  sqlite3* other = nullptr;
  sqlite3_open(path_.c_str(), &other);
  std::vector<ChangeMark> marks{store_->change_mark().value()};
  for (const auto* mode : {"PASSIVE", "FULL", "RESTART", "RESTART", "TRUNCATE", "TRUNCATE"}) {
    const auto checkpoint = std::string("PRAGMA wal_checkpoint = ") + mode;
    sqlite3_exec(other, checkpoint.c_str(), nullptr, nullptr, nullptr);
    sqlite3_exec(other, "UPDATE users SET scopes = ''", nullptr, nullptr, nullptr);
    const auto mark = store_->change_mark().value();
    EXPECT_THAT(marks, testing::Not(testing::Contains(mark))) << mode;
    marks.push_back(mark);
  }
  sqlite3_close(other);
}

}  // namespace
}  // namespace claviger::sqlite
