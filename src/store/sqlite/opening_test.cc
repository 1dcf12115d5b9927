#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "store/contract/child.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/test_place.h"

namespace claviger::sqlite {
namespace {

using contract::must;
using testing::HasSubstr;

class Opening : public testing::Test {
 protected:
  Result<std::unique_ptr<Store>> open(std::string_view environment = "development",
                                      bool create = true) {
    return open_sqlite(
        {.path = path_, .environment = test_environment(environment), .create = create},
        log_.log());
  }
  /// Runs SQL as a foreign hand would.
  void by_hand(const std::string& sql) {
    sqlite3* db = nullptr;
    sqlite3_open(path_.c_str(), &db);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  TemporaryFolder folder_;
  TestLog log_;
  std::string path_ = folder_.file("claviger.db");
};

unsigned mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777U;
}

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST_F(Opening, ANewDatabaseIsTheOwnersAlone) {
  const auto usual = ::umask(0);
  const auto store = must(open());
  ::umask(usual);
  for (const auto* suffix : {"", "-wal", "-shm"}) EXPECT_EQ(mode_of(path_ + suffix), 0600U);
}

TEST_F(Opening, ACleanCloseLeavesOneFile) {
  must(open());
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path_ + "-shm"));
}

TEST_F(Opening, AnotherEnvironmentsDatabaseIsRefused) {  // ENV-1
  must(open("staging"));
  const auto refused = open("production");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::wrong_environment);
  EXPECT_THAT(refused.error().detail, HasSubstr("\"staging\""));
  EXPECT_THAT(refused.error().detail, HasSubstr("\"production\""));
  must(open("staging"));
}

TEST_F(Opening, ANewerSchemaIsRefused) {
  must(open());
  by_hand("INSERT INTO migrations (version, name, applied_at_ms) VALUES (9999, 'later', 0)");
  const auto refused = open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().detail, HasSubstr("9999"));
  EXPECT_FALSE(sqlite_schema(path_).has_value());
}

TEST_F(Opening, AForeignDatabaseIsRefusedAndLeftAlone) {
  by_hand("CREATE TABLE notes (text TEXT)");
  const auto before = content(path_);
  EXPECT_THAT(open().error().detail, HasSubstr("not one of Claviger's"));
  by_hand(
      "DROP TABLE notes; CREATE TABLE migrations (version INTEGER);"
      "INSERT INTO migrations VALUES (1)");
  EXPECT_THAT(open().error().detail, HasSubstr("not one of Claviger's"));
}

TEST_F(Opening, AFileThatIsNoDatabaseIsRefused) {
  const std::string text(10'000, 'x');
  std::ofstream(path_) << text;
  EXPECT_EQ(open().error().code, Code::storage_unavailable);
  EXPECT_EQ(std::filesystem::file_size(path_), text.size());
}

TEST_F(Opening, AMissingFileIsMadeOnlyIfWanted) {
  EXPECT_FALSE(open("development", false).has_value());
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(sqlite_schema(path_).has_value());
  path_ = folder_.file("no/such/folder/claviger.db");
  EXPECT_THAT(open().error().detail, HasSubstr(path_));
  path_ = "";
  EXPECT_FALSE(open().has_value());
}

TEST_F(Opening, ThePathIsNeverAUri) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.file(""));
  path_ = "file:claviger.db?mode=memory";
  must(open());
  std::filesystem::current_path(before);
  EXPECT_TRUE(std::filesystem::exists(folder_.file(path_)));
}

TEST_F(Opening, TheSchemaIsLookedAtWithoutChangingIt) {
  by_hand("VACUUM");  // an empty file
  const auto newest = static_cast<int>(migrations().size());
  EXPECT_EQ(must(sqlite_schema(path_)).version, 0);
  EXPECT_EQ(must(sqlite_schema(path_)).newest, newest);
  must(open());
  EXPECT_EQ(must(sqlite_schema(path_)).version, newest);
}

// Outside of the fixture, whose log has a thread: a fork wants none.
TEST(OpeningTogether, ManyProcessesMayStartAtOnce) {
  TemporaryFolder folder;
  for (int round = 0; round < 10; ++round) {
    const auto path = folder.file(std::to_string(round) + ".db");
    contract::Pipe go;
    std::vector<std::unique_ptr<contract::Child>> children;
    for (int i = 0; i < 6; ++i) {
      children.push_back(std::make_unique<contract::Child>([&] {
        char byte = 0;
        go.read(byte);
        TestLog log;
        must(must(open_sqlite({.path = path, .environment = test_environment()}, log.log()))
                 ->ping());
      }));
    }
    for (int i = 0; i < 6; ++i) go.write('g');
    for (auto& child : children) EXPECT_EQ(child->wait(), 0);
  }
}

}  // namespace
}  // namespace claviger::sqlite
