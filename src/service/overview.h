#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "service/services.h"

namespace claviger {

inline constexpr std::chrono::days stale_after{90};
inline constexpr std::size_t expiring_days = 7;

/// What takes the database a while to count; it is counted anew every few minutes at most.
struct SlowCounts {
  struct Day {
    Instant begins;
    std::int64_t tokens = 0;  // that expire on it, revoked ones included
  };
  std::array<Day, expiring_days> expiring{};  // today, as far as it is still to come, and on
  StaleCounts stale{};
  std::optional<std::int64_t> tokens_live{};  // nullopt: too many even for that
};

/// How much there is. Live tokens are counted at once where they are few, else with what is slow.
struct Overview {
  std::int64_t clients = 0;
  std::int64_t users = 0;
  std::optional<std::int64_t> tokens_live{};
  SlowCounts slow{};
};

/// Makes overviews, and remembers what was slow to count.
class OverviewMaker {
 public:
  static constexpr std::chrono::minutes remembered_for{5};

  Result<Overview> make(Services& services);

 private:
  Result<SlowCounts> count(Services& services, Instant now);

  Mutex mutex_;
  Instant counted_at_ GUARDED_BY(mutex_){};
  std::optional<SlowCounts> counts_ GUARDED_BY(mutex_);
};

}  // namespace claviger
