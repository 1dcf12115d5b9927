#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/counter.h"
#include "base/durations.h"
#include "base/mutex.h"
#include "base/random.h"
#include "base/result.h"
#include "fence/lease.h"
#include "fence/live_view.h"
#include "observe/log.h"
#include "store/members.h"

namespace claviger {

/// A node's part in the fence protocol, where several nodes share a database
/// (docs/decisions/0081): it renews the node's lease, applies the log to the view, tells the others
/// how far it is, and removes those that fell silent.
///
/// The rounds are functions of their own, without a thread, so that a test can run them one by one.
class FenceMember {
 public:
  struct Parts {
    Members& members;
    LiveView& view;
    Lease& lease;
    const IntervalClock& clock;
    Random& random;
    Log& log;
    std::string label;
    std::function<std::vector<std::string>()> kids{};  // of the keys that this node has loaded
  };
  explicit FenceMember(Parts parts);
  FenceMember(const FenceMember&) = delete;
  FenceMember& operator=(const FenceMember&) = delete;
  ~FenceMember();

  /// Keeps the lease, in a thread of its own, until `stop`.
  void start();
  /// Ends the lease and leaves. After the last answer.
  void stop();

  /// Waits until no node answers by what was before the epoch: until all have said that they know
  /// it, or for as long as a lease can last. To be called after its commit was answered; from any
  /// thread.
  void raise(const Epoch& epoch);

  /// The same without waiting, for a change whose commit was answered at `since` or before: whether
  /// it is so by now. nullopt: the database did not say.
  std::optional<bool> stands(const Epoch& epoch, IntervalClock::Time since);

  /// How long a lease of another node can last beyond the commit of what it does not know.
  std::chrono::nanoseconds wait() const;

  /// Since the start.
  struct Counts {
    Durations renewals;                    // how long those that succeeded took
    Counter failed_rounds;                 // renewals and looks at the log that failed
    Counter waited_out;                    // changes that stood only when every lease was over
    Counter removed;                       // nodes that this one removed because they were silent
    std::atomic<std::int64_t> members{0};  // nodes at the last look, this one included
  };
  const Counts& counts() const { return counts_; }
  const Lease& lease() const { return parts_.lease; }

  /// One renewal: a new lease, or none.
  Status renew();
  /// Reads what changed, applies it and says so. No lease comes of it.
  Status catch_up();
  /// Removes members that have not renewed for so long that no lease of theirs can be left.
  Status remove_silent();

 private:
  void run();
  void round(IntervalClock::Time& next_renewal);
  Status join();
  Status apply(const LogPage& page);
  void tell_keys();

  Parts parts_;
  Counts counts_;
  Uuid incarnation_{};
  bool is_member_ = false;
  std::size_t keys_told_ = 0;
  Epoch acknowledged_{.number = -1};
  /// What was last seen of the others, and since when, by this node's clock.
  struct Seen {
    std::int64_t renewals = 0;
    IntervalClock::Time since{};
  };
  std::map<Uuid, Seen> seen_;
  std::atomic<bool> is_stopping_{false};
  bool is_failing_ = false;  // as was last logged
  std::thread thread_;

  /// A thread in `raise`.
  struct Waiter {
    Epoch epoch;
    IntervalClock::Time since;
    bool is_done = false;
  };
  std::optional<std::int64_t> next_question(Waiter& self);
  void take_answer(const Result<std::vector<Epoch>>& answer, IntervalClock::Time asked_at);

  Mutex mutex_;
  Condition changed_;                          // something of these:
  std::int64_t told_ GUARDED_BY(mutex_) = -1;  // the last epoch that this node acknowledged
  std::vector<Waiter*> waiting_ GUARDED_BY(mutex_);
  bool is_asking_ GUARDED_BY(mutex_) = false;  // one of them, for all
  IntervalClock::Time next_question_ GUARDED_BY(mutex_){};
};

}  // namespace claviger
