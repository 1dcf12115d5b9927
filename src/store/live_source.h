#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

namespace claviger {

/// The number of a change that took something back. Epochs are in the order of commits: whoever
/// sees epoch e sees every epoch below it. Where a database fails over, a number can be given
/// twice; the random stamp tells the two apart (docs/decisions/0081). Without a failover, as in
/// SQLite, it is zero.
struct Epoch {
  std::int64_t number = 0;
  Uuid stamp{};
  auto operator<=>(const Epoch&) const = default;
};

/// Equal marks mean that nothing was committed between their readings, by any process.
struct ChangeMark {
  std::array<std::uint64_t, 3> words{};
  bool operator==(const ChangeMark&) const = default;
};

/// One entry of the log of what was taken back or changed: the record to be read again.
struct LogEntry {
  /// Of kind `keys`, it says that a key was retired, or that another one signs, and names none.
  enum class Kind : char { token = 'T', user = 'U', client = 'C', keys = 'K' };
  Epoch epoch;
  Kind kind;
  Uuid key;
};

/// What was logged after an epoch. `complete` is false if the log does not reach back to it, knows
/// another epoch of its number, or holds more than is worth applying: then everything in memory is
/// to be dropped.
struct LogPage {
  Epoch newest{};
  bool complete = true;
  std::vector<LogEntry> entries{};
};

/// A token's record with its user's and client's, read in one snapshot.
struct LiveRecord {
  TokenId token_id;
  UserId user_id;
  ClientId client_id;
  Instant expires_at;
  bool revoked = false;  // the token, or all its user's or client's tokens of its time, or inactive
  std::string username;
  std::string scopes;
};
struct LiveRead {
  /// Whether the snapshot is at least as new as the epoch that the read asked for. If not, it
  /// proves nothing.
  bool is_current = false;
  std::optional<LiveRecord> record{};  // nullopt: no such token, or its user or client is gone
};

/// A key that has signed or checked tokens here.
struct SeenKey {
  std::string kid;
  Instant first_seen_at;
  bool is_signing = false;  // as of the newest start, or of the newest change since
  std::optional<Instant> retired_at{};
};
/// Every key, read in one snapshot.
struct KeysRead {
  /// As in LiveRead.
  bool is_current = false;
  std::vector<SeenKey> keys{};
};

/// What a live view asks of a store (fence/live_view.h); a part of Store, by whose rules it goes.
class LiveSource {
 public:
  virtual ~LiveSource() = default;

  virtual Result<LiveRead> read_live(TokenId id, const Epoch& at_least) = 0;
  virtual Result<KeysRead> read_keys(const Epoch& at_least) = 0;
  virtual Result<LogPage> log_since(const Epoch& epoch) = 0;
  /// Never blocks, costs nanoseconds. nullopt: the engine cannot tell; a node then needs a lease
  /// (fence/member.h).
  virtual std::optional<ChangeMark> change_mark() const noexcept = 0;
};

}  // namespace claviger
