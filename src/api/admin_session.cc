#include "api/admin_session.h"

#include <utility>

#include "api/shapes.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/text.h"
#include "http/cookies.h"

namespace claviger::api {
namespace {

using http::Method;

/// Browsers keep a cookie of this name to the host that set it, over TLS (RFC 6265bis §4.1.3.2).
constexpr std::string_view secure_name = "__Host-claviger";
constexpr std::string_view plain_name = "claviger";  // on loopback without TLS

std::string_view cookie_name(const http::Request& request) {
  return request.is_https ? secure_name : plain_name;
}

void add_cookie(Call& call, std::string_view value, http::CookieLife life) {
  const auto& request = call.request;
  call.response.add_header("Set-Cookie", http::set_cookie(cookie_name(request), value, life,
                                                          "Strict", request.is_https));
}

bool changes_nothing(const http::Request& request) {
  return request.method == Method::get || request.method == Method::head;
}

/// The client of CLIENT_API_KEY; nullopt: there is none.
std::optional<ClientId> default_client(const Call& call) {
  if (!call.app.default_api_key) return std::nullopt;
  return call.app.default_api_key->reveal([&](std::string_view key) {
    const auto acting = authenticate_client(call.app.services, key);
    return acting ? std::optional(acting->id()) : std::nullopt;
  });
}

/// Errors: csrf, auditor.
Status check_change(const Call& call, std::string_view key) {
  const auto& request = call.request;
  TRY_STATUS(check_same_origin(call));
  const auto token = http::find_header(request.headers, "x-csrf-token");
  if (token.count != 1 || !is_csrf_token(key, token.value))
    return fail(Code::csrf, "The header X-CSRF-Token is not the session's.");
  if (call.route.credential == Credential::administrator &&
      call.session->role != AdminRole::administrator)
    return fail(Code::auditor, "An auditor sees everything and changes nothing.");
  return {};
}

}  // namespace

std::string_view session_key(const http::Request& request) {
  return http::find_cookie(request.headers, cookie_name(request));
}

Status check_same_origin(const Call& call) {
  const auto& request = call.request;
  // Each modern browser says this, and no page can change it (W3C Fetch Metadata).
  const auto site = http::find_header(request.headers, "sec-fetch-site");
  if (site.count > 0 && (site.count > 1 || site.value != "same-origin"))
    return fail(Code::csrf, "Another site asked for this.");
  if (site.count > 0) return {};
  const auto origin = http::find_header(request.headers, "origin");
  if (origin.count == 0) return {};
  const auto own = std::string(request.is_https ? "https://" : "http://").append(request.host);
  const auto& known = call.app.services.policy.public_url;
  const bool is_own = equal_ignoring_case(origin.value, own) ||
                      (!known.empty() && equal_ignoring_case(origin.value, known));
  if (origin.count > 1 || !is_own) return fail(Code::csrf, "Another origin asked for this.");
  return {};
}

Status admit_session(Call& call) {
  const auto key = session_key(call.request);
  if (key.empty()) return fail(Code::no_session, "Log in to the admin panel.", "no session");
  call.session = TRY(find_session(call.app.services, key));
  if (changes_nothing(call.request)) return {};
  auto checked = check_change(call, key);
  if (checked) return {};
  const auto what =
      std::string(checked.error().code == Code::csrf ? "not by the panel: " : "by an auditor: ") +
      std::string(http::method_name(call.request.method)) + " " + std::string(call.route.pattern);
  TRY_STATUS(note_refused_change(call.app.services, *call.session, request_ref(call), what));
  return checked;
}

LoginRequest login_request(const Call& call) {
  return {.request = request_ref(call), .previous_key = session_key(call.request)};
}

void set_session_cookie(Call& call, const SessionKey& key) {
  key.reveal([&](std::string_view text) {
    add_cookie(call, text, {.max_age_seconds = limits::session_lifetime.count()});
  });
}

void clear_session_cookie(Call& call) {
  add_cookie(call, "", {});
}

void write_session(Call& call, const AdminSession& session, std::string_view key) {
  const auto& app = call.app;
  JsonWriter json(json_body(call));
  json.begin_object()
      .field("email", session.email.text())
      .field("role", word_of(session.role))
      .field("csrf_token", csrf_token(key))
      .field("expires_at", session.expires_at)
      .field("idle_seconds", limits::session_idle.count())
      .field("environment", app.services.policy.environment.name())
      .field("version", CLAVIGER_VERSION)
      .field("default_client_id", default_client(call))
      .end_object();
}

}  // namespace claviger::api
