#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace claviger::bench {

/// Counts durations in buckets that are 1/64 of a power of two wide: 1.6 % exact, without memory
/// that grows.
class Histogram {
 public:
  void add(std::chrono::nanoseconds duration) {
    ++counts_[bucket(static_cast<std::uint64_t>(duration.count() > 0 ? duration.count() : 0))];
    ++total_;
  }
  std::uint64_t total() const { return total_; }
  /// The duration that this share (0 to 1) of all do not exceed; 0 without any.
  std::chrono::nanoseconds percentile(double share) const {
    auto left = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > left) return std::chrono::nanoseconds(upper_end(i));
      left -= counts_[i];
    }
    return {};
  }

 private:
  static constexpr unsigned kFine = 6;  // bits
  static std::size_t bucket(std::uint64_t ns) {
    const unsigned width = std::bit_width(ns);
    if (width <= kFine + 1) return ns;
    const unsigned shift = width - kFine - 1;
    return (shift << kFine) + (ns >> shift);
  }
  static std::int64_t upper_end(std::size_t bucket) {
    if (bucket < (2U << kFine)) return static_cast<std::int64_t>(bucket);
    const auto shift = (bucket >> kFine) - 1;
    const auto fine = (bucket & ((1U << kFine) - 1)) + (1U << kFine) + 1;
    return static_cast<std::int64_t>((fine << shift) - 1);
  }
  std::array<std::uint64_t, (64 - kFine) << kFine> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace claviger::bench
