#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "base/mutex.h"
#include "base/random.h"
#include "base/secret.h"

namespace claviger::net {

/// What one session ticket is sealed with.
struct TicketKey {
  using Name = std::array<std::uint8_t, 16>;
  Name name{};  // stands in the ticket, so that the key is found again
  std::array<std::uint8_t, 32> cipher{};
  std::array<std::uint8_t, 32> mac{};
  ~TicketKey() {
    wipe(cipher.data(), cipher.size());
    wipe(mac.data(), mac.size());
  }
};

/// The keys that session tickets are sealed with (RFC 5077 §4): one that seals, and the one before
/// it, which still opens. They change each `limits::tls_ticket_period` and are never stored: who
/// gets hold of one reads no more than the resumed TLS 1.2 sessions of two periods. All loops and,
/// after a reload, all certificates share them. Time is that of a steady clock. Safe for all
/// threads.
class TicketKeys {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit TicketKeys(Random& random) : random_(random) {}

  /// The key to seal with.
  TicketKey sealing(Time now);
  /// The key of that name; nullopt if it is gone, and then there is a whole handshake.
  std::optional<TicketKey> opening(std::span<const std::uint8_t> name, Time now);

 private:
  void renew(Time now) REQUIRES(mutex_);

  Random& random_;
  Mutex mutex_;
  std::array<std::optional<TicketKey>, 2> keys_ GUARDED_BY(mutex_);  // the newer one first
  Time made_ GUARDED_BY(mutex_){};                                   // the newer one
};

}  // namespace claviger::net
