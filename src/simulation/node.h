#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "fence/lease.h"
#include "fence/live_view.h"
#include "fence/member.h"
#include "observe/log.h"
#include "simulation/database.h"

namespace claviger::simulation {

/// A node's clock: right but for its rate.
class NodeClock final : public IntervalClock {
 public:
  NodeClock(const std::chrono::nanoseconds& time, double rate) : time_(time), rate_(rate) {}
  Time now() const noexcept override;
  /// Lets time pass and others act before it is read the next time, once.
  void pause_once(std::function<void()> pause) { pause_ = std::move(pause); }

 private:
  const std::chrono::nanoseconds& time_;
  double rate_;
  mutable std::function<void()> pause_;
};

/// What a node's two connections of the fence lead to, each to a server of its own.
class NodeMembers final : public Members {
 public:
  explicit NodeMembers(Database& database) : database_(database) {}
  std::chrono::milliseconds lease() const override { return std::chrono::milliseconds{2'000}; }
  Status join(const Uuid& incarnation, const std::string& label) override;
  Result<std::optional<LogPage>> renew(const Uuid& incarnation, const Epoch& since) override;
  Result<LogPage> poll(const Epoch& since) override;
  Status acknowledge(const Uuid& incarnation, const Epoch& applied) override;
  /// Which keys a node has is no matter of the fence.
  Status note_keys(const Uuid& /*incarnation*/, const std::vector<std::string>& /*kids*/) override {
    return {};
  }
  Result<std::vector<MemberKey>> list_keys() override { return std::vector<MemberKey>{}; }
  Result<std::vector<Member>> list() override;
  Result<bool> remove(const Uuid& incarnation, std::int64_t renewals) override;
  Status leave(const Uuid& incarnation) override;
  void await_change(std::chrono::milliseconds /*at_most*/) override {}
  void wake() override {}
  Result<std::vector<Epoch>> acknowledged_by_all(std::int64_t from) override;

 private:
  Database& database_;
  Database::Server loop_ = database_.connect();
  Database::Server waiting_ = database_.connect();
};

/// What a node's pool of connections leads to: any server.
class NodeSource final : public LiveSource {
 public:
  explicit NodeSource(Database& database) : database_(database) {}
  Result<LiveRead> read_live(TokenId id, const Epoch& at_least) override;
  Result<KeysRead> read_keys(const Epoch& at_least) override;
  Result<LogPage> log_since(const Epoch& epoch) override;
  std::optional<ChangeMark> change_mark() const noexcept override { return std::nullopt; }

 private:
  Database& database_;
};

/// One start of a server's process: the code under test, on a clock and a database of the
/// simulation.
struct Node {
  struct Place {
    Database& database;
    Dice& dice;
    Log& log;
    const std::chrono::nanoseconds& time;
    double rate;
    bool is_clock_kept;  // Mutant::clock: checks read it as it was when the last round was over
  };
  Node(const Place& place, std::string its_name);

  std::string name;
  double rate;
  std::chrono::nanoseconds last_round{1};
  NodeClock clock;
  NodeClock clock_of_checks;
  NodeMembers members;
  NodeSource source;
  Lease lease;
  std::set<std::string, std::less<>> retired;  // kids
  LiveView view;
  FenceMember member;
  bool is_in_round = false;  // its loop is one thread: its rounds do not meet
  bool is_dead = false;      // a call that is under way goes on, and tells nobody
};

}  // namespace claviger::simulation
