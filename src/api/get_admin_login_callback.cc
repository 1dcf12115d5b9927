// Where the OpenID provider sends the browser back to.
#include <array>

#include "api/admin_endpoints.h"
#include "api/admin_openid.h"
#include "api/admin_session.h"
#include "base/limits.h"
#include "http/form_reader.h"

namespace claviger::api {
namespace {

/// The fields of the query. One that comes twice counts as none.
struct CallbackQuery {
  std::array<char, limits::url_bytes> room;
  openid::Callback callback{};

  bool read(std::string_view text) {
    http::QueryCursor cursor(text, room);
    bool is_twice = false;
    while (const auto field = cursor.next()) {
      for (const auto& [name, out] :
           {std::pair<std::string_view, std::string_view*>{"code", &callback.code},
            {"state", &callback.state},
            {"error", &callback.error},
            {"iss", &callback.issuer}}) {
        if (field->name != name) continue;
        is_twice = is_twice || !out->empty();
        *out = field->value;
      }
    }
    return !cursor.is_malformed() && !is_twice;
  }
};

/// Logs in whoever the provider vouches for. Errors: openid_not_allowed, and those of the provider.
Result<BegunSession> log_in(Call& call, const openid::Callback& callback, std::string_view key) {
  auto& services = call.app.services;
  auto email = call.app.openid->complete(callback, key);
  if (!email && email.error().code == Code::openid_not_verified)
    TRY_STATUS(note_refused_login(services, request_ref(call), email.error().cause));
  if (!email) return tl::unexpected(std::move(email).error());
  auto begun = TRY(log_in_by_openid(services, *email, login_request(call)));
  if (!begun)
    return fail(Code::openid_not_allowed, "The address is not on the list.",
                "the address is not on the list");
  return *std::move(begun);
}

}  // namespace

Status get_admin_login_callback(Call& call) {
  if (call.app.openid == nullptr) return fail(Code::not_found, "This server has no OpenID login.");
  CallbackQuery query;
  if (!query.read(call.request.query)) query.callback = {};
  auto begun = log_in(call, query.callback, login_key(call.request));
  clear_login_cookie(call);  // whatever came of it: nobody comes back by it a second time
  if (!begun) return back_to_login(call, begun.error());
  set_session_cookie(call, begun->key);
  call.response.status = call.route.status;
  call.response.add_header("Location", "/admin/");
  return {};
}

}  // namespace claviger::api
