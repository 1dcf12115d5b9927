#include <gtest/gtest.h>

#include "base/limits.h"
#include "http/problem.h"
#include "http/request.h"
#include "http/response_writer.h"

namespace claviger::http {
namespace {

Response json_response() {
  Response response;
  response.content_type = "application/json";
  response.body = "{}";
  return response;
}

std::string written(const Response& response, Framing framing = {}) {
  framing.date = "Thu, 01 Jan 2026 00:00:00 GMT";
  std::string out;
  write_response(out, response, framing);
  EXPECT_LE(out.size(), response_size_max(response));
  return out;
}

TEST(Response, IsWrittenWhole_NET_5) {
  auto response = json_response();
  response.status = 201;
  response.add_header("X-Extra", "a");
  EXPECT_EQ(written(response, {.request_id = 0x1f}),
            "HTTP/1.1 201 Created\r\n"
            "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
            "X-Request-Id: 000000000000001f\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Cache-Control: no-store\r\n"
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
            "X-Extra: a\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 2\r\n"
            "\r\n"
            "{}");
}

TEST(Response, ToHeadHasTheLengthAndNoBody) {
  const auto text = written(json_response(), {.head_only = true});
  EXPECT_NE(text.find("Content-Length: 2\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\n\r\n"));
}

TEST(Response, WithoutContentHasNoLength) {
  for (const int status : {204, 304}) {
    auto response = json_response();
    response.status = status;
    const auto text = written(response);
    EXPECT_EQ(text.find("\r\nContent-Type:"), std::string::npos);
    EXPECT_EQ(text.find("\r\nContent-Length:"), std::string::npos);
    EXPECT_TRUE(text.ends_with("\r\n\r\n"));
  }
}

TEST(Response, SaysWhatBecomesOfTheConnection) {
  const auto response = json_response();
  EXPECT_EQ(written(response).find("\r\nConnection:"), std::string::npos);
  EXPECT_NE(written(response, {.close = true, .is_http_1_0 = true}).find("Connection: close"),
            std::string::npos);
  EXPECT_NE(written(response, {.is_http_1_0 = true}).find("Connection: keep-alive"),
            std::string::npos);
}

TEST(Response, AsksForTlsByTlsAlone_NET_5) {
  const auto line = "\r\nStrict-Transport-Security: max-age=31536000\r\n";
  EXPECT_NE(written(json_response(), {.is_tls = true}).find(line), std::string::npos);
  EXPECT_EQ(written(json_response()).find("Strict-Transport"), std::string::npos);
}

TEST(Response, HasAStatusLineForAnyStatus) {
  auto response = json_response();
  response.status = 499;
  EXPECT_TRUE(written(response).starts_with("HTTP/1.1 499 \r\n"));
}

TEST(Response, HeadersCannotBeInjected) {
  Response response;
  response.add_header("X", std::string_view("a\r\nSet-Cookie: b\0\x7f\xc3", 19));
  EXPECT_EQ(response.headers, "X: a??Set-Cookie: b???\r\n");
}

TEST(Response, IsAsNewAfterReset) {
  auto response = json_response();
  response.status = 500;
  response.close = true;
  response.cache_control = "max-age=1";
  response.add_header("X", "y");
  response.reset();
  EXPECT_EQ(written(response), written(Response{}));
  EXPECT_FALSE(response.close);
}

TEST(HttpDate, IsAnImfFixdate) {
  EXPECT_EQ(http_date(from_unix_milliseconds(784'111'777'999)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(from_unix_seconds(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Address, IsShownAsPeopleWriteIt) {
  Address v4;
  v4.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
  EXPECT_EQ(address_text(v4), "192.0.2.1");
  Address v6;
  v6.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_EQ(address_text(v6), "2001:db8::1");
}

TEST(Problem, ShowsTheErrorWithoutItsCause) {
  Request request;
  request.id = 0xab;
  Response response;
  auto error = unacceptable("expires_in", "must be at least 60");
  error.cause = "secret cause";
  write_problem(error, request, response);
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            "{\"type\":\"urn:claviger:problem:unacceptable_field\","
            "\"title\":\"A field is not acceptable\",\"status\":422,"
            "\"detail\":\"The field \\\"expires_in\\\" is not acceptable.\","
            "\"code\":\"unacceptable_field\",\"request_id\":\"00000000000000ab\","
            "\"errors\":[{\"field\":\"expires_in\",\"message\":\"must be at least 60\"}]}");
  EXPECT_EQ(response.headers, "");
}

TEST(Problem, KeepsHeadersAndReplacesTheBody) {
  Response response;
  response.body = "half an answer";
  response.add_header("WWW-Authenticate", "Bearer");
  Error error{.code = Code::too_many_attempts, .detail = "Wait."};
  error.retry_after = std::chrono::seconds(7);
  write_problem(error, Request{}, response);
  EXPECT_EQ(response.headers, "WWW-Authenticate: Bearer\r\nRetry-After: 7\r\n");
  EXPECT_TRUE(response.body.starts_with("{\"type\""));
}

TEST(Problem, SaysWhenToComeBackAfterEvery503) {
  Response response;
  write_problem({.code = Code::storage_unavailable, .detail = "x"}, Request{}, response);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers, "Retry-After: 1\r\n");
}

TEST(Problem, CodesAndStatusesAreThoseOfTheContract) {
  for (int i = 0; i <= static_cast<int>(Code::shutting_down); ++i) {
    const auto kind = problem_kind(static_cast<Code>(i));
    EXPECT_FALSE(kind.code.empty());
    EXPECT_FALSE(kind.title.empty());
    EXPECT_TRUE((kind.status >= 400 && kind.status < 500) || kind.status == 503) << kind.code;
  }
}

std::string oauth_error(const Error& error, int status) {
  Response response;
  write_oauth_error(error, response);
  EXPECT_EQ(response.status, status);
  EXPECT_EQ(response.content_type, "application/json");
  return response.body + response.headers;
}

TEST(OAuthError, HasTheWordsAndCharactersOfTheRfc_ACC_6) {
  EXPECT_EQ(oauth_error({.code = Code::invalid_credential, .detail = "Wrong.", .cause = "x"}, 401),
            R"({"error":"invalid_client","error_description":"Wrong."})");
  EXPECT_EQ(oauth_error({.code = Code::invalid_scope, .detail = "\"\n\xc3\xa9\\"}, 400),
            R"({"error":"invalid_scope","error_description":"'????"})");
  EXPECT_EQ(oauth_error(unacceptable("token", "is required"), 400),
            R"({"error":"invalid_request","error_description":)"
            R"("The field 'token' is not acceptable. It is required."})");
  EXPECT_EQ(oauth_error({.code = Code::storage_unavailable, .detail = "Later."}, 503),
            R"({"error":"temporarily_unavailable","error_description":"Later."})"
            "Retry-After: 1\r\n");
}

TEST(Refusal, HasItsOwnStatus) {
  for (const int status : {400, 403, 405, 408, 413, 414, 417, 431, 503}) {
    Response response;
    write_refusal(status, "Because.", Request{}, response);
    EXPECT_EQ(response.status, status);
    EXPECT_NE(response.body.find("\"detail\":\"Because.\""), std::string::npos);
    EXPECT_EQ(response.headers.find("Retry-After") != std::string::npos, status == 503);
    EXPECT_EQ(response.headers.find("Allow") != std::string::npos, status == 405);
  }
}

}  // namespace
}  // namespace claviger::http
