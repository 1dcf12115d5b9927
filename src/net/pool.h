#pragma once

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace claviger::net {

/// Work that may wait.
class Task {
 public:
  virtual void run() noexcept = 0;

 protected:
  ~Task() = default;
};

/// A fixed number of threads and a bounded queue before them: more work than that is refused, not
/// kept waiting.
class Pool {
 public:
  Pool(std::size_t threads, std::size_t queue_max);
  /// Ends the threads once the queue is empty.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Queues a task, which must live until it has run. False: the queue is full.
  [[nodiscard]] bool submit(Task& task);

 private:
  void work();
  Task* next();

  const std::size_t queue_max_;
  Mutex mutex_;
  Condition changed_;
  std::deque<Task*> queue_ GUARDED_BY(mutex_);
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace claviger::net
