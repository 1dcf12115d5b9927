#include <algorithm>
#include <utility>

#include "store/sqlite/engine.h"
#include "store/sqlite/rows.h"

namespace claviger::sqlite {
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

Result<std::int64_t> count_live_tokens(Connection& db, ClientId client, UserId user, Instant now) {
  auto rows = TRY(db.query(Query::count_live_tokens, client, user, now));
  TRY_STATUS(rows.next());
  return rows.get<std::int64_t>();
}

Result<bool> is_prune_due(Connection& db, Instant before) {
  auto rows = TRY(db.query(Query::prune_due, before, epochs_kept));
  TRY_STATUS(rows.next());
  return rows.get<bool>();
}

}  // namespace

template <class T>
Result<std::optional<Change<T>>> Engine::change(
    const std::function<Result<std::int64_t>(Connection&)>& apply,
    const std::function<Result<std::optional<T>>(Connection&)>& find) {
  std::optional<T> value;
  Epoch epoch;
  const auto work = [&](Connection& db) -> Status {
    if (TRY(apply(db)) == 0) return {};
    value = TRY(find(db));
    epoch = TRY(newest_epoch(db));
    return {};
  };
  TRY_STATUS(queue_.run(work));
  if (!value) return std::nullopt;
  return Change<T>{.value = std::move(*value), .committed = committed(epoch)};
}

Status Engine::create_client(const NewClient& client) {
  return queue_.run([&](Connection& db) -> Status {
    TRY_STATUS(db.execute(Query::create_client, client.id, client.name, client.api_key_hash,
                          client.api_key_preview, client.created_at));
    return {};
  });
}

Status Engine::create_user(const NewUser& user) {
  return queue_.run([&](Connection& db) -> Status {
    const auto added =
        TRY(db.execute(Query::create_user, user.id, user.client_id, user.identifier, user.scopes,
                       user.secret_hash, user.secret_preview, user.created_at));
    if (added == 0) return fail(Code::not_found, "There is no such client.");
    return {};
  });
}

Result<std::vector<bool>> Engine::create_tokens(std::span<const NewToken> tokens) {
  std::vector<bool> added;
  const auto work = [&](Connection& db) -> Status {
    for (const auto& token : tokens)
      added.push_back(TRY(db.execute(Query::create_token, token.id, token.user_id, token.client_id,
                                     token.preview, token.created_by_username, token.created_at,
                                     token.expires_at, token.secret_hash, token.api_key_hash)) ==
                      1);
    return {};
  };
  TRY_STATUS(queue_.run(work));
  return added;
}

Result<std::optional<Change<Token>>> Engine::revoke_token(ClientId client, TokenId id,
                                                          Instant now) {
  return change<Token>(
      [&](Connection& db) { return db.execute(Query::revoke_token, client, id, now); },
      [&](Connection& db) { return sqlite::find_token(db, client, id); });
}

Result<std::optional<Change<std::int64_t>>> Engine::revoke_user_tokens(ClientId client, UserId id,
                                                                       Instant now) {
  // Counted beforehand, so that a user with a million tokens delays no other write.
  const auto live = TRY(count_live_tokens(*readers_->take(), client, id, now));
  return change<std::int64_t>(
      [&](Connection& db) { return db.execute(Query::revoke_user_tokens, client, id); },
      [&](Connection&) { return std::optional(live); });
}

Result<std::optional<Change<User>>> Engine::update_user(ClientId client, UserId id,
                                                        const UserPatch& patch, Instant) {
  return change<User>(
      [&](Connection& db) {
        return db.execute(Query::update_user, client, id, patch.is_active, patch.scopes);
      },
      [&](Connection& db) { return sqlite::find_user(db, client, id); });
}

Result<std::optional<Change<Client>>> Engine::set_client_active(ClientId id, bool active, Instant) {
  return change<Client>(
      [&](Connection& db) { return db.execute(Query::set_client_active, id, active); },
      [&](Connection& db) { return sqlite::find_client(db, id); });
}

Result<std::optional<Change<User>>> Engine::rotate_secret(ClientId client, UserId id,
                                                          const SecretRotation& rotation) {
  return change<User>(
      [&](Connection& db) {
        return db.execute(Query::rotate_secret, client, id, rotation.hash, rotation.preview,
                          rotation.now, rotation.previous_expires_at, rotation.revoke_tokens);
      },
      [&](Connection& db) { return sqlite::find_user(db, client, id); });
}

Result<std::optional<Change<Client>>> Engine::rotate_api_key(ClientId id,
                                                             const ApiKeyRotation& rotation) {
  return change<Client>(
      [&](Connection& db) {
        return db.execute(Query::rotate_api_key, id, rotation.hash, rotation.preview, rotation.now,
                          rotation.previous_expires_at, rotation.revoke_tokens, rotation.presented);
      },
      [&](Connection& db) { return sqlite::find_client(db, id); });
}

Status Engine::record_last_used(const LastUsed& used) {
  TRY_STATUS(record_uses(queue_, Query::token_used, used.tokens));
  TRY_STATUS(record_uses(queue_, Query::user_used, used.users));
  return record_uses(queue_, Query::client_used, used.clients);
}

Result<std::int64_t> Engine::prune(Instant before, std::int64_t limit) {
  if (!TRY(is_prune_due(*readers_->take(), before))) return 0;  // without a write
  std::int64_t pruned = 0;
  const auto work = [&](Connection& db) -> Status {
    TRY_STATUS(db.execute(Query::mark_pruned, before));  // else each deletion would be logged
    pruned = TRY(db.execute(Query::prune_tokens, before, limit));
    TRY_STATUS(db.execute(Query::prune_log, epochs_kept, limit));
    return {};
  };
  TRY_STATUS(queue_.run(work));
  return pruned;
}

}  // namespace claviger::sqlite
