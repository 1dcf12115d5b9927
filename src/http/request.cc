#include "http/request.h"

#include "base/ip_text.h"

namespace claviger::http {

std::string address_text(const Address& address) {
  return ip_address_text(address);
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
