#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claviger {

/// A point of wall-clock time, UTC, to the millisecond.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using std::chrono::seconds;

/// Where the time comes from; passed in wherever it is needed.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

/// The machine's wall clock: the only place that reads it.
class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

/// A clock for tests, set by hand.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Instant now) : now_(now) {}
  Instant now() const override { return now_; }
  void advance(std::chrono::milliseconds by) { now_ += by; }

 private:
  Instant now_;
};

/// Seconds since the epoch, rounded down (a JWT NumericDate, RFC 7519 §2).
inline std::int64_t unix_seconds(Instant at) {
  return std::chrono::floor<seconds>(at).time_since_epoch().count();
}
inline std::int64_t unix_milliseconds(Instant at) {
  return at.time_since_epoch().count();
}
inline Instant from_unix_seconds(std::int64_t s) {
  return Instant{seconds{s}};
}
inline Instant from_unix_milliseconds(std::int64_t ms) {
  return Instant{std::chrono::milliseconds{ms}};
}

/// "2026-01-01T00:00:00Z" (RFC 3339 in UTC, whole seconds, rounded down), for the years 0 to 9999.
std::string rfc3339(Instant at);
inline constexpr std::size_t rfc3339_chars = 20;
/// Writes that text to `out`, which has room for it.
void rfc3339_write(Instant at, char* out);
/// Reads such a text, with three digits of a second or none; nullopt for anything else.
std::optional<Instant> parse_rfc3339(std::string_view text);
/// "2026-01-01T00:00:00.123Z", for log lines.
std::string rfc3339_ms(Instant at);

}  // namespace claviger
