// The protocol, its guarantee and why each step is as it is: docs/decisions/0081. Its model:
// tests/model/fence.pml.
#include "fence/member.h"

#include <algorithm>
#include <utility>

namespace claviger {
namespace {

using std::chrono::milliseconds;

/// A node's clock may run so much faster or slower than another's: an eighth.
constexpr int drift_parts = 8;
constexpr milliseconds poll_interval{50};
constexpr milliseconds progress_interval{2};
constexpr milliseconds retry_interval{100};

}  // namespace

FenceMember::FenceMember(Parts parts) : parts_(std::move(parts)) {}

FenceMember::~FenceMember() {
  stop();
}

void FenceMember::start() {
  thread_ = std::thread([this] { run(); });
}

void FenceMember::stop() {
  if (!thread_.joinable()) return;
  is_stopping_ = true;
  parts_.members.wake();
  thread_.join();
  parts_.lease.end();
  if (is_member_) (void)parts_.members.leave(incarnation_);
}

std::chrono::nanoseconds FenceMember::wait() const {
  const std::chrono::nanoseconds lease = parts_.members.lease();
  return lease * (drift_parts + 1) / (drift_parts - 1);
}

void FenceMember::run() {
  auto next_renewal = parts_.clock.now();
  while (!is_stopping_) {
    round(next_renewal);
    const auto left = std::chrono::ceil<milliseconds>(next_renewal - parts_.clock.now());
    parts_.members.await_change(std::clamp(left, milliseconds{0}, poll_interval));
  }
}

void FenceMember::round(IntervalClock::Time& next_renewal) {
  const auto begun = parts_.clock.now();
  Status done;
  if (begun >= next_renewal) {
    done = renew();
    const milliseconds interval = parts_.members.lease() / 4;
    next_renewal = begun + (done ? interval : std::min(interval, retry_interval));
    if (done) tell_keys();
    if (done) done = remove_silent();
  } else {
    done = catch_up();
  }
  if (!done) counts_.failed_rounds.add();
  if (!done == is_failing_) return;
  is_failing_ = !done;
  if (is_failing_)
    parts_.log.write(LogLevel::warning, "lease_not_renewed", {{"cause", done.error().cause}});
  else
    parts_.log.write(LogLevel::info, "lease_renewed");
}

/// A start of a process joins under a name of its own: a row that an earlier one has left says
/// nothing about this one.
Status FenceMember::join() {
  parts_.random.fill(incarnation_);
  TRY_STATUS(parts_.members.join(incarnation_, parts_.label));
  is_member_ = true;
  keys_told_ = 0;
  acknowledged_ = {.number = -1};
  return {};
}

Status FenceMember::renew() {
  if (!is_member_) TRY_STATUS(join());
  // The lease counts from before the request was sent: whatever is committed later finds it in
  // place, or over.
  const auto sent = parts_.clock.now();
  const auto page = TRY(parts_.members.renew(incarnation_, parts_.view.position()));
  counts_.renewals.add(parts_.clock.now() - sent);
  if (!page) {  // removed: the next round joins anew
    is_member_ = false;
    return fail(Code::storage_unavailable, "The lease was taken for lost.",
                "this node was removed by another");
  }
  TRY_STATUS(parts_.view.advance(*page));  // first: the view must know what the lease rests on
  parts_.lease.grant(sent + parts_.members.lease());
  return apply({.newest = parts_.view.position(), .complete = true, .entries = {}});
}

/// Not a matter of the lease: what cannot be said now, the next round says.
void FenceMember::tell_keys() {
  if (!parts_.kids) return;
  const auto kids = parts_.kids();
  if (kids.size() == keys_told_) return;
  if (parts_.members.note_keys(incarnation_, kids)) keys_told_ = kids.size();
}

Status FenceMember::catch_up() {
  if (!is_member_) return {};
  const auto page = TRY(parts_.members.poll(parts_.view.position()));
  // Only a renewal may say that this is another log: a deposed server says so, too.
  if (!page.complete) return {};
  return apply(page);
}

Status FenceMember::apply(const LogPage& page) {
  TRY_STATUS(parts_.view.advance(page));
  const auto position = parts_.view.position();
  if (position == acknowledged_) return {};
  TRY_STATUS(parts_.members.acknowledge(incarnation_, position));
  acknowledged_ = position;
  const Lock lock(mutex_);
  told_ = position.number;
  changed_.notify_all();
  return {};
}

Status FenceMember::remove_silent() {
  const auto members = TRY(parts_.members.list());
  const auto now = parts_.clock.now();
  std::map<Uuid, Seen> seen;
  for (const auto& member : members) {
    const auto known = seen_.find(member.incarnation);
    const bool is_same = known != seen_.end() && known->second.renewals == member.renewals;
    const Seen entry{.renewals = member.renewals, .since = is_same ? known->second.since : now};
    if (member.incarnation != incarnation_ && is_same && now - entry.since >= wait()) {
      if (!TRY(parts_.members.remove(member.incarnation, member.renewals))) continue;
      counts_.removed.add();
      parts_.log.write(LogLevel::warning, "node_removed", {{"node", member.label}});
      continue;
    }
    seen.emplace(member.incarnation, entry);
  }
  seen_ = std::move(seen);
  counts_.members = static_cast<std::int64_t>(seen_.size());
  return {};
}

std::optional<bool> FenceMember::stands(const Epoch& epoch, IntervalClock::Time since) {
  // Then every lease that could lack the epoch is over.
  if (parts_.clock.now() - since >= wait()) return true;
  const auto epochs = parts_.members.acknowledged_by_all(epoch.number);
  if (!epochs) return std::nullopt;
  return !epochs->empty() && epochs->front() == epoch;
}

void FenceMember::raise(const Epoch& epoch) {
  Waiter self{.epoch = epoch, .since = parts_.clock.now()};
  parts_.members.wake();
  {
    const Lock lock(mutex_);
    waiting_.push_back(&self);
  }
  while (const auto from = next_question(self)) {
    const auto asked_at = parts_.clock.now();
    take_answer(parts_.members.acknowledged_by_all(*from), asked_at);
  }
}

/// Waits until the epoch stands: nullopt. Or until it is on this thread to ask for all that wait:
/// one question at a time, however many they are, or their questions would keep the database from
/// what they wait for.
std::optional<std::int64_t> FenceMember::next_question(Waiter& self) {
  const Lock lock(mutex_);
  while (!self.is_done) {
    const auto now = parts_.clock.now();
    if (now - self.since >= wait()) {
      counts_.waited_out.add();
      break;
    }
    const auto first = std::ranges::min(waiting_, {}, [](const Waiter* waiter) {
                         return waiter->epoch.number;
                       })->epoch.number;
    // While this node itself has not said that it knows, there is no use in asking of the others.
    const bool is_of_use = told_ >= first || !thread_.joinable();
    if (is_of_use && !is_asking_ && now >= next_question_) {
      is_asking_ = true;
      return first;
    }
    const auto pause = is_asking_ || !is_of_use ? poll_interval : next_question_ - now;
    changed_.wait_for(mutex_, pause);
  }
  std::erase(waiting_, &self);
  return std::nullopt;
}

void FenceMember::take_answer(const Result<std::vector<Epoch>>& answer,
                              IntervalClock::Time asked_at) {
  const Lock lock(mutex_);
  is_asking_ = false;
  const auto now = parts_.clock.now();
  const std::chrono::nanoseconds shortest = answer ? progress_interval : retry_interval;
  next_question_ = now + std::max(shortest, now - asked_at);
  if (answer)
    for (auto* waiter : waiting_)
      waiter->is_done = std::ranges::find(*answer, waiter->epoch) != answer->end();
  changed_.notify_all();
}

}  // namespace claviger
