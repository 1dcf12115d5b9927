#include "base/text.h"

#include <gtest/gtest.h>

#include "base/environment.h"
#include "base/json_writer.h"
#include "base/time.h"

namespace claviger {
namespace {

TEST(Utf8, TakesWellFormedTextOnly) {  // RFC 3629 §4
  for (const auto* good : {"", "a", "\u00e9", "\u20ac", "\U0001f511", "\uffff"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const auto* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xff", "a\xe2\x82"})
    EXPECT_FALSE(is_utf8(bad)) << bad;
  EXPECT_EQ(utf8_length("a\u20ac\U0001f511"), 3U);
}

TEST(Decimal, TakesPlainNumbersOnly) {  // ACC-5
  EXPECT_EQ(parse_decimal("0"), 0);
  EXPECT_EQ(parse_decimal("9223372036854775807"), INT64_MAX);
  for (const auto* bad :
       {"", "-1", "+1", " 1", "1 ", "01", "1.0", "1e3", "0x1", "1_000", "9223372036854775808"})
    EXPECT_EQ(parse_decimal(bad), std::nullopt) << bad;
}

TEST(JsonString, EscapesWhatMustBe) {  // RFC 8259 §7
  std::string out;
  append_json_string(out, std::string_view("a\"\\\n\0\x7f\u00e9\xff", 9));
  EXPECT_EQ(out, "\"a\\\"\\\\\\u000a\\u0000\\u007f\u00e9\xef\xbf\xbd\"");
}

TEST(JsonWriter, PutsCommasInTheirPlaces) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("a", 1).key("b").begin_array().value("x").null().end_array();
  json.field("c", std::optional<bool>{}).key("d").begin_object().end_object().end_object();
  EXPECT_EQ(out, R"({"a":1,"b":["x",null],"c":null,"d":{}})");
}

TEST(Rfc3339, IsUtcInWholeSeconds) {
  EXPECT_EQ(rfc3339(from_unix_milliseconds(1'767'225'600'999)), "2026-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339_ms(from_unix_milliseconds(1'767'225'600'007)), "2026-01-01T00:00:00.007Z");
  EXPECT_EQ(rfc3339(from_unix_seconds(951'782'400)), "2000-02-29T00:00:00Z");
}

TEST(Environment, HasAPlainName) {  // ENV-1
  for (const auto* good : {"a", "production", "eu-west-1"})
    EXPECT_TRUE(Environment::parse(good)) << good;
  for (const auto* bad : {"", "Production", "1a", "-a", "a-", "a--b", "a b", "a.b", "a_b",
                          "abcdefghijklmnopqrstuvwxyzabcdefg"})
    EXPECT_FALSE(Environment::parse(bad)) << bad;
}

TEST(EqualIgnoringCase, IsForAsciiLetters) {
  EXPECT_TRUE(equal_ignoring_case("Bearer", "bEARER"));
  EXPECT_FALSE(equal_ignoring_case("Bearer", "Bearers"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
}

}  // namespace
}  // namespace claviger
