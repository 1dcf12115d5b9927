#include "net/pool.h"

#include <algorithm>

#include "base/limits.h"
#include "base/thread_priority.h"

namespace claviger::net {

Pool::Pool(std::size_t threads, std::size_t queue_max) : queue_max_(queue_max) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Pool::~Pool() {
  stop();
}

void Pool::stop() {
  {
    Lock lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

bool Pool::submit(Task& task, Lane lane) {
  bool wakes = true;
  {
    Lock lock(mutex_);
    auto& queue = lanes_[static_cast<std::size_t>(lane)];
    if (queue.size() >= queue_max_) return false;
    queue.push_back(&task);
    // Behind others in bulk it goes with them, by the thread that is on its way to those.
    if (lane == Lane::bulk) wakes = queue.size() == 1 && bulk_threads_ < limits::bulk_threads;
  }
  if (wakes) changed_.notify_one();
  return true;
}

/// Waits for something to do; false: there will be nothing more for this thread.
bool Pool::take(std::vector<Task*>& tasks, bool& in_bulk) {
  tasks.clear();
  Lock lock(mutex_);
  if (in_bulk) --bulk_threads_;
  auto& [first, bulk] = lanes_;
  while (true) {
    const bool may_take_bulk = !bulk.empty() && bulk_threads_ < limits::bulk_threads;
    in_bulk = first.empty() && may_take_bulk;
    if (in_bulk) {
      const auto count = std::min(bulk.size(), limits::bulk_together);
      const auto end = bulk.begin() + static_cast<std::ptrdiff_t>(count);
      tasks.assign(bulk.begin(), end);
      bulk.erase(bulk.begin(), end);
      ++bulk_threads_;
      return true;
    }
    if (!first.empty()) {
      tasks.push_back(first.front());
      first.pop_front();
      if (may_take_bulk) changed_.notify_one();
      return true;
    }
    // What still waits in bulk is done by the threads that are at it.
    if (is_stopping_) return false;
    changed_.wait(mutex_);
  }
}

void Pool::run(std::span<Task* const> tasks, bool in_bulk) {
  if (in_bulk)
    tasks.front()->run_together(tasks);
  else
    tasks.front()->run();
}

void Pool::work() {
  let_others_go_first();
  std::vector<Task*> tasks;
  tasks.reserve(limits::bulk_together);
  bool in_bulk = false;
  while (take(tasks, in_bulk)) run(tasks, in_bulk);
}

}  // namespace claviger::net
