#pragma once

#include <cstdint>
#include <span>

namespace claviger {

/// A source of unpredictable bytes, passed in wherever one is needed.
class Random {
 public:
  virtual ~Random() = default;
  /// Fills `out` with random bytes. A source that cannot is a broken machine: it ends the process.
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

}  // namespace claviger
