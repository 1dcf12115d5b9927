#pragma once

#include <cstddef>
#include <string>

#include "base/units.h"
#include "http/chunked.h"
#include "http/request_parser.h"
#include "http/response.h"
#include "net/buffer.h"

namespace claviger::net {

/// The memory of a connection that is at work: what came in, the request in it, its answer, what
/// goes out. A connection between two requests has none; a loop passes a few around.
struct Exchange {
  static constexpr std::size_t input_capacity = 4 * KiB;
  static constexpr std::size_t output_capacity = 4 * KiB;
  static constexpr std::size_t body_capacity = 4 * KiB;
  static constexpr std::size_t headers_capacity = 1 * KiB;

  Exchange();
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  /// Wipes what the last request left.
  void clear();
  /// Whether a large request or answer needed more than the usual memory.
  bool has_grown() const;

  Buffer input{input_capacity};
  http::HeaderStorage headers;
  http::Request request;
  http::Response response;
  http::Head head;
  http::ChunkedDecoder decoder{limits::body_bytes};
  std::size_t body_size = 0;  // bytes of the body so far, behind the head
  std::string output;
  std::size_t sent = 0;  // bytes of the output
};

}  // namespace claviger::net
