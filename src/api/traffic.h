#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "base/counter.h"
#include "base/mutex.h"
#include "base/time.h"

namespace claviger::api {

/// How many tokens this node has issued and checked, and its last day of that by minutes.
class Traffic {
 public:
  enum class Kind : std::uint8_t { issued, accepted, malformed, expired, unknown, revoked };
  static constexpr std::size_t kinds = 6;
  static constexpr std::size_t minutes_max = 24 * 60;

  /// Costs nanoseconds, takes no lock.
  void count(Kind kind) noexcept { totals_[static_cast<std::size_t>(kind)].add(); }
  /// Since the start.
  std::int64_t total(Kind kind) const { return totals_[static_cast<std::size_t>(kind)].value(); }
  /// Writes what was counted since the last call down to the minute of `now`. To be called several
  /// times a minute.
  void sample(Instant now);

  struct Series {
    Instant from;                                         // the beginning of its first minute
    std::array<std::vector<std::int64_t>, kinds> counts;  // by Kind, a number for each minute
    const std::vector<std::int64_t>& of(Kind kind) const {
      return counts[static_cast<std::size_t>(kind)];
    }
  };
  /// The last day, or since the start; its last minute is not over yet.
  Series series(Instant now);

 private:
  using Counts = std::array<std::int64_t, kinds>;
  void sample_locked(Instant now) REQUIRES(mutex_);

  std::array<Counter, kinds> totals_{};
  Mutex mutex_;
  Counts seen_ GUARDED_BY(mutex_){};            // what the minutes tell of
  std::int64_t newest_ GUARDED_BY(mutex_) = 0;  // the last minute's number since 1970
  std::deque<Counts> minutes_ GUARDED_BY(mutex_);
};

}  // namespace claviger::api
