// Nodes in one thread, on clocks and a database that the test moves: what happens in which order
// comes from a seed, so that a run that fails runs the same way again. The database is SQLite's in
// memory; who is a member, and what of a call is lost, is the simulation's.
#include "fence/member.h"

#include <gtest/gtest.h>

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

/// What goes wrong beyond what the protocol allows for. The simulation has to find each.
enum class Planted {
  nothing,
  acknowledgements_are_believed_unseen,  // nobody waits for a member
  removal_by_age,          // a silent member is removed even if it has renewed meanwhile
  clock_too_slow,          // a node's clock drifts by more than an eighth
  renewal_from_a_replica,  // which has not heard of anything yet
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
  Result<std::vector<Member>> list() override;
  Result<bool> remove(const Uuid& incarnation, std::int64_t renewals) override;
  Status leave(const Uuid& incarnation) override;
  void await_change(milliseconds /*at_most*/) override {}
  void wake() override {}
  Result<std::vector<Epoch>> acknowledged_by_all(std::int64_t from) override;

 private:
  Simulation& world_;
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
    for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i]->clock.rate = rates[i];
    if (planted == Planted::clock_too_slow) nodes_[2]->clock.rate = 0.4;
  }

  /// Whether no answered revocation was followed by an accepted check.
  bool run(int steps) {
    for (int i = 0; i < steps && !is_violated_; ++i) step();
    return !is_violated_;
  }
  int accepted = 0;
  int answered_early = 0;  // by acknowledgements
  int answered_late = 0;   // by time
  int removed = 0;

 private:
  friend class SimulatedMembers;
  struct Node {
    explicit Node(Simulation& world)
        : members(world), lease(clock), view(*world.store_, 1'000, {}, &lease) {
      clock.time = &world.time_;
      member = std::make_unique<FenceMember>(
          FenceMember::Parts{members, view, lease, clock, world.random_, world.log_.log(), "node"});
    }
    SlowClock clock;
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
  bool is_lost() { return one_in(12); }

  void step() {
    Node& node = any_node();
    switch (std::uniform_int_distribution<int>(0, 9)(dice_)) {
      case 0:
        // Long pauses are rare, or no lease would ever be valid.
        time_ +=
            milliseconds(std::uniform_int_distribution<int>(1, one_in(20) ? 6'000 : 400)(dice_));
        break;
      case 1:
      case 2:
        round(node, [](FenceMember& member) { return member.renew(); });
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
    const auto change =
        must_have(store_->revoke_token(client_.id, token, maker_.now, contract::somebody));
    waiting_.push_back({token, change.committed.epoch(), &by, by.clock.now()});
  }
  void answer() {
    std::erase_if(waiting_, [&](const Revocation& one) {
      if (one.by->member->stands(one.epoch, one.since) != true) return false;
      ++(one.by->clock.now() - one.since < one.by->member->wait() ? answered_early : answered_late);
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
    for (const auto& token : live_) accepted += accepts(node, token) ? 1 : 0;
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
  int depth_ = 0;
  bool is_violated_ = false;
};

tl::unexpected<Error> lost() {
  return fail(Code::storage_unavailable, "lost");
}

Status SimulatedMembers::join(const Uuid& incarnation, const std::string& label) {
  if (world_.is_lost()) return lost();
  world_.rows_[incarnation] = {
      .incarnation = incarnation, .label = label, .acknowledged = Epoch{.number = -1}};
  world_.meanwhile();
  return {};
}

Result<std::optional<LogPage>> SimulatedMembers::renew(const Uuid& incarnation,
                                                       const Epoch& since) {
  world_.meanwhile();
  if (world_.is_lost()) return lost();
  const auto row = world_.rows_.find(incarnation);
  if (row == world_.rows_.end()) return std::optional<LogPage>{};
  ++row->second.renewals;
  // The log as it is under the lock of the row, which the reaper waits for.
  auto page = must(world_.store_->log_since(since));
  if (world_.planted_ == Planted::renewal_from_a_replica)
    page = {.newest = since, .complete = true, .entries = {}};
  world_.meanwhile();
  if (world_.is_lost()) return lost();
  return std::optional(std::move(page));
}

Result<LogPage> SimulatedMembers::poll(const Epoch& since) {
  if (world_.is_lost()) return lost();
  auto page = must(world_.store_->log_since(since));
  world_.meanwhile();
  return page;
}

Status SimulatedMembers::acknowledge(const Uuid& incarnation, const Epoch& applied) {
  world_.meanwhile();
  if (world_.is_lost()) return lost();
  if (const auto row = world_.rows_.find(incarnation); row != world_.rows_.end())
    row->second.acknowledged = std::max(row->second.acknowledged, applied);
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
  if (row->second.renewals != renewals && world_.planted_ != Planted::removal_by_age) return false;
  world_.rows_.erase(row);
  ++world_.removed;
  return true;
}

Status SimulatedMembers::leave(const Uuid& incarnation) {
  world_.rows_.erase(incarnation);
  return {};
}

Result<std::vector<Epoch>> SimulatedMembers::acknowledged_by_all(std::int64_t from) {
  if (world_.is_lost()) return lost();
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
  if (world_.planted_ != Planted::acknowledgements_are_believed_unseen)
    for (const auto& [id, member] : world_.rows_) last = std::min(last, member.acknowledged.number);
  std::vector<Epoch> epochs;
  if (last < from) return epochs;
  for (const auto& entry : must(world_.store_->log_since(Epoch{.number = from - 1})).entries)
    if (entry.epoch.number <= last) epochs.push_back(entry.epoch);
  return epochs;
}

TEST(FenceSimulation, NoCheckIsAcceptedAfterARevocationWasAnswered) {
  int accepted = 0, early = 0, late = 0, removed = 0;
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    Simulation world(seed, Planted::nothing);
    ASSERT_TRUE(world.run(6'000)) << "seed " << seed;
    accepted += world.accepted;
    early += world.answered_early;
    late += world.answered_late;
    removed += world.removed;
  }
  EXPECT_GT(accepted, 1'000);  // it is not vacuous
  EXPECT_GT(early, 100);
  EXPECT_GT(late, 100);
  EXPECT_GT(removed, 100);
}

class PlantedFault : public testing::TestWithParam<Planted> {};

TEST_P(PlantedFault, IsFound) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed)
    if (!Simulation(seed, GetParam()).run(6'000)) return;
  FAIL() << "in no schedule";
}

INSTANTIATE_TEST_SUITE_P(FenceSimulation, PlantedFault,
                         testing::Values(Planted::acknowledgements_are_believed_unseen,
                                         Planted::removal_by_age, Planted::clock_too_slow,
                                         Planted::renewal_from_a_replica));

}  // namespace
}  // namespace claviger
