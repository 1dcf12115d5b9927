#pragma once

#include "base/random.h"

namespace claviger {

/// The system's generator (OpenSSL's DRBG, seeded by the kernel). Safe for all threads.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace claviger
