#include "service/housekeeping.h"

#include <algorithm>

#include "service/audit.h"

namespace claviger {
namespace {

constexpr std::int64_t kBatch = 500;  // rows a transaction: a few milliseconds
constexpr std::chrono::milliseconds kPause{50};

template <class T>
std::vector<T> take_some(std::vector<T>& from) {
  const auto count = std::min<std::size_t>(from.size(), kBatch);
  std::vector<T> taken(from.end() - static_cast<std::ptrdiff_t>(count), from.end());
  from.resize(from.size() - count);
  return taken;
}

}  // namespace

Housekeeping::Housekeeping(Services& services, const Options& options)
    : services_(services), options_(options), thread_([this] { run(); }) {}

Housekeeping::~Housekeeping() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  save_last_used();
  publish_checkpoint();
}

void Housekeeping::run() {
  bool more = false;
  for (;;) {
    {
      const Lock lock(mutex_);
      const auto until = std::chrono::steady_clock::now() + (more ? kPause : options_.interval);
      while (!stopping_ && wake_.wait_until(mutex_, until) != std::cv_status::timeout) {
      }
      if (stopping_) return;
    }
    if (!more) {
      if (options_.each_interval) options_.each_interval();
      save_last_used();
      publish_checkpoint();
    }
    const bool more_tokens = prune_some();
    more = prune_audit_some() || more_tokens;
  }
}

void Housekeeping::save_last_used() {
  auto batch = services_.usage.take();
  LastUsed all{.tokens = services_.view.take_last_used(),
               .users = {batch.users.begin(), batch.users.end()},
               .clients = {batch.clients.begin(), batch.clients.end()}};
  while (!all.tokens.empty() || !all.users.empty() || !all.clients.empty()) {
    const LastUsed some{take_some(all.tokens), take_some(all.users), take_some(all.clients)};
    // If storage is unavailable these uses stay unknown: they are not worth holding memory for.
    if (!services_.store.record_last_used(some)) return;
  }
}

bool Housekeeping::prune_some() {
  const auto before = services_.clock.now() - options_.retention;
  const auto pruned = services_.store.prune(before, kBatch);
  return pruned && *pruned == kBatch;
}

bool Housekeeping::prune_audit_some() {
  if (options_.audit_retention == seconds{0}) return false;
  const auto before = services_.clock.now() - options_.audit_retention;
  const auto pruned = prune_audit_trail(services_, before, kBatch);
  return pruned && *pruned == kBatch;
}

void Housekeeping::publish_checkpoint() {
  if (!options_.publish) return;
  const auto checkpoint = make_checkpoint(services_);
  // If storage is unavailable, the next interval tries again.
  if (!checkpoint || checkpoint->point.sequence == published_) return;
  if (options_.publish(*checkpoint)) published_ = checkpoint->point.sequence;
}

}  // namespace claviger
