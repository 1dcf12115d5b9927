#include "http/request.h"

#include <arpa/inet.h>

namespace claviger::http {

std::string address_text(const Address& address) {
  const bool is_v4 = is_ipv4(address);
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = address.bytes.data() + (is_v4 ? 12 : 0);
  ::inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes, text.data(), text.size());
  return text.data();
}

void request_id_write(std::uint64_t id, char* out) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) *out++ = digits[id >> shift & 15];
}

std::string request_id_text(std::uint64_t id) {
  std::string text(request_id_chars, '\0');
  request_id_write(id, text.data());
  return text;
}

}  // namespace claviger::http
