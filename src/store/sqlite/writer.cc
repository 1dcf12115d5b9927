#include "store/sqlite/writer.h"

#include <sqlite3.h>

#include <utility>

namespace claviger::sqlite {
namespace {

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

/// An engine's pools hold connections of that engine alone.
Connection& sqlite_connection(sql::Connection& db) {
  return static_cast<Connection&>(db);
}

}  // namespace

void Writer::checkpoint_by(std::unique_ptr<Connection> db) {
  checkpointer_.emplace(std::move(db), log_,
                        [this](const std::string& cause) { refuse_writes(cause); });
  checkpointer_->watch(sqlite_connection(*connections_.take()));
}

Status Writer::transaction(const Work& body, std::size_t writes) {
  auto status = refusal();
  if (status) {
    auto lease = connections_.take();
    auto& db = sqlite_connection(*lease);
    status = write(db, body);
    if (!status && db.in_transaction()) (void)db.execute(Query::rollback);
    if (status && checkpointer_) checkpointer_->after_commit(db);
  }
  if (!status)
    log_.write(LogLevel::error, "storage_write_failed",
               {{"cause", status.error().cause}, {"writes", writes}});
  return status;
}

Status Writer::write(Connection& db, const Work& body) {
  TRY_STATUS(db.execute(Query::begin_write));
  TRY_STATUS(body(db));
  auto committed = db.execute(Query::commit);
  if (committed) {
    commits_.fetch_add(1, std::memory_order_release);
    return {};
  }
  if (!is_known_undone(db.error_code())) refuse_writes(committed.error().cause);
  return fail(std::move(committed).error());
}

void Writer::refuse_writes(const std::string& cause) {
  if (refusing_.exchange(true)) return;
  log_.write(LogLevel::error, "storage_refuses_writes",
             {{"cause", cause}, {"remedy", "restart the server"}});
}

Status Writer::refusal() {
  if (!refusing_.load()) return {};
  return fail(Code::storage_unavailable, "The database accepts no changes until a restart.",
              "an earlier sync failed");
}

}  // namespace claviger::sqlite
