#include "http/cookies.h"

#include <algorithm>

#include "base/text.h"

namespace claviger::http {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
  return text.substr(0, text.find_last_not_of(spaces) + 1);
}

}  // namespace

Single find_header(std::span<const Header> headers, std::string_view name) {
  Single found;
  for (const auto& header : headers)
    if (equal_ignoring_case(header.name, name)) found = {found.count + 1, header.value};
  return found;
}

std::string_view find_cookie(std::span<const Header> headers, std::string_view name) {
  std::string_view found;
  bool is_there = false;
  for (const auto& header : headers) {
    if (!equal_ignoring_case(header.name, "cookie")) continue;
    auto rest = header.value;
    while (!rest.empty()) {
      const auto pair = trimmed(rest.substr(0, rest.find(';')));
      rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      if (is_there) return {};
      is_there = true;
      found = pair.substr(equals + 1);
    }
  }
  return found;
}

std::string set_cookie(std::string_view name, std::string_view value, CookieLife life,
                       std::string_view same_site, bool is_secure) {
  std::string text(name);
  text.append("=").append(value).append("; Path=/; HttpOnly; SameSite=").append(same_site);
  text.append("; Max-Age=").append(std::to_string(life.max_age_seconds));
  if (is_secure) text.append("; Secure");
  return text;
}

}  // namespace claviger::http
