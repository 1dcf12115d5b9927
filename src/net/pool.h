#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace claviger::net {

/// Work that may wait.
class Task {
 public:
  virtual void run() noexcept = 0;
  /// Runs what came in bulk, this task and others like it, together.
  virtual void run_together(std::span<Task* const> tasks) noexcept = 0;

 protected:
  ~Task() = default;
};

/// A fixed number of threads and two bounded queues before them: more work than that is refused,
/// not kept waiting. What is in bulk is run by few threads, each taking all that waits: one
/// transaction for many, where one for each would have a thread wait for each.
class Pool {
 public:
  enum class Lane : std::uint8_t { first, bulk };

  /// Each lane holds up to `queue_max` tasks.
  Pool(std::size_t threads, std::size_t queue_max);
  /// Stops.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Queues a task, which must live until it has run; what is in bulk waits behind all else.
  /// False: the lane is full.
  [[nodiscard]] bool submit(Task& task, Lane lane);
  /// Ends the threads once the queues are empty, and waits for that. Nothing may be submitted then.
  void stop();

 private:
  void work();
  bool take(std::vector<Task*>& tasks, bool& in_bulk);
  void run(std::span<Task* const> tasks, bool in_bulk);

  const std::size_t queue_max_;
  Mutex mutex_;
  Condition changed_;
  std::array<std::deque<Task*>, 2> lanes_ GUARDED_BY(mutex_);  // by Lane
  std::size_t bulk_threads_ GUARDED_BY(mutex_) = 0;            // that run tasks in bulk
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace claviger::net
