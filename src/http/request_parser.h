#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/limits.h"
#include "http/request.h"

namespace claviger::http {

/// What the bytes received so far are: a request's head, the beginning of one, or nothing that may
/// be answered. Once refused, the connection is to be closed: where the next request begins is
/// anybody's guess (NET-3).
struct Head {
  enum class State : std::uint8_t { incomplete, complete, refused };
  State state = State::incomplete;

  // refused
  int status = 0;
  std::string_view reason;  // static text for the caller; repeats nothing that was sent

  // complete
  std::size_t size = 0;           // bytes up to and including the empty line
  bool keep_alive = false;        // RFC 9112 §9.3
  bool is_http_1_0 = false;       // which must be told when its connection stays open
  bool expects_continue = false;  // RFC 9110 §10.1.1
  bool chunked = false;           // the body is chunked, otherwise `content_length` bytes
  std::uint64_t content_length = 0;
};

using HeaderStorage = std::array<Header, limits::headers>;

/// Reads the head of an HTTP/1.1 or 1.0 request (RFC 9112 §2–6) at the start of `bytes`, strictly:
/// what two implementations might read in two ways is refused. Pure: the same bytes give the same
/// answer, however they came. Fills `request`, but for `body`, `peer` and `id`; its views point
/// into `bytes` and `storage`. Of a refused head, `method` and `path` may be missing.
Head parse_head(std::string_view bytes, HeaderStorage& storage, Request& request);

}  // namespace claviger::http
