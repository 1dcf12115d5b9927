#pragma once

#include <cstddef>
#include <cstdint>

namespace claviger::sql {

/// Every statement that the engines share. Each engine's texts stand in its queries.cc, and nowhere
/// else; each connection prepares one when it first needs it. Arguments are bound in the order of
/// their numbers, the first one first.
enum class Query : std::uint8_t {
  // Transactions
  begin_read,
  end_read,
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
  find_user_by_secret,    // hash, now
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
  // The lists over all clients; "forward" and "backward" are along the order of names or ids
  clients_forward,           // behind id, limit
  clients_backward,          // behind id, limit
  clients_by_name_forward,   // behind name and id, first name too late, limit
  clients_by_name_backward,  // behind name and id, last name, limit
  users_forward,             // behind id, limit
  users_backward,            // behind id, limit
  users_by_name_forward,     // behind name and id, first name too late, limit
  users_by_name_backward,    // behind name and id, last name, limit
  inactive_users_forward,    // as users_forward, and so on
  inactive_users_backward,
  inactive_users_by_name_forward,
  inactive_users_by_name_backward,
  client_users_forward,  // as users_forward, and the client
  client_users_backward,
  client_users_by_name_forward,  // as users_by_name_forward, and the client
  client_users_by_name_backward,
  tokens_backward,         // behind id, limit
  client_tokens_backward,  // behind id, limit, client
  user_tokens_backward,    // behind id, limit, user
  find_any_user,           // id
  find_any_token,          // id
  newest_token,            // user
  audit_backward,          // before, from sequence, action, actor, client, object (each
                           // or null), from and until time, limit
  audit_time,              // sequence
  count_any_live_tokens,   // now, limit
  count_expiring,          // from, until
  stale_users,             // behind id, before, limit
  stale_clients,           // behind id, before, limit
  // The live view
  read_live,  // token; PostgreSQL: and an epoch
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
  keys_changed,     // kid: that the log tells of
  list_keys,
  retire_key,  // kid, now
  // Who works with the admin panel
  list_administrators,   // limit
  find_administrator,    // email
  add_administrator,     // email, role, now, by
  set_role,              // email, role
  set_role_of_sessions,  // email, role
  remove_administrator,  // email
  add_login_link,        // hash, email, role, expires
  find_login_link,       // hash, now
  remove_login_link,     // hash
  remove_login_links,    // email, now
  add_session,           // hash, then the columns of a session
  find_session,          // hash
  list_sessions,         // now, limit
  session_seen,          // id, at
  end_session,           // id
  end_session_by_hash,   // hash
  end_sessions,          // email
  end_expired_sessions,  // now
};
inline constexpr std::size_t query_count =
    static_cast<std::size_t>(Query::end_expired_sessions) + 1;

}  // namespace claviger::sql
