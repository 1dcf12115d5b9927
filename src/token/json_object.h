#pragma once

#include <simdjson.h>

#include <string_view>

namespace claviger {

// Internal to token/, included by .cc files only.

/// Parses `json` as one object without duplicate members (escaped spellings included, RFC 8725
/// §2.6 and TOK-3) and calls member(name, value) for each; false if it is not that, or if `member`
/// returns false. `json` needs simdjson::SIMDJSON_PADDING readable bytes after it.
template <class Member>
bool for_each_member(std::string_view json, Member member) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  // The caller's buffer is padded: parse in place, without a copy.
  if (parser.parse(json.data(), json.size(), /*realloc_if_needed=*/false).get(document))
    return false;
  simdjson::dom::object object;
  if (document.get(object)) return false;
  std::size_t at = 0;
  for (const auto& [name, value] : object) {
    std::size_t before = 0;
    for (const auto& earlier : object) {
      if (before++ == at) break;
      if (earlier.key == name) return false;
    }
    if (!member(std::string_view(name), value)) return false;
    ++at;
  }
  return true;
}

}  // namespace claviger
