#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace claviger {

using ByteView = std::span<const std::uint8_t>;

/// The bytes of a text, without copying. The text must outlive the view.
inline ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
/// The same the other way round.
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hexadecimal.
std::string hex(ByteView bytes);
/// Writes that of each byte to `out`, which has room for two characters a byte.
void hex_write(ByteView bytes, char* out);
/// Reads lower- or upper-case hexadecimal of exactly `out.size()` bytes; false if it is not that.
[[nodiscard]] bool hex_decode(std::string_view text, std::span<std::uint8_t> out);

/// base64url without padding (RFC 4648 §5, RFC 7515 §2).
std::string base64url(ByteView bytes);
/// Appends base64url of `bytes` to `out`.
void base64url_append(std::string& out, ByteView bytes);
/// The decoded size of canonical base64url text of this length, or nullopt if no text has it.
std::optional<std::size_t> base64url_decoded_size(std::size_t text_length);
/// Decodes canonical base64url only: no padding, no white space, no stray bits in the last
/// character. `out` must have at least the decoded size. Returns the number of bytes written.
std::optional<std::size_t> base64url_decode(std::string_view text, std::span<std::uint8_t> out);

}  // namespace claviger
