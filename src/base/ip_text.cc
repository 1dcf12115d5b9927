#include "base/ip_text.h"

#include <arpa/inet.h>

#include <array>

namespace claviger {

std::string ip_address_text(const IpAddress& address) {
  const bool is_v4 = is_ipv4(address);
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = address.bytes.data() + (is_v4 ? 12 : 0);
  ::inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes, text.data(), text.size());
  return text.data();
}

}  // namespace claviger
