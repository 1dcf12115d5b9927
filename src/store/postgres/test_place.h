#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

#include "store/contract/fixture.h"
#include "store/postgres/connection.h"
#include "store/postgres/postgres_store.h"

namespace claviger::postgres {

/// Where the server of these tests is: a URL that ends in "/". Errors: an exception.
std::string test_server();

/// A schema of its own, which is as good as a database, and goes with this object.
class ServerPlace final : public contract::Place {
 public:
  ServerPlace()
      : name_("claviger_test_" + std::to_string(::getpid()) + "_" + std::to_string(next_++)) {
    run_as_owner("CREATE SCHEMA " + name_);
  }
  ServerPlace(const ServerPlace&) = delete;
  ServerPlace& operator=(const ServerPlace&) = delete;
  ~ServerPlace() override { run_as_owner("DROP SCHEMA " + name_ + " CASCADE"); }

  std::shared_ptr<Store> open() override {
    auto opened = std::make_shared<Opened>();
    opened->store = contract::must(open_postgres(
        {.url = url(), .environment = *Environment::parse("development")}, opened->log));
    return {opened, opened->store.get()};
  }
  std::string url() const { return test_server() + "postgres?options=-csearch_path%3D" + name_; }

  std::unique_ptr<Connection> connect() const {
    return contract::must(Connection::open({.url = url(), .deadline = deadline}));
  }

 private:
  // The log has a thread: it goes with the store, so that a test without a store can fork.
  struct Opened {
    SystemClock clock{};
    Log log{{.fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC), .level = LogLevel::debug}, clock};
    std::unique_ptr<Store> store{};
  };
  static constexpr std::chrono::milliseconds deadline{10'000};

  static void run_as_owner(const std::string& sql) {
    auto db =
        contract::must(Connection::open({.url = test_server() + "postgres", .deadline = deadline}));
    contract::must(db->run(sql));
  }

  static inline std::atomic<int> next_{0};
  std::string name_;
};

inline std::unique_ptr<contract::Place> server_place() {
  return std::make_unique<ServerPlace>();
}

}  // namespace claviger::postgres
