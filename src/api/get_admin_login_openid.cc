// Sends the browser to the OpenID provider.
#include "api/admin_endpoints.h"
#include "api/admin_openid.h"

namespace claviger::api {

Status get_admin_login_openid(Call& call) {
  if (call.app.openid == nullptr) return fail(Code::not_found, "This server has no OpenID login.");
  const auto key = openid::make_login_key(call.app.services.random);
  const auto location =
      key.reveal([&](std::string_view text) { return call.app.openid->login_url(text); });
  if (!location) return back_to_login(call, location.error());
  key.reveal([&](std::string_view text) { set_login_cookie(call, text); });
  call.response.status = call.route.status;
  call.response.add_header("Location", *location);
  return {};
}

}  // namespace claviger::api
