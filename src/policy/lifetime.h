#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "policy/policy.h"

namespace claviger {

/// The lifetime of a new token. Errors: unacceptable_field ("expires_in") outside [60, maximum].
Result<std::chrono::seconds> choose_lifetime(const Policy& policy,
                                             std::optional<std::int64_t> expires_in_s);

/// When an old credential ends after a rotation; nullopt: at once. Errors: unacceptable_field
/// ("grace_period_seconds") outside 0…604800.
Result<std::optional<Instant>> end_of_grace(std::chrono::seconds grace, Instant now);

}  // namespace claviger
