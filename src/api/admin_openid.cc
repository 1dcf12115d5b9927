#include "api/admin_openid.h"

#include <chrono>

#include "http/cookies.h"

namespace claviger::api {
namespace {

constexpr std::string_view secure_name = "__Host-claviger-login";
constexpr std::string_view plain_name = "claviger-login";  // on loopback without TLS
constexpr std::chrono::seconds login_deadline{600};

std::string_view cookie_name(const http::Request& request) {
  return request.is_https ? secure_name : plain_name;
}

void add_cookie(Call& call, std::string_view value, http::CookieLife life) {
  // Lax: the way back begins at the provider's page.
  call.response.add_header("Set-Cookie", http::set_cookie(cookie_name(call.request), value, life,
                                                          "Lax", call.request.is_https));
}

/// The word by which the login page knows what went wrong; empty: it does not.
std::string_view word_of(Code code) {
  switch (code) {
    case Code::openid_not_allowed:
      return "not_allowed";
    case Code::openid_not_verified:
      return "not_verified";
    case Code::openid_expired:
      return "expired";
    case Code::openid_failed:
      return "failed";
    default:
      return {};
  }
}

}  // namespace

std::string_view login_key(const http::Request& request) {
  return http::find_cookie(request.headers, cookie_name(request));
}

void set_login_cookie(Call& call, std::string_view key) {
  add_cookie(call, key, {.max_age_seconds = login_deadline.count()});
}

void clear_login_cookie(Call& call) {
  add_cookie(call, "", {});
}

Status back_to_login(Call& call, const Error& error) {
  const auto counted = refuse_attempt(call, error, {});
  const auto word = word_of(counted.code);
  if (word.empty()) return fail(Error(counted));
  call.response.status = call.route.status;
  call.response.add_header("Location", "/admin/#/login?error=" + std::string(word));
  call.response.notes.reason = error.cause.empty() ? error.detail : error.cause;
  return {};
}

}  // namespace claviger::api
