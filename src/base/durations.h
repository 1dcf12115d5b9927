#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace claviger {

/// How long things took, since the process began: how many took at most so long. Takes no lock.
class Durations {
 public:
  using Clock = std::chrono::steady_clock;
  /// The upper bounds of the buckets, in seconds; one bucket more has what took longer.
  static constexpr std::array bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                     0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0};

  void add(std::chrono::nanoseconds took) noexcept {
    const double seconds = std::chrono::duration<double>(took).count();
    const auto bucket = std::ranges::lower_bound(bounds, seconds) - bounds.begin();
    counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    nanoseconds_.fetch_add(took.count(), std::memory_order_relaxed);
  }
  void add_since(Clock::time_point since) noexcept { add(Clock::now() - since); }

  /// How many are in each bucket, not in those before it.
  std::array<std::uint64_t, bounds.size() + 1> counts() const noexcept {
    std::array<std::uint64_t, bounds.size() + 1> counts{};
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts[i] = counts_[i].load(std::memory_order_relaxed);
    return counts;
  }
  /// The sum of all, in seconds.
  double seconds() const noexcept {
    const std::chrono::nanoseconds sum(nanoseconds_.load(std::memory_order_relaxed));
    return std::chrono::duration<double>(sum).count();
  }

 private:
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> counts_{};
  std::atomic<std::int64_t> nanoseconds_{0};
};

}  // namespace claviger
