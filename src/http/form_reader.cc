#include "http/form_reader.h"

#include <algorithm>
#include <optional>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/text.h"

namespace claviger::http {
namespace {

/// Decodes "+" and "%XX" into `out`, which has room for `text`. Nothing if a "%" is malformed or
/// what comes out is not UTF-8.
std::optional<std::string_view> decode(std::string_view text, char* out) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      std::uint8_t byte = 0;
      if (!hex_decode(text.substr(i + 1, 2), {&byte, 1})) return std::nullopt;
      out[size++] = static_cast<char>(byte);
      i += 2;
    } else {
      out[size++] = text[i] == '+' ? ' ' : text[i];
    }
  }
  const std::string_view decoded(out, size);
  if (!is_utf8(decoded)) return std::nullopt;
  return decoded;
}

/// Decodes the fields of a form or query into memory that has room for it; false if malformed.
bool read_pairs(std::string_view text, char* out, std::vector<Field>& fields) {
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    if (fields.size() == limits::form_fields) return false;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = decode(pair.substr(0, equals), out);
    const auto value = decode(pair.substr(std::min(equals + 1, pair.size())), out + equals);
    if (!name || !value) return false;
    fields.push_back({.name = *name, .kind = Field::Kind::untyped, .text = *value});
    out += pair.size();
  }
  return true;
}

bool has_duplicate(const std::vector<Field>& fields) {
  for (auto a = fields.begin(); a != fields.end(); ++a)
    if (std::any_of(fields.begin(), a, [&](const Field& b) { return a->name == b.name; }))
      return true;
  return false;
}

}  // namespace

Result<Fields> read_form(std::string_view body) {
  Arena arena(body.size());
  std::vector<Field> fields;
  if (!read_pairs(body, arena.data(), fields))
    return fail(Code::malformed_body, "The body is not a well-formed form.");
  if (has_duplicate(fields))
    return fail(Code::duplicate_field, "The body has two fields of the same name.");
  return Fields(std::move(arena), std::move(fields));
}

Result<Fields> read_query(std::string_view query) {
  if (query.empty()) return Fields{};
  Arena arena(query.size());
  std::vector<Field> fields;
  if (!read_pairs(query, arena.data(), fields))
    return fail(Code::malformed_request, "The URL's query is malformed.");
  return Fields(std::move(arena), std::move(fields));
}

}  // namespace claviger::http
