#include "fence/lease.h"

#include <time.h>

#include <algorithm>

namespace claviger {

IntervalClock::Time IntervalClock::now() const noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

bool Lease::wait_until_valid(std::chrono::milliseconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  const Lock lock(mutex_);
  while (!is_valid())
    if (granted_.wait_until(mutex_, until) == std::cv_status::timeout) return is_valid();
  return true;
}

void Lease::grant(IntervalClock::Time until) {
  {
    const Lock lock(mutex_);
    deadline_.store(std::max(deadline_.load(), until.count()), std::memory_order_release);
  }
  granted_.notify_all();
}

void Lease::end() {
  const Lock lock(mutex_);
  deadline_.store(0, std::memory_order_release);
}

std::chrono::nanoseconds Lease::remaining() const noexcept {
  const auto left = deadline_.load(std::memory_order_acquire) - clock_.now().count();
  return std::chrono::nanoseconds(std::max<std::int64_t>(left, 0));
}

}  // namespace claviger
