#include "http/forwarded.h"

#include <optional>

#include "base/text.h"
#include "http/characters.h"

namespace claviger::http {
namespace {

/// An address, which some proxies write with the port: "192.0.2.1:80", "[2001:db8::1]:80".
std::optional<Address> parse_element(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto rest = text.substr(end + 1);
    if (!rest.empty() && (rest.front() != ':' || !parse_decimal(rest.substr(1))))
      return std::nullopt;
    const auto inside = text.substr(1, end - 1);
    return inside.find(':') == std::string_view::npos ? std::nullopt : parse_ip_address(inside);
  }
  const auto colon = text.find(':');
  const bool has_port = colon != std::string_view::npos && colon == text.rfind(':');
  if (!has_port) return parse_ip_address(text);
  if (!parse_decimal(text.substr(colon + 1))) return std::nullopt;
  return parse_ip_address(text.substr(0, colon));
}

}  // namespace

Address caller_of(std::span<const Header> headers, const Address& peer,
                  std::span<const Network> proxies) {
  // Several headers are one list (RFC 9110 §5.3), which is read from its end.
  for (std::size_t i = headers.size(); i-- > 0;) {
    if (!equal_ignoring_case(headers[i].name, "x-forwarded-for")) continue;
    auto list = headers[i].value;
    while (true) {
      const auto comma = list.rfind(',');
      const auto start = comma == std::string_view::npos ? 0 : comma + 1;
      const auto address = parse_element(trim(list.substr(start)));
      if (!address) return peer;
      if (!any_contains(proxies, *address)) return *address;
      if (comma == std::string_view::npos) break;
      list = list.substr(0, comma);
    }
  }
  return peer;
}

bool says_https(std::span<const Header> headers) {
  for (std::size_t i = headers.size(); i-- > 0;) {
    if (!equal_ignoring_case(headers[i].name, "x-forwarded-proto")) continue;
    const auto list = headers[i].value;
    const auto comma = list.rfind(',');
    const auto start = comma == std::string_view::npos ? 0 : comma + 1;
    return equal_ignoring_case(trim(list.substr(start)), "https");
  }
  return false;
}

}  // namespace claviger::http
