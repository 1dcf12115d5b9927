#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/ip_address.h"

namespace claviger::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

struct Header {
  std::string_view name;   // as sent
  std::string_view value;  // without surrounding white space
};

/// How often a header came, and its value if exactly once. Two of a credential header refuse the
/// request (NET-6), so nobody may take the first of several by accident.
struct Single {
  std::uint32_t count = 0;
  std::string_view value;
};

using Address = IpAddress;
/// "192.0.2.1" or "2001:db8::1".
std::string address_text(const Address& address);

/// A parsed request. All views point into the connection's buffer and live until it is answered.
struct Request {
  Method method = Method::other;
  std::string_view method_text;
  std::string_view path;   // not percent-decoded; starts with "/" (OPTIONS also has "*")
  std::string_view query;  // without the "?"
  std::span<const Header> headers;
  std::string_view body;  // whole, de-chunked

  // Headers that the server itself looks at, found while parsing
  std::string_view host;  // "host" or "host:port", well-formed; empty: HTTP/1.0 without one
  Single authorization;
  Single api_key;  // x-api-key
  Single content_type;
  Single content_encoding;

  Address peer;           // whom it came from: the connection's peer, or whom a trusted proxy names
  bool is_https = false;  // it came over TLS, or a trusted proxy says that it did to the proxy
  std::uint64_t id = 0;   // the request id, 16 hexadecimal digits in text
};
/// The request id as it stands in X-Request-Id, problem bodies and log lines.
std::string request_id_text(std::uint64_t id);
inline constexpr std::size_t request_id_chars = 16;
/// Writes that text to `out`, which has room for it.
void request_id_write(std::uint64_t id, char* out);

}  // namespace claviger::http
