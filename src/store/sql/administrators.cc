// Who may log in to the admin panel, and who has.
#include <utility>

#include "base/limits.h"
#include "store/sql/audit.h"
#include "store/sql/sql_store.h"

namespace claviger::sql {
namespace {

tl::unexpected<Error> not_ours(const char* what) {
  return fail(Error{.code = Code::storage_unavailable,
                    .detail = "The database cannot do this at the moment.",
                    .cause = std::string("what stands there is no ") + what});
}

Result<Email> read_email(Rows& row) {
  auto email = Email::parse(row.get<std::string>());
  if (!email) return not_ours("address");
  return *std::move(email);
}

Result<AdminRole> read_role(Rows& row) {
  const auto role = parse_role(row.get<std::string>());
  if (!role) return not_ours("role");
  return *role;
}

Result<Administrator> read_administrator(Rows& row) {
  Administrator administrator{.email = TRY(read_email(row))};
  administrator.role = TRY(read_role(row));
  administrator.added_at = row.get<Instant>();
  administrator.added_by = row.get<std::string>();
  return administrator;
}

Result<AdminSession> read_session(Rows& row) {
  const auto id = row.get<SessionId>();
  AdminSession session{.id = id, .email = TRY(read_email(row))};
  session.role = TRY(read_role(row));
  session.way =
      row.get<std::string>() == word_of(LoginWay::openid) ? LoginWay::openid : LoginWay::link;
  session.created_at = row.get<Instant>();
  session.last_seen_at = row.get<Instant>();
  session.expires_at = row.get<Instant>();
  session.address.bytes = row.get<Uuid>();
  return session;
}

/// Makes the session, in place of those that have ended.
Status begin_session(Connection& db, const NewSession& begun, const RequestRef& request) {
  const auto& session = begun.session;
  TRY_STATUS(db.execute(Query::end_expired_sessions, session.created_at));
  if (begun.replaces) TRY_STATUS(db.execute(Query::end_session_by_hash, *begun.replaces));
  TRY_STATUS(db.execute(Query::add_session, begun.hash, session.id, session.email.text(),
                        word_of(session.role), word_of(session.way), session.created_at,
                        session.last_seen_at, session.expires_at, session.address.bytes));
  return append_audit(
      db,
      {.at = session.created_at,
       .origin = Origin::administrator(session.email.text(), session.id.bytes, request),
       .action = audit_action::admin_logged_in,
       .object_id = session.id.bytes,
       .detail = std::string(word_of(session.role)) + " by " + std::string(word_of(session.way))});
}

}  // namespace

Result<std::vector<Administrator>> SqlStore::list_administrators() {
  auto db = reader();
  auto rows = TRY(db->query(Query::list_administrators, limits::administrators_max));
  std::vector<Administrator> administrators;
  while (TRY(rows.next())) administrators.push_back(TRY(read_administrator(rows)));
  return administrators;
}

Result<std::optional<Administrator>> SqlStore::find_administrator(const Email& email) {
  auto db = reader();
  auto rows = TRY(db->query(Query::find_administrator, email.text()));
  if (!TRY(rows.next())) return std::optional<Administrator>{};
  return std::optional(TRY(read_administrator(rows)));
}

Status SqlStore::add_administrator(const Administrator& administrator, const Origin& origin) {
  const auto& email = administrator.email.text();
  const auto at = administrator.added_at.value_or(Instant{});
  return queue().run([&](Connection& db) -> Status {
    const auto role = word_of(administrator.role);
    TRY_STATUS(db.execute(Query::add_administrator, email, role, at, administrator.added_by));
    TRY_STATUS(db.execute(Query::set_role_of_sessions, email, role));
    return append_audit(db, {.at = at,
                             .origin = origin,
                             .action = audit_action::administrator_added,
                             .detail = email + " as " + std::string(role)});
  });
}

Result<bool> SqlStore::set_role(const Email& email, AdminRole role, Instant now,
                                const Origin& origin) {
  bool is_set = false;
  const auto work = [&](Connection& db) -> Status {
    is_set = TRY(db.execute(Query::set_role, email.text(), word_of(role))) > 0;
    if (!is_set) return {};
    TRY_STATUS(db.execute(Query::set_role_of_sessions, email.text(), word_of(role)));
    return append_audit(db, {.at = now,
                             .origin = origin,
                             .action = audit_action::administrator_role_changed,
                             .detail = email.text() + " to " + std::string(word_of(role))});
  };
  TRY_STATUS(queue().run(work));
  return is_set;
}

Result<bool> SqlStore::remove_administrator(const Email& email, Instant now, const Origin& origin) {
  bool is_removed = false;
  const auto work = [&](Connection& db) -> Status {
    is_removed = TRY(db.execute(Query::remove_administrator, email.text())) > 0;
    if (!is_removed) return {};
    TRY_STATUS(db.execute(Query::remove_login_links, email.text(), now));
    TRY_STATUS(db.execute(Query::end_sessions, email.text()));
    return append_audit(db, {.at = now,
                             .origin = origin,
                             .action = audit_action::administrator_removed,
                             .detail = email.text()});
  };
  TRY_STATUS(queue().run(work));
  return is_removed;
}

Status SqlStore::create_login_link(const LoginLink& link, Instant now, const Origin& origin) {
  return queue().run([&](Connection& db) -> Status {
    // One link at a time: whoever lost one makes another, and the lost one is no use.
    TRY_STATUS(db.execute(Query::remove_login_links, link.email.text(), now));
    TRY_STATUS(db.execute(Query::add_login_link, link.hash, link.email.text(), word_of(link.role),
                          link.expires_at));
    return append_audit(db,
                        {.at = now,
                         .origin = origin,
                         .action = audit_action::login_link_made,
                         .detail = link.email.text() + " as " + std::string(word_of(link.role))});
  });
}

Result<std::optional<AdminSession>> SqlStore::use_login_link(const LoginLinkHash& link,
                                                             const NewSession& begun,
                                                             const RequestRef& request) {
  std::optional<AdminSession> session;
  const auto work = [&](Connection& db) -> Status {
    session.reset();
    NewSession of_link = begun;
    {
      auto rows = TRY(db.query(Query::find_login_link, link, begun.session.created_at));
      if (!TRY(rows.next())) return {};
      of_link.session.email = TRY(read_email(rows));
      of_link.session.role = TRY(read_role(rows));
    }
    TRY_STATUS(db.execute(Query::remove_login_link, link));
    TRY_STATUS(begin_session(db, of_link, request));
    session = of_link.session;
    return {};
  };
  TRY_STATUS(queue().run(work));
  return session;
}

Status SqlStore::create_session(const NewSession& begun, const RequestRef& request) {
  return queue().run([&](Connection& db) { return begin_session(db, begun, request); });
}

Status SqlStore::note_refusal(const AuditEvent& event) {
  return queue().run([&](Connection& db) { return append_audit(db, event); });
}

Result<std::optional<AdminSession>> SqlStore::find_session(const SessionHash& hash) {
  auto db = reader();
  auto rows = TRY(db->query(Query::find_session, hash));
  if (!TRY(rows.next())) return std::optional<AdminSession>{};
  return std::optional(TRY(read_session(rows)));
}

Status SqlStore::session_seen(SessionId id, Instant at) {
  return queue().run([&](Connection& db) -> Status {
    TRY_STATUS(db.execute(Query::session_seen, id, at));
    return {};
  });
}

Result<std::vector<AdminSession>> SqlStore::list_sessions(Instant now) {
  auto db = reader();
  auto rows = TRY(db->query(Query::list_sessions, now, limits::sessions_listed));
  std::vector<AdminSession> sessions;
  while (TRY(rows.next())) sessions.push_back(TRY(read_session(rows)));
  return sessions;
}

Result<bool> SqlStore::end_session(SessionId id, Instant now, const Origin& origin) {
  bool has_ended = false;
  const auto work = [&](Connection& db) -> Status {
    has_ended = TRY(db.execute(Query::end_session, id)) > 0;
    if (!has_ended) return {};
    return append_audit(db, {.at = now,
                             .origin = origin,
                             .action = audit_action::session_ended,
                             .object_id = id.bytes});
  };
  TRY_STATUS(queue().run(work));
  return has_ended;
}

Result<std::int64_t> SqlStore::end_sessions(const Email& email, Instant now, const Origin& origin) {
  std::int64_t ended = 0;
  const auto work = [&](Connection& db) -> Status {
    ended = TRY(db.execute(Query::end_sessions, email.text()));
    return append_audit(db, {.at = now,
                             .origin = origin,
                             .action = audit_action::sessions_ended,
                             .detail = email.text()});
  };
  TRY_STATUS(queue().run(work));
  return ended;
}

}  // namespace claviger::sql
