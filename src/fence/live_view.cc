#include "fence/live_view.h"

#include <algorithm>

namespace claviger {
namespace {

std::uint32_t seconds_of(Instant at) {
  return static_cast<std::uint32_t>(unix_seconds(at));
}

/// What a look-up finds in a cell; nullopt if the store has to be asked.
std::optional<LiveView::Found> read_cell(TokenCell& cell, std::uint32_t now_min) {
  if (!cell.user) return LiveView::Revoked{};
  if (!cell.user->is_current()) return std::nullopt;
  if (cell.last_used_min != now_min) {
    cell.last_used_min = now_min;
    cell.last_used_unsaved = true;
  }
  return LiveView::Live{cell.user, from_unix_seconds(cell.expires_s)};
}

}  // namespace

LiveView::LiveView(Store& store, std::size_t capacity) : store_(store) {
  for (auto& shard : shards_) {
    const Lock lock(shard.mutex);
    shard.table.set_capacity(std::max<std::size_t>(capacity / shards_.size(), 1));
  }
}

LiveView::Shard& LiveView::shard(TokenId id) {
  return shards_[std::hash<TokenId>{}(id) & (shards_.size() - 1)];
}

bool LiveView::is_current() const {
  const auto now = store_.change_mark();
  const auto version = mark_version_.load(std::memory_order_acquire);
  bool same = version % 2 == 0 && version != 0;
  for (std::size_t i = 0; i < mark_words_.size(); ++i)
    same = same && mark_words_[i].load(std::memory_order_acquire) == now.words[i];
  return same && mark_version_.load(std::memory_order_relaxed) == version;
}

Status LiveView::refresh() {
  const Lock lock(refresh_mutex_);
  return refresh_locked();
}

Status LiveView::refresh_locked() {
  if (is_current()) return {};
  // The mark is read before the log: a commit in between changes it again, and the next check
  // comes back here.
  const auto mark = store_.change_mark();
  const auto page = TRY(store_.log_since(generation()));
  // The generation moves first, so that fills in flight, whose reads may be older, are void.
  generation_.store(page.newest.number, std::memory_order_seq_cst);
  if (page.complete)
    for (const auto& entry : page.entries) apply(entry);
  else
    drop_everything();

  const auto version = mark_version_.load(std::memory_order_relaxed);
  mark_version_.store(version + 1, std::memory_order_relaxed);
  // Released word by word: a reader that sees one sees the odd version as well.
  for (std::size_t i = 0; i < mark_words_.size(); ++i)
    mark_words_[i].store(mark.words[i], std::memory_order_release);
  mark_version_.store(version + 2, std::memory_order_release);
  return {};
}

void LiveView::apply(const LogEntry& entry) {
  if (entry.kind == LogEntry::Kind::token) {
    Shard& s = shard(TokenId{entry.key});
    const Lock lock(s.mutex);
    if (const TokenCell* cell = s.table.find(TokenId{entry.key})) s.keep_last_use(*cell);
    s.table.erase(TokenId{entry.key});
    return;
  }
  const auto end = [](auto& owners, auto id) {
    const auto found = owners.find(id);
    if (found == owners.end()) return;
    if (const auto owner = found->second.lock()) owner->ended.store(true);
    owners.erase(found);
  };
  const Lock lock(owners_mutex_);
  if (entry.kind == LogEntry::Kind::user) end(users_, UserId{entry.key});
  if (entry.kind == LogEntry::Kind::client) end(clients_, ClientId{entry.key});
}

void LiveView::drop_everything() {
  for (auto& s : shards_) {
    const Lock lock(s.mutex);
    for (const auto& cell : s.table.cells()) s.keep_last_use(cell);
    s.table.clear();
  }
  const Lock lock(owners_mutex_);
  for (const auto& [id, user] : users_)
    if (const auto owner = user.lock()) owner->ended.store(true);
  users_.clear();
  clients_.clear();
}

std::optional<LiveView::Found> LiveView::try_find(TokenId id, Instant now) {
  // The mark is compared before the look-up, never after: what is found must be at least as new as
  // the request.
  if (!is_current()) {
    if (!refresh_mutex_.try_lock()) return std::nullopt;
    const bool refreshed = refresh_locked().has_value();
    refresh_mutex_.unlock();
    if (!refreshed) return std::nullopt;
  }
  Shard& s = shard(id);
  const Lock lock(s.mutex);
  TokenCell* cell = s.table.find(id);
  if (cell == nullptr) return std::nullopt;
  return read_cell(*cell, seconds_of(now) / 60);
}

Result<LiveView::Found> LiveView::find(TokenId id, Instant now) {
  TRY_STATUS(refresh());
  if (auto found = try_find(id, now)) return *std::move(found);
  const Epoch before = generation();
  auto read = TRY(store_.read_live(id));
  if (!read.record) return Unknown{};
  learn(*read.record, before, now);
  if (read.record->revoked) return Revoked{};
  mark_used(id, seconds_of(now) / 60);
  // This answer rests on the read itself, not on whether the view kept it.
  return Live{user_for(*read.record, before), read.record->expires_at};
}

std::shared_ptr<LiveUser> LiveView::user_for(const LiveRecord& record, Epoch read_under) {
  const auto make = [&](std::shared_ptr<LiveClient> client) {
    auto user = std::make_shared<LiveUser>();
    user->id = record.user_id;
    user->username = record.username;
    user->scopes = record.scopes;
    user->client = std::move(client);
    return user;
  };
  const auto make_client = [&] {
    auto client = std::make_shared<LiveClient>();
    client->id = record.client_id;
    return client;
  };
  const Lock lock(owners_mutex_);
  // Read under an older generation: good for its own answer, not to be shared.
  if (generation() != read_under) return make(make_client());
  auto& known_client = clients_[record.client_id];
  auto client = known_client.lock();
  if (!client) known_client = client = make_client();
  auto& known_user = users_[record.user_id];
  if (auto user = known_user.lock(); user && user->is_current()) return user;
  auto user = make(std::move(client));
  known_user = user;
  if (users_.size() >= sweep_users_at_) {
    std::erase_if(users_, [](const auto& entry) { return entry.second.expired(); });
    std::erase_if(clients_, [](const auto& entry) { return entry.second.expired(); });
    sweep_users_at_ = std::max<std::size_t>(1024, users_.size() * 2);
  }
  return user;
}

void LiveView::learn(const LiveRecord& record, Epoch read_under, Instant now) {
  const auto now_s = seconds_of(now);
  TokenCell cell{.id = record.token_id,
                 .user = record.revoked ? nullptr : user_for(record, read_under),
                 .expires_s = seconds_of(record.expires_at),
                 .last_used_min = 0};
  Shard& s = shard(record.token_id);
  const Lock lock(s.mutex);
  // Under the lock that erasing takes too: either the generation has moved and this is void, or
  // the erasure comes after it.
  if (generation() != read_under) return;
  if (const TokenCell* known = s.table.find(record.token_id)) {
    cell.last_used_min = known->last_used_min;
    cell.last_used_unsaved = known->last_used_unsaved;
  }
  if (const auto evicted = s.table.put(std::move(cell), now_s)) s.keep_last_use(*evicted);
}

void LiveView::mark_used(TokenId id, std::uint32_t now_min) {
  Shard& s = shard(id);
  const Lock lock(s.mutex);
  if (TokenCell* cell = s.table.find(id)) {
    cell->last_used_min = now_min;
    cell->last_used_unsaved = true;
  } else {
    s.last_uses.emplace_back(id, now_min);
  }
}

void LiveView::Shard::keep_last_use(const TokenCell& cell) {
  if (cell.last_used_unsaved) last_uses.emplace_back(cell.id, cell.last_used_min);
}

std::vector<std::pair<TokenId, Instant>> LiveView::take_last_used() {
  std::vector<std::pair<TokenId, Instant>> used;
  const auto add = [&](TokenId id, std::uint32_t minute) {
    used.emplace_back(id, from_unix_seconds(std::int64_t{minute} * 60));
  };
  for (auto& s : shards_) {
    const Lock lock(s.mutex);
    for (const auto& [id, minute] : s.last_uses) add(id, minute);
    s.last_uses.clear();
    for (auto& cell : s.table.cells()) {
      if (!cell.last_used_unsaved) continue;
      cell.last_used_unsaved = false;
      add(cell.id, cell.last_used_min);
    }
  }
  return used;
}

std::size_t LiveView::size() const {
  std::size_t size = 0;
  for (const auto& s : shards_) {
    const Lock lock(s.mutex);
    size += s.table.size();
  }
  return size;
}

}  // namespace claviger
