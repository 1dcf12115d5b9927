#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/sql/commit_queue.h"
#include "store/sql/connection_pool.h"
#include "store/store.h"

namespace claviger::sql {

/// What the engines share of the Store: which statements make up a use, in which transaction, with
/// which audit row. Reading stands in reading.cc, the lists over all clients in lists.cc,
/// everything that writes in writing.cc, the audit trail in audit.cc, keys in keys.cc, who works
/// with the panel in administrators.cc. The statements' texts, the connections and what the live
/// view asks are an engine's own.
class SqlStore : public Store {
 public:
  struct Parts {
    std::string engine;                         // its name in StoreStatus
    std::unique_ptr<ConnectionPool> writers{};  // null: the readers write, too
    std::unique_ptr<ConnectionPool> log_reader{};
    std::unique_ptr<ConnectionPool> readers{};
    std::unique_ptr<CommitQueue> queue{};
  };
  explicit SqlStore(Parts parts) : parts_(std::move(parts)) {}

  Result<std::optional<Client>> find_client(ClientId id) override;
  Result<std::optional<Client>> find_client_by_key(const ApiKeyHash& hash, Instant now) override;
  Result<ClientPage> list_clients(std::optional<ClientId> after, std::int64_t limit) override;
  Result<std::optional<User>> find_user(ClientId client, UserId id) override;
  Result<std::vector<std::optional<UserCredential>>> find_credentials(
      std::span<const LoginName> logins, Instant now) override;
  Result<std::optional<User>> find_user_by_secret(const UserSecretHash& hash, Instant now) override;
  Result<UserPage> list_users(ClientId client, std::int64_t page, std::int64_t page_size) override;
  Result<std::optional<Token>> find_token(ClientId client, TokenId id) override;
  Result<TokenPage> list_tokens(const TokenQuery& query) override;
  Result<StoreStatus> status() override;
  Status ping() override;
  StoreTimes times() const override {
    return {.reads = parts_.readers->times(), .commits = parts_.queue->times()};
  }

  Status create_client(const NewClient& client) override;
  Status create_user(const NewUser& user) override;
  Result<std::vector<bool>> create_tokens(std::span<const NewToken> tokens) override;

  Result<std::optional<Change<Token>>> revoke_token(ClientId client, TokenId id, Instant now,
                                                    const Origin& origin) override;
  Result<std::optional<Change<std::int64_t>>> revoke_user_tokens(ClientId client, UserId id,
                                                                 Instant now,
                                                                 const Origin& origin) override;
  Result<std::optional<Change<User>>> update_user(ClientId client, UserId id,
                                                  const UserPatch& patch, Instant now,
                                                  const Origin& origin) override;
  Result<std::optional<Change<Client>>> set_client_active(ClientId id, bool active, Instant now,
                                                          const Origin& origin) override;
  Result<std::optional<Change<User>>> rotate_secret(ClientId client, UserId id,
                                                    const SecretRotation& rotation) override;
  Result<std::optional<Change<Client>>> rotate_api_key(ClientId id,
                                                       const ApiKeyRotation& rotation) override;

  Result<Change<RevokedOfMany>> revoke_tokens(std::span<const TokenId> ids, Instant now,
                                              const Origin& origin) override;

  Result<ListPage<Client>> list_clients(const ClientFilter& filter,
                                        const ListRange& range) override;
  Result<ListPage<ListedUser>> list_users(const UserFilter& filter,
                                          const ListRange& range) override;
  Result<ListPage<ListedToken>> list_tokens(const TokenFilter& filter,
                                            const ListRange& range) override;
  Result<std::optional<ListedUser>> find_user(UserId id) override;
  Result<std::optional<ListedToken>> find_token(TokenId id) override;
  Result<AuditListPage> list_audit(const AuditFilter& filter, std::optional<std::int64_t> before,
                                   std::int64_t limit) override;
  Result<std::optional<std::int64_t>> count_live_tokens(Instant now, std::int64_t at_most) override;
  Result<std::int64_t> count_expiring(Instant from, Instant until) override;
  Result<StaleCounts> count_stale(Instant before) override;

  Result<AuditState> audit_state() override;
  Result<AuditPage> read_audit(std::int64_t after, std::int64_t limit) override;
  Result<KeysNoted> note_keys(const std::vector<std::string>& kids, Instant now,
                              const Origin& origin, StartSigner signer) override;
  Result<Change<SignerChange>> change_signing_key(const std::string& kid, Instant now,
                                                  const Origin& origin) override;
  Result<std::optional<std::string>> signing_key() override;
  Result<std::vector<SeenKey>> list_keys() override;
  Result<std::optional<Change<SeenKey>>> retire_key(const std::string& kid, Instant now,
                                                    const Origin& origin) override;
  Result<std::int64_t> prune_audit(Instant before, std::int64_t limit,
                                   const AuditSeal& seal) override;

  Result<std::vector<Administrator>> list_administrators() override;
  Result<std::optional<Administrator>> find_administrator(const Email& email) override;
  Status add_administrator(const Administrator& administrator, const Origin& origin) override;
  Result<bool> set_role(const Email& email, AdminRole role, Instant now,
                        const Origin& origin) override;
  Result<bool> remove_administrator(const Email& email, Instant now, const Origin& origin) override;
  Status create_login_link(const LoginLink& link, Instant now, const Origin& origin) override;
  Result<std::optional<AdminSession>> use_login_link(const LoginLinkHash& link,
                                                     const NewSession& begun,
                                                     const RequestRef& request) override;
  Status create_session(const NewSession& begun, const RequestRef& request) override;
  Status note_refusal(const AuditEvent& event) override;
  Result<std::optional<AdminSession>> find_session(const SessionHash& hash) override;
  Status session_seen(SessionId id, Instant at) override;
  Result<std::vector<AdminSession>> list_sessions(Instant now) override;
  Result<bool> end_session(SessionId id, Instant now, const Origin& origin) override;
  Result<std::int64_t> end_sessions(const Email& email, Instant now, const Origin& origin) override;

  Status record_last_used(const LastUsed& used) override;
  Result<std::int64_t> prune(Instant before, std::int64_t limit) override;

 protected:
  ConnectionPool::Lease reader() { return parts_.readers->take(); }
  /// The log is read in the middle of checks, which must not wait for other readers.
  ConnectionPool::Lease log_reader() {
    return (parts_.log_reader ? parts_.log_reader : parts_.readers)->take();
  }

 private:
  CommitQueue& queue() { return *parts_.queue; }
  /// Runs a write that may find nothing to change. `apply` returns how many rows it changed, and
  /// `find` the object as it is then; both run in one transaction, in which an epoch was taken and
  /// the events are told.
  template <class T>
  Result<std::optional<Change<T>>> change(
      const std::vector<AuditEvent>& events,
      const std::function<Result<std::int64_t>(Connection&)>& apply,
      const std::function<Result<std::optional<T>>(Connection&)>& find);

  Parts parts_;  // in the order in which they are made; what uses another goes first
};

Result<std::vector<SeenKey>> keys_of(Connection& db);

/// The record in a row of Query::read_live, from its token's id on.
std::optional<LiveRecord> read_live_record(Rows& row);

}  // namespace claviger::sql
