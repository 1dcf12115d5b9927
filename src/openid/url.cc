#include "openid/url.h"

#include "openid/fetch.h"

namespace claviger::openid {
namespace {

bool stands_for_itself(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string form_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (stands_for_itself(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string form_of(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(form_encoded(value));
  }
  return out;
}

bool may_fetch(std::string_view url) {
  for (const char c : url)
    if (c <= ' ' || c > '~' || c == '\\' || c == '@') return false;  // nor a user in it
  if (url.starts_with("https://")) return url.size() > 8;
  constexpr std::string_view plain = "http://";
  if (!url.starts_with(plain)) return false;
  const auto rest = url.substr(plain.size());
  const auto host_and_port = rest.substr(0, rest.find_first_of("/?#"));
  for (const std::string_view host : {"127.0.0.1", "[::1]", "localhost"})
    if (host_and_port == host || host_and_port.starts_with(std::string(host) + ":")) return true;
  return false;
}

}  // namespace claviger::openid
