#include "base/bytes.h"

#include <array>
#include <bit>
#include <cstring>

#ifdef __SSSE3__
#include <tmmintrin.h>
#endif

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

using HexPairs = std::array<std::array<char, 2>, 256>;

constexpr HexPairs make_hex_pairs() {
  constexpr std::string_view digits = "0123456789abcdef";
  HexPairs pairs{};
  for (std::size_t byte = 0; byte < pairs.size(); ++byte)
    pairs[byte] = {digits[byte >> 4], digits[byte & 15]};
  return pairs;
}
constexpr HexPairs kHexPairs = make_hex_pairs();

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static_assert(std::endian::native == std::endian::little);

/// Four bytes of eight hexadecimal characters, all at once: each character is a byte of one word.
bool hex_decode_word(const char* text, std::uint8_t* out) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::uint64_t word;
  std::memcpy(&word, text, sizeof word);
  const std::uint64_t letter = word >> 6 & ones;
  const std::uint64_t value = (word & 0x0f * ones) + 9 * letter;
  // Right if the value is below 16 and its lower-case digit is the character.
  const std::uint64_t above_nine = (value + 6 * ones) >> 4 & ones;
  const std::uint64_t digit = value + '0' * ones + ('a' - '0' - 10) * above_nine;
  if (digit != (word | letter << 5) || (value & 0xf0 * ones) != 0) return false;
  std::uint64_t bytes = (value << 4 | value >> 8) & 0x00ff00ff00ff00ff;
  bytes = (bytes | bytes >> 8) & 0x0000ffff0000ffff;
  bytes |= bytes >> 16;
  std::memcpy(out, &bytes, 4);
  return true;
}

#ifdef __SSSE3__
/// The 12 bytes of 16 base64url characters, and 4 zeros behind them; false if one of them is not of
/// the alphabet. After W. Muła and D. Lemire, "Faster Base64 Encoding and Decoding using AVX2
/// Instructions", 2018.
bool base64url_decode_block(const char* text, std::uint8_t* out) {
  const __m128i in = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const auto is_between = [&](char first, char last) {
    return _mm_and_si128(_mm_cmpgt_epi8(in, _mm_set1_epi8(static_cast<char>(first - 1))),
                         _mm_cmplt_epi8(in, _mm_set1_epi8(static_cast<char>(last + 1))));
  };
  // What takes each kind of character to its value; 0 is none of these.
  const auto shift = [](const __m128i& where, int by) {
    return _mm_and_si128(where, _mm_set1_epi8(static_cast<char>(by)));
  };
  const __m128i shifts = _mm_or_si128(
      _mm_or_si128(
          _mm_or_si128(shift(is_between('A', 'Z'), -'A'), shift(is_between('a', 'z'), 26 - 'a')),
          _mm_or_si128(shift(is_between('0', '9'), 52 - '0'),
                       shift(_mm_cmpeq_epi8(in, _mm_set1_epi8('-')), 62 - '-'))),
      shift(_mm_cmpeq_epi8(in, _mm_set1_epi8('_')), 63 - '_'));
  if (_mm_movemask_epi8(_mm_cmpeq_epi8(shifts, _mm_setzero_si128())) != 0) return false;
  const __m128i values = _mm_add_epi8(in, shifts);
  // 6 bits each: two to 12 bits, two of these to 24, then the three bytes of each together.
  const __m128i pairs = _mm_maddubs_epi16(values, _mm_set1_epi32(0x01400140));
  const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));
  const __m128i bytes = _mm_shuffle_epi8(
      fours, _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
  return true;
}
#endif

}  // namespace

std::string hex(ByteView bytes) {
  std::string out(bytes.size() * 2, '\0');
  hex_write(bytes, out.data());
  return out;
}

void hex_write(ByteView bytes, char* out) {
  for (const auto byte : bytes) {
    std::memcpy(out, kHexPairs[byte].data(), 2);
    out += 2;
  }
}

bool hex_decode(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != out.size() * 2) return false;
  std::size_t i = 0;
  for (; i + 4 <= out.size(); i += 4)
    if (!hex_decode_word(text.data() + 2 * i, out.data() + i)) return false;
  for (; i < out.size(); ++i) {
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
#ifdef __SSSE3__
  // As long as there is room for the zeros too.
  for (; i + 16 <= text.size() && out.data() + out.size() - to >= 16; i += 16, to += 12)
    if (!base64url_decode_block(text.data() + i, to)) return std::nullopt;
#endif
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
