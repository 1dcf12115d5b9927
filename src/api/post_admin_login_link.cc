// Logs in with a link for one use.
#include "api/admin_endpoints.h"
#include "api/admin_session.h"

namespace claviger::api {

Status post_admin_login_link(Call& call) {
  TRY_STATUS(check_same_origin(call));
  const auto code = TRY(call.body.required_text("code"));
  const auto begun = log_in_by_link(call.app.services, code, login_request(call));
  if (!begun) return fail(refuse_attempt(call, begun.error(), {}));
  set_session_cookie(call, begun->key);
  begun->key.reveal([&](std::string_view key) { write_session(call, begun->session, key); });
  return {};
}

}  // namespace claviger::api
