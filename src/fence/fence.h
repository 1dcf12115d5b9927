#pragma once

#include "base/counter.h"
#include "base/durations.h"
#include "base/result.h"
#include "fence/live_view.h"
#include "fence/member.h"
#include "store/store.h"

namespace claviger {

/// Proof that a change is fenced: no check that starts from now on, on any node, accepts what it
/// took back. Only Fence::raise makes one, and every success answer that takes something back
/// needs one: a silent success does not compile.
class Fenced {
 public:
  Epoch epoch() const { return epoch_; }

 private:
  friend class Fence;
  explicit Fenced(const Epoch& epoch) : epoch_(epoch) {}
  Epoch epoch_;
};

/// Raises fences. On SQLite all nodes are processes on one file, and each of them compares the
/// file's change mark at the start of every check: a commit is a fence. Where nodes hold leases,
/// the fence stands when each has said that it knows the change, or can have no lease any more.
class Fence {
 public:
  /// `member`: of the nodes that share the store; null on SQLite.
  explicit Fence(LiveView& view, FenceMember* member = nullptr) : view_(view), member_(member) {}

  /// Makes this node's view catch up with the change, and returns when all others have as well.
  /// Errors: fence_incomplete; the change is stored, and detail says when it is enforced.
  Result<Fenced> raise(const Committed& committed);

  /// Since the start.
  struct Counts {
    Durations raised;    // from a commit's answer until the fence stood, for all of which it does
    Counter incomplete;  // those of which it could not be said
  };
  const Counts& counts() const { return counts_; }
  const FenceMember* member() const { return member_; }

 private:
  Status stand(const Epoch& epoch);

  LiveView& view_;
  FenceMember* member_;
  Counts counts_;
};

}  // namespace claviger
