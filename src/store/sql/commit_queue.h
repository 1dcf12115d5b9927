#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "base/durations.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/wakeup.h"
#include "store/sql/connection.h"

namespace claviger::sql {

/// All writes of this process, in one line. Whoever stands first writes for everybody behind in
/// one transaction, with one sync, and wakes them (the pattern of leveldb's DBImpl::Write). How a
/// transaction begins, commits and fails is the engine's.
class CommitQueue {
 public:
  /// A write, run inside a transaction, and run again from its beginning if the engine has to
  /// repeat that. If it fails, what it did is undone; other writes of the same transaction are not,
  /// unless the database itself failed (storage_unavailable).
  using Work = std::function<Status(Connection&)>;

  CommitQueue() = default;
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;
  virtual ~CommitQueue() = default;

  /// Runs a write; returns when it is committed and durable, or undone.
  Status run(const Work& work);

  const Durations& times() const { return times_; }

  /// How many writes are under way or wait.
  std::size_t size();

 protected:
  /// Runs `body` in a transaction and commits it. Where `body` fails, so does this, and nothing is
  /// changed. One thread at a time calls it. `writes` is how many share it, for the log.
  virtual Status transaction(const Work& body, std::size_t writes) = 0;

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

  Durations times_;
  Mutex mutex_;
  std::deque<Waiter*> line_ GUARDED_BY(mutex_);
};

}  // namespace claviger::sql
