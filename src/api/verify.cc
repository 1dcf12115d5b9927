#include <array>

#include "api/endpoints.h"
#include "base/limits.h"
#include "http/form_reader.h"
#include "policy/scopes.h"

namespace claviger::api {
namespace {

/// Adds a name as a header's value: plain ASCII as it is; anything else in it, and "%" itself, as
/// percent-encoded UTF-8, so that decoding gives every name back and no two names meet (ACC-4).
void add_name_header(http::Response& response, std::string_view header, std::string_view name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  auto& out = response.headers;
  out += header;
  out += ": ";
  for (const char c : name) {
    if (c >= ' ' && c <= '~' && c != '%') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  out += "\r\n";
}

/// The required scopes of the query, all of them; what is missing is refused.
Status check_scopes(const Call& call) {
  std::array<char, limits::url_bytes> room;
  http::QueryCursor query(call.request.query, room);
  bool is_enough = true;
  while (const auto field = query.next())
    if (field->name == "scope")
      is_enough = is_enough && has_scope(call.identity->scopes(), field->value);
  if (query.is_malformed()) return fail(http::malformed_query());
  if (is_enough) return {};
  return fail(Code::insufficient_scope, "The token's user does not have every required scope.");
}

}  // namespace

Status verify(Call& call) {
  TRY_STATUS(check_scopes(call));
  const auto& identity = *call.identity;
  call.response.status = call.route.status;
  call.response.add_header("X-Auth-User-Id", identity.user->id);
  add_name_header(call.response, "X-Auth-Username", identity.user->username());
  call.response.add_header("X-Auth-Client-Id", identity.user->client->id);
  call.response.add_header("X-Auth-Token-Id", identity.token_id);
  call.response.add_header("X-Auth-Scopes", identity.scopes());
  return {};
}

}  // namespace claviger::api
