#include "http/form_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/text.h"

namespace claviger::http {
namespace {

/// Appends the fields of a form or query, decoded into memory that has room; false if malformed.
bool read_pairs(std::string_view text, Arena& arena, std::vector<Field>& fields) {
  QueryCursor cursor(text, {arena.data(), text.size()});
  while (const auto pair = cursor.next())
    fields.push_back({.name = pair->name, .kind = Field::Kind::untyped, .text = pair->value});
  return !cursor.is_malformed();
}

bool has_duplicate(const std::vector<Field>& fields) {
  for (auto a = fields.begin(); a != fields.end(); ++a)
    if (std::any_of(fields.begin(), a, [&](const Field& b) { return a->name == b.name; }))
      return true;
  return false;
}

}  // namespace

std::optional<std::string_view> form_decode(std::string_view text, char* out) {
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

Result<Fields> read_form(std::string_view body) {
  Arena arena(body.size());
  std::vector<Field> fields;
  if (!read_pairs(body, arena, fields))
    return fail(Code::malformed_body, "The body is not a well-formed form.");
  if (has_duplicate(fields))
    return fail(Code::duplicate_field, "The body has two fields of the same name.");
  return Fields(std::move(arena), std::move(fields));
}

Result<Fields> read_query(std::string_view query) {
  if (query.empty()) return Fields{};
  Arena arena(query.size());
  std::vector<Field> fields;
  if (!read_pairs(query, arena, fields)) return fail(malformed_query());
  return Fields(std::move(arena), std::move(fields));
}

Error malformed_query() {
  return {.code = Code::malformed_request, .detail = "The URL's query is malformed."};
}

bool percent_decode(std::string_view text, std::string& out) {
  out.clear();
  while (!text.empty()) {
    std::array<std::uint8_t, 1> byte{static_cast<std::uint8_t>(text.front())};
    const bool is_escape = text.front() == '%';
    if (is_escape && (text.size() < 3 || !hex_decode(text.substr(1, 2), byte))) return false;
    out += static_cast<char>(byte.front());
    text.remove_prefix(is_escape ? 3 : 1);
  }
  return true;
}

QueryCursor::QueryCursor(std::string_view text, std::span<char> room)
    : rest_(text), room_(room.data()), is_malformed_(room.size() < text.size()) {}

std::optional<QueryCursor::Pair> QueryCursor::next() {
  std::string_view pair;
  while (pair.empty()) {
    if (rest_.empty() || is_malformed_) return std::nullopt;
    pair = rest_.substr(0, rest_.find('&'));
    rest_.remove_prefix(std::min(pair.size() + 1, rest_.size()));
  }
  const auto equals = std::min(pair.find('='), pair.size());
  const auto name = form_decode(pair.substr(0, equals), room_);
  const auto value = form_decode(pair.substr(std::min(equals + 1, pair.size())), room_ + equals);
  room_ += pair.size();
  is_malformed_ = !name || !value || ++count_ > limits::form_fields;
  if (is_malformed_) return std::nullopt;
  return Pair{*name, *value};
}

}  // namespace claviger::http
