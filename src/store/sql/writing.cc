#include <algorithm>
#include <utility>

#include "store/sql/audit.h"
#include "store/sql/rows.h"
#include "store/sql/sql_store.h"

namespace claviger::sql {
namespace {

constexpr std::int64_t epochs_kept = 100'000;
constexpr std::size_t uses_per_transaction = 500;  // bounds how long other writes wait

template <class IdType>
Status record_uses(CommitQueue& queue, Query query,
                   const std::vector<std::pair<IdType, Instant>>& uses) {
  for (std::size_t from = 0; from < uses.size(); from += uses_per_transaction) {
    const auto to = std::min(from + uses_per_transaction, uses.size());
    const auto record = [&](Connection& db) -> Status {
      for (auto i = from; i < to; ++i) TRY_STATUS(db.execute(query, uses[i].first, uses[i].second));
      return {};
    };
    TRY_STATUS(queue.run(record));
  }
  return {};
}

Result<std::int64_t> live_tokens_of(Connection& db, ClientId client, UserId user, Instant now) {
  auto rows = TRY(db.query(Query::count_live_tokens, client, user, now));
  TRY_STATUS(rows.next());
  return rows.get<std::int64_t>();
}

/// What an audit row says of a rotation: until when the old credential works on, and whether the
/// tokens went with it.
std::string rotation_detail(const std::optional<Instant>& previous_expires_at, bool revoke_tokens) {
  std::string detail;
  if (previous_expires_at) detail = "old one until " + rfc3339(*previous_expires_at);
  if (revoke_tokens) detail += detail.empty() ? "tokens revoked" : ", tokens revoked";
  return detail;
}

AuditEvent issue_of(const NewToken& token) {
  return {.at = token.created_at,
          .origin = token.origin,
          .action = audit_action::token_issued,
          .object_id = token.id.bytes,
          .client_id = token.client_id,
          .detail = "user " + token.user_id.text()};
}

/// A change of activity and one of scopes are told of apart, also if they come together.
std::vector<AuditEvent> events_of(ClientId client, UserId id, const UserPatch& patch, Instant now,
                                  const Origin& origin) {
  const AuditEvent event{.at = now,
                         .origin = origin,
                         .action = audit_action::scopes_changed,
                         .object_id = id.bytes,
                         .client_id = client,
                         .detail = patch.scopes.value_or("")};
  std::vector<AuditEvent> events;
  if (patch.is_active) {
    auto& activity = events.emplace_back(event);
    activity.action =
        *patch.is_active ? audit_action::user_activated : audit_action::user_deactivated;
    activity.detail.clear();
  }
  if (patch.scopes) events.push_back(event);
  return events;
}

Result<bool> is_prune_due(Connection& db, Instant before) {
  auto rows = TRY(db.query(Query::prune_due, before, epochs_kept));
  TRY_STATUS(rows.next());
  return rows.get<bool>();
}

}  // namespace

template <class T>
Result<std::optional<Change<T>>> SqlStore::change(
    const std::vector<AuditEvent>& events,
    const std::function<Result<std::int64_t>(Connection&)>& apply,
    const std::function<Result<std::optional<T>>(Connection&)>& find) {
  std::optional<T> value;
  Epoch epoch;
  const auto work = [&](Connection& db) -> Status {
    value.reset();
    if (TRY(apply(db)) == 0) return {};
    value = TRY(find(db));
    epoch = TRY(newest_epoch(db));
    for (const auto& event : events) TRY_STATUS(append_audit(db, event));
    return {};
  };
  TRY_STATUS(queue().run(work));
  if (!value) return std::nullopt;
  return Change<T>{.value = std::move(*value), .committed = committed(epoch)};
}

Status SqlStore::create_client(const NewClient& client) {
  return queue().run([&](Connection& db) -> Status {
    TRY_STATUS(db.execute(Query::create_client, client.id, client.name, client.api_key_hash,
                          client.api_key_preview, client.created_at));
    return append_audit(db, {.at = client.created_at,
                             .origin = client.origin,
                             .action = audit_action::client_created,
                             .object_id = client.id.bytes,
                             .client_id = client.id});
  });
}

Status SqlStore::create_user(const NewUser& user) {
  return queue().run([&](Connection& db) -> Status {
    const auto added =
        TRY(db.execute(Query::create_user, user.id, user.client_id, user.identifier, user.scopes,
                       user.secret_hash, user.secret_preview, user.created_at));
    if (added == 0) return fail(Code::not_found, "There is no such client.");
    return append_audit(db, {.at = user.created_at,
                             .origin = user.origin,
                             .action = audit_action::user_created,
                             .object_id = user.id.bytes,
                             .client_id = user.client_id,
                             .detail = user.scopes});
  });
}

Result<std::vector<bool>> SqlStore::create_tokens(std::span<const NewToken> tokens) {
  std::vector<bool> added;
  const auto work = [&](Connection& db) -> Status {
    for (const auto& token : tokens) {
      const auto stored =
          TRY(db.execute(Query::create_token, token.id, token.user_id, token.client_id,
                         token.preview, token.created_by_username, token.created_at,
                         token.expires_at, token.secret_hash, token.api_key_hash)) == 1;
      if (stored) TRY_STATUS(append_audit(db, issue_of(token)));
      added.push_back(stored);
    }
    return {};
  };
  TRY_STATUS(queue().run(work));
  return added;
}

Result<std::optional<Change<Token>>> SqlStore::revoke_token(ClientId client, TokenId id,
                                                            Instant now, const Origin& origin) {
  const AuditEvent event{.at = now,
                         .origin = origin,
                         .action = audit_action::token_revoked,
                         .object_id = id.bytes,
                         .client_id = client};
  return change<Token>(
      {event}, [&](Connection& db) { return db.execute(Query::revoke_token, client, id, now); },
      [&](Connection& db) { return sql::find_token(db, client, id); });
}

Result<Change<RevokedOfMany>> SqlStore::revoke_tokens(std::span<const TokenId> ids, Instant now,
                                                      const Origin& origin) {
  RevokedOfMany done;
  Epoch epoch;
  const auto work = [&](Connection& db) -> Status {
    for (const auto& id : ids) {
      const auto token = TRY(sql::find_token(db, id));
      if (!token) {
        ++done.missing;
        continue;
      }
      ++done.revoked;
      TRY_STATUS(db.execute(Query::revoke_token, token->client_id, id, now));
      TRY_STATUS(append_audit(db, {.at = now,
                                   .origin = origin,
                                   .action = audit_action::token_revoked,
                                   .object_id = id.bytes,
                                   .client_id = token->client_id}));
    }
    epoch = TRY(newest_epoch(db));
    return {};
  };
  TRY_STATUS(queue().run(work));
  return Change<RevokedOfMany>{.value = done, .committed = committed(epoch)};
}

Result<std::optional<Change<std::int64_t>>> SqlStore::revoke_user_tokens(ClientId client, UserId id,
                                                                         Instant now,
                                                                         const Origin& origin) {
  // Counted beforehand, so that a user with a million tokens delays no other write.
  const auto live = TRY(live_tokens_of(*reader(), client, id, now));
  const AuditEvent event{.at = now,
                         .origin = origin,
                         .action = audit_action::user_tokens_revoked,
                         .object_id = id.bytes,
                         .client_id = client};
  return change<std::int64_t>(
      {event}, [&](Connection& db) { return db.execute(Query::revoke_user_tokens, client, id); },
      [&](Connection&) { return std::optional(live); });
}

Result<std::optional<Change<User>>> SqlStore::update_user(ClientId client, UserId id,
                                                          const UserPatch& patch, Instant now,
                                                          const Origin& origin) {
  return change<User>(
      events_of(client, id, patch, now, origin),
      [&](Connection& db) {
        return db.execute(Query::update_user, client, id, patch.is_active, patch.scopes);
      },
      [&](Connection& db) { return sql::find_user(db, client, id); });
}

Result<std::optional<Change<Client>>> SqlStore::set_client_active(ClientId id, bool active,
                                                                  Instant now,
                                                                  const Origin& origin) {
  const AuditEvent event{
      .at = now,
      .origin = origin,
      .action = active ? audit_action::client_activated : audit_action::client_deactivated,
      .object_id = id.bytes,
      .client_id = id};
  return change<Client>(
      {event}, [&](Connection& db) { return db.execute(Query::set_client_active, id, active); },
      [&](Connection& db) { return sql::find_client(db, id); });
}

Result<std::optional<Change<User>>> SqlStore::rotate_secret(ClientId client, UserId id,
                                                            const SecretRotation& rotation) {
  const AuditEvent event{
      .at = rotation.now,
      .origin = rotation.origin,
      .action = audit_action::secret_rotated,
      .object_id = id.bytes,
      .client_id = client,
      .detail = rotation_detail(rotation.previous_expires_at, rotation.revoke_tokens)};
  return change<User>(
      {event},
      [&](Connection& db) {
        return db.execute(Query::rotate_secret, client, id, rotation.hash, rotation.preview,
                          rotation.now, rotation.previous_expires_at, rotation.revoke_tokens);
      },
      [&](Connection& db) { return sql::find_user(db, client, id); });
}

Result<std::optional<Change<Client>>> SqlStore::rotate_api_key(ClientId id,
                                                               const ApiKeyRotation& rotation) {
  const AuditEvent event{
      .at = rotation.now,
      .origin = rotation.origin,
      .action = audit_action::api_key_rotated,
      .object_id = id.bytes,
      .client_id = id,
      .detail = rotation_detail(rotation.previous_expires_at, rotation.revoke_tokens)};
  return change<Client>(
      {event},
      [&](Connection& db) {
        return db.execute(Query::rotate_api_key, id, rotation.hash, rotation.preview, rotation.now,
                          rotation.previous_expires_at, rotation.revoke_tokens, rotation.presented);
      },
      [&](Connection& db) { return sql::find_client(db, id); });
}

Status SqlStore::record_last_used(const LastUsed& used) {
  TRY_STATUS(record_uses(queue(), Query::token_used, used.tokens));
  TRY_STATUS(record_uses(queue(), Query::user_used, used.users));
  return record_uses(queue(), Query::client_used, used.clients);
}

Result<std::int64_t> SqlStore::prune(Instant before, std::int64_t limit) {
  if (!TRY(is_prune_due(*reader(), before))) return 0;  // without a write
  std::int64_t pruned = 0;
  const auto work = [&](Connection& db) -> Status {
    TRY_STATUS(db.execute(Query::mark_pruned, before));  // else each deletion would be logged
    pruned = TRY(db.execute(Query::prune_tokens, before, limit));
    TRY_STATUS(db.execute(Query::prune_log, epochs_kept, limit));
    return {};
  };
  TRY_STATUS(queue().run(work));
  return pruned;
}

}  // namespace claviger::sql
