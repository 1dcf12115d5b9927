// A bucket is one number: the time at which it will be full again. Each attempt moves that time on
// by the time one attempt takes to refill (GCRA), so a bucket that is not in the table and one that
// is full are the same, and nothing has to be refilled.
//
// The table has a fixed number of slots, in sets of eight. A key belongs to one set, chosen by its
// keyed hash. When a set has no free slot, the bucket that is soonest full again goes. A key that
// is blocked owes a whole minute; to push it out, a flood must bring eight other keys of its set to
// owe as much, and since it can't choose the set, bring nearly all slots there within that minute:
// 60 attempts times 262,144 slots, some 15 million failed attempts a minute, each of which needs a
// connection or a name of its own. Keys that fail once or twice only push out each other.
#include "limit/attempt_limiter.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>
#include <span>

#include "base/limits.h"
#include "base/mutex.h"

namespace claviger {
namespace {

using Microseconds = std::chrono::microseconds;

constexpr std::size_t ways = 8;  // 128 bytes, two cache lines
constexpr std::size_t sets = limits::attempt_slots / ways;
constexpr std::size_t stripes = 64;
constexpr Microseconds window = std::chrono::minutes{1};

struct Slot {
  std::uint64_t key;
  std::int64_t full_at_us;  // not after now: the bucket is full, the slot is free
};
using Set = std::array<Slot, ways>;
static_assert(sets % stripes == 0);
static_assert(sets * sizeof(Set) < 32 * MiB);

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

Microseconds per_attempt(const AttemptLimiter::Options& options) {
  return window / options.attempts_per_minute;
}

}  // namespace

/// The table. A stripe of sets shares a lock.
struct AttemptLimiter::Slots {
  struct Stripe {
    Mutex mutex;
    std::span<Set> sets GUARDED_BY(mutex);
  };

  Slots() : memory(static_cast<Set*>(std::calloc(sets, sizeof(Set)))) {
    if (!memory) throw std::bad_alloc();
    constexpr std::size_t each = sets / stripes;
    for (std::size_t i = 0; i < stripes; ++i) {
      const Lock lock(all[i].mutex);
      all[i].sets = std::span(memory.get() + i * each, each);
    }
  }
  Stripe& stripe_of(std::uint64_t key) { return all[key % stripes]; }

  std::unique_ptr<Set[], Free> memory;  // zero pages, which cost nothing until they are written
  std::array<Stripe, stripes> all;
};

namespace {

/// The slot of the key, or the one that it may take.
Slot& slot_for(Set& set, std::uint64_t key) {
  const auto own = std::ranges::find(set, key, &Slot::key);
  return own != set.end() ? *own : *std::ranges::min_element(set, {}, &Slot::full_at_us);
}

std::size_t set_index(std::uint64_t key) {
  return key / stripes % (sets / stripes);
}

}  // namespace

AttemptLimiter::AttemptLimiter(const Options& options, Random& random) : options_(options) {
  random.fill({reinterpret_cast<std::uint8_t*>(seeds_.data()), sizeof seeds_});
  if (options_.attempts_per_minute > 0) slots_ = std::make_unique<Slots>();
}

AttemptLimiter::~AttemptLimiter() = default;

std::uint64_t AttemptLimiter::key(Kind kind, ByteView what) const {
  return siphash(seeds_[static_cast<std::size_t>(kind)], what);
}

std::optional<std::chrono::seconds> AttemptLimiter::blocked(std::uint64_t key, Time now) const {
  if (!slots_) return std::nullopt;
  auto& stripe = slots_->stripe_of(key);
  Microseconds full_at{};
  {
    const Lock lock(stripe.mutex);
    const Slot& slot = slot_for(stripe.sets[set_index(key)], key);
    if (slot.key != key) return std::nullopt;
    full_at = Microseconds{slot.full_at_us};
  }
  // An attempt may be taken if the bucket is at most a window from full afterwards.
  const auto per = per_attempt(options_);
  const auto wait = full_at + per - options_.attempts_per_minute * per - now;
  if (wait <= Microseconds::zero()) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(wait);
}

void AttemptLimiter::failed(std::uint64_t key, Time now) {
  if (!slots_) return;
  const auto per = per_attempt(options_);
  const Microseconds empty_at = now + options_.attempts_per_minute * per;
  auto& stripe = slots_->stripe_of(key);
  const Lock lock(stripe.mutex);
  Slot& slot = slot_for(stripe.sets[set_index(key)], key);
  const Microseconds full_at{slot.key == key ? slot.full_at_us : 0};
  slot.key = key;
  slot.full_at_us = std::min(std::max<Microseconds>(full_at, now) + per, empty_at).count();
}

}  // namespace claviger
