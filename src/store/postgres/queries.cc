#include <array>

#include "store/postgres/connection.h"

namespace claviger::postgres {
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
  "NOT u.is_active OR NOT c.is_active OR t.user_generation <> u.generation" \
  " OR t.client_generation <> c.generation"
#define TOKEN_COLUMNS                                                             \
  "t.id, t.user_id, t.client_id, u.identifier, t.preview, t.created_by_username," \
  " t.created_at_ms, t.expires_at_ms,"                                            \
  " CASE WHEN t.is_revoked THEN coalesce(t.revoked_at_ms, t.created_at_ms) END,"  \
  " " TOKEN_ENDED ", t.last_used_at_ms"
#define TOKEN_WITH_OWNERS                                           \
  " FROM tokens t"                                                  \
  " JOIN users u ON u.id = t.user_id AND u.client_id = t.client_id" \
  " JOIN clients c ON c.id = t.client_id"

// The lists over all clients. Prefixes and cursors are one range of the index that has the order:
// a name is behind $1 with the id $2, and on this side of $3.
#define LISTED_CLIENTS(place, order) \
  "SELECT " CLIENT_COLUMNS " FROM clients WHERE " place " ORDER BY " order
#define LISTED_USERS(from, place, order)       \
  "SELECT " USER_COLUMNS ", c.name FROM " from \
  " JOIN clients c ON c.id = u.client_id WHERE " place " ORDER BY " order
#define LISTED_TOKENS(place)                                        \
  "SELECT " TOKEN_COLUMNS                                           \
  ", c.name FROM tokens t"                                          \
  " JOIN users u ON u.id = t.user_id AND u.client_id = t.client_id" \
  " JOIN clients c ON c.id = t.client_id WHERE " place " ORDER BY t.id DESC LIMIT $2"
#define BEHIND_NAME "(u.identifier, u.id) > ($1, $2) AND u.identifier < $3"
#define BEFORE_NAME "(u.identifier, u.id) < ($1, $2) AND u.identifier >= $3"

// The columns of audit_log in the order in which audit.cc writes and reads them.
#define SESSION_COLUMNS \
  "id, email, role, way, created_at_ms, last_seen_at_ms, expires_at_ms, address"
#define AUDIT_COLUMNS                                                                   \
  "sequence, at_ms, actor, actor_id, action, object, object_id, client_id, request_id," \
  " address, detail, hash"

// A change, and its entry in the log under an epoch of its own, in one statement: plain SQL, so
// that no trigger is needed for what Claviger changes itself. `changed` has the rows' ids.
#define LOGGED(update, kind)                                                        \
  "WITH changed AS (" update                                                        \
  " RETURNING id), e AS ("                                                          \
  "UPDATE fence_counter SET epoch = epoch + 1 WHERE EXISTS (SELECT 1 FROM changed)" \
  " RETURNING epoch) INSERT INTO fence_log (epoch, stamp, kind, key)"               \
  " SELECT e.epoch, gen_random_uuid(), " kind ", changed.id FROM e, changed"
#define STAMP_OF_NEWEST                                           \
  "coalesce((SELECT stamp FROM fence_log WHERE epoch = f.epoch)," \
  " '00000000-0000-0000-0000-000000000000')"
#define GREATEST_ID "(array_agg(id ORDER BY id DESC))[1]"

struct Text {
  Query query;
  const char* sql;
};

constexpr std::array texts{
    Text{Query::begin_read, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"},
    Text{Query::end_read, "COMMIT"},
    Text{Query::begin_write, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"},
    Text{Query::commit, "COMMIT"},
    Text{Query::rollback, "ROLLBACK"},
    Text{Query::savepoint, "SAVEPOINT waiter"},
    Text{Query::release_savepoint, "RELEASE waiter"},
    Text{Query::rollback_to_savepoint, "ROLLBACK TO waiter"},

    Text{Query::find_client, "SELECT " CLIENT_COLUMNS " FROM clients WHERE id = $1"},
    Text{Query::find_client_by_key,
         "SELECT " CLIENT_COLUMNS " FROM clients WHERE api_key_hash = $1"
         " OR (previous_api_key_hash = $1 AND previous_api_key_expires_at_ms > $2)"},
    Text{Query::list_clients,
         "SELECT " CLIENT_COLUMNS " FROM clients WHERE id > $1 ORDER BY id LIMIT $2"},
    Text{Query::count_users, "SELECT user_count FROM clients WHERE id = $1"},
    Text{Query::find_user,
         "SELECT " USER_COLUMNS " FROM users u WHERE u.client_id = $1 AND u.id = $2"},
    Text{Query::find_credential,
         "SELECT " USER_COLUMNS ", u.secret_hash,"
         " CASE WHEN u.previous_secret_expires_at_ms > $3 THEN u.previous_secret_hash END"
         " FROM users u WHERE u.client_id = $1 AND u.identifier = $2"},
    Text{Query::find_credential_by_id,
         "SELECT " USER_COLUMNS ", u.secret_hash,"
         " CASE WHEN u.previous_secret_expires_at_ms > $2 THEN u.previous_secret_hash END"
         " FROM users u JOIN clients c ON c.id = u.client_id"
         " WHERE u.id = $1 AND c.is_active"},
    Text{Query::find_user_by_secret,
         "SELECT " USER_COLUMNS " FROM users u WHERE u.secret_hash = $1"
         " OR (u.previous_secret_hash = $1 AND u.previous_secret_expires_at_ms > $2)"},
    Text{Query::list_users,
         "SELECT " USER_COLUMNS ", t.preview, t.expires_at_ms, t.created_by_username"
         " FROM users u LEFT JOIN tokens t ON t.id ="
         " (SELECT id FROM tokens WHERE user_id = u.id ORDER BY id DESC LIMIT 1)"
         " WHERE u.client_id = $1 AND u.ordinal BETWEEN $2 AND $3 ORDER BY u.ordinal"},
    Text{Query::find_token,
         "SELECT " TOKEN_COLUMNS TOKEN_WITH_OWNERS " WHERE t.client_id = $1 AND t.id = $2"},
    Text{Query::list_user_tokens,
         "SELECT " TOKEN_COLUMNS TOKEN_WITH_OWNERS
         " WHERE t.client_id = $1 AND t.user_id = $2 AND t.id < $3 ORDER BY t.id DESC LIMIT $4"},
    Text{Query::list_client_tokens,
         "SELECT " TOKEN_COLUMNS TOKEN_WITH_OWNERS
         " WHERE t.client_id = $1 AND t.id < $2 ORDER BY t.id DESC LIMIT $3"},
    Text{Query::count_live_tokens,
         "SELECT count(*)" TOKEN_WITH_OWNERS
         " WHERE t.client_id = $1 AND t.user_id = $2 AND t.expires_at_ms > $3"
         " AND NOT t.is_revoked AND NOT (" TOKEN_ENDED ")"},
    Text{Query::status,
         "SELECT m.environment, (SELECT max(version) FROM migrations),"
         " (SELECT count(*) FROM clients),"
         " (SELECT coalesce(sum(user_count), 0)::bigint FROM clients),"
         // Counting is exact while there are few; then the planner's estimate is near enough.
         " CASE WHEN few.n < 100000 THEN few.n ELSE greatest(few.n, few.estimate) END,"
         " f.epoch, " STAMP_OF_NEWEST ", pg_database_size(current_database())"
         " FROM meta m, fence_counter f,"
         " (SELECT (SELECT count(*) FROM (SELECT 1 FROM tokens LIMIT 100000) counted) AS n,"
         "  (SELECT reltuples::bigint FROM pg_class WHERE oid = 'tokens'::regclass) AS estimate) "
         "few"},
    Text{Query::ping, "SELECT one FROM meta"},

    Text{Query::create_client,
         "INSERT INTO clients (id, name, api_key_hash, api_key_preview, api_key_created_at_ms,"
         " created_at_ms) VALUES ($1, $2, $3, $4, $5, $5)"},
    Text{Query::create_user,
         "WITH c AS (UPDATE clients SET user_count = user_count + 1 WHERE id = $2"
         " RETURNING id, user_count) "
         "INSERT INTO users (id, client_id, ordinal, identifier, scopes, secret_hash,"
         " secret_preview, secret_created_at_ms, created_at_ms)"
         " SELECT $1::uuid, id, user_count, $3::text, $4::text, $5::bytea, $6::text, $7::bigint,"
         " $7::bigint FROM c"},
    Text{Query::create_token,
         "INSERT INTO tokens (id, user_id, client_id, user_generation, client_generation, preview,"
         " created_by_username, created_at_ms, expires_at_ms)"
         " SELECT $1::uuid, u.id, c.id, u.generation, c.generation, $4::text, $5::text, $6::bigint,"
         " $7::bigint"
         " FROM users u JOIN clients c ON c.id = u.client_id"
         " WHERE u.id = $2 AND u.client_id = $3 AND u.is_active AND c.is_active"
         " AND (u.secret_hash = $8"
         "  OR (u.previous_secret_hash = $8 AND u.previous_secret_expires_at_ms > $6))"
         " AND ($9::bytea IS NULL OR c.api_key_hash = $9"
         "  OR (c.previous_api_key_hash = $9 AND c.previous_api_key_expires_at_ms > $6))"},

    // Each takes an epoch, also when it changes no value.
    Text{Query::revoke_token,
         LOGGED("UPDATE tokens SET is_revoked = true,"
                " revoked_at_ms = CASE WHEN is_revoked THEN revoked_at_ms ELSE $3 END"
                " WHERE client_id = $1 AND id = $2"
                " AND EXISTS (SELECT 1 FROM users u JOIN clients c ON c.id = u.client_id"
                "  WHERE u.id = tokens.user_id AND u.client_id = tokens.client_id)",
                "'T'")},
    Text{Query::revoke_user_tokens,
         LOGGED("UPDATE users SET generation = generation + 1 WHERE client_id = $1 AND id = $2",
                "'U'")},
    Text{Query::update_user, LOGGED("UPDATE users SET is_active = coalesce($3, is_active),"
                                    " scopes = coalesce($4, scopes)"
                                    " WHERE client_id = $1 AND id = $2",
                                    "'U'")},
    Text{Query::set_client_active,
         LOGGED("UPDATE clients SET is_active = $2 WHERE id = $1", "'C'")},
    Text{Query::rotate_secret,
         LOGGED("UPDATE users SET secret_hash = $3, secret_preview = $4,"
                " secret_created_at_ms = $5,"
                " previous_secret_hash = CASE WHEN $6::bigint IS NOT NULL THEN secret_hash END,"
                " previous_secret_expires_at_ms = $6,"
                " generation = generation + CASE WHEN $7 THEN 1 ELSE 0 END"
                " WHERE client_id = $1 AND id = $2",
                "'U'")},
    Text{Query::rotate_api_key,
         LOGGED("UPDATE clients SET api_key_hash = $2, api_key_preview = $3,"
                " api_key_created_at_ms = $4,"
                " previous_api_key_hash = CASE WHEN $5::bigint IS NOT NULL THEN api_key_hash END,"
                " previous_api_key_expires_at_ms = $5,"
                " generation = generation + CASE WHEN $6 THEN 1 ELSE 0 END"
                " WHERE id = $1 AND ($7::bytea IS NULL OR (is_active AND (api_key_hash = $7"
                "  OR (previous_api_key_hash = $7 AND previous_api_key_expires_at_ms > $4))))",
                "'C'")},
    Text{Query::newest_epoch,  // Whoever listens hears of it when the transaction commits; safety
                               // does not need that.
         "SELECT f.epoch, " STAMP_OF_NEWEST
         ", pg_notify('claviger_fence', '') FROM fence_counter f"},

    Text{Query::clients_forward, LISTED_CLIENTS("id > $1", "id LIMIT $2")},
    Text{Query::clients_backward, LISTED_CLIENTS("id < $1", "id DESC LIMIT $2")},
    Text{Query::clients_by_name_forward,
         LISTED_CLIENTS("(name, id) > ($1, $2) AND name < $3", "name, id LIMIT $4")},
    Text{Query::clients_by_name_backward,
         LISTED_CLIENTS("(name, id) < ($1, $2) AND name >= $3", "name DESC, id DESC LIMIT $4")},
    Text{Query::users_forward, LISTED_USERS("users u", "u.id > $1", "u.id LIMIT $2")},
    Text{Query::users_backward, LISTED_USERS("users u", "u.id < $1", "u.id DESC LIMIT $2")},
    Text{Query::users_by_name_forward,
         LISTED_USERS("users u", BEHIND_NAME, "u.identifier, u.id LIMIT $4")},
    Text{Query::users_by_name_backward,
         LISTED_USERS("users u", BEFORE_NAME, "u.identifier DESC, u.id DESC LIMIT $4")},
    Text{Query::inactive_users_forward,
         LISTED_USERS("users u", "NOT u.is_active AND u.id > $1", "u.id LIMIT $2")},
    Text{Query::inactive_users_backward,
         LISTED_USERS("users u", "NOT u.is_active AND u.id < $1", "u.id DESC LIMIT $2")},
    Text{
        Query::inactive_users_by_name_forward,
        LISTED_USERS("users u", "NOT u.is_active AND " BEHIND_NAME, "u.identifier, u.id LIMIT $4")},
    Text{Query::inactive_users_by_name_backward,
         LISTED_USERS("users u", "NOT u.is_active AND " BEFORE_NAME,
                      "u.identifier DESC, u.id DESC LIMIT $4")},
    Text{Query::client_users_forward,
         LISTED_USERS("users u", "u.client_id = $3 AND u.id > $1", "u.id LIMIT $2")},
    Text{Query::client_users_backward,
         LISTED_USERS("users u", "u.client_id = $3 AND u.id < $1", "u.id DESC LIMIT $2")},
    Text{Query::client_users_by_name_forward,
         LISTED_USERS("users u", "u.client_id = $5 AND " BEHIND_NAME,
                      "u.identifier, u.id LIMIT $4")},
    Text{Query::client_users_by_name_backward,
         LISTED_USERS("users u", "u.client_id = $5 AND " BEFORE_NAME,
                      "u.identifier DESC, u.id DESC LIMIT $4")},
    Text{Query::tokens_backward, LISTED_TOKENS("t.id < $1")},
    Text{Query::client_tokens_backward, LISTED_TOKENS("t.client_id = $3 AND t.id < $1")},
    Text{Query::user_tokens_backward, LISTED_TOKENS("t.user_id = $3 AND t.id < $1")},
    Text{Query::find_any_user,
         "SELECT " USER_COLUMNS ", c.name FROM users u JOIN clients c ON c.id = u.client_id"
         " WHERE u.id = $1"},
    Text{Query::find_any_token,
         "SELECT " TOKEN_COLUMNS ", c.name" TOKEN_WITH_OWNERS " WHERE t.id = $1"},
    Text{Query::newest_token,
         "SELECT preview, expires_at_ms, created_by_username FROM tokens WHERE user_id = $1"
         " ORDER BY id DESC LIMIT 1"},
    Text{Query::audit_backward,
         "SELECT " AUDIT_COLUMNS " FROM audit_log WHERE sequence < $1 AND sequence >= $2"
         " AND ($3::text IS NULL OR action = $3) AND ($4::text IS NULL OR actor = $4"
         "  OR left(actor, length($4) + 1) = $4 || ' ')"
         " AND ($5::bytea IS NULL OR client_id = $5) AND ($6::bytea IS NULL OR object_id = $6)"
         " AND ($7::bigint IS NULL OR at_ms >= $7) AND ($8::bigint IS NULL OR at_ms < $8)"
         " ORDER BY sequence DESC LIMIT $9"},
    Text{Query::audit_time,
         "SELECT at_ms FROM audit_log WHERE sequence >= $1 ORDER BY sequence LIMIT 1"},
    Text{Query::count_any_live_tokens,
         "SELECT count(*), count(*) FILTER (WHERE is_live) FROM (SELECT NOT t.is_revoked AND NOT"
         " (" TOKEN_ENDED ") AS is_live FROM tokens t"
         " JOIN users u ON u.id = t.user_id AND u.client_id = t.client_id"
         " JOIN clients c ON c.id = t.client_id WHERE t.expires_at_ms > $1 LIMIT $2) found"},
    Text{Query::count_expiring,
         "SELECT count(*) FROM tokens WHERE expires_at_ms >= $1 AND expires_at_ms < $2"},
    Text{Query::stale_users,
         "SELECT " GREATEST_ID ","
         " count(*) FILTER (WHERE is_active AND secret_created_at_ms < $2),"
         " count(*) FILTER (WHERE is_active AND created_at_ms < $2"
         "  AND coalesce(last_used_at_ms, 0) < $2)"
         " FROM (SELECT id, is_active, secret_created_at_ms, created_at_ms, last_used_at_ms"
         "  FROM users WHERE id > $1 ORDER BY id LIMIT $3) piece"},
    Text{Query::stale_clients,
         "SELECT " GREATEST_ID ", count(*) FILTER (WHERE is_active AND api_key_created_at_ms < $2)"
         " FROM (SELECT id, is_active, api_key_created_at_ms"
         "  FROM clients WHERE id > $1 ORDER BY id LIMIT $3) piece"},

    // One statement, so one snapshot; outer joins, so that the epoch comes in any case.
    Text{Query::read_live,
         "SELECT f.epoch, (SELECT stamp FROM fence_log WHERE epoch = $2),"
         " t.id, u.id, c.id, t.expires_at_ms, t.is_revoked OR " TOKEN_ENDED
         ", u.identifier, u.scopes"
         " FROM fence_counter f LEFT JOIN tokens t ON t.id = $1"
         " LEFT JOIN users u ON u.id = t.user_id AND u.client_id = t.client_id"
         " LEFT JOIN clients c ON c.id = u.client_id"},
    // The entry that the reader knows comes first: it tells whether this is the same log.
    Text{Query::log_since,
         "SELECT f.epoch, coalesce(n.stamp, '00000000-0000-0000-0000-000000000000'),"
         " l.epoch, l.stamp, l.kind, l.key"
         " FROM fence_counter f LEFT JOIN fence_log n ON n.epoch = f.epoch LEFT JOIN LATERAL"
         " (SELECT epoch, stamp, kind, key FROM fence_log WHERE epoch >= $1 ORDER BY epoch LIMIT "
         "$2) l ON true"
         " ORDER BY l.epoch"},

    Text{Query::token_used,
         "UPDATE tokens SET last_used_at_ms = $2"
         " WHERE id = $1 AND coalesce(last_used_at_ms, 0) < $2"},
    Text{Query::user_used,
         "UPDATE users SET last_used_at_ms = $2"
         " WHERE id = $1 AND coalesce(last_used_at_ms, 0) < $2"},
    Text{Query::client_used,
         "UPDATE clients SET last_used_at_ms = $2"
         " WHERE id = $1 AND coalesce(last_used_at_ms, 0) < $2"},
    Text{Query::prune_due,
         "SELECT EXISTS (SELECT 1 FROM tokens WHERE expires_at_ms < $1)"
         " OR EXISTS (SELECT 1 FROM fence_log"
         "  WHERE epoch <= (SELECT epoch FROM fence_counter) - $2)"},
    Text{Query::mark_pruned, "UPDATE meta SET pruned_before_ms = greatest(pruned_before_ms, $1)"},
    Text{Query::prune_tokens,
         "DELETE FROM tokens WHERE id IN"
         " (SELECT id FROM tokens WHERE expires_at_ms < $1 ORDER BY expires_at_ms LIMIT $2)"},
    Text{Query::prune_log,
         "DELETE FROM fence_log WHERE epoch IN"
         " (SELECT epoch FROM fence_log"
         "  WHERE epoch <= (SELECT epoch FROM fence_counter) - $1 ORDER BY epoch LIMIT $2)"},

    Text{Query::audit_trail,
         "SELECT m.environment, a.id, a.pruned_sequence, a.pruned_hash, a.seal"
         " FROM meta m, audit_trail a"},
    Text{Query::audit_tail, "SELECT sequence, hash FROM audit_log ORDER BY sequence DESC LIMIT 1"},
    Text{Query::append_audit, "INSERT INTO audit_log (" AUDIT_COLUMNS
                              ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"},
    Text{Query::read_audit,
         "SELECT " AUDIT_COLUMNS " FROM audit_log WHERE sequence > $1 ORDER BY sequence LIMIT $2"},
    Text{Query::oldest_audit,
         "SELECT sequence, at_ms, hash FROM audit_log ORDER BY sequence LIMIT $1"},
    Text{Query::anchor_audit,
         "UPDATE audit_trail SET pruned_sequence = $1, pruned_hash = $2, seal = $3"},
    Text{Query::prune_audit, "DELETE FROM audit_log WHERE sequence <= $1"},
    Text{Query::note_key,
         "INSERT INTO keys_seen (kid, first_seen_at_ms) SELECT $1::text, $2::bigint"
         " WHERE NOT EXISTS (SELECT 1 FROM keys_seen WHERE kid = $1)"},
    Text{Query::signing_key, "SELECT kid FROM keys_seen WHERE is_signing"},
    Text{Query::set_signing_key, "UPDATE keys_seen SET is_signing = (kid = $1)"},
    Text{Query::keys_changed, LOGGED("UPDATE keys_seen SET kid = kid WHERE kid = $1", "'K'")},
    Text{Query::list_keys,
         "SELECT kid, first_seen_at_ms, is_signing, retired_at_ms FROM keys_seen ORDER BY kid"},
    Text{Query::retire_key,
         LOGGED("UPDATE keys_seen SET retired_at_ms = coalesce(retired_at_ms, $2)"
                " WHERE kid = $1 AND NOT is_signing",
                "'K'")},

    Text{Query::list_administrators,
         "SELECT email, role, added_at_ms, added_by FROM administrators ORDER BY email LIMIT $1"},
    Text{Query::find_administrator,
         "SELECT email, role, added_at_ms, added_by FROM administrators WHERE email = $1"},
    Text{Query::add_administrator,
         "INSERT INTO administrators (email, role, added_at_ms, added_by) VALUES ($1, $2, $3, $4)"},
    Text{Query::set_role, "UPDATE administrators SET role = $2 WHERE email = $1"},
    Text{Query::set_role_of_sessions, "UPDATE admin_sessions SET role = $2 WHERE email = $1"},
    Text{Query::remove_administrator, "DELETE FROM administrators WHERE email = $1"},
    Text{Query::add_login_link,
         "INSERT INTO admin_links (hash, email, role, expires_at_ms) VALUES ($1, $2, $3, $4)"},
    Text{Query::find_login_link,
         "SELECT email, role FROM admin_links WHERE hash = $1 AND expires_at_ms > $2"},
    Text{Query::remove_login_link, "DELETE FROM admin_links WHERE hash = $1"},
    Text{Query::remove_login_links,
         "DELETE FROM admin_links WHERE email = $1 OR expires_at_ms <= $2"},
    Text{Query::add_session, "INSERT INTO admin_sessions (hash, " SESSION_COLUMNS
                             ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"},
    Text{Query::find_session, "SELECT " SESSION_COLUMNS " FROM admin_sessions WHERE hash = $1"},
    Text{Query::list_sessions,
         "SELECT " SESSION_COLUMNS " FROM admin_sessions WHERE expires_at_ms > $1"
         " ORDER BY expires_at_ms, id LIMIT $2"},
    Text{Query::session_seen, "UPDATE admin_sessions SET last_seen_at_ms = $2 WHERE id = $1"},
    Text{Query::end_session, "DELETE FROM admin_sessions WHERE id = $1"},
    Text{Query::end_session_by_hash, "DELETE FROM admin_sessions WHERE hash = $1"},
    Text{Query::end_sessions, "DELETE FROM admin_sessions WHERE email = $1"},
    Text{Query::end_expired_sessions, "DELETE FROM admin_sessions WHERE expires_at_ms <= $1"},
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
#undef LOGGED
#undef STAMP_OF_NEWEST
#undef GREATEST_ID

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

}  // namespace claviger::postgres
