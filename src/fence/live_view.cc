#include "fence/live_view.h"

#include <algorithm>
#include <utility>

namespace claviger {
namespace {

std::uint32_t seconds_of(Instant at) {
  return static_cast<std::uint32_t>(unix_seconds(at));
}

/// A server that was deposed, or lags behind, must not be believed.
Error read_too_old() {
  return {.code = Code::storage_unavailable,
          .detail = "The database does not answer with its newest state.",
          .cause = "a read was older than this node's epoch",
          .retry_after = limits::retry_after};
}

}  // namespace

LiveView::LiveView(LiveSource& store, std::size_t capacity, OnKeys on_keys, Lease* lease)
    : store_(store), on_keys_(std::move(on_keys)), lease_(lease), capacity_(capacity) {
  for (std::size_t i = 0; i < limits::view_shards; ++i) {
    shards_.push_back(std::make_unique<Shard>(reclaimer_));
    shards_.back()->table.set_capacity(std::max<std::size_t>(capacity / limits::view_shards, 1));
  }
}

LiveView::~LiveView() {
  drop_everything();
}

LiveView::Shard& LiveView::shard(TokenId id) {
  return *shards_[std::hash<TokenId>{}(id) & (limits::view_shards - 1)];
}

bool LiveView::is_current() const {
  if (lease_ != nullptr) return lease_->is_valid();
  const auto now = store_.change_mark();
  if (!now) return false;
  const auto version = mark_version_.load(std::memory_order_acquire);
  bool same = version % 2 == 0 && version != 0;
  for (std::size_t i = 0; i < mark_words_.size(); ++i)
    same = same && mark_words_[i].load(std::memory_order_acquire) == now->words[i];
  return same && mark_version_.load(std::memory_order_relaxed) == version;
}

Status LiveView::refresh() {
  if (lease_ != nullptr) {
    if (lease_->wait_until_valid(limits::lease_wait)) return {};
    return fail(Error{.code = Code::storage_unavailable,
                      .detail = "This server has lost its lease on the database.",
                      .cause = "no lease was renewed in time",
                      .retry_after = limits::retry_after});
  }
  const Lock lock(refresh_mutex_);
  return refresh_locked();
}

Status LiveView::refresh_locked() {
  if (is_current()) return {};
  // The mark is read before the log: a commit in between changes it again, and the next check
  // comes back here.
  const auto mark = store_.change_mark();
  const auto page = TRY(store_.log_since(position()));
  TRY_STATUS(advance_locked(page));
  if (mark) publish(*mark);
  return {};
}

Epoch LiveView::position() const {
  return standing().second;
}

std::pair<LiveView::Generation, Epoch> LiveView::standing() const {
  const Lock lock(position_mutex_);
  return {generation(), position_};
}

Status LiveView::advance(const LogPage& page) {
  const Lock lock(refresh_mutex_);
  return advance_locked(page);
}

Status LiveView::advance_locked(const LogPage& page) {
  if (page.newest == position()) return {};
  TRY_STATUS(retire_keys(page));
  // The generation moves first, so that fills in flight, whose reads may be older, are void.
  {
    const Lock lock(position_mutex_);
    position_ = page.newest;
    generation_.store(Generation{static_cast<std::uint64_t>(generation()) + 1},
                      std::memory_order_seq_cst);
  }
  if (page.complete) {
    for (const auto& entry : page.entries) apply(entry);
  } else {
    counts_.flushes.add();
    drop_everything();
  }
  return {};
}

void LiveView::publish(const ChangeMark& mark) {
  const auto version = mark_version_.load(std::memory_order_relaxed);
  mark_version_.store(version + 1, std::memory_order_relaxed);
  // Released word by word: a reader that sees one sees the odd version as well.
  for (std::size_t i = 0; i < mark_words_.size(); ++i)
    mark_words_[i].store(mark.words[i], std::memory_order_release);
  mark_version_.store(version + 2, std::memory_order_release);
}

/// Before the generation moves: if this fails, the next refresh sees the same page.
Status LiveView::retire_keys(const LogPage& page) {
  const bool may_be_told = !page.complete || std::ranges::any_of(page.entries, [](const auto& e) {
    return e.kind == LogEntry::Kind::keys;
  });
  if (!may_be_told || !on_keys_) return {};
  const auto read = TRY(store_.read_keys(page.newest));
  if (!read.is_current) return fail(read_too_old());
  on_keys_(read.keys);
  return {};
}

void LiveView::apply(const LogEntry& entry) {
  if (entry.kind == LogEntry::Kind::keys) return;
  if (entry.kind == LogEntry::Kind::token) {
    Shard& s = shard(TokenId{entry.key});
    const Lock lock(s.mutex);
    if (const auto erased = s.table.erase(TokenId{entry.key})) let_go(s, *erased);
    return;
  }
  const Lock lock(owners_mutex_);
  if (entry.kind == LogEntry::Kind::user) {
    LiveUser* const user = users_.take(UserId{entry.key});
    if (user == nullptr) return;
    user->ended.store(true);
    release(user);
  } else if (const auto found = clients_.find(ClientId{entry.key}); found != clients_.end()) {
    found->second->ended.store(true);
    clients_.erase(found);
  }
}

void LiveView::drop_everything() {
  for (const auto& s : shards_) {
    const Lock lock(s->mutex);
    s->table.for_each([&](const TokenEntry& entry) {
      s->mutex.assert_held();
      let_go(*s, entry);
    });
    s->table.clear();
  }
  const Lock lock(owners_mutex_);
  for (LiveUser* const user : users_.take_all()) {
    user->ended.store(true);
    release(user);
  }
  clients_.clear();
}

/// An entry has left its shard's table.
void LiveView::let_go(Shard& shard, const TokenEntry& entry) {
  shard.keep_last_use(entry);
  if (entry.user != nullptr) release(entry.user);
}

void LiveView::release(LiveUser* user) {
  if (user->holders.fetch_sub(1) == 1) reclaimer_.retire(user);
}

std::optional<LiveView::Found> LiveView::try_find(const Reclaimer::Reading& reading, TokenId id,
                                                  Instant now) {
  // The mark is compared before the look-up, never after: what is found must be at least as new as
  // the request.
  if (!is_current()) {
    if (!has_marks() || !refresh_mutex_.try_lock()) return std::nullopt;
    const bool refreshed = refresh_locked().has_value();
    refresh_mutex_.unlock();
    if (!refreshed) return std::nullopt;
  }
  const auto read = shard(id).table.read(id, reading);
  if (!read.decided || !read.entry) return std::nullopt;
  const TokenEntry& entry = *read.entry;
  if (entry.user != nullptr && !entry.user->is_current()) return std::nullopt;
  counts_.hits.add();
  if (entry.user == nullptr) return Revoked{};
  if (const auto minute = seconds_of(now) / 60; entry.last_used_min != minute)
    mark_used(id, minute);
  return Live{entry.user, from_unix_seconds(entry.expires_s)};
}

Result<LiveView::Found> LiveView::find(const Reclaimer::Reading& reading, TokenId id, Instant now) {
  TRY_STATUS(refresh());
  if (const auto found = try_find(reading, id, now)) return *found;
  counts_.misses.add();
  const auto [before, position] = standing();
  const auto read = TRY(store_.read_live(id, position));
  // Not even that there is no such token.
  if (!read.is_current) return fail(read_too_old());
  if (!read.record) return Unknown{};
  learn(*read.record, before, now);
  if (read.record->revoked) return Revoked{};
  mark_used(id, seconds_of(now) / 60);
  // This answer rests on the read itself, not on whether the view kept it.
  LiveUser* const user = hold_user(*read.record, before);
  release(user);  // deleted after `reading` at the earliest
  return Live{user, read.record->expires_at};
}

LiveUser* LiveView::hold_user(const LiveRecord& record, Generation read_under) {
  const auto make = [&](LiveClient::Hold client) {
    return LiveUser::make(record.user_id, std::move(client), record.username, record.scopes);
  };
  const Lock lock(owners_mutex_);
  // Read under an older generation: good for its own answer, not to be shared.
  if (generation() != read_under) return make(LiveClient::make(record.client_id));
  LiveUser* user = users_.find(record.user_id);
  if (user != nullptr && !user->is_current()) {
    release(users_.take(record.user_id));
    user = nullptr;
  }
  if (user == nullptr) {
    auto& client = clients_[record.client_id];
    if (!client) client = LiveClient::make(record.client_id);
    std::unique_ptr<LiveUser> made(make(client->hold()));
    users_.add(made.get());
    user = made.release();
  }
  ++user->holders;
  if (users_.size() >= sweep_users_at_) sweep_owners();
  return user;
}

/// Lets go of users that no entry points to any more.
void LiveView::sweep_owners() {
  for (LiveUser* const user : users_.take_all()) {
    if (user->holders == 1)
      release(user);
    else
      users_.add(user);
  }
  std::erase_if(clients_, [](const auto& owner) { return owner.second->holders == 1; });
  sweep_users_at_ = std::max<std::size_t>(1024, users_.size() * 2);
}

void LiveView::learn(const LiveRecord& record, Generation read_under, Instant now) {
  TokenEntry entry{.id = record.token_id,
                   .user = record.revoked ? nullptr : hold_user(record, read_under),
                   .expires_s = seconds_of(record.expires_at)};
  Shard& s = shard(record.token_id);
  const Lock lock(s.mutex);
  // Under the mutex that erasing takes too: either the generation has moved and this is void, or
  // the erasure comes after it.
  if (generation() != read_under) {
    counts_.voided.add();
    if (entry.user != nullptr) release(entry.user);
    return;
  }
  if (const auto known = s.table.find(record.token_id)) {
    entry.last_used_min = known->last_used_min;
    entry.last_used_unsaved = known->last_used_unsaved;
  }
  const auto gone = s.table.put(entry, seconds_of(now));
  if (!gone) return;
  if (gone->id == entry.id) {  // its last use is the new entry's
    if (gone->user != nullptr) release(gone->user);
  } else {
    let_go(s, *gone);
  }
}

void LiveView::mark_used(TokenId id, std::uint32_t now_min) {
  Shard& s = shard(id);
  const Lock lock(s.mutex);
  if (!s.table.set_last_used(id, now_min, /*unsaved=*/true)) s.last_uses.emplace_back(id, now_min);
}

void LiveView::Shard::keep_last_use(const TokenEntry& entry) {
  if (entry.last_used_unsaved) last_uses.emplace_back(entry.id, entry.last_used_min);
}

std::vector<std::pair<TokenId, Instant>> LiveView::take_last_used() {
  std::vector<std::pair<TokenId, std::uint32_t>> used;
  for (const auto& s : shards_) {
    const Lock lock(s->mutex);
    used.insert(used.end(), s->last_uses.begin(), s->last_uses.end());
    s->last_uses.clear();
    s->table.for_each([&](const TokenEntry& entry) {
      if (!entry.last_used_unsaved) return;
      used.emplace_back(entry.id, entry.last_used_min);
      s->table.set_last_used(entry.id, entry.last_used_min, /*unsaved=*/false);
    });
  }
  std::vector<std::pair<TokenId, Instant>> times;
  times.reserve(used.size());
  for (const auto& [id, minute] : used)
    times.emplace_back(id, from_unix_seconds(std::int64_t{minute} * 60));
  return times;
}

std::size_t LiveView::size() const {
  std::size_t size = 0;
  for (const auto& s : shards_) {
    const Lock lock(s->mutex);
    size += s->table.size();
  }
  return size;
}

}  // namespace claviger
