#include <array>

#include "store/sqlite/connection.h"

namespace claviger::sqlite {
namespace {

// Column lists in the order in which rows.cc reads them.
#define CLIENT_COLUMNS                                                                    \
  "id, name, is_active, created_at_ms, api_key_preview, api_key_created_at_ms,"           \
  " CASE WHEN previous_api_key_hash IS NOT NULL THEN previous_api_key_expires_at_ms END," \
  " last_used_at_ms, user_count"
#define USER_COLUMNS                                                                           \
  "u.id, u.client_id, u.identifier, u.scopes, u.is_active, u.created_at_ms, u.secret_preview," \
  " u.secret_created_at_ms,"                                                                   \
  " CASE WHEN u.previous_secret_hash IS NOT NULL THEN u.previous_secret_expires_at_ms END,"    \
  " u.last_used_at_ms"
// A token is ended when its user or client is inactive or has moved on to another generation.
#define TOKEN_ENDED                                                         \
  "u.is_active = 0 OR c.is_active = 0 OR t.user_generation <> u.generation" \
  " OR t.client_generation <> c.generation"
#define TOKEN_COLUMNS                                                                \
  "t.id, t.user_id, t.client_id, u.identifier, t.preview, t.created_by_username,"    \
  " t.created_at_ms, t.expires_at_ms,"                                               \
  " CASE WHEN t.is_revoked = 1 THEN coalesce(t.revoked_at_ms, t.created_at_ms) END," \
  " " TOKEN_ENDED ", t.last_used_at_ms"
#define TOKEN_WITH_OWNERS                                           \
  " FROM tokens t"                                                  \
  " JOIN users u ON u.id = t.user_id AND u.client_id = t.client_id" \
  " JOIN clients c ON c.id = t.client_id"

// The lists over all clients. Prefixes and cursors are one range of the index that has the order:
// a name is behind ?1 with the id ?2, and on this side of ?3.
#define LISTED_CLIENTS(place, order) \
  "SELECT " CLIENT_COLUMNS " FROM clients WHERE " place " ORDER BY " order
#define LISTED_USERS(from, place, order)       \
  "SELECT " USER_COLUMNS ", c.name FROM " from \
  " CROSS JOIN clients c ON c.id = u.client_id WHERE " place " ORDER BY " order
#define LISTED_TOKENS(place)                                              \
  "SELECT " TOKEN_COLUMNS                                                 \
  ", c.name FROM tokens t"                                                \
  " CROSS JOIN users u ON u.id = t.user_id AND u.client_id = t.client_id" \
  " CROSS JOIN clients c ON c.id = t.client_id WHERE " place " ORDER BY t.id DESC LIMIT ?2"
#define BEHIND_NAME "(u.identifier, u.id) > (?1, ?2) AND u.identifier < ?3"
#define BEFORE_NAME "(u.identifier, u.id) < (?1, ?2) AND u.identifier >= ?3"

// The columns of audit_log in the order in which audit.cc writes and reads them.
#define SESSION_COLUMNS \
  "id, email, role, way, created_at_ms, last_seen_at_ms, expires_at_ms, address"
#define AUDIT_COLUMNS                                                                   \
  "sequence, at_ms, actor, actor_id, action, object, object_id, client_id, request_id," \
  " address, detail, hash"

struct Text {
  Query query;
  const char* sql;
};

constexpr std::array texts{
    Text{Query::begin_read, "BEGIN"},
    Text{Query::end_read, "COMMIT"},
    Text{Query::begin_write, "BEGIN IMMEDIATE"},
    Text{Query::commit, "COMMIT"},
    Text{Query::rollback, "ROLLBACK"},
    Text{Query::savepoint, "SAVEPOINT waiter"},
    Text{Query::release_savepoint, "RELEASE waiter"},
    Text{Query::rollback_to_savepoint, "ROLLBACK TO waiter"},

    Text{Query::find_client, "SELECT " CLIENT_COLUMNS " FROM clients WHERE id = ?1"},
    Text{Query::find_client_by_key,
         "SELECT " CLIENT_COLUMNS " FROM clients WHERE api_key_hash = ?1"
         " OR (previous_api_key_hash = ?1 AND previous_api_key_expires_at_ms > ?2)"},
    Text{Query::list_clients,
         "SELECT " CLIENT_COLUMNS " FROM clients WHERE id > ?1 ORDER BY id LIMIT ?2"},
    Text{Query::count_users, "SELECT user_count FROM clients WHERE id = ?1"},
    Text{Query::find_user,
         "SELECT " USER_COLUMNS " FROM users u WHERE u.client_id = ?1 AND u.id = ?2"},
    Text{Query::find_credential,
         "SELECT " USER_COLUMNS ", u.secret_hash,"
         " CASE WHEN u.previous_secret_expires_at_ms > ?3 THEN u.previous_secret_hash END"
         " FROM users u WHERE u.client_id = ?1 AND u.identifier = ?2"},
    Text{Query::find_credential_by_id,
         "SELECT " USER_COLUMNS ", u.secret_hash,"
         " CASE WHEN u.previous_secret_expires_at_ms > ?2 THEN u.previous_secret_hash END"
         " FROM users u JOIN clients c ON c.id = u.client_id"
         " WHERE u.id = ?1 AND c.is_active = 1"},
    Text{Query::find_user_by_secret,
         "SELECT " USER_COLUMNS " FROM users u WHERE u.secret_hash = ?1"
         " OR (u.previous_secret_hash = ?1 AND u.previous_secret_expires_at_ms > ?2)"},
    Text{Query::list_users,
         "SELECT " USER_COLUMNS ", t.preview, t.expires_at_ms, t.created_by_username"
         " FROM users u LEFT JOIN tokens t ON t.id ="
         " (SELECT id FROM tokens WHERE user_id = u.id ORDER BY id DESC LIMIT 1)"
         " WHERE u.client_id = ?1 AND u.ordinal BETWEEN ?2 AND ?3 ORDER BY u.ordinal"},
    Text{Query::find_token,
         "SELECT " TOKEN_COLUMNS TOKEN_WITH_OWNERS " WHERE t.client_id = ?1 AND t.id = ?2"},
    Text{Query::list_user_tokens,
         "SELECT " TOKEN_COLUMNS TOKEN_WITH_OWNERS
         " WHERE t.client_id = ?1 AND t.user_id = ?2 AND t.id < ?3 ORDER BY t.id DESC LIMIT ?4"},
    Text{Query::list_client_tokens,
         "SELECT " TOKEN_COLUMNS TOKEN_WITH_OWNERS
         " WHERE t.client_id = ?1 AND t.id < ?2 ORDER BY t.id DESC LIMIT ?3"},
    Text{Query::count_live_tokens,
         "SELECT count(*)" TOKEN_WITH_OWNERS
         " WHERE t.client_id = ?1 AND t.user_id = ?2 AND t.expires_at_ms > ?3"
         " AND t.is_revoked = 0 AND NOT (" TOKEN_ENDED ")"},
    Text{Query::status,
         "SELECT m.environment, (SELECT max(version) FROM migrations),"
         " m.client_rows, m.user_rows, m.token_rows, f.epoch, zeroblob(16),"
         " (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)"
         " FROM meta m, fence_counter f"},
    Text{Query::ping, "SELECT one FROM meta"},

    Text{Query::create_client,
         "INSERT INTO clients (id, name, api_key_hash, api_key_preview, api_key_created_at_ms,"
         " created_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?5)"},
    Text{Query::create_user,
         "INSERT INTO users (id, client_id, ordinal, identifier, scopes, secret_hash,"
         " secret_preview, secret_created_at_ms, created_at_ms)"
         " SELECT ?1, id, user_count + 1, ?3, ?4, ?5, ?6, ?7, ?7 FROM clients WHERE id = ?2"},
    Text{Query::create_token,
         "INSERT INTO tokens (id, user_id, client_id, user_generation, client_generation, preview,"
         " created_by_username, created_at_ms, expires_at_ms)"
         " SELECT ?1, u.id, c.id, u.generation, c.generation, ?4, ?5, ?6, ?7"
         " FROM users u JOIN clients c ON c.id = u.client_id"
         " WHERE u.id = ?2 AND u.client_id = ?3 AND u.is_active = 1 AND c.is_active = 1"
         " AND (u.secret_hash = ?8"
         "  OR (u.previous_secret_hash = ?8 AND u.previous_secret_expires_at_ms > ?6))"
         " AND (?9 IS NULL OR c.api_key_hash = ?9"
         "  OR (c.previous_api_key_hash = ?9 AND c.previous_api_key_expires_at_ms > ?6))"},

    // Each of these fires the trigger that takes an epoch, also when it changes no value.
    Text{Query::revoke_token,
         "UPDATE tokens SET is_revoked = 1, revoked_at_ms ="
         " CASE WHEN is_revoked = 1 THEN revoked_at_ms ELSE ?3 END"
         " WHERE client_id = ?1 AND id = ?2"
         " AND EXISTS (SELECT 1 FROM users u JOIN clients c ON c.id = u.client_id"
         "  WHERE u.id = tokens.user_id AND u.client_id = tokens.client_id)"},
    Text{Query::revoke_user_tokens,
         "UPDATE users SET generation = generation + 1 WHERE client_id = ?1 AND id = ?2"},
    Text{Query::update_user,
         "UPDATE users SET is_active = coalesce(?3, is_active), scopes = coalesce(?4, scopes)"
         " WHERE client_id = ?1 AND id = ?2"},
    Text{Query::set_client_active, "UPDATE clients SET is_active = ?2 WHERE id = ?1"},
    Text{Query::rotate_secret,
         "UPDATE users SET secret_hash = ?3, secret_preview = ?4, secret_created_at_ms = ?5,"
         " previous_secret_hash = CASE WHEN ?6 IS NOT NULL THEN secret_hash END,"
         " previous_secret_expires_at_ms = ?6, generation = generation + ?7"
         " WHERE client_id = ?1 AND id = ?2"},
    Text{Query::rotate_api_key,
         "UPDATE clients SET api_key_hash = ?2, api_key_preview = ?3, api_key_created_at_ms = ?4,"
         " previous_api_key_hash = CASE WHEN ?5 IS NOT NULL THEN api_key_hash END,"
         " previous_api_key_expires_at_ms = ?5, generation = generation + ?6"
         " WHERE id = ?1 AND (?7 IS NULL OR (is_active = 1 AND (api_key_hash = ?7"
         "  OR (previous_api_key_hash = ?7 AND previous_api_key_expires_at_ms > ?4))))"},
    Text{Query::newest_epoch, "SELECT epoch, zeroblob(16) FROM fence_counter"},

    Text{Query::clients_forward, LISTED_CLIENTS("id > ?1", "id LIMIT ?2")},
    Text{Query::clients_backward, LISTED_CLIENTS("id < ?1", "id DESC LIMIT ?2")},
    Text{Query::clients_by_name_forward,
         LISTED_CLIENTS("(name, id) > (?1, ?2) AND name < ?3", "name, id LIMIT ?4")},
    Text{Query::clients_by_name_backward,
         LISTED_CLIENTS("(name, id) < (?1, ?2) AND name >= ?3", "name DESC, id DESC LIMIT ?4")},
    Text{Query::users_forward, LISTED_USERS("users u", "u.id > ?1", "u.id LIMIT ?2")},
    Text{Query::users_backward, LISTED_USERS("users u", "u.id < ?1", "u.id DESC LIMIT ?2")},
    Text{Query::users_by_name_forward,
         LISTED_USERS("users u", BEHIND_NAME, "u.identifier, u.id LIMIT ?4")},
    Text{Query::users_by_name_backward,
         LISTED_USERS("users u", BEFORE_NAME, "u.identifier DESC, u.id DESC LIMIT ?4")},
    Text{Query::inactive_users_forward,
         LISTED_USERS("users u INDEXED BY users_inactive", "u.is_active = 0 AND u.id > ?1",
                      "u.id LIMIT ?2")},
    Text{Query::inactive_users_backward,
         LISTED_USERS("users u INDEXED BY users_inactive", "u.is_active = 0 AND u.id < ?1",
                      "u.id DESC LIMIT ?2")},
    Text{Query::inactive_users_by_name_forward,
         LISTED_USERS("users u INDEXED BY users_inactive_by_identifier",
                      "u.is_active = 0 AND " BEHIND_NAME, "u.identifier, u.id LIMIT ?4")},
    Text{Query::inactive_users_by_name_backward,
         LISTED_USERS("users u INDEXED BY users_inactive_by_identifier",
                      "u.is_active = 0 AND " BEFORE_NAME, "u.identifier DESC, u.id DESC LIMIT ?4")},
    Text{Query::client_users_forward,
         LISTED_USERS("users u", "u.client_id = ?3 AND u.id > ?1", "u.id LIMIT ?2")},
    Text{Query::client_users_backward,
         LISTED_USERS("users u", "u.client_id = ?3 AND u.id < ?1", "u.id DESC LIMIT ?2")},
    Text{Query::client_users_by_name_forward,
         LISTED_USERS("users u", "u.client_id = ?5 AND " BEHIND_NAME,
                      "u.identifier, u.id LIMIT ?4")},
    Text{Query::client_users_by_name_backward,
         LISTED_USERS("users u", "u.client_id = ?5 AND " BEFORE_NAME,
                      "u.identifier DESC, u.id DESC LIMIT ?4")},
    Text{Query::tokens_backward, LISTED_TOKENS("t.id < ?1")},
    Text{Query::client_tokens_backward, LISTED_TOKENS("t.client_id = ?3 AND t.id < ?1")},
    Text{Query::user_tokens_backward, LISTED_TOKENS("t.user_id = ?3 AND t.id < ?1")},
    Text{Query::find_any_user,
         "SELECT " USER_COLUMNS ", c.name FROM users u JOIN clients c ON c.id = u.client_id"
         " WHERE u.id = ?1"},
    Text{Query::find_any_token,
         "SELECT " TOKEN_COLUMNS ", c.name" TOKEN_WITH_OWNERS " WHERE t.id = ?1"},
    Text{Query::newest_token,
         "SELECT preview, expires_at_ms, created_by_username FROM tokens WHERE user_id = ?1"
         " ORDER BY id DESC LIMIT 1"},
    Text{Query::audit_backward,
         "SELECT " AUDIT_COLUMNS " FROM audit_log WHERE sequence < ?1 AND sequence >= ?2"
         " AND (?3 IS NULL OR action = ?3) AND (?4 IS NULL OR actor = ?4"
         "  OR substr(actor, 1, length(?4) + 1) = ?4 || ' ')"
         " AND (?5 IS NULL OR client_id = ?5) AND (?6 IS NULL OR object_id = ?6)"
         " AND (?7 IS NULL OR at_ms >= ?7) AND (?8 IS NULL OR at_ms < ?8)"
         " ORDER BY sequence DESC LIMIT ?9"},
    Text{Query::audit_time,
         "SELECT at_ms FROM audit_log WHERE sequence >= ?1 ORDER BY sequence LIMIT 1"},
    Text{Query::count_any_live_tokens,
         "SELECT count(*), coalesce(sum(is_live), 0) FROM (SELECT t.is_revoked = 0 AND NOT "
         "(" TOKEN_ENDED ") AS is_live FROM tokens t"
         " CROSS JOIN users u ON u.id = t.user_id AND u.client_id = t.client_id"
         " CROSS JOIN clients c ON c.id = t.client_id WHERE t.expires_at_ms > ?1 LIMIT ?2)"},
    Text{Query::count_expiring,
         "SELECT count(*) FROM tokens WHERE expires_at_ms >= ?1 AND expires_at_ms < ?2"},
    Text{Query::stale_users,
         "SELECT max(id), coalesce(sum(is_active AND secret_created_at_ms < ?2), 0),"
         " coalesce(sum(is_active AND created_at_ms < ?2 AND coalesce(last_used_at_ms, 0) < ?2), 0)"
         " FROM (SELECT id, is_active, secret_created_at_ms, created_at_ms, last_used_at_ms"
         "  FROM users WHERE id > ?1 ORDER BY id LIMIT ?3)"},
    Text{Query::stale_clients,
         "SELECT max(id), coalesce(sum(is_active AND api_key_created_at_ms < ?2), 0)"
         " FROM (SELECT id, is_active, api_key_created_at_ms"
         "  FROM clients WHERE id > ?1 ORDER BY id LIMIT ?3)"},

    // One statement, so one snapshot; outer joins, so that the epoch comes in any case.
    Text{Query::read_live,
         "SELECT t.id, u.id, c.id, t.expires_at_ms, t.is_revoked = 1 OR " TOKEN_ENDED
         ", u.identifier, u.scopes"
         " FROM fence_counter f LEFT JOIN tokens t ON t.id = ?1"
         " LEFT JOIN users u ON u.id = t.user_id AND u.client_id = t.client_id"
         " LEFT JOIN clients c ON c.id = u.client_id"},
    Text{Query::log_since,
         "SELECT f.epoch, l.epoch, l.kind, l.key"
         " FROM fence_counter f LEFT JOIN fence_log l ON l.epoch > ?1"
         " WHERE f.one = 1 ORDER BY l.epoch LIMIT ?2"},

    Text{Query::token_used,
         "UPDATE tokens SET last_used_at_ms = ?2"
         " WHERE id = ?1 AND coalesce(last_used_at_ms, 0) < ?2"},
    Text{Query::user_used,
         "UPDATE users SET last_used_at_ms = ?2"
         " WHERE id = ?1 AND coalesce(last_used_at_ms, 0) < ?2"},
    Text{Query::client_used,
         "UPDATE clients SET last_used_at_ms = ?2"
         " WHERE id = ?1 AND coalesce(last_used_at_ms, 0) < ?2"},
    Text{Query::prune_due,
         "SELECT EXISTS (SELECT 1 FROM tokens WHERE expires_at_ms < ?1)"
         " OR EXISTS (SELECT 1 FROM fence_log"
         "  WHERE epoch <= (SELECT epoch FROM fence_counter) - ?2)"},
    Text{Query::mark_pruned, "UPDATE meta SET pruned_before_ms = max(pruned_before_ms, ?1)"},
    Text{Query::prune_tokens,
         "DELETE FROM tokens WHERE id IN"
         " (SELECT id FROM tokens WHERE expires_at_ms < ?1 ORDER BY expires_at_ms LIMIT ?2)"},
    Text{Query::prune_log,
         "DELETE FROM fence_log WHERE epoch IN"
         " (SELECT epoch FROM fence_log"
         "  WHERE epoch <= (SELECT epoch FROM fence_counter) - ?1 ORDER BY epoch LIMIT ?2)"},

    Text{Query::audit_trail,
         "SELECT m.environment, a.id, a.pruned_sequence, a.pruned_hash, a.seal"
         " FROM meta m, audit_trail a"},
    Text{Query::audit_tail, "SELECT sequence, hash FROM audit_log ORDER BY sequence DESC LIMIT 1"},
    Text{Query::append_audit, "INSERT INTO audit_log (" AUDIT_COLUMNS
                              ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
    Text{Query::read_audit,
         "SELECT " AUDIT_COLUMNS " FROM audit_log WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"},
    Text{Query::oldest_audit,
         "SELECT sequence, at_ms, hash FROM audit_log ORDER BY sequence LIMIT ?1"},
    Text{Query::anchor_audit,
         "UPDATE audit_trail SET pruned_sequence = ?1, pruned_hash = ?2, seal = ?3"},
    Text{Query::prune_audit, "DELETE FROM audit_log WHERE sequence <= ?1"},
    Text{Query::note_key,
         "INSERT INTO keys_seen (kid, first_seen_at_ms) SELECT ?1, ?2"
         " WHERE NOT EXISTS (SELECT 1 FROM keys_seen WHERE kid = ?1)"},
    Text{Query::signing_key, "SELECT kid FROM keys_seen WHERE is_signing = 1"},
    Text{Query::set_signing_key, "UPDATE keys_seen SET is_signing = kid = ?1"},
    Text{Query::keys_changed,  // fires the trigger, and changes no value
         "UPDATE keys_seen SET retired_at_ms = retired_at_ms WHERE kid = ?1"},
    Text{Query::list_keys,
         "SELECT kid, first_seen_at_ms, is_signing, retired_at_ms FROM keys_seen ORDER BY kid"},
    Text{Query::retire_key,  // fires its trigger also when it changes no value
         "UPDATE keys_seen SET retired_at_ms = coalesce(retired_at_ms, ?2)"
         " WHERE kid = ?1 AND is_signing = 0"},

    Text{Query::list_administrators,
         "SELECT email, role, added_at_ms, added_by FROM administrators ORDER BY email LIMIT ?1"},
    Text{Query::find_administrator,
         "SELECT email, role, added_at_ms, added_by FROM administrators WHERE email = ?1"},
    Text{Query::add_administrator,
         "INSERT INTO administrators (email, role, added_at_ms, added_by) VALUES (?1, ?2, ?3, ?4)"},
    Text{Query::set_role, "UPDATE administrators SET role = ?2 WHERE email = ?1"},
    Text{Query::set_role_of_sessions, "UPDATE admin_sessions SET role = ?2 WHERE email = ?1"},
    Text{Query::remove_administrator, "DELETE FROM administrators WHERE email = ?1"},
    Text{Query::add_login_link,
         "INSERT INTO admin_links (hash, email, role, expires_at_ms) VALUES (?1, ?2, ?3, ?4)"},
    Text{Query::find_login_link,
         "SELECT email, role FROM admin_links WHERE hash = ?1 AND expires_at_ms > ?2"},
    Text{Query::remove_login_link, "DELETE FROM admin_links WHERE hash = ?1"},
    Text{Query::remove_login_links,
         "DELETE FROM admin_links WHERE email = ?1 OR expires_at_ms <= ?2"},
    Text{Query::add_session, "INSERT INTO admin_sessions (hash, " SESSION_COLUMNS
                             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
    Text{Query::find_session, "SELECT " SESSION_COLUMNS " FROM admin_sessions WHERE hash = ?1"},
    Text{Query::list_sessions,
         "SELECT " SESSION_COLUMNS " FROM admin_sessions WHERE expires_at_ms > ?1"
         " ORDER BY expires_at_ms, id LIMIT ?2"},
    Text{Query::session_seen, "UPDATE admin_sessions SET last_seen_at_ms = ?2 WHERE id = ?1"},
    Text{Query::end_session, "DELETE FROM admin_sessions WHERE id = ?1"},
    Text{Query::end_session_by_hash, "DELETE FROM admin_sessions WHERE hash = ?1"},
    Text{Query::end_sessions, "DELETE FROM admin_sessions WHERE email = ?1"},
    Text{Query::end_expired_sessions, "DELETE FROM admin_sessions WHERE expires_at_ms <= ?1"},
};

#undef CLIENT_COLUMNS
#undef USER_COLUMNS
#undef TOKEN_ENDED
#undef TOKEN_COLUMNS
#undef TOKEN_WITH_OWNERS
#undef LISTED_CLIENTS
#undef LISTED_USERS
#undef LISTED_TOKENS
#undef BEHIND_NAME
#undef BEFORE_NAME
#undef SESSION_COLUMNS
#undef AUDIT_COLUMNS

constexpr bool in_order() {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (static_cast<std::size_t>(texts[i].query) != i) return false;
  }
  return true;
}
static_assert(texts.size() == query_count && in_order(), "texts are in the order of the enum");

}  // namespace

const char* sql_of(Query query) {
  return texts[static_cast<std::size_t>(query)].sql;
}

}  // namespace claviger::sqlite
