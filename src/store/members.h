#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "store/store.h"

namespace claviger {

/// A node as the others see it: one start of one process.
struct Member {
  Uuid incarnation{};
  std::string label{};        // for people: where it runs
  std::int64_t renewals = 0;  // of its lease
  Epoch acknowledged{};       // up to which it has applied the log; the number alone counts
  std::int64_t behind = 0;    // epochs that it has not acknowledged
};

/// A key that a node has loaded.
struct MemberKey {
  Uuid incarnation{};
  std::string kid;
  std::chrono::milliseconds since{};  // how long ago, by the database's clock
};

/// The database's side of the fence protocol (docs/decisions/0081), for a database with several
/// nodes. Functions may block, for at most the deadline of a connection; each of the two groups is
/// for one thread at a time, and `wake` for any. Errors: storage_unavailable; then whether it
/// happened is not known.
class Members {
 public:
  virtual ~Members() = default;

  /// How long a lease lasts: the same for all nodes of a database.
  virtual std::chrono::milliseconds lease() const = 0;

  // For the thread that keeps the lease
  virtual Status join(const Uuid& incarnation, const std::string& label) = 0;
  /// Renews: a committed write, durable wherever commits are, and the log as it was in that
  /// transaction. nullopt: the member was removed.
  virtual Result<std::optional<LogPage>> renew(const Uuid& incarnation, const Epoch& since) = 0;
  /// The log alone: no lease comes of it.
  virtual Result<LogPage> poll(const Epoch& since) = 0;
  /// Says that everything up to there is applied. Nothing happens if the log has another epoch of
  /// that number, or none.
  virtual Status acknowledge(const Uuid& incarnation, const Epoch& applied) = 0;
  /// Says which keys the node has loaded: those, and all that it named before.
  virtual Status note_keys(const Uuid& incarnation, const std::vector<std::string>& kids) = 0;
  virtual Result<std::vector<Member>> list() = 0;
  /// The keys of all nodes.
  virtual Result<std::vector<MemberKey>> list_keys() = 0;
  /// Removes a member if it has not renewed since. False: it has.
  virtual Result<bool> remove(const Uuid& incarnation, std::int64_t renewals) = 0;
  virtual Status leave(const Uuid& incarnation) = 0;
  /// Waits until somebody changed something, `wake` is called, or the time has passed.
  virtual void await_change(std::chrono::milliseconds at_most) = 0;

  virtual void wake() = 0;

  // For those who wait for a change
  /// The epochs from that number on, in their order, that every member has acknowledged: those that
  /// the server that answers knows, and not more than some hundreds at once.
  virtual Result<std::vector<Epoch>> acknowledged_by_all(std::int64_t from) = 0;
};

}  // namespace claviger
