#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "audit/checkpoint.h"
#include "base/mutex.h"
#include "service/services.h"

namespace claviger {

/// What goes on in the background: when credentials were last used is written down; tokens past
/// their expiry and retention go, and rows of the audit trail past theirs, in small batches with
/// pauses, so that no caller notices; and checkpoints tell outside how far the trail has come.
class Housekeeping {
 public:
  struct Options {
    std::chrono::seconds retention;  // how long a row outlives its token
    std::chrono::milliseconds interval{20'000};
    std::chrono::seconds audit_retention{0};  // how long an audit row is kept; 0: for ever
    /// Given a checkpoint of the audit trail each interval in which rows came, and at the end;
    /// false: it could not be put where it belongs, so the next interval brings another.
    std::function<bool(const AuditCheckpoint&)> publish{};
    std::function<void()> each_interval{};  // what else is to be done then; does not wait
  };
  Housekeeping(Services& services, const Options& options);
  ~Housekeeping();  // writes down the last uses, and publishes a checkpoint, a final time
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

 private:
  void run();
  void save_last_used();
  bool prune_some();
  bool prune_audit_some();
  void publish_checkpoint();

  Services& services_;
  const Options options_;
  std::int64_t published_ = 0;  // the row that the last checkpoint tells of
  Mutex mutex_;
  Condition wake_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace claviger
