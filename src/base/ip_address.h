#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace claviger {

/// An IP address: an IPv4 address as ::ffff:a.b.c.d.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const IpAddress&) const = default;
};
bool is_ipv4(const IpAddress& address);
/// True for 127.0.0.0/8 and ::1.
bool is_loopback(const IpAddress& address);
/// Reads "192.0.2.1" or "2001:db8::1", without brackets, port or zone; nullopt for anything else.
std::optional<IpAddress> parse_ip_address(std::string_view text);

/// The addresses that begin with the same bits.
struct Network {
  IpAddress first;      // whose bits beyond `bits` are zero
  unsigned bits = 128;  // of the 16 bytes: those of an IPv4 network and 96
  bool contains(const IpAddress& address) const;
  bool operator==(const Network&) const = default;
};
/// Reads an address, or one with a length: "10.0.0.0/8", "2001:db8::/32". Nullopt for anything
/// else, and where bits beyond the length are set: then it is not clear what was meant.
std::optional<Network> parse_network(std::string_view text);
bool any_contains(std::span<const Network> networks, const IpAddress& address);

}  // namespace claviger
