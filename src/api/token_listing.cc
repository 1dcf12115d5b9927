#include "api/token_listing.h"

#include "api/shapes.h"
#include "base/limits.h"
#include "http/form_reader.h"

namespace claviger::api {
namespace {

Result<std::optional<TokenState>> read_state(const http::Fields& query) {
  const auto text = TRY(query.text("state"));
  if (!text) return std::optional<TokenState>{};
  if (*text == "live") return std::optional(TokenState::live);
  if (*text == "expired") return std::optional(TokenState::expired);
  if (*text == "revoked") return std::optional(TokenState::revoked);
  return fail(unacceptable("state", "must be live, expired or revoked"));
}

Result<std::optional<TokenId>> read_cursor(const http::Fields& query) {
  const auto text = TRY(query.text("cursor"));
  if (!text) return std::optional<TokenId>{};
  if (const auto id = TokenId::parse(*text)) return std::optional(*id);
  return fail(unacceptable("cursor", "must be the next_cursor of an answer"));
}

}  // namespace

Status answer_token_list(Call& call, std::optional<UserId> user) {
  const auto query = TRY(http::read_query(call.request.query));
  if (TRY(query.text("page")))
    return fail(unacceptable("page", "this list is paged by cursor: follow next_cursor"));
  const TokenListing listing{
      .user_id = user,
      .state = TRY(read_state(query)),
      .before = TRY(read_cursor(query)),
      .page_size = TRY(query.integer("page_size")).value_or(limits::page_size_default)};
  const auto page = TRY(list_tokens(call.app.services, *call.acting, listing));

  const auto now = call.app.services.clock.now();
  JsonWriter json(json_body(call));
  json.begin_object().key("tokens").begin_array();
  for (const auto& token : page.tokens) {
    json.begin_object();
    write_token(json, token, now);
    json.end_object();
  }
  json.end_array()
      .field("page_size", listing.page_size)
      .field("next_cursor", page.next)
      .end_object();
  return {};
}

}  // namespace claviger::api
