#include "base/bytes.h"

#include <gtest/gtest.h>

#include <array>

namespace claviger {
namespace {

std::optional<std::string> decode(std::string_view text) {
  std::array<std::uint8_t, 64> out{};
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

}  // namespace
}  // namespace claviger
