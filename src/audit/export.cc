#include "audit/export.h"

#include <algorithm>
#include <array>
#include <utility>

#include "audit/encoding.h"
#include "audit/json_line.h"
#include "base/ip_text.h"
#include "base/json_writer.h"

namespace claviger {
namespace {

constexpr std::string_view event = "audit_export";
constexpr std::int64_t version = 1;
constexpr std::size_t request_bytes = 8;

tl::unexpected<Error> unreadable(std::string what) {
  return fail(Code::malformed_body, "It cannot be read: " + std::move(what) + ".");
}

/// The bytes as text, if they have the right size; else their hexadecimal digits, which `bytes_in`
/// refuses: nobody wrote such a row but by hand.
std::optional<std::string> id_out(const std::optional<AuditRow::Bytes>& bytes) {
  if (!bytes) return std::nullopt;
  Uuid id{};
  if (bytes->size() != id.size()) return hex(bytes_of(*bytes));
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return uuid_text(id);
}

std::optional<std::string> address_out(const std::optional<AuditRow::Bytes>& bytes) {
  if (!bytes) return std::nullopt;
  IpAddress address{};
  if (bytes->size() != address.bytes.size()) return hex(bytes_of(*bytes));
  std::copy(bytes->begin(), bytes->end(), address.bytes.begin());
  return ip_address_text(address);
}

std::optional<std::string> request_out(const std::optional<AuditRow::Bytes>& bytes) {
  if (!bytes) return std::nullopt;
  return hex(bytes_of(*bytes));
}

template <class Value>
void write(JsonWriter& json, const JsonName& name, const std::optional<Value>& text) {
  json.key(name);
  if (text)
    json.value(std::string_view(*text));
  else
    json.null();
}

/// Members that hold bytes in a textual form: absent is NULL. False if it is no such text.
template <class Parse>
bool read(const JsonLine& json, std::string_view name, std::optional<AuditRow::Bytes>& out,
          Parse parse) {
  const auto text = json.text(name);
  if (!text) return true;
  const auto bytes = parse(*text);
  if (!bytes) return false;
  out = raw(*bytes);
  return true;
}

std::optional<std::array<std::uint8_t, 16>> address_parse(std::string_view text) {
  const auto address = parse_ip_address(text);
  if (!address) return std::nullopt;
  return address->bytes;
}

std::optional<std::array<std::uint8_t, request_bytes>> request_parse(std::string_view text) {
  std::array<std::uint8_t, request_bytes> bytes{};
  if (!hex_decode(text, bytes)) return std::nullopt;
  return bytes;
}

}  // namespace

std::string export_head(const AuditTrail& trail) {
  std::string line;
  JsonWriter json(line);
  json.begin_object()
      .field("event", event)
      .field("version", version)
      .field("environment", std::string_view(trail.id.environment))
      .field("trail", std::string_view(hex(trail.id.id)))
      .field("after_sequence", trail.begin.sequence)
      .field("after_hash", std::string_view(hex(trail.begin.hash)));
  if (!trail.seal.empty()) json.field("seal", std::string_view(trail.seal));
  json.end_object();
  return line + "\n";
}

std::string export_line(const AuditRow& row) {
  std::string line;
  JsonWriter json(line);
  json.begin_object()
      .field("sequence", row.sequence)
      .field("at", std::string_view(rfc3339_ms(from_unix_milliseconds(row.at_ms))))
      .field("at_ms", row.at_ms)
      .field("actor", std::string_view(row.actor));
  write(json, "actor_id", id_out(row.actor_id));
  json.field("action", std::string_view(row.action)).field("object", std::string_view(row.object));
  write(json, "object_id", id_out(row.object_id));
  write(json, "client_id", id_out(row.client_id));
  write(json, "request_id", request_out(row.request_id));
  write(json, "address", address_out(row.address));
  json.field("detail", std::string_view(row.detail))
      .field("hash", std::string_view(hex(bytes_of(row.hash))))
      .end_object();
  return line + "\n";
}

Result<AuditTrail> parse_export_head(std::string_view line) {
  JsonLine json;
  if (!json.parse(line) || json.text("event") != event)
    return unreadable("its first line is not that of an export");
  if (json.number("version") != version) return unreadable("it has a version not known here");
  const auto environment = json.text("environment");
  const auto after = json.number("after_sequence");
  AuditTrail trail;
  if (!environment || !after) return unreadable("its environment or after_sequence is missing");
  trail.id.environment = *environment;
  trail.begin.sequence = *after;
  if (!hex_decode(json.text("trail").value_or(""), trail.id.id) ||
      !hex_decode(json.text("after_hash").value_or(""), trail.begin.hash))
    return unreadable("its trail or after_hash is not hexadecimal");
  trail.seal = json.text("seal").value_or("");
  return trail;
}

Result<AuditRow> parse_export_line(std::string_view line) {
  JsonLine json;
  if (!json.parse(line)) return unreadable("the line is not a JSON object");
  const auto sequence = json.number("sequence");
  const auto at_ms = json.number("at_ms");
  if (!sequence || !at_ms) return unreadable("its sequence or at_ms is no number");
  AuditRow row{.sequence = *sequence, .at_ms = *at_ms};
  for (auto [name, out] : {std::pair{"actor", &row.actor}, std::pair{"action", &row.action},
                           std::pair{"object", &row.object}, std::pair{"detail", &row.detail}}) {
    auto text = json.text(name);
    if (!text) return unreadable(std::string("its ") + name + " is no text");
    *out = *std::move(text);
  }
  if (!read(json, "actor_id", row.actor_id, uuid_parse) ||
      !read(json, "object_id", row.object_id, uuid_parse) ||
      !read(json, "client_id", row.client_id, uuid_parse) ||
      !read(json, "request_id", row.request_id, request_parse) ||
      !read(json, "address", row.address, address_parse))
    return unreadable("one of its ids, or its address, is none");
  AuditHash hash{};
  if (!hex_decode(json.text("hash").value_or(""), hash))
    return unreadable("its hash is not 64 hexadecimal digits");
  row.hash = raw(hash);
  // Nothing stands in the line that the hash does not cover, and nothing can be read two ways.
  if (export_line(row) != std::string(line) + "\n")
    return unreadable("the line is not as an export writes it");
  return row;
}

}  // namespace claviger
