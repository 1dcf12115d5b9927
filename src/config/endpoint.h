#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claviger {

/// An address to listen on or connect to.
struct Endpoint {
  std::string host;  // an IP address, without brackets
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
};

/// Reads "127.0.0.1:8003" or "[::1]:8003"; nullopt for anything else, names included.
std::optional<Endpoint> parse_endpoint(std::string_view text);
/// The text that parse_endpoint reads: IPv6 in brackets.
std::string endpoint_text(const Endpoint& endpoint);
/// True for 127.0.0.0/8 and ::1: what is sent there does not leave the machine.
bool is_loopback(const Endpoint& endpoint);

}  // namespace claviger
