#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace claviger::http {

/// Takes the chunked coding off a body as it comes in (RFC 9112 §7.1), strictly. Chunk extensions
/// and trailers are read past, within limits::head_bytes, and mean nothing.
class ChunkedDecoder {
 public:
  /// `body_max`: more than this many bytes of body are refused with 413.
  explicit ChunkedDecoder(std::size_t body_max) : body_max_(body_max) {}

  enum class State : std::uint8_t { more, done, refused };
  struct Progress {
    State state = State::more;
    std::size_t read = 0;     // bytes of the input; all of it while there is more to come
    std::size_t written = 0;  // bytes of body
    int status = 0;           // refused: the status to answer with
    std::string_view reason;  // refused: static text for the caller
  };
  /// Reads `input` and writes the body's bytes to `out`, which may be the start of `input` or any
  /// place before it; null: they are dropped. Not to be called again once done or refused.
  Progress decode(std::span<const char> input, char* out);

 private:
  enum class Expect : std::uint8_t {
    size,          // the first digit of a chunk's size
    size_or_end,   // another digit, or what ends the size
    extension,     // what stands between ";" and the end of the line
    size_lf,       // the LF that ends the line of the size
    data,          // bytes of the chunk
    data_cr,       // the CR LF after them
    data_lf,       //
    trailer,       // the first byte of a trailer, or the CR of the last line
    trailer_name,  // another byte of its name, or the colon
    trailer_value,
    trailer_lf,
    last_lf,
    nothing,
  };
  bool framing_byte(char c);
  bool refuse(int status, std::string_view reason);
  bool size_byte(char c);
  bool trailer_byte(char c);
  bool expect(char c, char wanted, Expect next);

  std::size_t body_max_;
  std::uint64_t chunk_ = 0;       // bytes of the chunk that are still to come
  std::size_t body_ = 0;          // bytes of all chunks so far
  std::size_t passed_over_ = 0;   // bytes of extensions and trailers so far
  std::uint8_t size_digits_ = 0;  // of this chunk
  Expect expect_ = Expect::size;
  int status_ = 0;
  std::string_view reason_;
};

}  // namespace claviger::http
