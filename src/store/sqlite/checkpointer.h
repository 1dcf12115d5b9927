#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "observe/log.h"
#include "store/sqlite/connection.h"

namespace claviger::sqlite {

/// Copies the write-ahead log back into the database file, so that it does not grow for ever. The
/// copying is done by a thread of its own, beside the writers; only when the log has become long
/// does the writer itself finish the copying, so that the next write starts the log anew.
class Checkpointer {
 public:
  /// `db` is the thread's own connection. `sync_failed` is told if the file could not be synced.
  Checkpointer(std::unique_ptr<Connection> db, Log& log,
               std::function<void(std::string cause)> sync_failed);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// To be called once, with the connection that will write, before the first write.
  void watch(Connection& writer);
  /// To be called by the writer after a commit, outside of a transaction.
  void after_commit(Connection& writer);

 private:
  enum class Mode { beside_writers, restart_log };
  void work();
  bool wait_for_work();
  void checkpoint(Connection& db, Mode mode);

  std::unique_ptr<Connection> db_;
  Log& log_;
  std::function<void(std::string)> sync_failed_;
  // The writer's, in pages of the log:
  int log_pages_ = 0;  // its length, as SQLite says on each commit
  int restart_at_;     // when to restart it
  int next_at_;        // when to wake the thread
  int warn_at_;        // when to say that it cannot be restarted

  Mutex mutex_;
  Condition woken_;
  bool wanted_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace claviger::sqlite
