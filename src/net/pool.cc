#include "net/pool.h"

#include "net/thread_priority.h"

namespace claviger::net {

Pool::Pool(std::size_t threads, std::size_t queue_max) : queue_max_(queue_max) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Pool::~Pool() {
  {
    Lock lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool Pool::submit(Task& task) {
  {
    Lock lock(mutex_);
    if (queue_.size() >= queue_max_) return false;
    queue_.push_back(&task);
  }
  changed_.notify_one();
  return true;
}

Task* Pool::next() {
  Lock lock(mutex_);
  while (queue_.empty() && !is_stopping_) changed_.wait(mutex_);
  if (queue_.empty()) return nullptr;
  Task* const task = queue_.front();
  queue_.pop_front();
  return task;
}

void Pool::work() {
  let_others_go_first();
  while (Task* const task = next()) task->run();
}

}  // namespace claviger::net
