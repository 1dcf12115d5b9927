#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/durations.h"
#include "base/mutex.h"
#include "store/sql/connection.h"

namespace claviger::sql {

/// Connections that threads take in turn; a thread waits while all are taken. Nobody takes a second
/// one while holding one. Must outlive its leases.
class ConnectionPool {
 public:
  /// A connection for this thread alone, given back when this object goes.
  class Lease {
   public:
    explicit Lease(ConnectionPool& pool)
        : pool_(pool), since_(Durations::Clock::now()), connection_(pool.take_one()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      pool_.times_.add_since(since_);
      pool_.give_back(std::move(connection_));
    }
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    ConnectionPool& pool_;
    Durations::Clock::time_point since_;
    std::unique_ptr<Connection> connection_;
  };

  explicit ConnectionPool(std::vector<std::unique_ptr<Connection>> connections)
      : free_(std::move(connections)) {}

  Lease take() { return Lease(*this); }
  /// How long leases took, the wait for a connection included.
  const Durations& times() const { return times_; }

 private:
  std::unique_ptr<Connection> take_one() {
    Lock lock(mutex_);
    while (free_.empty()) given_back_.wait(mutex_);
    auto connection = std::move(free_.back());
    free_.pop_back();
    return connection;
  }
  void give_back(std::unique_ptr<Connection> connection) {
    {
      Lock lock(mutex_);
      free_.push_back(std::move(connection));
    }
    given_back_.notify_one();
  }

  Durations times_;
  Mutex mutex_;
  Condition given_back_;
  std::vector<std::unique_ptr<Connection>> free_ GUARDED_BY(mutex_);
};

}  // namespace claviger::sql
