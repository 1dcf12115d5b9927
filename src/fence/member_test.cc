// Nodes in one thread, on clocks and a database that the test moves: what happens in which order
// comes from a seed, so that a run that fails runs the same way again. The database is SQLite's in
// memory; who is a member, and what of a call is lost, is the simulation's.
#include "fence/member.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "store/contract/fixture.h"
#include "store/sqlite/test_place.h"

namespace claviger {
namespace {

using contract::must;
using contract::must_have;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// What goes wrong beyond what the protocol allows for, with its name in tests/model/fence.pml. The
/// simulation has to find each.
enum class Planted {
  nothing,
  acknowledgements_are_believed_unseen,  // nobody waits for a member
  removal_by_age,          // REAP: a silent member is removed even if it has renewed meanwhile
  clock_too_slow,          // NODRIFT: a node's clock drifts by more than an eighth
  renewal_from_a_replica,  // READ: which has not heard of anything yet
  lease_from_the_answer,   // REPLY: it counts from when the renewal was answered
  lease_without_a_row,     // JOIN: a member that was removed may renew
  one_row_for_several,     // ROW: two processes renew and acknowledge under one name
  acknowledged_unapplied,  // ACK: a node says that it knows what it has only been sent
  wait_from_the_request,   // EARLYWAIT: not from the commit
  repeated_at_once,        // RETRY: what is revoked already is answered without a wait
  out_of_commit_order,     // SEQ: an epoch is seen before a smaller one
  lease_seen_earlier,      // CLOCK: by a time from before the request
};

struct SlowClock final : IntervalClock {
  const nanoseconds* time = nullptr;
  double rate = 1;
  Time now() const noexcept override {
    return nanoseconds(1 + static_cast<std::int64_t>(static_cast<double>(time->count()) * rate));
  }
};

class Simulation;

class SimulatedMembers final : public Members {
 public:
  explicit SimulatedMembers(Simulation& world) : world_(world) {}
  milliseconds lease() const override { return milliseconds{2'000}; }
  Status join(const Uuid& incarnation, const std::string& label) override;
  Result<std::optional<LogPage>> renew(const Uuid& incarnation, const Epoch& since) override;
  Result<LogPage> poll(const Epoch& since) override;
  Status acknowledge(const Uuid& incarnation, const Epoch& applied) override;
  Status note_keys(const Uuid& /*incarnation*/, const std::vector<std::string>& /*kids*/) override {
    return {};
  }
  Result<std::vector<MemberKey>> list_keys() override { return std::vector<MemberKey>{}; }
  Result<std::vector<Member>> list() override;
  Result<bool> remove(const Uuid& incarnation, std::int64_t renewals) override;
  Status leave(const Uuid& incarnation) override;
  void await_change(milliseconds /*at_most*/) override {}
  void wake() override {}
  Result<std::vector<Epoch>> acknowledged_by_all(std::int64_t from) override;

 private:
  /// Whose row it is: each process has one of its own.
  Uuid key(const Uuid& incarnation) const;
  LogPage log_since(const Epoch& since);
  void note(const Epoch& applied);

  Simulation& world_;
  Uuid incarnation_{};
};

class Simulation {
 public:
  Simulation(std::uint32_t seed, Planted planted) : planted_(planted), dice_(seed) {
    client_ = maker_.client();
    must(store_->create_client(client_));
    user_ = maker_.user(client_.id, "user");
    must(store_->create_user(user_));
    for (int i = 0; i < 3; ++i) nodes_.push_back(std::make_unique<Node>(*this));
    constexpr double rates[] = {1.125, 1, 0.875};
    for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i]->set_rate(rates[i]);
    if (is(Planted::clock_too_slow)) nodes_[2]->set_rate(0.4);
  }

  /// Whether no answered revocation was followed by an accepted check.
  bool run(int steps) {
    for (int i = 0; i < steps && !is_violated_; ++i) step();
    return !is_violated_;
  }
  struct Counts {
    std::int64_t steps = 0;
    std::int64_t accepted = 0;
    std::int64_t answered_early = 0;  // by acknowledgements
    std::int64_t answered_late = 0;   // by time
    std::int64_t lost = 0;            // calls, or their answers
    std::int64_t pauses = 0;          // of all nodes, for longer than a lease can be
    std::int64_t restarts = 0;
    std::int64_t removed = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  friend class SimulatedMembers;
  struct Node {
    explicit Node(Simulation& world)
        : members(world), lease(clock_of_checks), view(*world.store_, 1'000, {}, &lease) {
      clock.time = &world.time_;
      clock_of_checks.time = world.is(Planted::lease_seen_earlier) ? &turn : &world.time_;
      member = std::make_unique<FenceMember>(
          FenceMember::Parts{members, view, lease, clock, world.random_, world.log_.log(), "node"});
    }
    void set_rate(double rate) { clock.rate = clock_of_checks.rate = rate; }
    nanoseconds turn{1};  // when its last round was over
    SlowClock clock, clock_of_checks;
    SimulatedMembers members;
    Lease lease;
    LiveView view;
    std::unique_ptr<FenceMember> member;
  };
  struct Revocation {
    TokenId token;
    Epoch epoch;
    Node* by;
    IntervalClock::Time since;
  };

  bool is(Planted fault) const { return planted_ == fault; }
  bool one_in(int n) { return std::uniform_int_distribution<int>(1, n)(dice_) == 1; }
  Node& any_node() {
    return *nodes_[std::uniform_int_distribution<std::size_t>(0, nodes_.size() - 1)(dice_)];
  }
  /// Time passes, and others act: in the middle of somebody's call to the database.
  void meanwhile() {
    if (depth_ >= 3) return;
    ++depth_;
    for (int i = std::uniform_int_distribution<int>(0, 3)(dice_); i > 0; --i) step();
    --depth_;
  }
  /// A call may be lost before it has an effect, or its answer after it.
  bool is_lost() {
    const bool lost = one_in(12);
    counts_.lost += lost ? 1 : 0;
    return lost;
  }
  /// Others act and time passes, while this node stays.
  void wait_with(Node& node) {
    const bool was_busy = !busy_.insert(&node).second;
    pass_time();
    meanwhile();
    if (!was_busy) busy_.erase(&node);
  }
  void pass_time() {
    // Long pauses are rare, or no lease would ever be valid.
    const bool is_long = one_in(20);
    counts_.pauses += is_long ? 1 : 0;
    time_ += milliseconds(std::uniform_int_distribution<int>(1, is_long ? 6'000 : 400)(dice_));
  }

  void step() {
    ++counts_.steps;
    Node& node = any_node();
    switch (std::uniform_int_distribution<int>(0, 9)(dice_)) {
      case 0:
        pass_time();
        break;
      case 1:
      case 2:
        renew(node);
        break;
      case 3:
        round(node, [](FenceMember& member) { return member.catch_up(); });
        break;
      case 4:
        round(node, [](FenceMember& member) { return member.remove_silent(); });
        break;
      case 5:
        issue();
        break;
      case 6:
        revoke(node);
        break;
      case 7:
        if (one_in(40))
          restart(node);
        else
          revoke_again(node);
        break;
      default:
        answer();
        check(node);
    }
  }
  /// A node's loop is one thread: its rounds do not meet.
  template <class F>
  void round(Node& node, F act) {
    if (busy_.contains(&node)) return;
    busy_.insert(&node);
    (void)act(*node.member);
    busy_.erase(&node);
    node.turn = time_;
  }
  void renew(Node& node) {
    round(node, [&](FenceMember& member) {
      const auto renewed = member.renew();
      if (renewed && is(Planted::lease_from_the_answer))
        node.lease.grant(node.clock.now() + node.members.lease());
      return renewed;
    });
  }
  /// The process dies, and another starts in its place. Its row stays.
  void restart(Node& node) {
    if (busy_.contains(&node)) return;
    ++counts_.restarts;
    std::erase_if(waiting_, [&](const Revocation& one) { return one.by == &node; });
    const auto place = std::ranges::find(nodes_, &node, &std::unique_ptr<Node>::get);
    const auto rate = node.clock.rate;
    *place = std::make_unique<Node>(*this);
    (*place)->set_rate(rate);
  }
  void issue() {
    auto token = maker_.token(user_);
    must(store_->create_token(token));
    live_.push_back(token.id);
    if (live_.size() > 8) live_.erase(live_.begin());
  }
  void revoke(Node& by) {
    if (live_.empty()) return;
    const auto token = live_.back();
    live_.pop_back();
    const bool is_early = is(Planted::wait_from_the_request);
    const auto requested = by.clock.now();
    if (is_early) wait_with(by);
    const auto change =
        must_have(store_->revoke_token(client_.id, token, maker_.now, contract::somebody));
    waiting_.push_back(
        {token, change.committed.epoch(), &by, is_early ? requested : by.clock.now()});
  }
  /// What was revoked, but is not answered yet, is revoked by way of this node as well.
  void revoke_again(Node& by) {
    if (waiting_.empty()) return;
    const auto& one = waiting_[dice_() % waiting_.size()];
    if (is(Planted::repeated_at_once))
      revoked_.push_back(one.token);
    else
      waiting_.push_back({one.token, one.epoch, &by, by.clock.now()});
  }
  void answer() {
    std::erase_if(waiting_, [&](const Revocation& one) {
      if (one.by->member->stands(one.epoch, one.since) != true) return false;
      ++(one.by->clock.now() - one.since < one.by->member->wait() ? counts_.answered_early
                                                                  : counts_.answered_late);
      revoked_.push_back(one.token);
      return true;
    });
    if (revoked_.size() > 8) revoked_.erase(revoked_.begin(), revoked_.end() - 8);
  }
  bool accepts(Node& node, TokenId token) {
    if (!node.lease.is_valid()) return false;  // it would wait, or answer 503
    const auto reading = node.view.read();
    const auto found = node.view.find(reading, token, maker_.now);
    return found && std::holds_alternative<LiveView::Live>(*found);
  }
  void check(Node& node) {
    for (const auto& token : live_) counts_.accepted += accepts(node, token) ? 1 : 0;
    for (const auto& token : revoked_) is_violated_ = is_violated_ || accepts(node, token);
  }

  const Planted planted_;
  std::mt19937 dice_;
  nanoseconds time_{1};
  sqlite::TestLog log_;
  std::unique_ptr<contract::Place> place_ = sqlite::memory_place();
  std::shared_ptr<Store> store_ = place_->open();
  contract::CountingRandom random_;
  contract::Maker maker_;
  NewClient client_{maker_.client()};
  NewUser user_{maker_.user(client_.id, "user")};
  std::map<Uuid, Member> rows_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::set<Node*> busy_;
  std::vector<TokenId> live_;
  std::vector<TokenId> revoked_;  // and answered
  std::vector<Revocation> waiting_;
  Counts counts_;
  int depth_ = 0;
  bool is_violated_ = false;
};

tl::unexpected<Error> lost() {
  return fail(Code::storage_unavailable, "lost");
}

Uuid SimulatedMembers::key(const Uuid& incarnation) const {
  return world_.is(Planted::one_row_for_several) ? Uuid{} : incarnation;
}

LogPage SimulatedMembers::log_since(const Epoch& since) {
  auto page = must(world_.store_->log_since(since));
  auto& entries = page.entries;
  if (world_.is(Planted::out_of_commit_order) && entries.size() > 1) entries.erase(entries.begin());
  if (world_.is(Planted::acknowledged_unapplied)) note(page.newest);
  return page;
}

void SimulatedMembers::note(const Epoch& applied) {
  if (const auto row = world_.rows_.find(key(incarnation_)); row != world_.rows_.end())
    row->second.acknowledged = std::max(row->second.acknowledged, applied);
}

Status SimulatedMembers::join(const Uuid& incarnation, const std::string& label) {
  if (world_.is_lost()) return lost();
  incarnation_ = incarnation;
  world_.rows_.emplace(
      key(incarnation),
      Member{.incarnation = key(incarnation), .label = label, .acknowledged = Epoch{.number = -1}});
  world_.meanwhile();
  return {};
}

Result<std::optional<LogPage>> SimulatedMembers::renew(const Uuid& incarnation,
                                                       const Epoch& since) {
  world_.meanwhile();
  if (world_.is_lost()) return lost();
  const auto row = world_.rows_.find(key(incarnation));
  if (row != world_.rows_.end())
    ++row->second.renewals;
  else if (!world_.is(Planted::lease_without_a_row))
    return std::optional<LogPage>{};
  // The log as it is under the lock of the row, which the reaper waits for.
  auto page = log_since(since);
  if (world_.is(Planted::renewal_from_a_replica))
    page = {.newest = since, .complete = true, .entries = {}};
  world_.meanwhile();
  if (world_.is_lost()) return lost();
  return std::optional(std::move(page));
}

Result<LogPage> SimulatedMembers::poll(const Epoch& since) {
  if (world_.is_lost()) return lost();
  auto page = log_since(since);
  world_.meanwhile();
  return page;
}

Status SimulatedMembers::acknowledge(const Uuid& /*incarnation*/, const Epoch& applied) {
  world_.meanwhile();
  if (world_.is_lost()) return lost();
  note(applied);
  return {};
}

Result<std::vector<Member>> SimulatedMembers::list() {
  if (world_.is_lost()) return lost();
  std::vector<Member> members;
  for (const auto& [id, member] : world_.rows_) members.push_back(member);
  world_.meanwhile();
  return members;
}

Result<bool> SimulatedMembers::remove(const Uuid& incarnation, std::int64_t renewals) {
  world_.meanwhile();
  const auto row = world_.rows_.find(incarnation);
  if (row == world_.rows_.end()) return false;
  if (row->second.renewals != renewals && !world_.is(Planted::removal_by_age)) return false;
  world_.rows_.erase(row);
  ++world_.counts_.removed;
  return true;
}

Status SimulatedMembers::leave(const Uuid& incarnation) {
  world_.rows_.erase(incarnation);
  return {};
}

Result<std::vector<Epoch>> SimulatedMembers::acknowledged_by_all(std::int64_t from) {
  if (world_.is_lost()) return lost();
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
  if (!world_.is(Planted::acknowledgements_are_believed_unseen))
    for (const auto& [id, member] : world_.rows_) last = std::min(last, member.acknowledged.number);
  std::vector<Epoch> epochs;
  if (last < from) return epochs;
  for (const auto& entry : must(world_.store_->log_since(Epoch{.number = from - 1})).entries)
    if (entry.epoch.number <= last) epochs.push_back(entry.epoch);
  return epochs;
}

constexpr int kSteps = 6'000;

/// For how long seeds are tried, in seconds: CLAVIGER_SIMULATE_SECONDS, for a run by hand. 0: a
/// few.
std::chrono::seconds long_run() {
  const char* const text = std::getenv("CLAVIGER_SIMULATE_SECONDS");
  return std::chrono::seconds(text == nullptr ? 0 : std::atoi(text));
}

void add(Simulation::Counts& sum, const Simulation::Counts& one) {
  sum.steps += one.steps;
  sum.accepted += one.accepted;
  sum.answered_early += one.answered_early;
  sum.answered_late += one.answered_late;
  sum.lost += one.lost;
  sum.pauses += one.pauses;
  sum.restarts += one.restarts;
  sum.removed += one.removed;
}

void show(const Simulation::Counts& all, std::uint32_t seeds, double seconds) {
  std::cout << seeds << " seeds, " << static_cast<double>(seeds) / seconds << " a second, "
            << static_cast<double>(all.steps) / seconds << " steps a second\n"
            << all.accepted << " checks accepted, revocations answered: " << all.answered_early
            << " by acknowledgement, " << all.answered_late << " by time\nfaults: " << all.lost
            << " calls lost, " << all.pauses << " pauses, " << all.restarts << " restarts, "
            << all.removed << " members removed\n";
}

TEST(FenceSimulation, NoCheckIsAcceptedAfterARevocationWasAnswered) {
  Simulation::Counts all;
  const auto begun = std::chrono::steady_clock::now();
  std::uint32_t seeds = 0;
  while (seeds < 12 || std::chrono::steady_clock::now() - begun < long_run()) {
    Simulation world(++seeds, Planted::nothing);
    ASSERT_TRUE(world.run(kSteps)) << "seed " << seeds;
    add(all, world.counts());
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  show(all, seeds, took.count());
  EXPECT_GT(all.accepted, 1'000);  // it is not vacuous
  EXPECT_GT(all.answered_early, 100);
  EXPECT_GT(all.answered_late, 100);
  EXPECT_GT(all.restarts, 100);
  EXPECT_GT(all.removed, 100);
}

class PlantedFault : public testing::TestWithParam<Planted> {};

TEST_P(PlantedFault, IsFound) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed)
    if (!Simulation(seed, GetParam()).run(kSteps)) return;
  FAIL() << "in no schedule";
}

INSTANTIATE_TEST_SUITE_P(
    FenceSimulation, PlantedFault,
    testing::Values(Planted::acknowledgements_are_believed_unseen, Planted::removal_by_age,
                    Planted::clock_too_slow, Planted::renewal_from_a_replica,
                    Planted::lease_from_the_answer, Planted::lease_without_a_row,
                    Planted::one_row_for_several, Planted::acknowledged_unapplied,
                    Planted::wait_from_the_request, Planted::repeated_at_once,
                    Planted::out_of_commit_order, Planted::lease_seen_earlier));

}  // namespace
}  // namespace claviger
