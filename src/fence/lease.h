#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/mutex.h"

namespace claviger {

/// A clock for intervals: it is never set, and goes on while the machine sleeps (CLOCK_BOOTTIME).
class IntervalClock {
 public:
  using Time = std::chrono::nanoseconds;  // since some moment, and more than 0
  IntervalClock() = default;
  IntervalClock(const IntervalClock&) = delete;
  IntervalClock& operator=(const IntervalClock&) = delete;
  virtual ~IntervalClock() = default;
  virtual Time now() const noexcept;
};

/// Until when this node may answer checks from memory. It is known to this node alone; the others
/// wait for it to run out (docs/decisions/0081).
class Lease {
 public:
  explicit Lease(const IntervalClock& clock) : clock_(clock) {}

  /// Reads the clock anew: never with a time from before the request arrived, and always before
  /// what is looked up. What the view did before the lease was granted is seen by who finds it
  /// valid.
  bool is_valid() const noexcept {
    const auto deadline = deadline_.load(std::memory_order_acquire);
    return clock_.now().count() < deadline;
  }
  /// Waits for it to be valid, for at most that long; whether it is.
  bool wait_until_valid(std::chrono::milliseconds at_most);

  /// Never makes it shorter.
  void grant(IntervalClock::Time until);
  void end();
  /// How much is left; 0 if it has run out.
  std::chrono::nanoseconds remaining() const noexcept;

 private:
  const IntervalClock& clock_;
  alignas(64) std::atomic<std::int64_t> deadline_{0};
  Mutex mutex_;
  Condition granted_;
};

}  // namespace claviger
