#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace claviger {

// Internal to audit/: the notation of row.h.

inline void append_number(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(number >> shift & 0xff);
}
inline void append_number(std::string& out, std::int64_t number) {
  append_number(out, static_cast<std::uint64_t>(number), 8);
}
inline void append_field(std::string& out, std::string_view bytes) {
  append_number(out, bytes.size(), 4);
  out += bytes;
}
inline void append_field(std::string& out, const std::optional<std::string>& bytes) {
  if (bytes)
    append_field(out, std::string_view(*bytes));
  else
    append_number(out, 0xffffffff, 4);
}
template <std::size_t N>
std::string raw(const std::array<std::uint8_t, N>& bytes) {
  return std::string(text_of(bytes));
}

}  // namespace claviger
