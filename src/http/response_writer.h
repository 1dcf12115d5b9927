#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/response.h"

namespace claviger::http {

/// What an answer's bytes depend on besides the Response.
struct Framing {
  std::string_view date = {};  // from http_date
  std::uint64_t request_id = 0;
  bool head_only = false;    // the request was a HEAD
  bool close = false;        // this is the connection's last answer
  bool is_http_1_0 = false;  // to which staying open must be said
  bool is_tls = false;       // where HTTP Strict-Transport-Security means something
};

/// Appends an answer as HTTP/1.1 bytes (RFC 9112 §4, §6): status line, the headers of every answer
/// (NET-5), the response's own, and the body, unless the status or the method forbids one.
/// If the body has a source, the head alone: the body is to follow in chunks, or, to a request of
/// HTTP/1.0, until the connection closes.
void write_response(std::string& out, const Response& response, const Framing& framing);
/// Appends a piece of such a body as one chunk; nothing for an empty piece, which would end it.
void write_chunk(std::string& out, std::string_view piece);
inline constexpr std::size_t kChunkFramingMax = 32;  // around a piece, the last chunk included
/// What follows the last of them.
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
/// At most how many bytes that appends.
std::size_t response_size_max(const Response& response);

/// "Thu, 01 Jan 2026 00:00:00 GMT" (IMF-fixdate, RFC 9110 §5.6.7).
std::string http_date(Instant at);

}  // namespace claviger::http
