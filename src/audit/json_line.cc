#include "audit/json_line.h"

#include <simdjson.h>

namespace claviger {

struct JsonLine::Parts {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
};

JsonLine::JsonLine() : parts_(std::make_unique<Parts>()) {}
JsonLine::~JsonLine() = default;

bool JsonLine::parse(std::string_view line) {
  simdjson::dom::element document;
  return parts_->parser.parse(line.data(), line.size()).get(document) == simdjson::SUCCESS &&
         document.get(parts_->object) == simdjson::SUCCESS;
}

std::optional<std::string> JsonLine::text(std::string_view name) const {
  std::string_view text;
  if (parts_->object.at_key(name).get(text) != simdjson::SUCCESS) return std::nullopt;
  return std::string(text);
}

std::optional<std::int64_t> JsonLine::number(std::string_view name) const {
  std::int64_t number = 0;
  if (parts_->object.at_key(name).get(number) != simdjson::SUCCESS) return std::nullopt;
  return number;
}

}  // namespace claviger
