#include "audit/row.h"

#include "audit/encoding.h"
#include "crypto/hash.h"

namespace claviger {
namespace {

constexpr std::string_view trail_tag = "claviger audit trail v1";
constexpr std::string_view row_tag = "claviger audit row v1";

}  // namespace

AuditPoint audit_beginning(std::string_view environment, const Uuid& trail) {
  std::string text(trail_tag);
  append_field(text, environment);
  append_field(text, text_of(trail));
  return {.sequence = 0, .hash = sha256(bytes_of(text))};
}

AuditHash audit_hash(const AuditHash& previous, const AuditRow& row) {
  std::string text;
  text.reserve(256 + row.detail.size());
  text += text_of(previous);
  text += row_tag;
  append_number(text, row.sequence);
  append_number(text, row.at_ms);
  append_field(text, std::string_view(row.actor));
  append_field(text, row.actor_id);
  append_field(text, std::string_view(row.action));
  append_field(text, std::string_view(row.object));
  append_field(text, row.object_id);
  append_field(text, row.client_id);
  append_field(text, row.request_id);
  append_field(text, row.address);
  append_field(text, std::string_view(row.detail));
  return sha256(bytes_of(text));
}

AuditRow audit_row(const AuditPoint& previous, const AuditEvent& event) {
  const auto& origin = event.origin;
  AuditRow row{.sequence = previous.sequence + 1,
               .at_ms = unix_milliseconds(event.at),
               .actor = std::string(origin.actor()),
               .action = std::string(event.action.name),
               .object = std::string(event.action.object),
               .detail = event.detail};
  if (origin.actor_id()) row.actor_id = raw(*origin.actor_id());
  if (event.object_id) row.object_id = raw(*event.object_id);
  if (event.client_id) row.client_id = raw(event.client_id->bytes);
  if (const auto& request = origin.request()) {
    append_number(row.request_id.emplace(), request->id, 8);
    row.address = raw(request->address.bytes);
  }
  row.hash = raw(audit_hash(previous.hash, row));
  return row;
}

}  // namespace claviger
