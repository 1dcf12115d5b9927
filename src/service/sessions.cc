#include "service/sessions.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "crypto/constant_time.h"
#include "crypto/hash.h"
#include "crypto/hmac_sha256.h"
#include "service/administrators.h"

namespace claviger {
namespace {

constexpr std::string_view csrf_tag = "claviger csrf v1";

/// 32 random bytes as text.
template <class Text>
Text make_text(Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  std::string text = base64url(bytes);
  wipe(bytes.data(), bytes.size());
  return Text::take(text);
}

template <class HashType>
HashType hash_text(std::string_view text) {
  return HashType{sha256(bytes_of(text))};
}

/// A session that begins now, all but whose it is.
AdminSession session_now(Services& services, const Email& email, LoginWay way,
                         const RequestRef& request) {
  const auto now = services.clock.now();
  return {.id = services.ids.next<SessionId>(now),
          .email = email,
          .way = way,
          .created_at = now,
          .last_seen_at = now,
          .expires_at = now + limits::session_lifetime,
          .address = request.address};
}

NewSession new_session(const SessionKey& key, const AdminSession& session,
                       const LoginRequest& from) {
  NewSession begun{.hash = key.reveal(hash_text<SessionHash>), .session = session};
  if (!from.previous_key.empty()) begun.replaces = hash_text<SessionHash>(from.previous_key);
  return begun;
}

tl::unexpected<Error> no_session(std::string_view cause) {
  return fail(Code::no_session, "Log in to the admin panel.", std::string(cause));
}

bool is_good(const AdminSession& session, Instant now) {
  return now < session.expires_at && now < idle_end(session);
}

}  // namespace

Result<MadeLink> make_login_link(Services& services, const Email& email, AdminRole role,
                                 const Origin& origin) {
  const auto now = services.clock.now();
  auto code = make_text<LoginCode>(services.random);
  LoginLink link{.hash = code.reveal(hash_text<LoginLinkHash>),
                 .email = email,
                 .role = role,
                 .expires_at = now + limits::login_link_lifetime};
  TRY_STATUS(services.store.create_login_link(link, now, origin));
  return MadeLink{std::move(code), std::move(link)};
}

Result<BegunSession> log_in_by_link(Services& services, std::string_view code,
                                    const LoginRequest& from) {
  auto key = make_text<SessionKey>(services.random);
  const auto nobody = *Email::parse("nobody@localhost");  // the link says whose it is
  const auto begun =
      new_session(key, session_now(services, nobody, LoginWay::link, from.request), from);
  auto session =
      TRY(services.store.use_login_link(hash_text<LoginLinkHash>(code), begun, from.request));
  if (!session)
    return fail(Code::invalid_link, "The link is not valid: it was used, or it has expired.",
                "an unknown login link");
  return BegunSession{std::move(key), *std::move(session)};
}

Result<std::optional<BegunSession>> log_in_by_openid(Services& services, const Email& email,
                                                     const LoginRequest& from) {
  const auto administrator = TRY(find_administrator(services, email));
  if (!administrator) {
    TRY_STATUS(note_refused_login(services, from.request, email.text() + " is not on the list"));
    return std::optional<BegunSession>{};
  }
  auto key = make_text<SessionKey>(services.random);
  auto session = session_now(services, email, LoginWay::openid, from.request);
  session.role = administrator->role;
  TRY_STATUS(services.store.create_session(new_session(key, session, from), from.request));
  return std::optional(BegunSession{std::move(key), std::move(session)});
}

Status note_refused_login(Services& services, const RequestRef& request, std::string detail) {
  return services.store.note_refusal({.at = services.clock.now(),
                                      .origin = Origin::stranger(request),
                                      .action = audit_action::admin_login_refused,
                                      .detail = std::move(detail)});
}

Result<AdminSession> find_session(Services& services, std::string_view key) {
  auto session = TRY(services.store.find_session(hash_text<SessionHash>(key)));
  if (!session) return no_session("an unknown session");
  const auto now = services.clock.now();
  if (!is_good(*session, now)) return no_session("an expired session");
  if (session->way == LoginWay::openid && !TRY(find_administrator(services, session->email)))
    return no_session("a session whose address is no longer on the list");
  // A store that can't note it, such as one on a full disk, can still be looked at.
  if (now - session->last_seen_at >= limits::session_seen_step &&
      services.store.session_seen(session->id, now))
    session->last_seen_at = now;
  return *std::move(session);
}

Instant idle_end(const AdminSession& session) {
  // What stands in the database may be a step behind: nobody is logged out early for that.
  return session.last_seen_at + limits::session_idle + limits::session_seen_step;
}

std::string csrf_token(std::string_view key) {
  return base64url(HmacSha256(bytes_of(key)).mac(bytes_of(csrf_tag)));
}

bool is_csrf_token(std::string_view key, std::string_view presented) {
  return equal_constant_time(bytes_of(csrf_token(key)), bytes_of(presented));
}

Origin origin_of(const AdminSession& session, const RequestRef& request) {
  return Origin::administrator(session.email.text(), session.id.bytes, request);
}

Status note_refused_change(Services& services, const AdminSession& session,
                           const RequestRef& request, std::string detail) {
  return services.store.note_refusal({.at = services.clock.now(),
                                      .origin = origin_of(session, request),
                                      .action = audit_action::admin_change_refused,
                                      .object_id = session.id.bytes,
                                      .detail = std::move(detail)});
}

Result<std::vector<AdminSession>> list_sessions(Services& services,
                                                const std::optional<Email>& email) {
  const auto now = services.clock.now();
  auto sessions = TRY(services.store.list_sessions(now));
  std::erase_if(sessions, [&](const AdminSession& session) {
    return !is_good(session, now) || (email && session.email != *email);
  });
  std::ranges::reverse(sessions);
  return sessions;
}

Status end_session(Services& services, SessionId id, const std::optional<Email>& only_of,
                   const Origin& origin) {
  const auto sessions = TRY(list_sessions(services, only_of));
  const bool is_there = std::ranges::find(sessions, id, &AdminSession::id) != sessions.end();
  if (!is_there || !TRY(services.store.end_session(id, services.clock.now(), origin)))
    return fail(Code::not_found, "There is no such session.");
  return {};
}

Result<std::int64_t> end_sessions(Services& services, const Email& email, const Origin& origin) {
  return services.store.end_sessions(email, services.clock.now(), origin);
}

}  // namespace claviger
