#include "http/request_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace claviger::http {
namespace {

struct Parsed {
  explicit Parsed(std::string_view sent) : bytes(sent), head(parse_head(bytes, storage, request)) {}
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;

  std::string bytes;
  HeaderStorage storage;
  Request request;
  Head head;
};

Parsed parse(std::string_view bytes) {
  return Parsed(bytes);
}

/// The verdict for bytes that come in two parts: a connection asks again only while incomplete.
Head parse_in_two(std::string_view bytes, std::size_t split) {
  const auto first = parse(bytes.substr(0, split)).head;
  return first.state == Head::State::incomplete ? parse(bytes).head : first;
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

const std::string kHost = "Host: a\r\n";
std::string get(const std::string& headers) {
  return "GET / HTTP/1.1\r\n" + kHost + headers + "\r\n";
}

struct Good {
  std::string bytes;
  Method method;
  std::string path;
  std::string query;
  bool keep_alive = true;
  bool chunked = false;
  std::uint64_t content_length = 0;
};

std::vector<Good> good_requests() {
  const std::string rest = " HTTP/1.1\r\nHost: a\r\n\r\n";
  return {
      {"GET /token" + rest, Method::get, "/token", ""},
      {"\r\nGET /token" + rest, Method::get, "/token", ""},
      {"GET /users?page=1&page_size=20" + rest, Method::get, "/users", "page=1&page_size=20"},
      {"GET /a?b?c" + rest, Method::get, "/a", "b?c"},
      {"GET /?" + rest, Method::get, "/", ""},
      {"GET //a" + rest, Method::get, "//a", ""},
      {"GET http://x.example:80/a?b" + rest, Method::get, "/a", "b"},
      {"GET HTTPS://[::1]:8003/a" + rest, Method::get, "/a", ""},
      {"GET http://x" + rest, Method::get, "/", ""},
      {"GET http://x?q" + rest, Method::get, "/", "q"},
      {"OPTIONS *" + rest, Method::options, "*", ""},
      {"HEAD /a" + rest, Method::head, "/a", ""},
      {"POST /a" + rest, Method::post, "/a", ""},
      {"PUT /a" + rest, Method::put, "/a", ""},
      {"PATCH /a" + rest, Method::patch, "/a", ""},
      {"DELETE /a" + rest, Method::delete_, "/a", ""},
      {"get /a" + rest, Method::other, "/a", ""},
      {"PROPFIND /a" + rest, Method::other, "/a", ""},
      {get("Connection: close\r\n"), Method::get, "/", "", false},
      {get("Connection: upgrade, Close\r\n"), Method::get, "/", "", false},
      {get("Connection: keep-alive\r\nConnection: close\r\n"), Method::get, "/", "", false},
      {get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
       Method::get, "/", ""},
      {"GET / HTTP/1.0\r\n\r\n", Method::get, "/", "", false},
      {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", Method::get, "/", "", true},
      {"GET / HTTP/1.0\r\nHost: a\r\nExpect: something\r\n\r\n", Method::get, "/", "", false},
      {get("Content-Length: 5\r\n"), Method::get, "/", "", true, false, 5},
      {get("content-length:\t007 \t\r\n"), Method::get, "/", "", true, false, 7},
      {get("Content-Length: 18446744073709551615\r\n"), Method::get, "/", "", true, false,
       18446744073709551615U},
      {get("Transfer-Encoding: Chunked\r\n"), Method::get, "/", "", true, true},
      {get("X-Empty:\r\nX-Tab: a\tb\r\nX-Text: \xc3\xa9\r\n"), Method::get, "/", ""},
      {"GET / HTTP/1.1\r\nhOsT: [2001:db8::1]:443\r\n\r\n", Method::get, "/", ""},
  };
}

TEST(RequestParser, ReadsWhatIsUnambiguous_NET_3) {
  for (const auto& good : good_requests()) {
    SCOPED_TRACE(good.bytes);
    const auto& [bytes, storage, request, head] = parse(good.bytes + "GET /next");
    ASSERT_EQ(head.state, Head::State::complete) << head.reason;
    EXPECT_EQ(head.size, good.bytes.size());
    EXPECT_EQ(request.method, good.method);
    EXPECT_EQ(request.path, good.path);
    EXPECT_EQ(request.query, good.query);
    EXPECT_EQ(head.keep_alive, good.keep_alive);
    EXPECT_EQ(head.chunked, good.chunked);
    EXPECT_EQ(head.content_length, good.content_length);
    for (std::size_t split = 0; split < good.bytes.size(); ++split)
      ASSERT_EQ(parse(good.bytes.substr(0, split)).head.state, Head::State::incomplete) << split;
  }
}

// The URL's host goes before the header's (RFC 9112 §3.2.2).
TEST(RequestParser, TellsTheHost) {
  const auto host = [](const std::string& bytes) { return std::string(parse(bytes).request.host); };
  EXPECT_EQ(host("GET / HTTP/1.1\r\nHost: a.example:80\r\n\r\n"), "a.example:80");
  EXPECT_EQ(host("GET http://b.example/ HTTP/1.1\r\nHost: a\r\n\r\n"), "b.example");
  EXPECT_EQ(host("GET / HTTP/1.0\r\n\r\n"), "");
}

struct Bad {
  std::string bytes;
  int status = 400;
};

const std::string kRest = " HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kNul(1, '\0');

/// Two lengths, or one that could be read in two ways.
std::vector<Bad> bad_framing() {
  return {
      {get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
      {get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")},
      {get("Content-Length: 5\r\nContent-Length: 5\r\n")},
      {get("Content-Length: 5\r\nContent-Length: 6\r\n")},
      {get("Content-Length: 5, 5\r\n")},
      {get("Content-Length: 5 5\r\n")},
      {get("Content-Length: +5\r\n")},
      {get("Content-Length: -5\r\n")},
      {get("Content-Length: 0x5\r\n")},
      {get("Content-Length: 5a\r\n")},
      {get("Content-Length:\r\n")},
      {get("Content-Length: 18446744073709551616\r\n")},
      {get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
      {get("Transfer-Encoding: chunked, chunked\r\n")},
      {get("Transfer-Encoding: gzip, chunked\r\n")},
      {get("Transfer-Encoding: chunked, identity\r\n")},
      {get("Transfer-Encoding: identity\r\n")},
      {get("Transfer-Encoding: xchunked\r\n")},
      {get("Transfer-Encoding: \"chunked\"\r\n")},
      {get("Transfer-Encoding:\r\n")},
      {get("Transfer-Encoding: chunked;q=1\r\n")},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
  };
}

std::vector<Bad> bad_headers() {
  return {
      {get("X: a\r\n b\r\n")},
      {get("X: a\r\n\tb\r\n")},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
      {"GET / HTTP/1.1\nHost: a\n\n"},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n"},
      {get("X: a\rb\r\n")},
      {get("X: a\r\r\n")},
      {"\r\n\r\nGET /" + kRest},
      {"\nGET /" + kRest},
      {" GET /" + kRest},
      {get("X : a\r\n")},
      {get("X\t: a\r\n")},
      {get("X Y: a\r\n")},
      {get(": a\r\n")},
      {get("X\r\n")},
      {get("X(: a\r\n")},
      {get("X\xc3\xa9: a\r\n")},
      {get("X" + kNul + ": a\r\n")},
      {get("X: a" + kNul + "b\r\n")},
      {get("X: 12345678" + kNul + "\r\n")},
      {get("X: a\x01\r\n")},
      {get("X: a\x7f\r\n")},
      {get("X: a\x1b[0m\r\n")},
      {"GET / HTTP/1.1\r\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
      {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"GET http://a/ HTTP/1.1\r\n\r\n"},
  };
}

std::vector<Bad> bad_request_lines() {
  return {
      {"GET" + kRest},
      {"GET " + kRest},
      {"GET  /" + kRest},
      {"GET /  HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"GET / \r\nHost: a\r\n\r\n"},
      {"GET /\r\n\r\n"},
      {"GET a" + kRest},
      {"GET *" + kRest},
      {"GET ?q" + kRest},
      {"GET ftp://a/" + kRest},
      {"GET http:/a" + kRest},
      {"GET http://" + kRest},
      {"GET http:///a" + kRest},
      {"GET http://u@a/" + kRest},
      {"GET /a#b" + kRest},
      {"GET /\xc3\xa9" + kRest},
      {"GET /a\tb" + kRest},
      {"GET /a b" + kRest},
      {"GET /" + kNul + kRest},
      {"GET /\x7f" + kRest},
      {"G(T /" + kRest},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
      {"GET / HTTP/0.9\r\nHost: a\r\n\r\n"},
      {"GET / http/1.1\r\nHost: a\r\n\r\n"},
      {"GET / HTTP/1.10\r\nHost: a\r\n\r\n"},
      {"GET / HTTP/11\r\nHost: a\r\n\r\n"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"\x16\x03\x01\x02"},
      {"TRACE /" + kRest, 405},
      {"CONNECT a:443" + kRest, 405},
      {get("Expect: 200-ok\r\n"), 417},
      {get("Expect:\r\n"), 417},
  };
}

std::vector<Bad> bad_hosts() {
  std::vector<Bad> bad;
  for (const std::string host : {"", "a b", "a/b", "a@b", "a:x", "a:123456", "[::1", "[]", "[::g]",
                                 "[::1]x", "a,b:1:2", "\xc3\xa9"})
    bad.push_back({"GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"});
  return bad;
}

TEST(RequestParser, RefusesWhatCouldBeReadInTwoWays_NET_3) {
  std::vector<Bad> all;
  for (const auto& some : {bad_framing(), bad_headers(), bad_request_lines(), bad_hosts()})
    all.insert(all.end(), some.begin(), some.end());
  for (const auto& bad : all) {
    SCOPED_TRACE(bad.bytes);
    const auto head = parse(bad.bytes).head;
    ASSERT_EQ(head.state, Head::State::refused);
    EXPECT_EQ(head.status, bad.status);
    EXPECT_FALSE(head.reason.empty());
    for (std::size_t split = 0; split < bad.bytes.size(); ++split) {
      const auto same = parse_in_two(bad.bytes, split);
      ASSERT_EQ(same.state, Head::State::refused) << split;
      ASSERT_EQ(same.status, bad.status) << split;
    }
  }
}

TEST(RequestParser, BoundsTheHead_NET_4) {
  const auto of_size = [](std::size_t size) {
    const auto frame = get("X: \r\n").size();
    return get("X: " + std::string(size - frame, 'a') + "\r\n");
  };
  EXPECT_EQ(parse(of_size(limits::head_bytes)).head.state, Head::State::complete);
  const auto too_large = of_size(limits::head_bytes + 1);
  EXPECT_EQ(parse(too_large).head.status, 431);
  for (const std::size_t split : {limits::head_bytes - 1, limits::head_bytes})
    EXPECT_EQ(parse_in_two(too_large, split).status, 431);
  // A head that has not ended within the limit never will.
  EXPECT_EQ(parse(too_large.substr(0, limits::head_bytes)).head.status, 431);
  EXPECT_EQ(parse(too_large.substr(0, limits::head_bytes - 1)).head.state, Head::State::incomplete);
}

TEST(RequestParser, BoundsTheNumberOfHeaders_NET_4) {
  const auto& most = parse(get(repeat("X: a\r\n", limits::headers - 1)));
  EXPECT_EQ(most.head.state, Head::State::complete);
  EXPECT_EQ(most.request.headers.size(), limits::headers);
  EXPECT_EQ(parse(get(repeat("X: a\r\n", limits::headers))).head.status, 431);
}

TEST(RequestParser, BoundsTheUrl_NET_4) {
  const auto with_url = [](std::size_t size) {
    return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n";
  };
  EXPECT_EQ(parse(with_url(limits::url_bytes)).head.state, Head::State::complete);
  const auto too_long = with_url(limits::url_bytes + 1);
  EXPECT_EQ(parse(too_long).head.status, 414);
  EXPECT_EQ(parse(too_long.substr(0, limits::url_bytes + 5)).head.status, 414);
  EXPECT_EQ(parse(too_long.substr(0, limits::url_bytes + 4)).head.state, Head::State::incomplete);
}

TEST(RequestParser, FindsTheHeadersThatTheServerLooksAt) {
  const auto& [bytes, storage, request, head] =
      parse(get("AUTHORIZATION:  Bearer x \r\nX-Api-Key: k\r\nContent-Type: application/json\r\n"
                "Content-Encoding: gzip\r\nExpect: 100-Continue\r\n"));
  ASSERT_EQ(head.state, Head::State::complete);
  EXPECT_EQ(request.authorization.value, "Bearer x");
  EXPECT_EQ(request.api_key.value, "k");
  EXPECT_EQ(request.content_type.value, "application/json");
  EXPECT_EQ(request.content_encoding.value, "gzip");
  EXPECT_TRUE(head.expects_continue);
  ASSERT_EQ(request.headers.size(), 6U);
  EXPECT_EQ(request.headers[1].name, "AUTHORIZATION");
  EXPECT_EQ(request.headers[1].value, "Bearer x");
}

TEST(RequestParser, GivesNoneOfARepeatedCredential_NET_6) {
  const auto& [bytes, storage, request, head] =
      parse(get("Authorization: Bearer a\r\nauthorization: Bearer b\r\nx-api-key: a\r\n"
                "X-API-Key: a\r\n"));
  ASSERT_EQ(head.state, Head::State::complete);
  EXPECT_EQ(request.authorization.count, 2U);
  EXPECT_EQ(request.authorization.value, "");
  EXPECT_EQ(request.api_key.count, 2U);
  EXPECT_EQ(request.api_key.value, "");
}

TEST(RequestParser, KeepsNothingOfThePreviousRequest_NET_6) {
  Parsed parsed(get("Authorization: Bearer a\r\n"));
  parsed.request.id = 7;
  parsed.request.body = "body";
  const std::string next = get("X: y\r\n");
  parsed.head = parse_head(next, parsed.storage, parsed.request);
  EXPECT_EQ(parsed.request.authorization.count, 0U);
  EXPECT_EQ(parsed.request.body, "");
  EXPECT_EQ(parsed.request.id, 7U);
}

TEST(RequestParser, ChecksEveryByteOfAValue) {
  for (std::size_t length = 1; length <= 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (int c = 0; c < 256; ++c) {
        std::string value(length, 'a');
        value[at] = static_cast<char>(c);
        const bool is_allowed = c == '\t' || (c >= ' ' && c != 0x7f);
        const auto state = parse(get("X: " + value + "\r\n")).head.state;
        ASSERT_EQ(state, is_allowed ? Head::State::complete : Head::State::refused)
            << length << ' ' << at << ' ' << c;
      }
    }
  }
}

}  // namespace
}  // namespace claviger::http
