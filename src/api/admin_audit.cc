// The audit trail, as administrators look at it.
#include "api/admin_endpoints.h"
#include "api/admin_query.h"
#include "api/admin_shapes.h"
#include "audit/export.h"
#include "base/bytes.h"
#include "service/audit.h"

namespace claviger::api {

Status get_admin_audit(Call& call) {
  const auto query = TRY(read_audit_query(call));
  const auto page =
      TRY(search_audit(call.app.services, query.filter, query.before, query.page_size));
  JsonWriter json(json_body(call));
  begin_list(json);
  for (const auto& row : page.rows) {
    std::string line = export_line(row);
    line.pop_back();  // its newline
    json.raw(line);
  }
  const auto next = page.next ? std::optional(std::to_string(*page.next)) : std::nullopt;
  end_list(json, next, std::nullopt);
  return {};
}

Status get_admin_audit_check(Call& call) {
  const auto point = TRY(read_audit_point(call));
  const auto part = TRY(check_audit_part(call.app.services, point));
  JsonWriter json(json_body(call));
  json.begin_object()
      .field("checked_to", part.checked_to.sequence)
      .field("hash", std::string_view(hex(part.checked_to.hash)))
      .field("newest", part.newest)
      .field("done", part.is_last)
      .field("problem", part.problem)
      .end_object();
  return {};
}

}  // namespace claviger::api
