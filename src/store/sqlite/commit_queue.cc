#include "store/sqlite/commit_queue.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>

#include "store/sqlite/checkpointer.h"

namespace claviger::sqlite {
namespace {

constexpr std::size_t batch_max = 256;

bool is_storage_failure(const Status& status) {
  return !status && status.error().code == Code::storage_unavailable;
}

/// One waiter's write. Undoes it alone if it fails.
Status run_in_savepoint(Connection& db, const CommitQueue::Work& work) {
  TRY_STATUS(db.execute(Query::savepoint));
  auto outcome = work(db);
  if (is_storage_failure(outcome)) return outcome;
  if (!outcome) TRY_STATUS(db.execute(Query::rollback_to_savepoint));
  TRY_STATUS(db.execute(Query::release_savepoint));
  return outcome;
}

/// Whether a commit that failed like this surely left nothing in the log.
bool is_known_undone(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_CONSTRAINT:
    case SQLITE_NOMEM:
      return true;
    // The frame that makes a transaction valid is its last: if a write failed, it is not there.
    case SQLITE_IOERR:
      return code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_NOMEM;
    default:
      return false;
  }
}

}  // namespace

Status CommitQueue::run(const Work& work) {
  Waiter self(work);
  if (const auto batch = wait_for_turn(self); !batch.empty()) {
    commit(batch);
    leave(self, batch);
  }
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
  auto status = refusal();
  if (status) {
    auto db = writers_.take();
    status = write_all(*db, batch);
    if (!status && db->in_transaction()) (void)db->execute(Query::rollback);
    if (status && checkpointer_) checkpointer_->after_commit(*db);
  }
  if (status) return;
  log_.write(LogLevel::error, "storage_write_failed",
             {{"cause", status.error().cause}, {"writes", batch.size()}});
  for (auto* waiter : batch) waiter->outcome = status;
}

Status CommitQueue::write_all(Connection& db, std::span<Waiter* const> batch) {
  TRY_STATUS(db.execute(Query::begin_write));
  for (auto* waiter : batch) {
    waiter->outcome = run_in_savepoint(db, waiter->work);
    if (is_storage_failure(waiter->outcome)) return waiter->outcome;
  }
  return commit_transaction(db);
}

Status CommitQueue::commit_transaction(Connection& db) {
  auto committed = db.execute(Query::commit);
  if (committed) {
    commits_.fetch_add(1, std::memory_order_release);
    return {};
  }
  if (!is_known_undone(db.error_code())) refuse_writes(committed.error().cause);
  return fail(std::move(committed).error());
}

std::size_t CommitQueue::size() {
  Lock lock(mutex_);
  return line_.size();
}

void CommitQueue::refuse_writes(const std::string& cause) {
  {
    Lock lock(mutex_);
    if (refusing_) return;
    refusing_ = true;
  }
  log_.write(LogLevel::error, "storage_refuses_writes",
             {{"cause", cause}, {"remedy", "restart the server"}});
}

Status CommitQueue::refusal() {
  Lock lock(mutex_);
  if (!refusing_) return {};
  return fail(Code::storage_unavailable, "The database accepts no changes until a restart.",
              "an earlier sync failed");
}

}  // namespace claviger::sqlite
