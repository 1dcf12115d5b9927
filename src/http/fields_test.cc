#include "http/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/limits.h"
#include "http/form_reader.h"
#include "http/json_reader.h"

namespace claviger::http {
namespace {

using testing::ElementsAre;

template <class T>
Code code_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? Code::overloaded : result.error().code;
}

std::string nested(std::size_t depth) {
  return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

TEST(Json, GivesFieldsByType) {
  const auto fields = read_json(
      R"( {"text":"a\u00e9\n\ud83d\ude00","n":42,"t":true,"f":false,"none":null,
           "list":["a","b"],"empty":[],"object":{"text":[1,{"a":2}]}} )");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields->text("text"), "a\xc3\xa9\n\xf0\x9f\x98\x80");
  EXPECT_EQ(*fields->required_text("text"), "a\xc3\xa9\n\xf0\x9f\x98\x80");
  EXPECT_EQ(*fields->integer("n"), 42);
  EXPECT_EQ(*fields->truth("t"), true);
  EXPECT_EQ(*fields->truth("f"), false);
  EXPECT_EQ(*fields->text("none"), std::nullopt);
  EXPECT_EQ(*fields->text("absent"), std::nullopt);
  EXPECT_EQ(code_of(fields->required_text("none")), Code::unacceptable_field);
  EXPECT_EQ(code_of(fields->required_text("absent")), Code::unacceptable_field);
  EXPECT_THAT(fields->texts("list")->value(), ElementsAre("a", "b"));
  EXPECT_THAT(fields->texts("empty")->value(), ElementsAre());
  for (const auto* name : {"n", "t", "list", "object"})
    EXPECT_EQ(code_of(fields->text(name)), Code::unacceptable_field) << name;
  for (const auto* name : {"text", "n", "object"}) {
    EXPECT_EQ(code_of(fields->truth(name)), Code::unacceptable_field) << name;
    EXPECT_EQ(code_of(fields->texts(name)), Code::unacceptable_field) << name;
  }
}

TEST(Json, TakesOnlyPlainIntegers_ACC_5) {
  const auto integer = [](std::string_view value) {
    const auto fields = read_json("{\"n\":" + std::string(value) + " }");
    EXPECT_TRUE(fields) << value;
    return fields->integer("n");
  };
  EXPECT_EQ(*integer("0"), 0);
  EXPECT_EQ(*integer("9223372036854775807"), 9223372036854775807);
  EXPECT_EQ(*integer("null"), std::nullopt);
  for (const auto* value :
       {"-0", "-1", "60.0", "6e1", "60E0", "0.0", "9223372036854775808",
        "123456789012345678901234567890", "1e400", "\"60\"", "\"\"", "true", "[60]", "{}"})
    EXPECT_EQ(code_of(integer(value)), Code::unacceptable_field) << value;
}

void expect_malformed(std::initializer_list<std::string_view> bodies) {
  for (const auto body : bodies) EXPECT_EQ(code_of(read_json(body)), Code::malformed_body) << body;
}

TEST(Json, RefusesMalformedStructure) {
  expect_malformed({"", " ", "{", "}", "{}}", "{} {}", "{}x", "{}\"", "{},", "[]", "[{}]", "1",
                    "\"a\"", "null", "true", "\xef\xbb\xbf{}"});
  expect_malformed({R"({"a"})", R"({"a":})", R"({"a":1,})", R"({,})", R"({,"a":1})",
                    R"({"a":1 "b":2})", R"({"a" 1})", R"({"a":1:2})", R"({a:1})", R"({'a':1})",
                    R"({1:1})", R"({"a":[1,]})", R"({"a":[,1]})", R"({"a":[1 2]})", R"({"a":[1})",
                    R"({"a":{"b":1]})", R"({"a":/**/1})", R"({"a":1}//)"});
  expect_malformed({std::string_view("{}\0", 3), std::string_view("{\"a\":1\0}", 8)});
}

TEST(Json, RefusesMalformedValues) {
  expect_malformed({R"({"a":01})", R"({"a":+1})", R"({"a":1.})", R"({"a":.1})", R"({"a":1e})",
                    R"({"a":-})", R"({"a":0x1})", R"({"a":1a})", R"({"a":NaN})",
                    R"({"a":Infinity})", R"({"a":tru})", R"({"a":truex})", R"({"a":nul})",
                    R"({"a":nullx})", R"({"a":falsey})"});
  // Also where nobody looks.
  expect_malformed(
      {R"({"unknown":[[{"a":tru}]]})", R"({"unknown":{"a":"\q"}})", R"({"unknown":[1.e5]})"});
}

TEST(Json, RefusesMalformedTexts) {
  expect_malformed({R"({"a":"})", R"({"a":"\x"})", R"({"a":"\u12"})", R"({"a":"\ud800"})",
                    R"({"a":"\ud800\u0041"})", R"({"a":"\udc00"})", R"({"a":"\udc00\ud800"})",
                    R"({"\ud800":1})"});
  expect_malformed({"{\"a\":\"\n\"}", "{\"a\":\"\t\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\xc0\x80\"}",
                    "{\"a\":\"\xed\xa0\x80\"}", std::string_view("{\"a\":\"\0\"}", 9)});
}

TEST(Json, RefusesEveryPrefix) {
  const std::string body = R"({"a":"b\u00e9","n":[1,2.5e3,{"x":null}],"t":true})";
  ASSERT_TRUE(read_json(body));
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_EQ(code_of(read_json(body.substr(0, size))), Code::malformed_body) << size;
}

TEST(Json, RefusesDuplicateNamesHoweverSpelled) {
  for (const auto* body :
       {R"({"a":1,"a":1})", R"({"a":1,"b":2,"\u0061":3})", R"({"x":{"a":1,"\u0061":2}})",
        R"({"x":[[{"a":1,"a":2}]]})", R"({"":1,"":2})", R"({"\u0000":1,"\u0000":2})"})
    EXPECT_EQ(code_of(read_json(body)), Code::duplicate_field) << body;
  EXPECT_TRUE(read_json(R"({"a":{"a":1},"A":[{"a":1},{"a":1}]})"));
}

TEST(Json, ShowsNulToWhoeverValidates) {
  const auto fields = read_json(R"({"a":"x\u0000y","b\u0000":"z"})");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields->text("a"), std::string_view("x\0y", 3));
  EXPECT_EQ(*fields->text("b"), std::nullopt);
  EXPECT_EQ(*fields->text(std::string_view("b\0", 2)), "z");
}

TEST(Json, BoundsNesting_NET_4) {
  EXPECT_TRUE(read_json(nested(limits::json_depth)));
  EXPECT_EQ(code_of(read_json(nested(limits::json_depth + 1))), Code::malformed_body);
  EXPECT_EQ(code_of(read_json("{\"a\":" + std::string(60'000, '['))), Code::malformed_body);
}

TEST(Form, GivesFieldsByType) {
  const auto fields =
      read_form("a=b+c%20d%C3%A9&n=42&t=true&f=false&e=&list=x+y&no_value&=v&&x%3D=1");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields->text("a"), "b c d\xc3\xa9");
  EXPECT_EQ(*fields->integer("n"), 42);
  EXPECT_EQ(*fields->truth("t"), true);
  EXPECT_EQ(*fields->truth("f"), false);
  EXPECT_EQ(*fields->text("e"), "");
  EXPECT_EQ(*fields->text("no_value"), "");
  EXPECT_EQ(*fields->text(""), "v");
  EXPECT_EQ(*fields->text("x="), "1");
  EXPECT_EQ(*fields->text("absent"), std::nullopt);
  EXPECT_THAT(fields->texts("list")->value(), ElementsAre("x", "y"));
  EXPECT_EQ(code_of(fields->integer("a")), Code::unacceptable_field);
  EXPECT_EQ(code_of(fields->truth("n")), Code::unacceptable_field);
}

TEST(Form, TakesAnEmptyTextForNoNumber_ACC_5) {
  const auto fields = read_form("e=");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields->integer("e"), std::nullopt);
  EXPECT_EQ(*fields->truth("e"), std::nullopt);
  EXPECT_EQ(*fields->texts("e"), std::nullopt);
}

TEST(Form, TakesOnlyDecimalDigits_ACC_5) {
  for (const auto* value : {"-1", "%2B1", "1.0", "1e3", "007", "0x1", "+1", "1+", "%D9%A1"}) {
    const auto fields = read_form("n=" + std::string(value));
    ASSERT_TRUE(fields);
    EXPECT_EQ(code_of(fields->integer("n")), Code::unacceptable_field) << value;
  }
}

TEST(Form, RefusesWhatIsMalformed) {
  for (const auto* body : {"a=%", "a=%4", "a=%4g", "a=%%41", "%zz=1", "a=%FF", "a=\xff", "%C3=1",
                           "a=%ED%A0%80", "a=%C0%80"})
    EXPECT_EQ(code_of(read_form(body)), Code::malformed_body) << body;
  for (const auto* body : {"a=1&a=1", "a=1&b=2&%61=3", "&a&a"})
    EXPECT_EQ(code_of(read_form(body)), Code::duplicate_field) << body;
}

TEST(Form, BoundsTheNumberOfFields_NET_4) {
  const auto form = [](std::size_t fields) {
    std::string body;
    for (std::size_t i = 0; i < fields; ++i) body += "f" + std::to_string(i) + "=1&";
    return body;
  };
  EXPECT_TRUE(read_form(form(limits::form_fields)));
  EXPECT_EQ(code_of(read_form(form(limits::form_fields + 1))), Code::malformed_body);
}

TEST(Query, RepeatedNamesAreReadOneByOne) {
  constexpr std::string_view query = "scope=a&scope=b%3Ac&page=2";
  std::array<char, query.size()> room;
  QueryCursor cursor(query, room);
  std::vector<std::string> pairs;
  while (const auto pair = cursor.next())
    pairs.push_back(std::string(pair->name) + "=" + std::string(pair->value));
  EXPECT_FALSE(cursor.is_malformed());
  EXPECT_THAT(pairs, ElementsAre("scope=a", "scope=b:c", "page=2"));

  const auto fields = read_query(query);
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields->integer("page"), 2);
  EXPECT_EQ(code_of(fields->text("scope")), Code::duplicate_field);
  EXPECT_EQ(code_of(read_query("a=%zz")), Code::malformed_request);
  EXPECT_TRUE(read_query(""));
}

class Body : public testing::Test {
 protected:
  Result<Fields> read(std::string_view type, std::string_view body) {
    request_.content_type = {1, type};
    request_.body = body;
    return read_fields(request_);
  }
  Request request_;
};

TEST_F(Body, IsReadByItsMediaType) {
  for (const auto* type : {"application/json", "Application/JSON", "application/json;charset=UTF-8",
                           "application/json ; charset=\"utf-8\"", "application/json;",
                           "application/json; profile=x; charset=utf-8"}) {
    const auto fields = read(type, "{\"a\":\"b\"}");
    ASSERT_TRUE(fields) << type;
    EXPECT_EQ(*fields->text("a"), "b") << type;
  }
  const auto fields = read("application/x-www-form-urlencoded; charset=utf-8", "a=b");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields->text("a"), "b");
}

TEST_F(Body, OfAnotherTypeIsRefused) {
  for (const auto* type : {"", "text/plain", "multipart/form-data; boundary=x", "application/jsonx",
                           "application/json; charset=latin1", "application/json; charset",
                           "application/json; charset=utf-8 x", "application/json, text/plain",
                           "application/json; charset=utf-8; charset=utf-16", "json",
                           "application/json; charset=\"utf-8", "application/json; =x"})
    EXPECT_EQ(code_of(read(type, "{}")), Code::unsupported_media_type) << type;
}

TEST_F(Body, WithoutATypeIsRefusedUnlessEmpty) {
  request_.body = "{}";
  EXPECT_EQ(code_of(read_fields(request_)), Code::unsupported_media_type);
  request_.body = "";
  const auto fields = read_fields(request_);
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields->text("a"), std::nullopt);
}

TEST_F(Body, OfTwoTypesIsRefused) {
  request_.content_type = {2, ""};
  request_.body = "{}";
  EXPECT_EQ(code_of(read_fields(request_)), Code::malformed_request);
}

TEST_F(Body, WithAContentEncodingIsRefused_NET_4) {
  request_.content_encoding = {1, "gzip"};
  EXPECT_EQ(code_of(read("application/json", "{}")), Code::unsupported_media_type);
  request_.content_encoding = {2, ""};
  EXPECT_EQ(code_of(read("application/json", "{}")), Code::unsupported_media_type);
  request_.content_encoding = {1, "Identity"};
  EXPECT_TRUE(read("application/json", "{}"));
}

TEST(Arena, MovesWithItsTexts) {
  auto fields = read_json(R"({"a":"short"})");
  ASSERT_TRUE(fields);
  const Fields moved = std::move(*fields);
  EXPECT_EQ(*moved.text("a"), "short");
}

}  // namespace
}  // namespace claviger::http
