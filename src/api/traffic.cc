#include "api/traffic.h"

namespace claviger::api {
namespace {

std::int64_t minute_of(Instant at) {
  return std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count();
}

}  // namespace

void Traffic::sample(Instant now) {
  const Lock lock(mutex_);
  sample_locked(now);
}

void Traffic::sample_locked(Instant now) {
  const auto minute = minute_of(now);
  // A clock that went back goes on in the minute that was reached; one that leapt begins anew.
  const auto leap = static_cast<std::int64_t>(minutes_max);
  if (minutes_.empty() || minute - newest_ >= leap || newest_ - minute >= leap) {
    minutes_.assign(1, {});
    newest_ = minute;
  }
  for (; newest_ < minute; ++newest_) minutes_.push_back({});
  while (minutes_.size() > minutes_max) minutes_.pop_front();
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    const auto total = totals_[kind].value();
    minutes_.back()[kind] += total - seen_[kind];
    seen_[kind] = total;
  }
}

Traffic::Series Traffic::series(Instant now) {
  const Lock lock(mutex_);
  sample_locked(now);
  const auto count = static_cast<std::int64_t>(minutes_.size());
  Series series{.from = Instant{std::chrono::minutes(newest_ - count + 1)}, .counts = {}};
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    series.counts[kind].reserve(minutes_.size());
    for (const auto& minute : minutes_) series.counts[kind].push_back(minute[kind]);
  }
  return series;
}

}  // namespace claviger::api
