#include "base/bytes.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace claviger {
namespace {

std::optional<std::string> decode(std::string_view text) {
  std::array<std::uint8_t, 128> out{};
  const auto size = base64url_decode(text, out);
  if (!size) return std::nullopt;
  return std::string(text_of(ByteView(out).first(*size)));
}

TEST(Base64url, RoundTrips) {  // RFC 4648 §10, without padding
  for (const auto& [plain, coded] : {std::pair<std::string_view, std::string_view>{"", ""},
                                     {"f", "Zg"},
                                     {"fo", "Zm8"},
                                     {"foo", "Zm9v"},
                                     {"foob", "Zm9vYg"},
                                     {"\xfb\xff\xfe", "-__-"}}) {
    EXPECT_EQ(base64url(bytes_of(plain)), coded);
    EXPECT_EQ(decode(coded), plain);
  }
}

TEST(Base64url, TakesTheCanonicalFormOnly) {  // TOK-3
  EXPECT_EQ(decode("Zg=="), std::nullopt);    // padding
  EXPECT_EQ(decode("Zh"), std::nullopt);      // stray bits
  EXPECT_EQ(decode("Zm9"), std::nullopt);     // stray bits
  EXPECT_EQ(decode("Z"), std::nullopt);       // no text has this length
  EXPECT_EQ(decode("Zm 9v"), std::nullopt);   // white space
  EXPECT_EQ(decode("Zm9v\n"), std::nullopt);  // white space
  EXPECT_EQ(decode("Zm+/"), std::nullopt);    // the other alphabet
}

/// One character at a time, as RFC 4648 §5 describes it.
std::optional<std::string> decode_slowly(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xff);
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return out;
}

TEST(Base64url, DecodesEveryCharacterAtEveryPlaceAsTheRfcSays) {
  for (const std::size_t length : {2U, 3U, 4U, 15U, 16U, 20U, 35U, 52U, 70U}) {
    const std::string text(length, 'A');
    for (std::size_t place = 0; place < length; ++place)
      for (int c = 0; c < 256; ++c) {
        auto changed = text;
        changed[place] = static_cast<char>(c);
        ASSERT_EQ(decode(changed), decode_slowly(changed)) << length << " " << place << " " << c;
      }
  }
}

TEST(Base64url, DecodesIntoJustEnoughRoom) {
  for (std::size_t size = 0; size <= 48; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 37);
    std::vector<std::uint8_t> out(size);  // AddressSanitizer sees a byte too many
    ASSERT_EQ(base64url_decode(base64url(bytes_of(bytes)), out), size);
    EXPECT_EQ(text_of(out), bytes);
  }
}

TEST(Base64url, DoesNotWritePastItsOutput) {
  std::array<std::uint8_t, 2> out{};
  EXPECT_EQ(base64url_decode("Zm9v", out), std::nullopt);
}

TEST(Hex, RoundTrips) {
  std::array<std::uint8_t, 2> out{};
  EXPECT_EQ(hex(bytes_of("\x01\xfe")), "01fe");
  EXPECT_TRUE(hex_decode("01Fe", out));
  EXPECT_EQ(out[1], 0xfe);
  EXPECT_FALSE(hex_decode("01f", out));
  EXPECT_FALSE(hex_decode("01fg", out));
}

TEST(Hex, TakesItsDigitsAloneAtEveryPlace) {  // eight are decoded at once, the others one by one
  constexpr std::string_view digits = "0123456789abcdefABCDEF";
  for (std::size_t place = 0; place < 10; ++place)
    for (int c = 0; c < 256; ++c) {
      std::string text = "0123456789";
      text[place] = static_cast<char>(c);
      std::array<std::uint8_t, 5> out{};
      const auto digit = digits.find(static_cast<char>(c));
      ASSERT_EQ(hex_decode(text, out), digit != std::string_view::npos) << place << " " << c;
      if (digit == std::string_view::npos) continue;
      const unsigned value = static_cast<unsigned>(digit < 16 ? digit : digit - 6);
      EXPECT_EQ(out[place / 2] >> (place % 2 == 0 ? 4 : 0) & 15U, value) << place << " " << c;
    }
}

}  // namespace
}  // namespace claviger
