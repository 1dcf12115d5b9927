#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/counter.h"
#include "base/limits.h"
#include "base/mutex.h"
#include "base/reclaimer.h"
#include "base/result.h"
#include "fence/lease.h"
#include "fence/token_table.h"
#include "fence/user_table.h"
#include "store/live_source.h"

namespace claviger {

/// What this process holds in memory of live tokens, their users and clients, so that a check asks
/// no database. It never accepts what the store has taken back:
///
///  - Before each look-up the store's change mark is compared with the one of the last refresh. If
///    it differs, somebody committed, and the log of changes is read first. Where the store cannot
///    tell, the node's lease has to be valid instead: nobody is told that something was taken back
///    while a lease lasts that does not know of it.
///  - A refresh moves the generation before it erases. A fill happens only if the generation is
///    still the one from before its read, so nothing old is put back after its erasure.
///  - "Unknown" is never remembered, so a token issued by another process is found at once.
///
/// Looking up takes no lock: see TokenTable and Reclaimer. This is the reader's half of the fence
/// protocol (docs/decisions/0081); on SQLite with the change mark in the place of the lease
/// (0002). With neither mark nor lease each check asks the store.
class LiveView {
 public:
  /// Told of the keys that are retired, and of the one that signs, before a check goes on that
  /// began after one was retired or another one signed; also again of the same.
  using OnKeys = std::function<void(const std::vector<SeenKey>& keys)>;
  /// Holds at most `capacity` tokens; the least recently used go first.
  LiveView(LiveSource& store, std::size_t capacity, OnKeys on_keys = {}, Lease* lease = nullptr);
  ~LiveView();
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  struct Live {
    const LiveUser* user;  // good while the Reading lives
    Instant expires_at;
  };
  struct Revoked {};
  struct Unknown {};
  using Found = std::variant<Live, Revoked, Unknown>;

  /// To be held while what is found is looked at.
  Reclaimer::Reading read() { return reclaimer_.read(); }

  /// Looks a token up in memory, without waiting. nullopt: the store has to be asked.
  std::optional<Found> try_find(const Reclaimer::Reading& reading, TokenId id, Instant now);
  /// Looks a token up, in the store if need be. Errors: storage_unavailable.
  Result<Found> find(const Reclaimer::Reading& reading, TokenId id, Instant now);

  /// Which state of the log the view knows, counted in this process: numbers of epochs can be given
  /// twice.
  enum class Generation : std::uint64_t {};
  /// To be read before the read that a later `learn` tells of.
  Generation generation() const { return generation_.load(std::memory_order_acquire); }
  /// Takes in what was read or written by somebody else, unless the generation has moved since.
  void learn(const LiveRecord& record, Generation read_under, Instant now);
  /// The same for a token that was just issued. With a lease it does nothing: what the user's
  /// record said may have come from a server that was deposed meanwhile, so the first check asks.
  void learn_issued(const LiveRecord& record, Generation read_under, Instant now) {
    if (lease_ == nullptr) learn(record, read_under, now);
  }
  /// Catches up with the store's log; with a lease, waits a second for that. Errors:
  /// storage_unavailable.
  Status refresh();

  /// Whether it goes by a lease.
  bool has_lease() const { return lease_ != nullptr; }

  /// For who holds the lease: the newest epoch that the view knows, and what is to be read since.
  Epoch position() const;
  /// Takes in a page of the log that was read since position(). One thread at a time. Errors:
  /// storage_unavailable; then the view stands where it stood.
  Status advance(const LogPage& page);

  /// When tokens were last used, where that is not stored yet.
  std::vector<std::pair<TokenId, Instant>> take_last_used();
  std::size_t size() const;
  std::size_t capacity() const { return capacity_; }

  /// Since the start.
  struct Counts {
    Counter hits;     // look-ups answered from memory
    Counter misses;   // look-ups that asked the store
    Counter flushes;  // times that all was dropped, because the log did not reach back far enough
    Counter voided;   // records not kept, because the log moved while they were read
  };
  const Counts& counts() const { return counts_; }

 private:
  struct alignas(64) Shard {
    explicit Shard(Reclaimer& reclaimer) : table(reclaimer) {}
    mutable Mutex mutex;
    TokenTable table;  // read by anybody, changed under the mutex
    /// Minutes of last use, not yet saved, of tokens that have left the table.
    std::vector<std::pair<TokenId, std::uint32_t>> last_uses GUARDED_BY(mutex);
    void keep_last_use(const TokenEntry& entry) REQUIRES(mutex);
  };
  Shard& shard(TokenId id);
  bool is_current() const;
  bool has_marks() const { return store_.change_mark().has_value(); }
  Status refresh_locked() REQUIRES(refresh_mutex_);
  Status advance_locked(const LogPage& page) REQUIRES(refresh_mutex_);
  void publish(const ChangeMark& mark) REQUIRES(refresh_mutex_);
  /// A generation, and the epoch that it stands for.
  std::pair<Generation, Epoch> standing() const;
  Status retire_keys(const LogPage& page);
  void apply(const LogEntry& entry);
  void drop_everything();
  void mark_used(TokenId id, std::uint32_t now_min);
  LiveUser* hold_user(const LiveRecord& record, Generation read_under);
  void release(LiveUser* user);
  void let_go(Shard& shard, const TokenEntry& entry) REQUIRES(shard.mutex);
  void sweep_owners() REQUIRES(owners_mutex_);

  LiveSource& store_;
  OnKeys on_keys_;
  Lease* lease_;
  std::size_t capacity_;
  Counts counts_;
  Reclaimer reclaimer_;
  std::vector<std::unique_ptr<Shard>> shards_;

  Mutex owners_mutex_;
  UserTable users_ GUARDED_BY(owners_mutex_);  // each of them held by it
  std::unordered_map<ClientId, LiveClient::Hold> clients_ GUARDED_BY(owners_mutex_);
  std::size_t sweep_users_at_ GUARDED_BY(owners_mutex_) = 1024;

  Mutex refresh_mutex_;
  mutable Mutex position_mutex_;  // the generation moves with the position
  Epoch position_ GUARDED_BY(position_mutex_);
  alignas(64) std::atomic<Generation> generation_{};
  /// The mark of the last refresh, published as a seqlock: odd while it is written.
  std::atomic<std::uint64_t> mark_version_{0};
  std::array<std::atomic<std::uint64_t>, 3> mark_words_{};
};

}  // namespace claviger
