#include "simulation/world.h"

#include <algorithm>
#include <utility>

namespace claviger::simulation {
namespace {

constexpr Instant now{std::chrono::seconds{1'800'000'000}};
/// How far clocks may be apart: an eighth (docs/decisions/0081).
constexpr double rates[] = {1.125, 1, 0.875};
constexpr std::size_t tokens_kept = 8;
constexpr std::int64_t failovers_max = 3;
constexpr int depth_max = 3;
constexpr std::int64_t steps_max = 400;

std::string_view word(LogEntry::Kind kind) {
  switch (kind) {
    case LogEntry::Kind::token:
      return "token ";
    case LogEntry::Kind::user:
      return "user ";
    case LogEntry::Kind::client:
      return "client ";
    case LogEntry::Kind::keys:
      break;
  }
  return "key ";
}

std::string text(const Uuid& id) {
  return uuid_text(id).substr(24);
}
std::string text(const Subject& subject) {
  return std::string(word(subject.kind)) + text(subject.id);
}
std::string text(const Token& token) {
  return "token " + text(token.id.bytes) + " of user " + text(token.user.bytes) + ", client " +
         text(token.client.bytes) + ", key " + text(token.key);
}
std::string text(const Epoch& epoch) {
  return "epoch " + std::to_string(epoch.number) + " (" + text(epoch.stamp) + ")";
}

}  // namespace

World::World(const Options& options)
    : options_(options),
      dice_(options.seed),
      habits_(roll_habits()),
      database_({dice_, options.mutant, counts_, [this] { meanwhile(); }}) {
  issue();
  for (std::size_t i = 0; i < std::size(rates); ++i)
    nodes_.push_back(start_node("node " + std::to_string(i), rates[i]));
}

World::NodePointer World::start_node(std::string name, double rate) {
  return std::make_shared<Node>(
      Node::Place{database_, dice_, options_.log, time_, rate, is(Mutant::clock)}, std::move(name));
}

void World::tell(const std::string& what) {
  const std::chrono::duration<double> at = time_;
  *options_.trace << std::string(static_cast<std::size_t>(depth_) * 2, ' ') << at.count() << " "
                  << what << "\n";
}

bool World::is_going_on() const {
  return !is_violated_ && counts_.steps < steps_max;
}

bool World::run() {
  while (is_going_on()) step();
  return !is_violated_;
}

/// Time passes, and others act, mostly little: in the middle of somebody's call.
void World::meanwhile() {
  if (depth_ == depth_max || dice_.one_in(2)) return;
  ++depth_;
  for (auto left = dice_.between(0, dice_.one_in(12) ? 24 : 2); left > 0 && is_going_on(); --left)
    step();
  --depth_;
}

/// How likely each thing is differs from schedule to schedule, some do not happen at all: that
/// finds more than a mean of all (swarm testing, Groce et al. 2012).
World::Habits World::roll_habits() {
  Habits habits;
  for (auto& share : habits.shares) share = std::int64_t{1} << dice_.between(0, 4);
  for (const auto thing : {Thing::restart, Thing::cut, Thing::failover})
    habits.share(thing) = dice_.between(0, 2);
  for (const auto thing : {Thing::catch_up, Thing::remove_silent, Thing::revoke_again})
    if (dice_.one_in(4)) habits.share(thing) = 0;
  habits.share(Thing::time) = std::min<std::int64_t>(habits.share(Thing::time), 4);
  for (const auto share : habits.shares) habits.sum += share;
  habits.tick_most_ms = std::array{20, 50, 150, 400}[dice_.pick(4)];
  habits.pause_one_in = std::array{10, 50, 1'000}[dice_.pick(3)];
  return habits;
}

World::Thing World::any_thing() {
  auto left = dice_.between(1, habits_.sum);
  std::size_t thing = 0;
  while ((left -= habits_.shares[thing]) > 0) ++thing;
  return static_cast<Thing>(thing);
}

void World::step() {
  ++counts_.steps;
  const auto node = any_node();
  switch (any_thing()) {
    case Thing::time:
      return pass_time();
    case Thing::renew:
      return round(node, [](FenceMember& member) { return member.renew(); });
    case Thing::catch_up:
      return round(node, [](FenceMember& member) { return member.catch_up(); });
    case Thing::remove_silent:
      return round(node, [](FenceMember& member) { return member.remove_silent(); });
    case Thing::issue:
      return issue();
    case Thing::revoke:
      return revoke();
    case Thing::revoke_again:
      return revoke_again();
    case Thing::answer:
      return answer_one();
    case Thing::check:
      return check(node, Token(tokens_[dice_.pick(tokens_.size())]));
    case Thing::restart:
      return dice_.one_in(4) ? restart() : pass_time();
    case Thing::cut:
      return database_.cut_standby(dice_.one_in(2));
    case Thing::failover:
      break;
  }
  if (!dice_.one_in(4) || counts_.failovers == failovers_max) return;
  database_.fail_over();
  if (options_.trace != nullptr) tell("failover");
}

void World::pass_time() {
  const bool is_long = dice_.one_in(habits_.pause_one_in);
  counts_.pauses += is_long ? 1 : 0;
  time_ += std::chrono::milliseconds(dice_.between(1, is_long ? 6'000 : habits_.tick_most_ms));
}

/// The process dies, and another starts in its place. Its row stays.
void World::restart() {
  auto& place = nodes_[dice_.pick(nodes_.size())];
  ++counts_.restarts;
  if (options_.trace != nullptr) tell(place->name + " dies and starts");
  place->is_dead = true;
  std::erase_if(waiting_, [&](const Waiting& one) {
    if (one.by != place) return false;
    unanswered_.push_back(one.subject);
    return true;
  });
  place = start_node(place->name, place->rate);
}

template <class F>
void World::round(const NodePointer& node, F act) {
  if (std::exchange(node->is_in_round, true)) return;
  const auto done = act(node->member);
  node->is_in_round = false;
  node->last_round = time_;
  if (options_.trace != nullptr)
    tell(node->name + " knows " + text(node->view.position()) + ", lease for " +
         std::to_string(node->lease.remaining().count() / 1'000'000) + " ms" +
         (done ? "" : " (the round failed)"));
}

void World::issue() {
  const bool is_new_client = dice_.one_in(3) || client_ == ClientId{};
  if (is_new_client) client_ = ids_.next<ClientId>(now);
  if (is_new_client || dice_.one_in(3) || user_ == UserId{}) user_ = ids_.next<UserId>(now);
  if (dice_.one_in(3) || key_ == Uuid{}) dice_.fill(key_);
  tokens_.push_back({ids_.next<TokenId>(now), user_, client_, key_});
  database_.add(tokens_.back());
  if (tokens_.size() > tokens_kept) tokens_.erase(tokens_.begin());
}

/// The token, or what it hangs on; new ones then hang on something else.
Subject World::any_subject(const Token& token) {
  switch (dice_.between(0, 9)) {
    case 0:
      client_ = {};
      return {LogEntry::Kind::client, token.client.bytes};
    case 1:
      user_ = {};
      return {LogEntry::Kind::user, token.user.bytes};
    case 2:
    case 3:
      key_ = {};
      return {LogEntry::Kind::keys, token.key};
    default:
      return {LogEntry::Kind::token, token.id.bytes};
  }
}

void World::revoke() {
  const auto subject = any_subject(tokens_[dice_.pick(tokens_.size())]);
  commit(subject, any_node());
}

/// What was not answered yet is revoked once more, by way of any node.
void World::revoke_again() {
  const auto all = unanswered_.size() + waiting_.size();
  if (all == 0) return;
  const auto which = dice_.pick(all);
  const auto subject = which < unanswered_.size() ? unanswered_[which]
                                                  : waiting_[which - unanswered_.size()].subject;
  const auto by = any_node();
  if (is(Mutant::retry) && database_.find_taken_back(database_.primary(), subject))
    return answered(subject);
  if (is(Mutant::retry_read)) {
    if (const auto epoch = database_.find_taken_back(database_.connect(), subject)) {
      waiting_.push_back({subject, *epoch, by, by->clock.now()});
      return;
    }
  }
  commit(subject, by);
}

void World::commit(const Subject& subject, const NodePointer& by) {
  const auto requested = by->clock.now();
  const auto epoch = database_.take_back(subject);
  if (options_.trace != nullptr)
    tell(by->name + " revokes " + text(subject) + ": " + (epoch ? text(*epoch) : "not known"));
  if (!epoch || by->is_dead)
    unanswered_.push_back(subject);
  else
    waiting_.push_back({subject, *epoch, by, is(Mutant::early_wait) ? requested : by->clock.now()});
}

void World::answer_one() {
  if (waiting_.empty()) return;
  const auto place = waiting_.begin() + static_cast<std::ptrdiff_t>(dice_.pick(waiting_.size()));
  const auto one = *place;
  waiting_.erase(place);
  const bool stands = one.by->member.stands(one.epoch, one.since) == true;
  if (one.by->is_dead) return unanswered_.push_back(one.subject);
  if (!stands) return waiting_.push_back(one);
  const auto took = one.by->clock.now() - one.since;
  ++(took < one.by->member.wait() ? counts_.answered_early : counts_.answered_late);
  answered(one.subject);
}

/// From now on it must be refused: each node is asked at once, and again whenever chance has it.
void World::answered(const Subject& subject) {
  if (options_.trace != nullptr) tell("answered: " + text(subject));
  std::erase(unanswered_, subject);
  if (std::ranges::find(answered_, subject) == answered_.end()) answered_.push_back(subject);
  for (const auto& node : std::vector(nodes_))
    for (const auto& token : std::vector(tokens_))
      if (token.hangs_on(subject)) check(node, token);
}

void World::check(const NodePointer& node, const Token& token) {
  // The request is sent.
  const bool must_be_refused = std::ranges::any_of(
      answered_, [&](const Subject& subject) { return token.hangs_on(subject); });
  if (!accepts(*node, token) || node->is_dead) return;
  ++counts_.accepted;
  if (!must_be_refused) return;
  is_violated_ = true;
  if (options_.trace != nullptr) tell(node->name + " accepts " + text(token));
}

/// What a check does beside cryptography (service/check_token.cc).
bool World::accepts(Node& node, const Token& token) {
  const auto reading = node.view.read();
  node.clock_of_checks.pause_once([this] { meanwhile(); });
  auto found = node.view.try_find(reading, token.id, now);
  if (!found) {
    // Without a lease it would wait for one, and answer 503 in the end.
    if (!node.lease.is_valid()) return false;
    const auto read = node.view.find(reading, token.id, now);
    if (!read) return false;
    found = *read;
  }
  return std::holds_alternative<LiveView::Live>(*found) &&
         !node.retired.contains(uuid_text(token.key));
}

}  // namespace claviger::simulation
