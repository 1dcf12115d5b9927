#pragma once

#include <simdjson.h>

#include <string_view>

namespace claviger::openid {

// Internal to openid/, included by .cc files only.

using Json = simdjson::dom::element;

/// Calls member(name, value) for each member of an object; false if it is none, has two members of
/// one name, or if `member` returns false.
template <class Member>
bool each_member(const Json& value, Member member) {
  simdjson::dom::object object;
  if (value.get(object)) return false;
  std::size_t at = 0;
  for (const auto& [name, one] : object) {
    std::size_t before = 0;
    for (const auto& earlier : object) {
      if (before++ == at) break;
      if (earlier.key == name) return false;
    }
    if (!member(std::string_view(name), one)) return false;
    ++at;
  }
  return true;
}

/// The same for a text.
template <class Member>
bool parse_object(std::string_view json, Member member) {
  simdjson::dom::parser parser;
  Json document;
  if (parser.parse(json.data(), json.size()).get(document)) return false;
  return each_member(document, member);
}

}  // namespace claviger::openid
