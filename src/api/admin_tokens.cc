// What administrators see of tokens, issue and revoke.
#include <algorithm>

#include "api/admin_acting.h"
#include "api/admin_endpoints.h"
#include "api/admin_query.h"
#include "api/admin_shapes.h"
#include "api/shapes.h"
#include "service/tokens.h"

namespace claviger::api {
namespace {

constexpr std::size_t kRevokedTogether = 100;

/// A wrong identifier or secret says nothing of the administrator, whose session is good: a 422
/// about the secret, the same whatever is wrong, and counted as any failed attempt is (LIM-1).
Error wrong_login(Call& call, Error error, const std::string& name) {
  auto refused = refuse_attempt(call, std::move(error), name);
  if (refused.code != Code::invalid_credential && refused.code != Code::wrong_environment)
    return refused;
  auto wrong = unacceptable("secret", std::move(refused.detail));
  wrong.cause = std::move(refused.cause);
  return wrong;
}

Result<std::vector<TokenId>> read_ids(const http::Fields& body) {
  const auto texts = TRY(body.texts("ids"));
  if (!texts || texts->empty() || texts->size() > kRevokedTogether)
    return fail(unacceptable("ids", "must be 1 to 100 ids of tokens"));
  std::vector<TokenId> ids;
  for (const auto text : *texts) {
    const auto id = TokenId::parse(text);
    if (!id) return fail(unacceptable("ids", "must be ids"));
    if (std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*id);
  }
  return ids;
}

}  // namespace

Status get_admin_tokens(Call& call) {
  const auto query = TRY(read_token_query(call));
  const auto found = TRY(search_tokens(call.app.services, query.filter, query.range));
  const auto now = call.app.services.clock.now();
  JsonWriter json(json_body(call));
  begin_list(json);
  for (const auto& token : found.page.rows) {
    json.begin_object();
    write_item(json, token, now);
    json.end_object();
  }
  end_list(json, cursor_of(found.page), found.total);
  return {};
}

Status get_admin_token(Call& call) {
  const auto id = TRY(path_id<TokenId>(call, "token"));
  const auto token = TRY(find_token(call.app.services, id));
  JsonWriter json(json_body(call));
  json.begin_object();
  write_item(json, token, call.app.services.clock.now());
  json.end_object();
  return {};
}

Status post_admin_token(Call& call) {
  auto& services = call.app.services;
  const auto client_id = TRY(required_id<ClientId>(call.body, "client_id"));
  const auto email = administrator_email(call);
  TokenRequest request{};
  request.identifier = TRY(call.body.required_text("identifier"));
  request.secret = TRY(call.body.required_text("secret"));
  request.expires_in = TRY(call.body.integer("expires_in"));
  request.created_by_username = email;
  TRY_STATUS(existing_client(call, client_id));
  const auto acting = TRY(acting_for(call, client_id));
  call.response.notes.client_id = client_id;
  const auto issued = issue_token(services, acting, request);
  if (!issued)
    return fail(wrong_login(call, issued.error(),
                            client_id.text() + "/" + std::string(request.identifier)));
  call.app.traffic.count(Traffic::Kind::issued);
  call.response.notes.user_id = issued->user_id;
  const auto token = TRY(find_token(services, issued->id));
  JsonWriter json(json_body(call));
  json.begin_object();
  write_item(json, token, services.clock.now());
  json.key("token");
  issued->text.reveal([&](std::string_view text) { json.value(text); });
  json.end_object();
  return {};
}

Status delete_admin_token(Call& call) {
  const auto id = TRY(path_id<TokenId>(call, "token"));
  auto listed = TRY(find_token(call.app.services, id));
  const auto acting = TRY(acting_for(call, listed.token.client_id));
  const auto revoked = TRY(revoke_token(call.app.services, acting, id));
  call.response.notes.client_id = listed.token.client_id;
  call.response.notes.user_id = listed.token.user_id;
  listed.token = revoked.token;
  JsonWriter json(json_body(call));
  json.begin_object();
  write_item(json, listed, call.app.services.clock.now());
  write_fenced(json, revoked.fenced);
  json.end_object();
  return {};
}

Status post_admin_revocations(Call& call) {
  const auto ids = TRY(read_ids(call.body));
  const auto done = TRY(revoke_tokens(call.app.services, administrator_origin(call), ids));
  JsonWriter json(json_body(call));
  json.begin_object().field("revoked", done.counts.revoked).field("missing", done.counts.missing);
  write_fenced(json, done.fenced);
  json.end_object();
  return {};
}

}  // namespace claviger::api
