#include "simulation/database.h"

#include <algorithm>
#include <array>
#include <limits>

namespace claviger::simulation {
namespace {

tl::unexpected<Error> lost() {
  return fail(Code::storage_unavailable, "lost");
}

}  // namespace

void Counts::add(const Counts& other) {
  for (const auto count : {&Counts::steps, &Counts::accepted, &Counts::answered_early,
                           &Counts::answered_late, &Counts::lost, &Counts::pauses,
                           &Counts::restarts, &Counts::removed, &Counts::failovers, &Counts::forks})
    this->*count += other.*count;
}

bool Token::hangs_on(const Subject& subject) const {
  switch (subject.kind) {
    case LogEntry::Kind::token:
      return subject.id == id.bytes;
    case LogEntry::Kind::user:
      return subject.id == user.bytes;
    case LogEntry::Kind::client:
      return subject.id == client.bytes;
    case LogEntry::Kind::keys:
      break;
  }
  return subject.id == key;
}

Database::Database(World world)
    : world_(std::move(world)), breaks_one_in_(std::array{2, 6, 50}[world_.dice.pick(3)]) {}

Database::Server Database::through(Server& connection) {
  if (world_.dice.one_in(breaks_one_in_)) connection = connect();
  return connection;
}

Database::Server Database::connect() {
  return world_.dice.one_in(4) ? world_.dice.pick(servers_.size()) : primary();
}

/// A call may be lost before it has an effect, or its answer after it.
bool Database::is_lost() {
  const bool lost = world_.dice.one_in(20);
  world_.counts.lost += lost ? 1 : 0;
  return lost;
}

void Database::fail_over() {
  const auto& old = servers_.back();
  const auto least = is(Mutant::async) ? 0 : static_cast<std::int64_t>(confirmed_);
  const auto kept = world_.dice.between(least, static_cast<std::int64_t>(old.log.size()));
  State promoted{.log = {old.log.begin(), old.log.begin() + kept}, .rows = old.rows};
  for (auto& [incarnation, row] : promoted.rows) {
    row.is_locked = false;
    // The standby has no acknowledgement of what it has not got.
    if (row.acknowledged > kept) row.acknowledged = -1;
  }
  ++world_.counts.failovers;
  world_.counts.forks += promoted.log.size() < old.log.size() ? 1 : 0;
  servers_.push_back(std::move(promoted));
  is_standby_cut_ = false;
}

bool Database::is_confirmed(Server server) {
  if (server != primary() || is_standby_cut_ || is_lost()) return false;
  confirmed_ = servers_[server].log.size();
  return true;
}

std::optional<Epoch> Database::take_back(const Subject& subject) {
  world_.meanwhile();
  if (is_lost()) return std::nullopt;
  const auto server = primary();
  auto& log = servers_[server].log;
  Epoch epoch{.number = static_cast<std::int64_t>(log.size()) + 1};
  world_.dice.fill(epoch.stamp);
  log.push_back({epoch, subject});
  // Others may see it, and build on it, before the standby has it.
  world_.meanwhile();
  if (!is_confirmed(server)) return std::nullopt;
  world_.meanwhile();
  return epoch;
}

std::optional<Epoch> Database::find_taken_back(Server server, const Subject& subject) const {
  const auto found = std::ranges::find(servers_[server].log, subject, &Entry::subject);
  if (found == servers_[server].log.end()) return std::nullopt;
  return found->epoch;
}

bool Database::shows(const Snapshot& snapshot, const Epoch& epoch) const {
  if (epoch.number == 0) return true;
  const auto number = static_cast<std::size_t>(epoch.number);
  return number <= snapshot.size && servers_[snapshot.server].log[number - 1].epoch == epoch;
}

/// The log from its reader's epoch on; complete if it is the reader's own log.
LogPage Database::log_since(Server server, const Epoch& since) {
  const auto& log = servers_[server].log;
  LogPage page{.newest = log.empty() ? Epoch{} : log.back().epoch};
  const auto first = static_cast<std::size_t>(since.number);
  page.complete = is(Mutant::no_stamp) ? first <= log.size() : shows({server, log.size()}, since);
  if (!page.complete) return page;
  for (std::size_t i = first; i < log.size(); ++i) {
    const auto& [epoch, subject] = log[i];
    const bool is_named = subject.kind != LogEntry::Kind::keys;
    page.entries.push_back({epoch, subject.kind, is_named ? subject.id : Uuid{}});
  }
  if (is(Mutant::seq) && page.entries.size() > 1) page.entries.erase(page.entries.begin());
  return page;
}

Status Database::join(Server server, const Uuid& incarnation) {
  world_.meanwhile();
  if (is_lost()) return lost();
  if (is(Mutant::join)) return {};
  servers_[server].rows.emplace(name(incarnation), Row{});
  world_.meanwhile();
  if (!is_confirmed(server)) return lost();
  return {};
}

Result<std::optional<LogPage>> Database::renew(Server server, const Uuid& incarnation,
                                               const Epoch& since) {
  world_.meanwhile();
  if (is_lost()) return lost();
  if (is(Mutant::read)) {
    auto page = log_since(server, since);
    world_.meanwhile();
    return std::optional(std::move(page));
  }
  const auto row = servers_[server].rows.find(name(incarnation));
  if (row == servers_[server].rows.end() && !is(Mutant::join)) return std::optional<LogPage>{};
  if (row != servers_[server].rows.end()) row->second.is_locked = true;
  auto page = renew_unlocked(server, name(incarnation), since);
  if (const auto now = servers_[server].rows.find(name(incarnation));
      now != servers_[server].rows.end())
    now->second.is_locked = false;
  return page;
}

/// The log as it is under the lock of the row, which the remover waits for; then the commit.
Result<std::optional<LogPage>> Database::renew_unlocked(Server server, const Uuid& name,
                                                        const Epoch& since) {
  world_.meanwhile();
  auto page = log_since(server, since);
  world_.meanwhile();
  if (is_lost()) return lost();  // rolled back
  auto& rows = servers_[server].rows;
  if (is(Mutant::join)) rows.emplace(name, Row{});
  if (const auto row = rows.find(name); row != rows.end()) ++row->second.renewals;
  world_.meanwhile();
  if (!is_confirmed(server)) return lost();
  return std::optional(std::move(page));
}

/// Nothing waits for its commit: it has an effect on whichever server takes it.
void Database::acknowledge(Server server, const Uuid& incarnation, const Epoch& applied) {
  world_.meanwhile();
  auto& state = servers_[server];
  const auto row = state.rows.find(name(incarnation));
  if (row == state.rows.end()) return;
  if (shows({server, state.log.size()}, applied) || is(Mutant::ack_any))
    row->second.acknowledged = std::max(row->second.acknowledged, applied.number);
}

std::vector<Member> Database::members(Server server) const {
  std::vector<Member> members;
  for (const auto& [incarnation, row] : servers_[server].rows)
    members.push_back({.incarnation = incarnation,
                       .renewals = row.renewals,
                       .acknowledged = {.number = row.acknowledged}});
  return members;
}

Result<bool> Database::remove(Server server, const Uuid& incarnation, std::int64_t renewals) {
  world_.meanwhile();
  if (is_lost()) return lost();
  auto& rows = servers_[server].rows;
  const auto row = rows.find(incarnation);
  if (row == rows.end()) return false;
  // Who holds the lock is about to have renewed.
  if ((row->second.is_locked || row->second.renewals != renewals) && !is(Mutant::reap))
    return false;
  rows.erase(row);
  world_.meanwhile();
  if (!is_confirmed(server)) return lost();
  ++world_.counts.removed;
  return true;
}

std::vector<Epoch> Database::acknowledged_by_all(Server server, std::int64_t from) const {
  const auto& [log, rows] = servers_[server];
  auto last = static_cast<std::int64_t>(log.size());
  for (const auto& [incarnation, row] : rows) last = std::min(last, row.acknowledged);
  std::vector<Epoch> epochs;
  for (auto number = std::max<std::int64_t>(from, 1); number <= last; ++number)
    epochs.push_back(log[static_cast<std::size_t>(number) - 1].epoch);
  return epochs;
}

Database::Snapshot Database::any_snapshot() {
  const auto server = world_.dice.pick(servers_.size());
  const auto size = servers_[server].log.size();
  return {server, world_.dice.one_in(2) ? size : world_.dice.pick(size + 1)};
}

LiveRead Database::read_live(TokenId id, const Epoch& at_least) {
  world_.meanwhile();
  const auto snapshot = any_snapshot();
  LiveRead read{.is_current = is(Mutant::replica) || shows(snapshot, at_least)};
  if (const auto token = std::ranges::find(tokens_, id, &Token::id); token != tokens_.end()) {
    const auto& log = servers_[snapshot.server].log;
    const auto end = log.begin() + static_cast<std::ptrdiff_t>(snapshot.size);
    const bool is_revoked = std::any_of(log.begin(), end, [&](const Entry& entry) {
      return entry.subject.kind != LogEntry::Kind::keys && token->hangs_on(entry.subject);
    });
    read.record = LiveRecord{.token_id = id,
                             .user_id = token->user,
                             .client_id = token->client,
                             .expires_at = from_unix_seconds(2'000'000'000),
                             .revoked = is_revoked,
                             .username = {},
                             .scopes = {}};
  }
  world_.meanwhile();
  return read;
}

KeysRead Database::read_keys(const Epoch& at_least) {
  world_.meanwhile();
  const auto snapshot = any_snapshot();
  const bool is_believed = is(Mutant::replica) || is(Mutant::key_read);
  KeysRead read{.is_current = is_believed || shows(snapshot, at_least)};
  const auto& log = servers_[snapshot.server].log;
  for (std::size_t i = 0; i < snapshot.size; ++i)
    if (log[i].subject.kind == LogEntry::Kind::keys)
      read.keys.push_back({.kid = uuid_text(log[i].subject.id),
                           .first_seen_at = {},
                           .retired_at = from_unix_seconds(1'800'000'000)});
  world_.meanwhile();
  return read;
}

}  // namespace claviger::simulation
