// How one can log in to the admin panel.
#include "api/admin_endpoints.h"
#include "base/json_writer.h"

namespace claviger::api {

Status get_admin_login(Call& call) {
  JsonWriter json(json_body(call));
  json.begin_object()
      .field("openid", call.app.openid != nullptr)
      .field("issuer",
             call.app.openid != nullptr ? std::optional(call.app.openid->issuer()) : std::nullopt)
      .field("environment", call.app.services.policy.environment.name())
      .end_object();
  return {};
}

}  // namespace claviger::api
