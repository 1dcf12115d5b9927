#include "api/endpoints.h"
#include "base/json_writer.h"
#include "policy/master.h"
#include "service/clients.h"

namespace claviger::api {

Status post_client(Call& call) {
  // The address first: a guessed master password must not be told from a wrong one.
  TRY_STATUS(call.app.attempts.check_before(call.request.peer));
  const auto username = TRY(call.body.text("username")).value_or("");
  const auto password = TRY(call.body.text("password")).value_or("");
  if (auto master = check_master(call.app.services.policy, username, password); !master)
    return fail(refuse_attempt(call, std::move(master).error(), {}));
  const auto name = TRY(call.body.required_text("client_name"));

  const auto created =
      TRY(create_client(call.app.services, Origin::master(request_ref(call)), name));
  call.response.notes.client_id = created.client.id;
  JsonWriter json(json_body(call));
  json.begin_object()
      .field("id", created.client.id)
      .field("name", created.client.name)
      .key("api_key");
  created.api_key.reveal([&](std::string_view key) { json.value(key); });
  json.field("is_active", created.client.is_active)
      .field("created_at", created.client.created_at)
      .end_object();
  return {};
}

}  // namespace claviger::api
