#pragma once

#include <optional>

#include "base/counter.h"
#include "base/error.h"
#include "base/result.h"
#include "http/request.h"
#include "limit/attempt_limiter.h"

namespace claviger::api {

/// Counts failed attempts by address and by name (LIM-1, LIM-2), and turns one too many into a 429.
class Attempts {
 public:
  explicit Attempts(AttemptLimiter& limiter) : limiter_(limiter) {}

  /// Before anything is checked. Only for what could be guessed, the master password: there a right
  /// attempt must not be told from a wrong one while the address is blocked.
  Status check_before(const http::Address& address);

  /// A failed attempt: what to refuse it with, the error itself or too_many_attempts. Right
  /// credentials never come here, so nobody is locked out by others' failures. `name` is what was
  /// tried, with whose it is; empty: no name.
  Error failed(Error error, const http::Address& address, std::string_view name);

  /// Since the start.
  struct Counts {
    Counter failed;   // attempts with wrong credentials
    Counter refused;  // requests that were answered with 429
  };
  const Counts& counts() const { return counts_; }

 private:
  std::uint64_t address_key(const http::Address& address) const;
  AttemptLimiter& limiter_;
  Counts counts_;
};

}  // namespace claviger::api
