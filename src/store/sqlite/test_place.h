#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "store/contract/fixture.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/sqlite_store.h"

namespace claviger::sqlite {

inline Environment test_environment(std::string_view name = "development") {
  return *Environment::parse(name);
}

/// A folder of its own that goes with this object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "claviger-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// A log that writes to a file.
class TestLog {
 public:
  explicit TestLog(const std::string& path = "/dev/null")
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)),
        log_({.fd = fd_, .level = LogLevel::debug}, clock_) {}
  TestLog(const TestLog&) = delete;
  TestLog& operator=(const TestLog&) = delete;
  ~TestLog() = default;
  Log& log() { return log_; }

 private:
  SystemClock clock_;
  int fd_;
  Log log_;
};

/// A database file, or one in memory.
class SqlitePlace final : public contract::Place {
 public:
  explicit SqlitePlace(bool in_memory)
      : path_(in_memory ? ":memory:" : folder_.file("claviger.db")) {}

  std::shared_ptr<Store> open() override {
    auto opened = std::make_shared<Opened>();
    opened->store = contract::must(
        open_sqlite({.path = path_, .environment = test_environment()}, opened->log.log()));
    return {opened, opened->store.get()};
  }
  const std::string& path() const { return path_; }

 private:
  // The log has a thread: it goes with the store, so that a test without a store can fork.
  struct Opened {
    TestLog log;
    std::unique_ptr<Store> store;
  };
  TemporaryFolder folder_;
  std::string path_;
};

inline std::unique_ptr<contract::Place> file_place() {
  return std::make_unique<SqlitePlace>(false);
}
inline std::unique_ptr<contract::Place> memory_place() {
  return std::make_unique<SqlitePlace>(true);
}

}  // namespace claviger::sqlite
