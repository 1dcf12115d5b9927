#pragma once

#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/ids.h"
#include "observe/log.h"
#include "simulation/database.h"
#include "simulation/node.h"

namespace claviger::simulation {

/// Three nodes, and callers who issue, check and revoke by way of them, and all that may go wrong,
/// in one thread and in an order that the seed decides. Its clock moves only when it says so.
class World {
 public:
  struct Options {
    std::uint64_t seed;
    Log& log;
    Mutant mutant = Mutant::none;
    std::ostream* trace = nullptr;  // where to tell what happens
  };
  explicit World(const Options& options);

  /// Whether no check was accepted that began after the revocation of its token was answered.
  bool run();
  const Counts& counts() const { return counts_; }

 private:
  enum class Thing : std::uint8_t {
    time,
    renew,
    catch_up,
    remove_silent,
    issue,
    revoke,
    revoke_again,
    answer,
    check,
    restart,
    cut,
    failover,  // the last
  };
  struct Habits {
    std::array<std::int64_t, static_cast<std::size_t>(Thing::failover) + 1> shares{};
    std::int64_t sum = 0;
    std::int64_t tick_most_ms = 0;
    std::int64_t pause_one_in = 0;
    std::int64_t& share(Thing thing) { return shares[static_cast<std::size_t>(thing)]; }
  };
  using NodePointer = std::shared_ptr<Node>;  // a call that is under way keeps a node that died
  struct Waiting {
    Subject subject;
    Epoch epoch;
    NodePointer by;
    IntervalClock::Time since;
  };

  bool is(Mutant mutant) const { return options_.mutant == mutant; }
  NodePointer start_node(std::string name, double rate);
  NodePointer any_node() { return nodes_[dice_.pick(nodes_.size())]; }
  void tell(const std::string& what);

  Habits roll_habits();
  Thing any_thing();
  void step();
  bool is_going_on() const;
  void meanwhile();
  void pass_time();
  void restart();
  template <class F>
  void round(const NodePointer& node, F act);

  void issue();
  Subject any_subject(const Token& token);
  void revoke();
  void revoke_again();
  void commit(const Subject& subject, const NodePointer& by);
  void answer_one();
  void answered(const Subject& subject);
  void check(const NodePointer& node, const Token& token);
  bool accepts(Node& node, const Token& token);

  Options options_;
  Dice dice_;
  Habits habits_;
  Counts counts_;
  std::chrono::nanoseconds time_{1};
  IdSource ids_{dice_};
  Database database_;
  std::vector<NodePointer> nodes_;
  std::vector<Token> tokens_;
  UserId user_{};
  ClientId client_{};
  Uuid key_{};
  std::vector<Subject> unanswered_;  // their callers do not know, and try again
  std::vector<Waiting> waiting_;
  std::vector<Subject> answered_;
  int depth_ = 0;
  bool is_violated_ = false;
};

}  // namespace claviger::simulation
