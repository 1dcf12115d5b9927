#include "policy/lifetime.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace claviger {

Result<std::chrono::seconds> choose_lifetime(const Policy& policy,
                                             std::optional<std::int64_t> expires_in_s) {
  if (!expires_in_s) return policy.token_lifetime;
  const auto least = limits::token_lifetime_min.count();
  const auto most = policy.token_lifetime_max.count();
  if (*expires_in_s < least || *expires_in_s > most)
    return fail(unacceptable("expires_in", fmt::format("must be {} to {} seconds", least, most)));
  return std::chrono::seconds(*expires_in_s);
}

Result<std::optional<Instant>> end_of_grace(std::chrono::seconds grace, Instant now) {
  if (grace.count() < 0 || grace > limits::grace_period_max)
    return fail(unacceptable("grace_period_seconds",
                             fmt::format("must be 0 to {}", limits::grace_period_max.count())));
  if (grace.count() == 0) return std::optional<Instant>{};
  return std::optional<Instant>(now + grace);
}

}  // namespace claviger
