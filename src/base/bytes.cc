#include "base/bytes.h"

#include <array>

namespace claviger {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> make_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  return values;
}
constexpr auto kValues = make_values();

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string hex(ByteView bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (auto byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

bool hex_decode(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

void base64url_append(std::string& out, ByteView bytes) {
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const unsigned word = unsigned{bytes[i]} << 16 | unsigned{bytes[i + 1]} << 8 | bytes[i + 2];
    out += kAlphabet[word >> 18];
    out += kAlphabet[word >> 12 & 63];
    out += kAlphabet[word >> 6 & 63];
    out += kAlphabet[word & 63];
  }
  if (const auto rest = bytes.size() - i; rest != 0) {
    const unsigned word = unsigned{bytes[i]} << 16 | (rest == 2 ? unsigned{bytes[i + 1]} << 8 : 0);
    out += kAlphabet[word >> 18];
    out += kAlphabet[word >> 12 & 63];
    if (rest == 2) out += kAlphabet[word >> 6 & 63];
  }
}

std::string base64url(ByteView bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  base64url_append(out, bytes);
  return out;
}

std::optional<std::size_t> base64url_decoded_size(std::size_t text_length) {
  if (text_length % 4 == 1) return std::nullopt;
  return text_length / 4 * 3 + (text_length % 4 == 0 ? 0 : text_length % 4 - 1);
}

std::optional<std::size_t> base64url_decode(std::string_view text, std::span<std::uint8_t> out) {
  const auto size = base64url_decoded_size(text.size());
  if (!size || out.size() < *size) return std::nullopt;
  const auto value_at = [&](std::size_t i) {
    return std::int32_t{kValues[static_cast<std::uint8_t>(text[i])]};
  };
  std::uint8_t* to = out.data();
  std::int32_t wrong = 0;  // negative once any character was not of the alphabet
  std::size_t i = 0;
  for (; i + 4 <= text.size(); i += 4, to += 3) {
    const std::int32_t a = value_at(i), b = value_at(i + 1), c = value_at(i + 2),
                       d = value_at(i + 3);
    wrong |= a | b | c | d;
    const auto word = static_cast<std::uint32_t>(a * (1 << 18) + b * (1 << 12) + c * (1 << 6) + d);
    to[0] = static_cast<std::uint8_t>(word >> 16);
    to[1] = static_cast<std::uint8_t>(word >> 8);
    to[2] = static_cast<std::uint8_t>(word);
  }
  if (const auto rest = text.size() - i; rest != 0) {
    const std::int32_t a = value_at(i), b = value_at(i + 1), c = rest == 3 ? value_at(i + 2) : 0;
    wrong |= a | b | c;
    // Bits left over must be zero, or two texts would decode to the same bytes (RFC 4648 §3.5).
    if (((rest == 3 ? c & 3 : b & 15)) != 0) return std::nullopt;
    const auto word = static_cast<std::uint32_t>(a * (1 << 18) + b * (1 << 12) + c * (1 << 6));
    *to++ = static_cast<std::uint8_t>(word >> 16);
    if (rest == 3) *to++ = static_cast<std::uint8_t>(word >> 8);
  }
  if (wrong < 0) return std::nullopt;
  return *size;
}

}  // namespace claviger
