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

bool Pool::submit(Task& task, Lane lane) {
  {
    Lock lock(mutex_);
    auto& queue = lanes_[static_cast<std::size_t>(lane)];
    if (queue.size() >= queue_max_) return false;
    queue.push_back(&task);
  }
  changed_.notify_one();
  return true;
}

Task* Pool::next() {
  Lock lock(mutex_);
  while (true) {
    for (auto& queue : lanes_) {
      if (queue.empty()) continue;
      Task* const task = queue.front();
      queue.pop_front();
      return task;
    }
    if (is_stopping_) return nullptr;
    changed_.wait(mutex_);
  }
}

void Pool::work() {
  let_others_go_first();
  while (Task* const task = next()) task->run();
}

}  // namespace claviger::net
