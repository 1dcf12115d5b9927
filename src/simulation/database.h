#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "simulation/dice.h"
#include "simulation/mutant.h"
#include "store/live_source.h"
#include "store/members.h"

namespace claviger::simulation {

/// What a revocation names: one kind of thing, by its id. A key's kid is the text of its id.
struct Subject {
  LogEntry::Kind kind{};
  Uuid id{};
  bool operator==(const Subject&) const = default;
};

/// A token, and what it hangs on. That it was issued is known to every server at once: to know
/// nothing of a token refuses it, which is always safe.
struct Token {
  TokenId id;
  UserId user;
  ClientId client;
  Uuid key{};

  bool hangs_on(const Subject& subject) const;
};

/// Counts of what went on in schedules.
struct Counts {
  std::int64_t steps = 0;
  std::int64_t accepted = 0;        // checks
  std::int64_t answered_early = 0;  // revocations, by acknowledgements
  std::int64_t answered_late = 0;   // by time
  // Faults
  std::int64_t lost = 0;      // calls, or their answers
  std::int64_t pauses = 0;    // of everybody, for longer than a lease can be
  std::int64_t restarts = 0;  // of nodes
  std::int64_t removed = 0;   // members
  std::int64_t failovers = 0;
  std::int64_t forks = 0;  // failovers that lost commits nobody was told of

  void add(const Counts& other);
};

/// The database as the protocol sees it: a primary with a standby that a failover promotes. The
/// deposed one stays within reach: it answers reads, and takes writes that it never confirms.
/// In the middle of calls `meanwhile` lets time pass and others act.
class Database {
 public:
  struct World {
    Dice& dice;
    Mutant mutant;
    Counts& counts;
    std::function<void()> meanwhile;
  };
  using Server = std::size_t;  // the newest is the primary

  explicit Database(World world);

  Server primary() const { return servers_.size() - 1; }
  /// A server that a new connection may lead to.
  Server connect();
  /// Now and then a connection breaks, and leads elsewhere.
  Server through(Server& connection);
  /// While the standby is cut off, commits are seen, but not confirmed.
  void cut_standby(bool is_cut) { is_standby_cut_ = is_cut; }
  /// Promotes the standby. What was confirmed is on it; of the rest, some.
  void fail_over();

  void add(const Token& token) { tokens_.push_back(token); }
  /// Commits a revocation. nullopt: it is not known whether it is stored.
  std::optional<Epoch> take_back(const Subject& subject);
  /// The epoch at which a server shows something as revoked already.
  std::optional<Epoch> find_taken_back(Server server, const Subject& subject) const;

  // What nodes ask
  bool is_lost();
  Result<std::optional<LogPage>> renew(Server server, const Uuid& incarnation, const Epoch& since);
  LogPage log_since(Server server, const Epoch& since);
  Status join(Server server, const Uuid& incarnation);
  void acknowledge(Server server, const Uuid& incarnation, const Epoch& applied);
  std::vector<Member> members(Server server) const;
  Result<bool> remove(Server server, const Uuid& incarnation, std::int64_t renewals);
  std::vector<Epoch> acknowledged_by_all(Server server, std::int64_t from) const;
  /// Of any server, at any lag.
  LiveRead read_live(TokenId id, const Epoch& at_least);
  KeysRead read_keys(const Epoch& at_least);

 private:
  struct Entry {
    Epoch epoch;
    Subject subject;
  };
  struct Row {
    std::int64_t renewals = 0;
    std::int64_t acknowledged = -1;  // an epoch's number
    bool is_locked = false;          // by a renewal that is under way
  };
  struct State {
    std::vector<Entry> log;  // of epochs 1, 2, …
    std::map<Uuid, Row> rows;
  };
  /// A prefix of a server's log: what a read sees.
  struct Snapshot {
    Server server = 0;
    std::size_t size = 0;
  };

  bool is(Mutant mutant) const { return world_.mutant == mutant; }
  /// Whose row it is: each incarnation has one of its own.
  Uuid name(const Uuid& incarnation) const { return is(Mutant::row) ? Uuid{} : incarnation; }
  bool shows(const Snapshot& snapshot, const Epoch& epoch) const;
  Snapshot any_snapshot();
  /// Whether a write on that server has just been confirmed by its standby.
  bool is_confirmed(Server server);
  Result<std::optional<LogPage>> renew_unlocked(Server server, const Uuid& name,
                                                const Epoch& since);

  World world_;
  std::int64_t breaks_one_in_;  // connections
  std::vector<State> servers_{1};
  std::size_t confirmed_ = 0;  // so many epochs of the primary are on every later one
  bool is_standby_cut_ = false;
  std::vector<Token> tokens_;
};

}  // namespace claviger::simulation
