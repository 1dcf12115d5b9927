#include <algorithm>

#include "api/endpoints.h"
#include "http/form_reader.h"
#include "policy/scopes.h"

namespace claviger::api {
namespace {

/// A name as a header value: plain ASCII as it is; with anything else in it, and with "%" itself,
/// percent-encoded UTF-8, so that decoding gives every name back and no two names meet (ACC-4).
std::string header_text(std::string_view name) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '%'; };
  if (std::ranges::all_of(name, plain)) return std::string(name);
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : name) {
    if (plain(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4];
    encoded += digits[byte & 15];
  }
  return encoded;
}

/// The required scopes of the query, all of them, separated by spaces; what is missing is refused.
Status check_scopes(Call& call) {
  if (call.request.query.empty()) return {};
  const auto query = TRY(http::read_query(call.request.query));
  const auto required = query.all("scope");
  const auto& held = call.identity->user->scopes;
  const bool enough =
      std::ranges::all_of(required, [&](std::string_view scope) { return has_scope(held, scope); });
  if (enough) return {};
  return fail(Code::insufficient_scope, "The token's user does not have every required scope.");
}

}  // namespace

Status verify(Call& call) {
  TRY_STATUS(check_scopes(call));
  const auto& identity = *call.identity;
  call.response.status = call.route.status;
  call.response.add_header("X-Auth-User-Id", identity.user->id.text());
  call.response.add_header("X-Auth-Username", header_text(identity.user->username));
  call.response.add_header("X-Auth-Client-Id", identity.user->client->id.text());
  call.response.add_header("X-Auth-Token-Id", identity.token_id.text());
  call.response.add_header("X-Auth-Scopes", identity.user->scopes);
  return {};
}

}  // namespace claviger::api
