#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/trail_check.h"
#include "base/durations.h"
#include "base/environment.h"
#include "base/result.h"
#include "model/model.h"
#include "store/admin_store.h"
#include "store/lists.h"
#include "store/live_source.h"

namespace claviger {

/// Proof that a change is committed, durably, under an epoch; what a fence is raised from. Only a
/// store makes one.
class Committed {
 public:
  Epoch epoch() const { return epoch_; }

 private:
  friend class Store;
  explicit Committed(const Epoch& epoch) : epoch_(epoch) {}
  Epoch epoch_;
};

template <class T>
struct Change {
  T value;
  Committed committed;
};

struct NewClient {
  ClientId id;
  std::string name;
  ApiKeyHash api_key_hash;
  std::string api_key_preview;
  Instant created_at;
  Origin origin;
};
struct NewUser {
  UserId id;
  ClientId client_id;
  std::string identifier;
  std::string scopes;
  UserSecretHash secret_hash;
  std::string secret_preview;
  Instant created_at;
  Origin origin;
};
/// A token to be stored, and what entitled its holder to it: the insert happens only if both are
/// still good in the same transaction (TOK-8).
struct NewToken {
  TokenId id;
  UserId user_id;
  ClientId client_id;
  std::string preview;
  std::string created_by_username;
  Instant created_at;
  Instant expires_at;
  UserSecretHash secret_hash;
  std::optional<ApiKeyHash> api_key_hash;  // nullopt: the operator or the user itself acts
  Origin origin;
};

/// Which user a login names: by the identifier within its client, or by its id alone (OAuth 2);
/// then it is found only while its client is active.
struct LoginName {
  ClientId client_id;
  std::string_view identifier;
  std::optional<UserId> user_id{};  // the rest counts only without it
};
/// A user with the hashes that a login is compared with.
struct UserCredential {
  User user;
  UserSecretHash secret_hash;
  std::optional<UserSecretHash> previous_secret_hash;  // while its grace period lasts
};

struct UserRow {
  User user;
  std::optional<TokenSummary> newest_token;
};
struct UserPage {
  std::vector<UserRow> users;
  std::int64_t total = 0;
};
struct TokenQuery {
  ClientId client_id;
  std::optional<UserId> user_id{};    // nullopt: of all the client's users
  std::optional<TokenState> state{};  // nullopt: of every state
  std::optional<TokenId> before{};    // cursor: only tokens older than this one
  std::int64_t limit = 0;
  Instant now;
};
struct TokenPage {
  std::vector<Token> tokens;  // newest first
  /// The cursor of the next page; nullopt: there is none. A page may be shorter than the limit and
  /// still have one: how many tokens are looked at for one of the wanted state is bounded.
  std::optional<TokenId> next;
};
struct ClientPage {
  std::vector<Client> clients;  // in the order of creation
  std::optional<ClientId> next;
};

struct UserPatch {
  std::optional<bool> is_active{};
  std::optional<std::string> scopes{};
};
struct SecretRotation {
  UserSecretHash hash;
  std::string preview;
  Instant now;
  Origin origin;
  std::optional<Instant> previous_expires_at{};  // nullopt: the old one ends at once
  bool revoke_tokens = false;
};
struct ApiKeyRotation {
  ApiKeyHash hash;
  std::string preview;
  Instant now;
  Origin origin;
  std::optional<Instant> previous_expires_at{};
  bool revoke_tokens = false;
  /// The key of the caller: it must still be good in the same transaction, or nothing changes and
  /// the answer is nullopt. nullopt: the operator acts.
  std::optional<ApiKeyHash> presented{};
};

/// When credentials were last used, to the minute; written in batches.
struct LastUsed {
  std::vector<std::pair<TokenId, Instant>> tokens;
  std::vector<std::pair<UserId, Instant>> users;
  std::vector<std::pair<ClientId, Instant>> clients;
};

/// Where the audit trail begins and ends.
struct AuditState {
  AuditTrail trail;
  AuditPoint newest;
};
/// Some of its rows, and where it began in the same snapshot.
struct AuditPage {
  AuditTrail trail;
  std::vector<AuditRow> rows;
};
/// Makes the line that seals where a pruned trail begins; empty: it is not sealed.
using AuditSeal = std::function<std::string(const std::pair<AuditTrailId, AuditPoint>&)>;
/// What was new about the keys of a start.
struct KeysNoted {
  std::vector<std::string> unseen;           // kids that this database had not seen
  std::optional<std::string> signed_before;  // the kid that signed until now; nullopt: none has
  std::string signing;                       // the kid that signs from now on
};
/// Which key signs from a start on: the first of those that start, or the one that has signed, if
/// there is one.
enum class StartSigner : std::uint8_t { first, as_before };
/// What a change of the signing key came to.
struct SignerChange {
  SeenKey key;                               // that signs now
  std::optional<std::string> signed_before;  // nullopt: none has
};

struct StoreStatus {
  std::string engine;  // "sqlite" or "postgresql"
  std::string environment;
  int schema_version = 0;
  std::int64_t clients = 0;
  std::int64_t users = 0;
  std::int64_t tokens = 0;  // rows, expired ones not yet pruned included (may be an estimate)
  Epoch epoch;
  std::int64_t size_bytes = 0;
};

/// How long uses of the database took, the wait for a connection or for the line of writes
/// included.
struct StoreTimes {
  const Durations& reads;
  const Durations& commits;
};

/// Where clients, users and tokens are kept. Each engine passes the same contract tests.
///
/// Every function may block and may be called from any thread, but `change_mark`, which never
/// blocks. Each write is one transaction, durable when it returns; concurrent writes share a
/// commit. Each change has its row in the audit trail in the same transaction, by the origin that
/// it is given (AUD-1); what changes nothing has none. Errors: storage_unavailable if the engine
/// cannot (disk full, not reachable); then nothing was changed, or, if the engine cannot know,
/// later writes are refused as well. Functions that take a ClientId beside an id treat another
/// client's object as missing (ACC-1).
class Store : public AdminStore, public LiveSource {
 public:
  // Reading
  virtual Result<std::optional<Client>> find_client(ClientId id) = 0;
  /// The active or inactive client whose key this is, now or by a grace period that lasts.
  virtual Result<std::optional<Client>> find_client_by_key(const ApiKeyHash& hash, Instant now) = 0;
  virtual Result<ClientPage> list_clients(std::optional<ClientId> after, std::int64_t limit) = 0;
  virtual Result<std::optional<User>> find_user(ClientId client, UserId id) = 0;
  /// The user of each login, in one snapshot.
  virtual Result<std::vector<std::optional<UserCredential>>> find_credentials(
      std::span<const LoginName> logins, Instant now) = 0;
  Result<std::optional<UserCredential>> find_credential(ClientId client,
                                                        std::string_view identifier, Instant now);
  /// The active or inactive user of any client whose secret this is, now or by a grace period that
  /// lasts. Goes through all users: no login needs it.
  virtual Result<std::optional<User>> find_user_by_secret(const UserSecretHash& hash,
                                                          Instant now) = 0;
  /// Page `page` (from 1) of a client's users in the order of creation. Costs the same for any
  /// page; `total` is exact.
  virtual Result<UserPage> list_users(ClientId client, std::int64_t page,
                                      std::int64_t page_size) = 0;
  virtual Result<std::optional<Token>> find_token(ClientId client, TokenId id) = 0;
  virtual Result<TokenPage> list_tokens(const TokenQuery& query) = 0;
  virtual Result<StoreStatus> status() = 0;
  /// Whether reading works; what /readyz asks.
  virtual Status ping() = 0;
  virtual StoreTimes times() const = 0;

  // Adding
  virtual Status create_client(const NewClient& client) = 0;
  /// conflict: the client has that identifier. not_found: no such client.
  virtual Status create_user(const NewUser& user) = 0;
  /// Stores tokens in one transaction, and says of each whether it was stored. False: user or
  /// client inactive, or secret or key no longer good.
  virtual Result<std::vector<bool>> create_tokens(std::span<const NewToken> tokens) = 0;
  Result<bool> create_token(const NewToken& token);

  // Taking back. Each takes an epoch of its own, also when there was nothing left to do, so that
  // a retry fences again. nullopt: there is no such object.
  virtual Result<std::optional<Change<Token>>> revoke_token(ClientId client, TokenId id,
                                                            Instant now, const Origin& origin) = 0;
  /// The value is how many live tokens it ended , counted just before.
  virtual Result<std::optional<Change<std::int64_t>>> revoke_user_tokens(ClientId client, UserId id,
                                                                         Instant now,
                                                                         const Origin& origin) = 0;
  virtual Result<std::optional<Change<User>>> update_user(ClientId client, UserId id,
                                                          const UserPatch& patch, Instant now,
                                                          const Origin& origin) = 0;
  virtual Result<std::optional<Change<Client>>> set_client_active(ClientId id, bool active,
                                                                  Instant now,
                                                                  const Origin& origin) = 0;
  virtual Result<std::optional<Change<User>>> rotate_secret(ClientId client, UserId id,
                                                            const SecretRotation& rotation) = 0;
  virtual Result<std::optional<Change<Client>>> rotate_api_key(ClientId id,
                                                               const ApiKeyRotation& rotation) = 0;

  /// Revokes tokens of any clients, in one transaction under one epoch.
  virtual Result<Change<RevokedOfMany>> revoke_tokens(std::span<const TokenId> ids, Instant now,
                                                      const Origin& origin) = 0;

  // The lists over all clients
  virtual Result<ListPage<Client>> list_clients(const ClientFilter& filter,
                                                const ListRange& range) = 0;
  virtual Result<ListPage<ListedUser>> list_users(const UserFilter& filter,
                                                  const ListRange& range) = 0;
  /// The range is descending.
  virtual Result<ListPage<ListedToken>> list_tokens(const TokenFilter& filter,
                                                    const ListRange& range) = 0;
  virtual Result<std::optional<ListedUser>> find_user(UserId id) = 0;
  virtual Result<std::optional<ListedToken>> find_token(TokenId id) = 0;
  /// Rows before that number. What `from` and `until` leave out is not looked at, as far as the
  /// clock never went back while the trail was written.
  virtual Result<AuditListPage> list_audit(const AuditFilter& filter,
                                           std::optional<std::int64_t> before,
                                           std::int64_t limit) = 0;
  /// How many tokens are live; nullopt if `at_most` or more have not expired.
  virtual Result<std::optional<std::int64_t>> count_live_tokens(Instant now,
                                                                std::int64_t at_most) = 0;
  /// How many tokens, revoked ones included, expire at `from` or later and before `until`.
  virtual Result<std::int64_t> count_expiring(Instant from, Instant until) = 0;
  /// What is older than `before`. Goes through all users and clients, in pieces.
  virtual Result<StaleCounts> count_stale(Instant before) = 0;

  // The audit trail
  virtual Result<AuditState> audit_state() = 0;
  /// The first `limit` rows after that number, in their order.
  virtual Result<AuditPage> read_audit(std::int64_t after, std::int64_t limit) = 0;
  /// Notes which keys sign and check tokens, by their kids (ENV-4); at least one. Errors: conflict,
  /// if the one that is to sign is retired.
  virtual Result<KeysNoted> note_keys(const std::vector<std::string>& kids, Instant now,
                                      const Origin& origin,
                                      StartSigner signer = StartSigner::first) = 0;
  /// Has this key sign, in every process that goes by the database. As the functions under "Taking
  /// back". Errors: conflict, if it is retired.
  virtual Result<Change<SignerChange>> change_signing_key(const std::string& kid, Instant now,
                                                          const Origin& origin) = 0;
  /// The kid of the key that signs; nullopt: none has.
  virtual Result<std::optional<std::string>> signing_key() = 0;
  /// Every key that was noted.
  virtual Result<std::vector<SeenKey>> list_keys() = 0;
  /// Takes back all that a key has signed, for good; as the functions under "Taking back". Errors:
  /// conflict, if it is the signing one.
  virtual Result<std::optional<Change<SeenKey>>> retire_key(const std::string& kid, Instant now,
                                                            const Origin& origin) = 0;
  /// Deletes the oldest rows of the audit trail, at most `limit`, as far as they are all from
  /// before `before`; returns how many. The trail then begins behind them.
  virtual Result<std::int64_t> prune_audit(Instant before, std::int64_t limit,
                                           const AuditSeal& seal) = 0;

  // In the background
  virtual Status record_last_used(const LastUsed& used) = 0;
  /// Deletes at most `limit` tokens that expired before `before`, and log entries no longer
  /// needed; returns how many tokens. Less than `limit` means that there are no more.
  virtual Result<std::int64_t> prune(Instant before, std::int64_t limit) = 0;

 protected:
  static Committed committed(const Epoch& epoch) { return Committed(epoch); }
};

}  // namespace claviger
