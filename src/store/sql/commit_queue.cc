#include "store/sql/commit_queue.h"

#include <algorithm>

namespace claviger::sql {
namespace {

constexpr std::size_t batch_max = 256;

bool is_storage_failure(const Status& status) {
  return !status && status.error().code == Code::storage_unavailable;
}

/// One waiter's write. Undoes it alone if it fails.
Status run_in_savepoint(Connection& db, const CommitQueue::Work& work) {
  TRY_STATUS(db.execute_later(Query::savepoint));
  auto outcome = work(db);
  if (is_storage_failure(outcome)) return outcome;
  if (!outcome) TRY_STATUS(db.execute_later(Query::rollback_to_savepoint));
  TRY_STATUS(db.execute_later(Query::release_savepoint));
  return outcome;
}

}  // namespace

Status CommitQueue::run(const Work& work) {
  const auto since = Durations::Clock::now();
  Waiter self(work);
  if (const auto batch = wait_for_turn(self); !batch.empty()) {
    commit(batch);
    leave(self, batch);
  }
  times_.add_since(since);
  return std::move(self.outcome);
}

std::vector<CommitQueue::Waiter*> CommitQueue::wait_for_turn(Waiter& self) {
  bool is_first = false;
  {
    Lock lock(mutex_);
    line_.push_back(&self);
    is_first = line_.front() == &self;
  }
  if (!is_first) self.wakeup.wait();
  if (self.done) return {};
  return batch_in_front();
}

std::vector<CommitQueue::Waiter*> CommitQueue::batch_in_front() {
  Lock lock(mutex_);
  const auto size = std::min(line_.size(), batch_max);
  return {line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(size)};
}

void CommitQueue::leave(const Waiter& self, std::span<Waiter* const> batch) {
  Waiter* next = nullptr;
  {
    Lock lock(mutex_);
    line_.erase(line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(batch.size()));
    if (!line_.empty()) next = line_.front();
  }
  // Outside the mutex, or each would wait for it at once. The next commit goes first. A waiter may
  // be gone as soon as it is woken.
  if (next != nullptr) next->wakeup.wake();
  for (auto* waiter : batch) {
    if (waiter == &self) continue;
    waiter->done = true;
    waiter->wakeup.wake();
  }
}

void CommitQueue::commit(std::span<Waiter* const> batch) {
  const auto write_all = [&](Connection& db) -> Status {
    for (auto* waiter : batch) {
      waiter->outcome = run_in_savepoint(db, waiter->work);
      if (is_storage_failure(waiter->outcome)) return waiter->outcome;
    }
    return {};
  };
  const auto status = transaction(write_all, batch.size());
  if (status) return;
  for (auto* waiter : batch) waiter->outcome = status;
}

std::size_t CommitQueue::size() {
  Lock lock(mutex_);
  return line_.size();
}

}  // namespace claviger::sql
