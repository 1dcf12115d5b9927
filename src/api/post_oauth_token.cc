// The token endpoint of OAuth 2, for the client credentials grant (RFC 6749 §4.4).
#include "api/endpoints.h"
#include "api/issuing.h"
#include "api/oauth_client.h"
#include "base/json_writer.h"

namespace claviger::api {
namespace {

Result<Login> read_grant(Call& call) {
  const auto user = TRY(presented_user(call));
  const auto grant = TRY(call.body.required_text("grant_type"));
  if (grant != "client_credentials")
    return fail(Code::unsupported_grant_type, "The one grant type here is client_credentials.");
  if (!user)
    return fail(Code::missing_credential,
                "A user's id and secret are needed as client_id and client_secret: by Basic or in "
                "the body.");
  TokenRequest request{};
  request.identifier = user->id;
  request.secret = user->secret;
  request.scope = TRY(call.body.text("scope")).value_or("");
  return Login{.by = UserItself(user->id, request_ref(call)), .request = request};
}

std::string name_of(const Login& login) {
  return attempt_name({.id = login.request.identifier, .secret = {}});
}

void write_issued(Call& call, const IssuedToken& issued) {
  JsonWriter json(json_body(call));
  json.begin_object().key("access_token");
  issued.text.reveal([&](std::string_view text) { json.value(text); });
  json.field("token_type", "Bearer")
      .field("expires_in", issued.expires_in)
      .field("scope", issued.scopes)
      .end_object();
}

}  // namespace

const Issuing kOAuthTokenIssuing{
    .read = read_grant, .attempt_name = name_of, .write = write_issued};

Status post_oauth_token(Call& call) {
  return issue_alone(call);
}

}  // namespace claviger::api
