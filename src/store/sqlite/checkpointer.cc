#include "store/sqlite/checkpointer.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "base/thread_priority.h"

namespace claviger::sqlite {
namespace {

constexpr int copy_pages = 1'000;     // 4 MiB
constexpr int restart_pages = 8'000;  // 32 MiB
constexpr int warn_pages = 65'536;    // 256 MiB

int on_commit(void* log_pages, sqlite3*, const char*, int pages) {
  *static_cast<int*>(log_pages) = pages;
  return SQLITE_OK;
}

}  // namespace

Checkpointer::Checkpointer(std::unique_ptr<Connection> db, Log& log,
                           std::function<void(std::string)> sync_failed)
    : db_(std::move(db)),
      log_(log),
      sync_failed_(std::move(sync_failed)),
      restart_at_(restart_pages),
      next_at_(copy_pages),
      warn_at_(warn_pages),
      thread_([this] { work(); }) {}

Checkpointer::~Checkpointer() {
  {
    Lock lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void Checkpointer::watch(Connection& writer) {
  // Takes the place of SQLite's own automatic checkpoint, which would stall a writer's commit.
  sqlite3_wal_hook(writer.handle(), on_commit, &log_pages_);
}

void Checkpointer::after_commit(Connection& writer) {
  if (log_pages_ < copy_pages) {  // the log was restarted
    next_at_ = copy_pages;
    restart_at_ = restart_pages;
    warn_at_ = warn_pages;
    return;
  }
  if (log_pages_ >= restart_at_) {
    // A reader may still need the log's old pages: then try again when it has grown further.
    writer.set_busy_timeout(std::chrono::milliseconds{0});
    checkpoint(writer, Mode::restart_log);
    writer.set_busy_timeout(busy_timeout);
    restart_at_ = log_pages_ + copy_pages;
  }
  if (log_pages_ >= warn_at_) {
    warn_at_ = 2 * log_pages_;
    log_.write(LogLevel::warning, "sqlite_log_is_long",
               {{"pages", log_pages_}, {"cause", "a reader holds an old snapshot"}});
  }
  if (log_pages_ < next_at_) return;
  next_at_ = log_pages_ + copy_pages;
  {
    Lock lock(mutex_);
    wanted_ = true;
  }
  woken_.notify_one();
}

void Checkpointer::work() {
  let_others_go_first();
  while (wait_for_work()) checkpoint(*db_, Mode::beside_writers);
}

bool Checkpointer::wait_for_work() {
  Lock lock(mutex_);
  while (!wanted_ && !stopping_) woken_.wait(mutex_);
  wanted_ = false;
  return !stopping_;
}

void Checkpointer::checkpoint(Connection& db, Mode mode) {
  const int how = mode == Mode::restart_log ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
  const int code = sqlite3_wal_checkpoint_v2(db.handle(), "main", how, nullptr, nullptr);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return;
  auto cause = fmt::format("sqlite error {}: {}", code, sqlite3_errmsg(db.handle()));
  log_.write(LogLevel::error, "sqlite_checkpoint_failed", {{"cause", cause}});
  // The kernel forgets unwritten pages after a failed sync: the next one would succeed wrongly.
  if (code == SQLITE_IOERR_FSYNC) sync_failed_(std::move(cause));
}

}  // namespace claviger::sqlite
