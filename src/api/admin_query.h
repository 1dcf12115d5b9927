#pragma once

#include "api/call.h"
#include "audit/trail_check.h"
#include "service/search.h"

/// What the panel's lists and exports are asked for in the query. A name without a value counts as
/// absent, as an empty field of a form does. Errors of all: unacceptable_field, duplicate_field.
namespace claviger::api {

struct ListQuery {
  http::Fields fields;
  Search search;  // its text points into the fields
};
/// `sort_by_name` is the word of "sort" that asks for the order of names.
Result<ListQuery> read_list_query(const Call& call, std::string_view sort_by_name);

struct TokenListQuery {
  TokenFilter filter;
  ListRange range;
};
Result<TokenListQuery> read_token_query(const Call& call);

struct AuditListQuery {
  AuditFilter filter;
  std::optional<std::int64_t> before;
  std::int64_t page_size;

  bool is_narrowed() const {
    return filter.action || filter.actor || filter.client_id || filter.object_id || filter.from ||
           filter.until;
  }
};
Result<AuditListQuery> read_audit_query(const Call& call);

/// The point that a check of the audit trail goes on from: "after" and "hash", or neither.
Result<std::optional<AuditPoint>> read_audit_point(const Call& call);

/// The text of a cursor, which says to others no more than that it is one.
std::string cursor_text(const ListPlace& place);
template <class Row>
std::optional<std::string> cursor_of(const ListPage<Row>& page) {
  if (!page.next) return std::nullopt;
  return cursor_text(*page.next);
}

}  // namespace claviger::api
