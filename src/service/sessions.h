#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "model/administrator.h"
#include "service/services.h"

/// Logging in to the admin panel, and the sessions that come of it (ADM-1, ADM-2).
namespace claviger {

/// A link's code: 32 random bytes, shown once.
struct MadeLink {
  LoginCode code;
  LoginLink link;
};
/// Makes a link that logs in once, within minutes. It takes the place of the address' last one.
Result<MadeLink> make_login_link(Services& services, const Email& email, AdminRole role,
                                 const Origin& origin);

struct BegunSession {
  SessionKey key;  // for the cookie
  AdminSession session;
};
/// Where a login comes from.
struct LoginRequest {
  RequestRef request;
  std::string_view previous_key{};  // of the session that the same browser has; it ends
};
/// Errors: invalid_link, if there is no such link any more.
Result<BegunSession> log_in_by_link(Services& services, std::string_view code,
                                    const LoginRequest& from);
/// Logs in the holder of an address that an OpenID provider has verified. nullopt: the address is
/// not on the list, which is told in the audit trail.
Result<std::optional<BegunSession>> log_in_by_openid(Services& services, const Email& email,
                                                     const LoginRequest& from);
/// Tells the audit trail of a login that was refused for another reason, such as
/// "ada@example.com is not verified".
Status note_refused_login(Services& services, const RequestRef& request, std::string detail);

/// The session that a cookie shows; notes that it was used. Errors: no_session, also if it has
/// expired, was idle for too long or its address is no longer on the list.
Result<AdminSession> find_session(Services& services, std::string_view key);
/// When it ends if it is not used again.
Instant idle_end(const AdminSession& session);
/// What a page of the session sends along with each change: nobody has it who can't read the
/// session's answers (ADM-3).
std::string csrf_token(std::string_view key);
/// Whether this is that token. Takes the same time whatever it is.
bool is_csrf_token(std::string_view key, std::string_view presented);

/// Who works, for the audit trail.
Origin origin_of(const AdminSession& session, const RequestRef& request);
/// Tells the audit trail of a change that was refused (ADM-5).
Status note_refused_change(Services& services, const AdminSession& session,
                           const RequestRef& request, std::string detail);

/// Those that are good, of everybody or of one address; the newest first.
Result<std::vector<AdminSession>> list_sessions(Services& services,
                                                const std::optional<Email>& email);
/// Errors: not_found. With an address, others' sessions are not found.
Status end_session(Services& services, SessionId id, const std::optional<Email>& only_of,
                   const Origin& origin);
/// Ends all sessions of an address; returns how many.
Result<std::int64_t> end_sessions(Services& services, const Email& email, const Origin& origin);

}  // namespace claviger
