#pragma once

#include <cstddef>
#include <cstdint>

namespace claviger::sqlite {

/// Every statement that the engine runs after its start. The texts stand in queries.cc, and nowhere
/// else; each connection prepares one when it first needs it. Arguments are bound in the order of
/// their numbers, ?1 first.
enum class Query : std::uint8_t {
  // Transactions
  begin_read,
  begin_write,
  commit,
  rollback,
  savepoint,
  release_savepoint,
  rollback_to_savepoint,
  // Reading
  find_client,            // id
  find_client_by_key,     // hash, now
  list_clients,           // after, limit
  count_users,            // client
  find_user,              // client, id
  find_credential,        // client, identifier, now
  find_credential_by_id,  // user, now
  list_users,             // client, first ordinal, last ordinal
  find_token,             // client, id
  list_user_tokens,       // client, user, before, limit
  list_client_tokens,     // client, before, limit
  count_live_tokens,      // client, user, now
  status,
  ping,
  // Adding
  create_client,
  create_user,
  create_token,
  // Taking back
  revoke_token,        // client, id, now
  revoke_user_tokens,  // client, id
  update_user,         // client, id, is_active or null, scopes or null
  set_client_active,   // id, is_active
  rotate_secret,       // client, id, hash, preview, now, previous expires or null, revoke tokens
  rotate_api_key,      // id, hash, preview, now, previous expires or null, revoke tokens,
                       // presented or null
  newest_epoch,
  // The live view
  read_live,  // token
  log_since,  // epoch, limit
  // In the background
  token_used,    // id, at
  user_used,     // id, at
  client_used,   // id, at
  prune_due,     // before, epochs to keep
  mark_pruned,   // before
  prune_tokens,  // before, limit
  prune_log,     // epochs to keep, limit
  // The audit trail
  audit_trail,
  audit_tail,
  append_audit,  // the columns of audit_log
  read_audit,    // after, limit
  oldest_audit,  // limit
  anchor_audit,  // sequence, hash, seal or null
  prune_audit,   // sequence
  note_key,      // kid, now
  signing_key,
  set_signing_key,  // kid
  list_keys,
  retire_key,  // kid, now
};
inline constexpr std::size_t query_count = static_cast<std::size_t>(Query::retire_key) + 1;

/// The text of a query.
const char* sql_of(Query query);

}  // namespace claviger::sqlite
