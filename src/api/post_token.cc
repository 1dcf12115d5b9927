#include "api/endpoints.h"
#include "api/issuing.h"
#include "base/json_writer.h"

namespace claviger::api {
namespace {

Result<Login> read_login(Call& call) {
  TokenRequest request{};
  request.identifier = TRY(call.body.required_text("identifier"));
  request.secret = TRY(call.body.required_text("secret"));
  request.expires_in = TRY(call.body.integer("expires_in"));
  request.created_by_username = TRY(call.body.text("created_by_username")).value_or("");
  return Login{.by = *call.acting, .request = request};
}

/// The identifier within its client.
std::string name_of(const Login& login) {
  return std::get<ActingClient>(login.by).id().text() + "/" + std::string(login.request.identifier);
}

void write_issued(Call& call, const IssuedToken& issued) {
  JsonWriter json(json_body(call));
  json.begin_object().field("id", issued.id).key("token");
  issued.text.reveal([&](std::string_view text) { json.value(text); });
  json.field("token_type", "bearer")
      .field("expires_at", issued.expires_at)
      .field("expires_in", issued.expires_in)
      .field("is_revoked", false)
      .field("user_id", issued.user_id)
      .field("client_id", issued.client_id)
      .end_object();
}

}  // namespace

const Issuing kTokenIssuing{.read = read_login, .attempt_name = name_of, .write = write_issued};

Status post_token(Call& call) {
  return issue_alone(call);
}

}  // namespace claviger::api
