#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

#include "base/random.h"

namespace claviger::simulation {

/// All chance of a schedule: the same seed rolls the same.
class Dice final : public Random {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  /// From `least` to `most`, both included.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    const auto values = static_cast<std::uint64_t>(most - least) + 1;
    return least + static_cast<std::int64_t>(engine_() % values);
  }
  bool one_in(std::int64_t n) { return between(1, n) == 1; }
  /// An index into something that is not empty.
  std::size_t pick(std::size_t size) { return static_cast<std::size_t>(engine_() % size); }

  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace claviger::simulation
