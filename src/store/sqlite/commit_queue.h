#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/wakeup.h"
#include "observe/log.h"
#include "store/sqlite/connection_pool.h"

namespace claviger::sqlite {

class Checkpointer;

/// All writes of this process, in one line. Whoever stands first writes for everybody behind in
/// one transaction, with one sync, and wakes them (the pattern of leveldb's DBImpl::Write).
class CommitQueue {
 public:
  /// A write, run inside a transaction. If it fails, what it did is undone; other writes of the
  /// same transaction are not, unless the database itself failed (storage_unavailable).
  using Work = std::function<Status(Connection&)>;

  /// `writers` holds the one connection that writes.
  CommitQueue(ConnectionPool& writers, Log& log) : writers_(writers), log_(log) {}

  /// Has a checkpointer looked after the log. To be called before the first write.
  void set_checkpointer(Checkpointer* checkpointer) { checkpointer_ = checkpointer; }

  /// Runs a write; returns when it is committed and durable, or undone.
  Status run(const Work& work);

  /// Refuses all later writes: what is on disk is not known. A restart finds out.
  void refuse_writes(const std::string& cause);

  /// How many writes are under way or wait.
  std::size_t size();
  /// How many transactions were committed.
  std::uint64_t commits() const { return commits_.load(std::memory_order_acquire); }

 private:
  struct Waiter {
    explicit Waiter(const Work& w) : work(w) {}
    const Work& work;
    Status outcome{};
    bool done = false;  // if not, and woken, it is first in the line
    Wakeup wakeup;
  };

  /// Returns when the waiter is done, with nothing, or first in the line, with its batch.
  std::vector<Waiter*> wait_for_turn(Waiter& self);
  std::vector<Waiter*> batch_in_front();
  void leave(const Waiter& self, std::span<Waiter* const> batch);
  void commit(std::span<Waiter* const> batch);
  Status write_all(Connection& db, std::span<Waiter* const> batch);
  Status commit_transaction(Connection& db);
  Status refusal();

  ConnectionPool& writers_;
  Log& log_;
  Checkpointer* checkpointer_ = nullptr;
  std::atomic<std::uint64_t> commits_{0};

  Mutex mutex_;
  std::deque<Waiter*> line_ GUARDED_BY(mutex_);
  bool refusing_ GUARDED_BY(mutex_) = false;
};

}  // namespace claviger::sqlite
