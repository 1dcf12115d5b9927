#include "api/admin_query.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/text.h"
#include "http/form_reader.h"

namespace claviger::api {
namespace {

/// The text of a name that has a value.
Result<std::optional<std::string_view>> filled(const http::Fields& query, std::string_view name) {
  auto text = TRY(query.text(name));
  if (text && text->empty()) text.reset();
  return text;
}

template <class AnyId>
Result<std::optional<AnyId>> id_field(const http::Fields& query, std::string_view name) {
  const auto text = TRY(filled(query, name));
  if (!text) return std::optional<AnyId>{};
  if (const auto id = AnyId::parse(*text)) return std::optional(*id);
  return fail(unacceptable(name, "must be an id"));
}

Result<std::optional<Instant>> time_field(const http::Fields& query, std::string_view name) {
  const auto text = TRY(filled(query, name));
  if (!text) return std::optional<Instant>{};
  if (const auto at = parse_rfc3339(*text)) return std::optional(*at);
  return fail(unacceptable(name, "must be a time like 2026-01-31T12:00:00Z"));
}

std::optional<ListPlace> parse_cursor(std::string_view text) {
  const auto size = base64url_decoded_size(text.size());
  ListPlace place;
  if (!size || *size < place.id.size()) return std::nullopt;
  std::string bytes(*size, '\0');
  const std::span room(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  if (!base64url_decode(text, room)) return std::nullopt;
  std::copy_n(bytes.begin(), place.id.size(), place.id.begin());
  place.name = bytes.substr(place.id.size());
  return place;
}

tl::unexpected<Error> no_cursor() {
  return fail(unacceptable("after", "must be the next of an answer"));
}

Result<std::int64_t> page_size_of(const http::Fields& query) {
  return TRY(query.integer("page_size")).value_or(limits::admin_page_size_default);
}

/// "order", as whether the list is descending; nullopt without one.
Result<std::optional<bool>> order_of(const http::Fields& query) {
  const auto text = TRY(filled(query, "order"));
  if (!text) return std::optional<bool>{};
  if (*text == "asc") return std::optional(false);
  if (*text == "desc") return std::optional(true);
  return fail(unacceptable("order", "must be asc or desc"));
}

Result<ListRange> range_of(const http::Fields& query) {
  ListRange range;
  range.limit = TRY(page_size_of(query));
  range.is_descending = TRY(order_of(query)).value_or(false);
  const auto after = TRY(filled(query, "after"));
  if (!after) return range;
  range.behind = parse_cursor(*after);
  if (!range.behind) return no_cursor();
  return range;
}

Result<std::optional<bool>> activity_of(const http::Fields& query) {
  const auto text = TRY(filled(query, "state"));
  if (!text) return std::optional<bool>{};
  if (*text == "active") return std::optional(true);
  if (*text == "inactive") return std::optional(false);
  return fail(unacceptable("state", "must be active or inactive"));
}

Result<std::optional<TokenState>> state_of(const http::Fields& query) {
  const auto text = TRY(filled(query, "state"));
  if (!text) return std::optional<TokenState>{};
  for (const auto state : {TokenState::live, TokenState::expired, TokenState::revoked})
    if (*text == word_of(state)) return std::optional(state);
  return fail(unacceptable("state", "must be live, expired or revoked"));
}

Result<bool> is_by_name(const http::Fields& query, std::string_view sort_by_name) {
  const auto sort = TRY(filled(query, "sort"));
  if (!sort || *sort == "created_at") return false;
  if (*sort == sort_by_name) return true;
  return fail(unacceptable("sort", "must be created_at or " + std::string(sort_by_name)));
}

Result<std::optional<std::string>> word_field(const http::Fields& query, std::string_view name) {
  const auto text = TRY(filled(query, name));
  if (!text) return std::optional<std::string>{};
  return std::optional(std::string(*text));
}

}  // namespace

Result<ListQuery> read_list_query(const Call& call, std::string_view sort_by_name) {
  ListQuery query;
  query.fields = TRY(http::read_query(call.request.query));
  auto& search = query.search;
  search.text = TRY(filled(query.fields, "search")).value_or("");
  search.is_active = TRY(activity_of(query.fields));
  search.client_id = TRY(id_field<ClientId>(query.fields, "client_id"));
  search.by_name = TRY(is_by_name(query.fields, sort_by_name));
  search.range = TRY(range_of(query.fields));
  return query;
}

Result<TokenListQuery> read_token_query(const Call& call) {
  const auto query = TRY(http::read_query(call.request.query));
  TokenListQuery tokens;
  tokens.filter.client_id = TRY(id_field<ClientId>(query, "client_id"));
  tokens.filter.user_id = TRY(id_field<UserId>(query, "user_id"));
  tokens.filter.state = TRY(state_of(query));
  tokens.range = TRY(range_of(query));
  return tokens;
}

Result<AuditListQuery> read_audit_query(const Call& call) {
  const auto query = TRY(http::read_query(call.request.query));
  AuditListQuery audit;
  audit.filter.action = TRY(word_field(query, "action"));
  audit.filter.actor = TRY(word_field(query, "actor"));
  audit.filter.client_id = TRY(id_field<ClientId>(query, "client_id"));
  if (const auto object = TRY(id_field<TokenId>(query, "object_id")))
    audit.filter.object_id = object->bytes;
  audit.filter.from = TRY(time_field(query, "from"));
  audit.filter.until = TRY(time_field(query, "to"));
  audit.page_size = TRY(page_size_of(query));
  if (const auto after = TRY(filled(query, "after"))) {
    audit.before = parse_decimal(*after);
    if (!audit.before) return no_cursor();
  }
  return audit;
}

Result<std::optional<AuditPoint>> read_audit_point(const Call& call) {
  const auto query = TRY(http::read_query(call.request.query));
  const auto after = TRY(query.integer("after"));
  const auto hash = TRY(filled(query, "hash"));
  if (!after && !hash) return std::optional<AuditPoint>{};
  if (!after) return fail(unacceptable("after", "is required with a hash"));
  AuditPoint point{.sequence = *after, .hash = {}};
  if (!hash || !hex_decode(*hash, point.hash))
    return fail(unacceptable("hash", "must be that of the row, 64 hexadecimal digits"));
  return std::optional(point);
}

std::string cursor_text(const ListPlace& place) {
  std::string bytes(text_of(place.id));
  bytes += place.name;
  return base64url(bytes_of(bytes));
}

}  // namespace claviger::api
