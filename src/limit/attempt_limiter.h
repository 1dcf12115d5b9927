#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/random.h"
#include "limit/siphash.h"

namespace claviger {

/// Counts failed attempts per key (an address, a name) in bounded memory: a token bucket a key that
/// holds `attempts_per_minute` and refills evenly. Only failures take from a bucket (LIM-1, LIM-2).
/// Time is passed in, as time since any fixed point of a steady clock. Safe for all threads.
class AttemptLimiter {
 public:
  using Time = std::chrono::milliseconds;
  struct Options {
    std::uint32_t attempts_per_minute = 60;  // 0: no limit
  };
  AttemptLimiter(const Options& options, Random& random);
  ~AttemptLimiter();

  enum class Kind : std::uint8_t { address, name };
  /// A key: a keyed hash of what it is for, so that collisions cannot be aimed at somebody.
  std::uint64_t key(Kind kind, ByteView what) const;

  /// Whole seconds until the key may try again; nullopt: it may now.
  std::optional<std::chrono::seconds> blocked(std::uint64_t key, Time now) const;
  /// Takes one attempt from the key's bucket.
  void failed(std::uint64_t key, Time now);

 private:
  struct Slots;
  Options options_;
  std::array<SipKey, 2> seeds_;  // one for each kind
  std::unique_ptr<Slots> slots_;
};

}  // namespace claviger
