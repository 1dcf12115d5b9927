#include "service/overview.h"

#include <algorithm>

namespace claviger {
namespace {

constexpr std::int64_t counted_at_once = 10'000;    // tokens: some milliseconds
constexpr std::int64_t counted_slowly = 1'000'000;  // tokens: a second or two

Result<SlowCounts> count_now(Store& store, Instant now) {
  SlowCounts counts;
  const Instant today = std::chrono::floor<std::chrono::days>(now);
  for (std::size_t i = 0; i < expiring_days; ++i) {
    const Instant begins = today + std::chrono::days(i);
    const Instant from = std::max(begins, now);
    const auto tokens = TRY(store.count_expiring(from, begins + std::chrono::days(1)));
    counts.expiring[i] = {.begins = begins, .tokens = tokens};
  }
  counts.tokens_live = TRY(store.count_live_tokens(now, counted_slowly));
  counts.stale = TRY(store.count_stale(now - stale_after));
  return counts;
}

}  // namespace

/// Whoever asks while another counts waits for that, and takes what it found.
Result<SlowCounts> OverviewMaker::count(Services& services, Instant now) {
  const Lock lock(mutex_);
  const bool is_fresh = counts_ && now >= counted_at_ && now - counted_at_ < remembered_for;
  if (!is_fresh) {
    counts_ = TRY(count_now(services.store, now));
    counted_at_ = now;
  }
  return *counts_;
}

Result<Overview> OverviewMaker::make(Services& services) {
  const auto now = services.clock.now();
  const auto status = TRY(services.store.status());
  Overview overview{.clients = status.clients, .users = status.users};
  overview.tokens_live = TRY(services.store.count_live_tokens(now, counted_at_once));
  overview.slow = TRY(count(services, now));
  if (!overview.tokens_live) overview.tokens_live = overview.slow.tokens_live;
  return overview;
}

}  // namespace claviger
