#pragma once

#include <string>
#include <string_view>

namespace claviger::bench {

/// A check as a gateway sends it: nine headers, one of them the token.
inline std::string check_request(std::string_view token) {
  std::string text = "GET /token HTTP/1.1\r\nHost: auth.example.com\r\nAuthorization: Bearer ";
  text += token;
  text +=
      "\r\nUser-Agent: gateway/1.0\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\n"
      "Accept-Language: en\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"
      "X-Request-Id: 0123456789abcdef\r\n\r\n";
  return text;
}

}  // namespace claviger::bench
