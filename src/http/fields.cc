#include "http/fields.h"

#include <algorithm>

#include "base/secret.h"
#include "base/text.h"
#include "http/characters.h"
#include "http/form_reader.h"
#include "http/json_reader.h"

namespace claviger::http {
namespace {

enum class MediaType : std::uint8_t { json, form };

/// A token at the start of `text`, taken off it.
std::string_view take_token(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && kTokenCharacters.has(text[size])) ++size;
  const auto token = text.substr(0, size);
  text.remove_prefix(size);
  return token;
}

/// The value of a parameter at the start of `text`, taken off it: a token or a quoted string
/// without escapes. Empty if it is neither.
std::string_view take_parameter_value(std::string_view& text) {
  if (!text.starts_with('"')) return take_token(text);
  const auto end = text.find_first_of("\"\\", 1);
  if (end == std::string_view::npos || text[end] != '"') return {};
  const auto value = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return value;
}

/// Whether the parameters of a media type (RFC 9110 §8.3.1) are well-formed and name no charset
/// but UTF-8.
bool are_acceptable_parameters(std::string_view text) {
  while (!(text = trim(text)).empty()) {
    if (text.front() != ';') return false;
    text = trim(text.substr(1));
    if (text.empty() || text.front() == ';') continue;
    const auto name = take_token(text);
    if (name.empty() || !text.starts_with('=')) return false;
    text.remove_prefix(1);
    const auto value = take_parameter_value(text);
    if (value.empty()) return false;
    if (equal_ignoring_case(name, "charset") && !equal_ignoring_case(value, "utf-8")) return false;
  }
  return true;
}

std::optional<MediaType> media_type(std::string_view text) {
  const auto semicolon = text.find(';');
  const auto type = trim(text.substr(0, semicolon));
  if (semicolon != std::string_view::npos && !are_acceptable_parameters(text.substr(semicolon)))
    return std::nullopt;
  if (equal_ignoring_case(type, "application/json")) return MediaType::json;
  if (equal_ignoring_case(type, "application/x-www-form-urlencoded")) return MediaType::form;
  return std::nullopt;
}

/// What is between single spaces.
std::vector<std::string_view> split_at_spaces(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto space = text.find(' ');
    parts.push_back(text.substr(0, space));
    if (space == std::string_view::npos) return parts;
    text.remove_prefix(space + 1);
  }
}

bool is_empty_form_text(const Field& field) {
  return field.kind == Field::Kind::untyped && field.text.empty();
}

}  // namespace

Arena::~Arena() {
  wipe(bytes_.get(), size_);
}

Result<const Field*> Fields::one(std::string_view name) const {
  const Field* found = nullptr;
  for (const auto& field : fields_) {
    if (field.name != name) continue;
    if (found != nullptr)
      return fail(Code::duplicate_field,
                  "The field \"" + std::string(name) + "\" must not come more than once.");
    found = &field;
  }
  return found == nullptr || found->kind == Field::Kind::null ? nullptr : found;
}

Result<std::optional<std::string_view>> Fields::text(std::string_view name) const {
  const Field* const field = TRY(one(name));
  if (field == nullptr) return std::nullopt;
  if (field->kind != Field::Kind::text && field->kind != Field::Kind::untyped)
    return fail(unacceptable(name, "must be a string"));
  return field->text;
}

Result<std::string_view> Fields::required_text(std::string_view name) const {
  const auto text = TRY(this->text(name));
  if (!text) return fail(unacceptable(name, "is required"));
  return *text;
}

Result<std::optional<std::int64_t>> Fields::integer(std::string_view name) const {
  const Field* const field = TRY(one(name));
  if (field == nullptr || is_empty_form_text(*field)) return std::nullopt;
  const bool may_be_one = field->kind == Field::Kind::number || field->kind == Field::Kind::untyped;
  const auto number = may_be_one ? parse_decimal(field->text) : std::nullopt;
  if (!number) return fail(unacceptable(name, "must be an integer, written in decimal digits"));
  return number;
}

Result<std::optional<bool>> Fields::truth(std::string_view name) const {
  const Field* const field = TRY(one(name));
  if (field == nullptr || is_empty_form_text(*field)) return std::nullopt;
  if (field->kind == Field::Kind::truth || field->kind == Field::Kind::untyped) {
    if (field->text == "true") return true;
    if (field->text == "false") return false;
  }
  return fail(unacceptable(name, "must be true or false"));
}

Result<std::optional<std::vector<std::string_view>>> Fields::texts(std::string_view name) const {
  const Field* const field = TRY(one(name));
  if (field == nullptr || is_empty_form_text(*field)) return std::nullopt;
  if (field->kind == Field::Kind::texts) return field->texts;
  if (field->kind == Field::Kind::untyped) return split_at_spaces(field->text);
  return fail(unacceptable(name, "must be an array of strings"));
}

Result<Fields> read_fields(const Request& request) {
  if (request.content_type.count > 1)
    return fail(Code::malformed_request, "There must be only one Content-Type header.");
  if (request.content_encoding.count != 0 &&
      !equal_ignoring_case(request.content_encoding.value, "identity"))
    return fail(Code::unsupported_media_type, "The body must not have a Content-Encoding.");
  if (request.body.empty()) return Fields{};
  const auto type = media_type(request.content_type.value);
  if (!type)
    return fail(Code::unsupported_media_type,
                "The body must be application/json or application/x-www-form-urlencoded, "
                "in UTF-8.");
  return *type == MediaType::json ? read_json(request.body) : read_form(request.body);
}

}  // namespace claviger::http
