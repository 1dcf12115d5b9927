#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace claviger {

struct SipKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

/// SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012): without the key,
/// nobody can choose texts that collide.
std::uint64_t siphash(const SipKey& key, ByteView text);

}  // namespace claviger
