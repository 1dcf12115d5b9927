#include "api/endpoints.h"
#include "base/json_writer.h"
#include "service/tokens.h"

namespace claviger::api {
namespace {

/// The name that failures are counted by: the identifier within its client.
std::string attempt_name(const ActingClient& acting, std::string_view identifier) {
  return acting.id().text() + "/" + std::string(identifier);
}

}  // namespace

Status post_token(Call& call) {
  const TokenRequest wanted{
      .identifier = TRY(call.body.required_text("identifier")),
      .secret = TRY(call.body.required_text("secret")),
      .expires_in = TRY(call.body.integer("expires_in")),
      .created_by_username = TRY(call.body.text("created_by_username")).value_or("")};
  auto issued = issue_token(call.app.services, *call.acting, wanted);
  if (!issued)
    return fail(refuse_attempt(call, std::move(issued).error(),
                               attempt_name(*call.acting, wanted.identifier)));

  call.response.notes.user_id = issued->user_id;
  JsonWriter json(json_body(call));
  json.begin_object().field("id", issued->id).key("token");
  issued->text.reveal([&](std::string_view text) { json.value(text); });
  json.field("token_type", "bearer")
      .field("expires_at", issued->expires_at)
      .field("expires_in", issued->expires_in)
      .field("is_revoked", false)
      .field("user_id", issued->user_id)
      .field("client_id", issued->client_id)
      .end_object();
  return {};
}

}  // namespace claviger::api
