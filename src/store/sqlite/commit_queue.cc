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
    leave(batch);
  }
  return std::move(self.outcome);
}

std::vector<CommitQueue::Waiter*> CommitQueue::wait_for_turn(Waiter& self) {
  Lock lock(mutex_);
  line_.push_back(&self);
  while (!self.done && line_.front() != &self) self.woken.wait(mutex_);
  if (self.done) return {};
  const auto size = std::min(line_.size(), batch_max);
  return {line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(size)};
}

void CommitQueue::leave(std::span<Waiter* const> batch) {
  Lock lock(mutex_);
  line_.erase(line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(batch.size()));
  // Woken under the mutex: a waiter that saw `done` may go, and its condition with it.
  for (auto* waiter : batch) {
    waiter->done = true;
    waiter->woken.notify_one();
  }
  if (!line_.empty()) line_.front()->woken.notify_one();
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
