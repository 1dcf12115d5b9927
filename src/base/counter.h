#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

namespace claviger {

/// Counts what happens, since the process began. Counting costs nanoseconds and takes no lock:
/// threads count in different places, lest they take turns at one cache line.
class Counter {
 public:
  void add() noexcept {
    const auto thread = std::hash<std::thread::id>{}(std::this_thread::get_id());
    slots_[thread % slots_.size()].count.fetch_add(1, std::memory_order_relaxed);
  }
  std::int64_t value() const noexcept {
    std::int64_t sum = 0;
    for (const auto& slot : slots_) sum += slot.count.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  struct alignas(64) Slot {
    std::atomic<std::int64_t> count{0};
  };
  std::array<Slot, 16> slots_{};
};

}  // namespace claviger
