#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claviger {

/// An IPv6 address; an IPv4 address as ::ffff:a.b.c.d.
using IpAddress = std::array<std::uint8_t, 16>;

/// "192.0.2.1" or "2001:db8::1".
std::string ip_address_text(const IpAddress& address);
/// Reads that text; nullopt for anything else.
std::optional<IpAddress> ip_address_parse(std::string_view text);

}  // namespace claviger
