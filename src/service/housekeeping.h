#pragma once

#include <chrono>
#include <thread>

#include "base/mutex.h"
#include "service/services.h"

namespace claviger {

/// What goes on in the background: when credentials were last used is written down, and tokens past
/// their expiry and retention go, in small batches with pauses, so that no caller notices.
class Housekeeping {
 public:
  struct Options {
    std::chrono::seconds retention;  // how long a row outlives its token
    std::chrono::milliseconds interval{20'000};
  };
  Housekeeping(Services& services, const Options& options);
  ~Housekeeping();  // writes down the last uses a final time
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

 private:
  void run();
  void save_last_used();
  bool prune_some();

  Services& services_;
  const Options options_;
  Mutex mutex_;
  Condition wake_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace claviger
