#pragma once

#include <string_view>

#include "api/call.h"
#include "http/request.h"
#include "service/sessions.h"

/// The session of the admin panel that a request is made in (ADM-2, ADM-3).
namespace claviger::api {

/// What the session's cookie holds; empty: there is none.
std::string_view session_key(const http::Request& request);

/// Finds the session and sets `session`. A change has to come from the panel's own page and, if
/// the route asks for an administrator, not from an auditor; a refusal is audited. Errors:
/// no_session, csrf, auditor.
Status admit_session(Call& call);

/// Refuses what the browser says a page of another site has sent. Errors: csrf.
Status check_same_origin(const Call& call);

/// Where a login comes from.
LoginRequest login_request(const Call& call);

/// Gives the browser the session's cookie.
void set_session_cookie(Call& call, const SessionKey& key);
/// Takes it away.
void clear_session_cookie(Call& call);

/// The session as the panel's pages know it, written as the whole answer.
void write_session(Call& call, const AdminSession& session, std::string_view key);

}  // namespace claviger::api
