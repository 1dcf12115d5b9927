#include "base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>

namespace claviger {
namespace {

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::string ip_address_text(const IpAddress& address) {
  const bool is_v4 = std::equal(mapped.begin(), mapped.end(), address.begin());
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = address.data() + (is_v4 ? mapped.size() : 0);
  ::inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes, text.data(), text.size());
  return text.data();
}

std::optional<IpAddress> ip_address_parse(std::string_view text) {
  const std::string terminated(text);
  IpAddress address{};
  std::copy(mapped.begin(), mapped.end(), address.begin());
  if (::inet_pton(AF_INET, terminated.c_str(), address.data() + mapped.size()) == 1) return address;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

}  // namespace claviger
