#include "api/endpoints.h"
#include "base/json_writer.h"
#include "service/tokens.h"

namespace claviger::api {
namespace {

/// The name that failures are counted by: the identifier within its client.
std::string attempt_name(const Login& login) {
  return login.acting.id().text() + "/" + std::string(login.request.identifier);
}

Result<Login> read_login(const Call& call) {
  TokenRequest request{};
  request.identifier = TRY(call.body.required_text("identifier"));
  request.secret = TRY(call.body.required_text("secret"));
  request.expires_in = TRY(call.body.integer("expires_in"));
  request.created_by_username = TRY(call.body.text("created_by_username")).value_or("");
  return Login{.acting = *call.acting, .request = request};
}

Status answer(Call& call, const Login& login, Result<IssuedToken> issued) {
  if (!issued) return fail(refuse_attempt(call, std::move(issued).error(), attempt_name(login)));
  call.app.traffic.count(Traffic::Kind::issued);
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

}  // namespace

void post_tokens(std::span<Call> calls, std::span<Status> outcomes) {
  std::vector<Login> logins;
  std::vector<std::size_t> places;  // among the calls
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!outcomes[i]) continue;
    auto login = read_login(calls[i]);
    if (login) {
      logins.push_back(*std::move(login));
      places.push_back(i);
    } else {
      outcomes[i] = fail(std::move(login).error());
    }
  }
  if (logins.empty()) return;
  auto issued = issue_tokens(calls.front().app.services, logins);
  for (std::size_t k = 0; k < logins.size(); ++k)
    outcomes[places[k]] = answer(calls[places[k]], logins[k], std::move(issued[k]));
}

Status post_token(Call& call) {
  Status outcome;
  post_tokens({&call, 1}, {&outcome, 1});
  return outcome;
}

}  // namespace claviger::api
