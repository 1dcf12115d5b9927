#include "base/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace claviger {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 8 * kMapped.size();

/// The address with all bits beyond the first `bits` zero.
IpAddress first_of(IpAddress address, unsigned bits) {
  for (std::size_t i = 0; i < address.bytes.size(); ++i) {
    const auto kept = std::clamp<int>(static_cast<int>(bits) - static_cast<int>(8 * i), 0, 8);
    address.bytes[i] &= static_cast<std::uint8_t>(0xff << (8 - kept));
  }
  return address;
}

}  // namespace

bool is_ipv4(const IpAddress& address) {
  return std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
}

bool is_loopback(const IpAddress& address) {
  if (is_ipv4(address)) return address.bytes[kMapped.size()] == 127;
  IpAddress v6;
  v6.bytes.back() = 1;
  return address == v6;
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  text.copy(terminated.data(), text.size());
  IpAddress address;
  if (::inet_pton(AF_INET6, terminated.data(), address.bytes.data()) == 1) return address;
  std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
  if (::inet_pton(AF_INET, terminated.data(), address.bytes.data() + kMapped.size()) == 1)
    return address;
  return std::nullopt;
}

bool Network::contains(const IpAddress& address) const {
  if (bits < kMappedBits && is_ipv4(address)) return false;  // ::/0 is IPv6 alone
  return first_of(address, bits) == first;
}

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_ip_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*address, 128};
  // The length counts from where the family's own bits begin.
  const bool is_v6 = text.substr(0, slash).find(':') != std::string_view::npos;
  const unsigned before = is_v6 ? 0 : kMappedBits;
  const auto length = parse_decimal(text.substr(slash + 1));
  if (!length || *length < 0 || *length > static_cast<std::int64_t>(128 - before))
    return std::nullopt;
  const Network network{*address, before + static_cast<unsigned>(*length)};
  if (first_of(*address, network.bits) != *address) return std::nullopt;
  return network;
}

bool any_contains(std::span<const Network> networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](const auto& n) { return n.contains(address); });
}

}  // namespace claviger
