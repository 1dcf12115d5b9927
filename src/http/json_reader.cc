#include "http/json_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <string>

#include "base/limits.h"
#include "http/characters.h"

namespace claviger::http {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kMalformed = "The body is not a well-formed JSON object.";

/// number of RFC 8259 §6.
bool is_number(std::string_view text) {
  std::size_t at = 0;
  const auto has = [&](std::string_view any) {
    return at < text.size() && any.find(text[at]) != std::string_view::npos && (++at, true);
  };
  const auto digits = [&] {
    const auto from = at;
    while (at < text.size() && kDigits.has(text[at])) ++at;
    return at != from;
  };
  has("-");
  if (!has("0") && !digits()) return false;
  if (has(".") && !digits()) return false;
  if (has("eE")) {
    has("+-");
    if (!digits()) return false;
  }
  return at == text.size();
}

std::string_view without_trailing_space(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

/// Whether nothing follows the object that was read.
bool is_at_end(ondemand::document& document) {
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

/// Goes through a document once. simdjson finds the structure and checks UTF-8 and escapes; as it
/// checks only values that are looked at, all are looked at here. Texts are decoded into the arena,
/// which the decoded texts together never outgrow, and none stay behind in the parser.
class JsonReader {
 public:
  explicit JsonReader(std::string_view body)
      : body_size_(body.size()), arena_(2 * (body.size() + simdjson::SIMDJSON_PADDING)) {
    body.copy(arena_.data(), body.size());
    free_ =
        reinterpret_cast<std::uint8_t*>(arena_.data()) + body.size() + simdjson::SIMDJSON_PADDING;
  }

  Result<Fields> read() {
    ondemand::document document;
    ondemand::object object;
    const auto capacity = body_size_ + simdjson::SIMDJSON_PADDING;
    if (parser_.iterate(arena_.data(), body_size_, capacity).get(document) ||
        document.get_object().get(object))
      return fail(Code::malformed_body, std::string(kMalformed));
    std::vector<Field> fields;
    const bool is_well_formed = read_object(object, 1, &fields) && is_at_end(document);
    if (has_duplicate_)
      return fail(Code::duplicate_field, "The body has two members of the same name.");
    if (!is_well_formed) return fail(Code::malformed_body, std::string(kMalformed));
    return Fields(std::move(arena_), std::move(fields));
  }

 private:
  bool read_text(ondemand::raw_json_string raw, std::string_view& text) {
    return parser_.unescape(raw, free_).get(text) == simdjson::SUCCESS;
  }

  /// Reads the members of an object, and hands them out if `fields` is not null.
  bool read_object(ondemand::object object, std::size_t depth, std::vector<Field>* fields) {
    std::vector<std::string_view> names;
    for (auto member : object) {
      ondemand::raw_json_string key;
      ondemand::value value;
      Field field;
      if (member.key().get(key) || !read_text(key, field.name) || member.value().get(value) ||
          !read_value(value, depth, field))
        return false;
      names.push_back(field.name);
      if (fields != nullptr) fields->push_back(std::move(field));
    }
    std::sort(names.begin(), names.end());
    has_duplicate_ =
        has_duplicate_ || std::adjacent_find(names.begin(), names.end()) != names.end();
    return !has_duplicate_;
  }

  /// Reads an element of an array or object that is nested `depth` deep.
  bool read_value(ondemand::value value, std::size_t depth, Field& field) {
    ondemand::json_type type;
    if (value.type().get(type)) return false;
    switch (type) {
      case ondemand::json_type::string: {
        field.kind = Field::Kind::text;
        ondemand::raw_json_string raw;
        return !value.get_raw_json_string().get(raw) && read_text(raw, field.text);
      }
      case ondemand::json_type::number:
        field.kind = Field::Kind::number;
        field.text = without_trailing_space(value.raw_json_token());
        return is_number(field.text);
      case ondemand::json_type::boolean: {
        field.kind = Field::Kind::truth;
        bool truth = false;
        if (value.get_bool().get(truth)) return false;
        field.text = truth ? "true" : "false";
        return true;
      }
      case ondemand::json_type::null:
        field.kind = Field::Kind::null;
        return without_trailing_space(value.raw_json_token()) == "null";
      case ondemand::json_type::array: {
        ondemand::array array;
        return depth < limits::json_depth && !value.get_array().get(array) &&
               read_array(array, depth + 1, field);
      }
      case ondemand::json_type::object: {
        field.kind = Field::Kind::other;
        ondemand::object object;
        return depth < limits::json_depth && !value.get_object().get(object) &&
               read_object(object, depth + 1, nullptr);
      }
    }
    return false;
  }

  bool read_array(ondemand::array array, std::size_t depth, Field& field) {
    field.kind = Field::Kind::texts;
    for (auto element : array) {
      ondemand::value value;
      Field item;
      if (element.get(value) || !read_value(value, depth, item)) return false;
      if (item.kind != Field::Kind::text) field.kind = Field::Kind::other;
      field.texts.push_back(item.text);
    }
    return true;
  }

  std::size_t body_size_;
  Arena arena_;         // the body, padding, decoded texts, padding
  std::uint8_t* free_;  // where the next decoded text goes
  ondemand::parser parser_;
  bool has_duplicate_ = false;
};

}  // namespace

Result<Fields> read_json(std::string_view body) {
  return JsonReader(body).read();
}

}  // namespace claviger::http
