// What a connection makes of requests: framing, order, bodies, bad input.
#include <fmt/format.h>

#include "net/server_test_support.h"

namespace claviger::net {
namespace {

std::string chunked(std::string_view body, std::size_t chunk) {
  std::string out;
  while (!body.empty()) {
    const auto part = body.substr(0, chunk);
    out += fmt::format("{:x}\r\n{}\r\n", part.size(), part);
    body.remove_prefix(part.size());
  }
  return out + "0\r\n\r\n";
}

std::string post_chunked(std::string_view path, std::string_view body, std::size_t chunk) {
  return request("POST", path, "Transfer-Encoding: chunked\r\n") + chunked(body, chunk);
}

std::string pattern(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

class Requests : public ServerTest {
 protected:
  void SetUp() override { serve(); }
};

TEST_F(Requests, AreAnsweredOneAfterTheOther) {
  auto c = client();
  for (const auto* path : {"/fast", "/wait", "/fast"}) {
    c.send(request("GET", path));
    const auto answer = c.answer();
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_EQ(body_of(answer), path);
    EXPECT_TRUE(has_header(answer, "X-Content-Type-Options: nosniff"));
    EXPECT_EQ(answer.find("Connection:"), std::string::npos);
  }
  EXPECT_EQ(handler_.answered_count(), 3);
}

TEST_F(Requests, HaveIdsOfTheirOwnAndADate) {
  auto c = client();
  const auto header = [&](std::string_view name) {
    c.send(request("GET", "/fast"));
    const auto answer = c.answer();
    const auto at = answer.find(name);
    EXPECT_NE(at, std::string::npos);
    return answer.substr(at, answer.find('\r', at) - at);
  };
  const auto first = header("X-Request-Id: ");
  EXPECT_EQ(first.size(), std::string("X-Request-Id: 0123456789abcdef").size());
  EXPECT_NE(header("X-Request-Id: "), first);
  EXPECT_EQ(header("Date: ").size(), std::string("Date: Thu, 01 Jan 2026 00:00:00 GMT").size());
}

TEST_F(Requests, ThatComeTogetherAreAnsweredInOrder) {
  auto c = client();
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += i % 10 == 3 ? post("/echo", std::to_string(i)) : request("GET", "/" + std::to_string(i));
  c.send(all);
  for (int i = 0; i < 200; ++i) {
    const auto number = std::to_string(i);
    ASSERT_EQ(body_of(c.answer()), i % 10 == 3 ? number : "/" + number);
  }
}

TEST_F(Requests, MayComeByteByByte) {
  auto c = client();
  for (const auto& bytes :
       {request("GET", "/fast"), post("/echo", "body"), post_chunked("/echo", "body", 2)}) {
    for (const char byte : bytes) c.send({&byte, 1});
    EXPECT_EQ(status_of(c.answer()), 200);
  }
}

TEST_F(Requests, MayLackTheirLastByteForAWhile) {
  for (const auto& bytes :
       {request("GET", "/fast"), post("/echo", "body"), post_chunked("/echo", "body", 2)}) {
    auto c = client();
    c.send(bytes.substr(0, bytes.size() - 1));
    EXPECT_EQ(status_of(ask(request("GET", "/fast"))), 200);  // by now the server has read that
    c.send(bytes.substr(bytes.size() - 1));
    EXPECT_EQ(status_of(c.answer()), 200);
  }
}

TEST_F(Requests, BringBodiesOfAnySizeUpToTheBound_NET_4) {
  auto c = client();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{4000}, std::size_t{5000}, limits::body_bytes}) {
    const auto body = pattern(size);
    for (const auto& bytes : {post("/echo", body), post_chunked("/echo", body, 1000),
                              post_chunked("/echo", body, size + 1)}) {
      c.send(bytes + request("GET", "/next"));
      ASSERT_EQ(body_of(c.answer()), body);
      ASSERT_EQ(body_of(c.answer()), "/next");
    }
  }
}

TEST_F(Requests, WithTooLargeABodyAreRefused_NET_4) {
  const auto body = pattern(limits::body_bytes + 1);
  for (const auto& bytes : {post("/echo", body), post_chunked("/echo", body, 1000)}) {
    auto c = client();
    c.send(bytes);
    const auto answer = c.answer();
    EXPECT_EQ(status_of(answer), 413);
    EXPECT_TRUE(has_header(answer, "Connection: close"));
    c.half_close();
    EXPECT_TRUE(c.is_closed());
  }
}

TEST_F(Requests, ToHeadGetNoBody) {
  auto c = client();
  c.send(request("HEAD", "/fast") + request("GET", "/next"));
  const auto answer = c.answer(false);
  EXPECT_TRUE(has_header(answer, "Content-Length: 5"));
  EXPECT_EQ(body_of(answer), "");
  EXPECT_EQ(body_of(c.answer()), "/next");
}

TEST_F(Requests, KeepTheConnectionAsTheySay) {
  EXPECT_TRUE(
      has_header(ask(request("GET", "/fast", "Connection: close\r\n")), "Connection: close"));
  EXPECT_TRUE(has_header(ask(request("GET", "/close")), "Connection: close"));
  EXPECT_TRUE(has_header(ask("GET /fast HTTP/1.0\r\n\r\n"), "Connection: close"));
  auto c = client();
  for (int i = 0; i < 2; ++i) {
    c.send("GET /fast HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(has_header(c.answer(), "Connection: keep-alive"));
  }
  c.send(request("GET", "/close") + request("GET", "/never"));
  EXPECT_EQ(body_of(c.answer()), "/close");
  c.half_close();
  EXPECT_TRUE(c.is_closed());
  EXPECT_EQ(handler_.answered_count(), 6);
}

TEST_F(Requests, ThatCouldBeReadInTwoWaysEndTheConnection_NET_3) {
  for (const auto& bytes :
       {request("POST", "/echo", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"),
        request("POST", "/echo", "Content-Length: 4\r\nContent-Length: 4\r\n"),
        request("POST", "/echo", "Transfer-Encoding: chunked\r\n") + "4 \r\nabcd\r\n0\r\n\r\n",
        std::string("GET /fast HTTP/1.1\nHost: a\n\n"),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}) {
    SCOPED_TRACE(bytes);
    auto c = client();
    c.send(bytes + "abcd" + request("GET", "/smuggled"));
    c.half_close();
    const auto all = c.all();
    EXPECT_EQ(status_of(all), 400);
    EXPECT_TRUE(has_header(all, "Connection: close"));
    EXPECT_EQ(all.find("smuggled"), std::string::npos);
  }
}

TEST_F(Requests, ThatAreRefusedStillGetTheirAnswerWhileMoreComes) {
  auto c = client();
  EXPECT_TRUE(c.send("nonsense\r\n\r\n" + std::string(3'000'000, 'x')));
  EXPECT_EQ(status_of(c.answer()), 400);
  EXPECT_TRUE(c.send("and more"));
}

TEST_F(Requests, AreToldToContinueOnlyIfTheirBodyIsRead) {
  auto c = client();
  const std::string expect = "Expect: 100-continue\r\n";
  c.send(request("POST", "/echo", "Content-Length: 4\r\n" + expect));
  EXPECT_EQ(c.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("body");
  EXPECT_EQ(body_of(c.answer()), "body");
  c.send(post("/echo", "body", expect));
  EXPECT_EQ(body_of(c.answer()), "body");  // it had come already
  c.send(request("GET", "/fast", expect));
  EXPECT_EQ(body_of(c.answer()), "/fast");  // there is none
  c.send(request("POST", "/echo", "Content-Length: 99999\r\n" + expect));
  EXPECT_EQ(status_of(c.answer()), 413);
  const auto skipped = ask(request("POST", "/skip", "Content-Length: 4\r\n" + expect));
  EXPECT_EQ(body_of(skipped), "/skip");
  EXPECT_TRUE(has_header(skipped, "Connection: close"));
  EXPECT_EQ(status_of(ask(request("POST", "/echo", "Expect: magic\r\n"))), 417);
}

TEST_F(Requests, WhoseBodyMeansNothingAreAnsweredWithoutIt) {
  auto c = client();
  c.send(request("POST", "/skip", "Content-Length: 60000\r\nContent-Encoding: gzip\r\n"));
  EXPECT_EQ(body_of(c.answer()), "/skip");
  c.send(pattern(60'000) + request("GET", "/next"));
  EXPECT_EQ(body_of(c.answer()), "/next");
  c.send(post_chunked("/skip", pattern(60'000), 7000) + request("GET", "/next"));
  EXPECT_EQ(body_of(c.answer()), "/skip");
  EXPECT_EQ(body_of(c.answer()), "/next");
}

TEST_F(Requests, WhoseMeaninglessBodyIsTooLargeAreTheLast_NET_4) {
  const auto declared = ask(request("GET", "/skip", "Content-Length: 999999999\r\n"));
  EXPECT_EQ(body_of(declared), "/skip");
  EXPECT_TRUE(has_header(declared, "Connection: close"));
  auto c = client();
  c.send(post_chunked("/skip", pattern(limits::body_bytes + 1), 1000) + request("GET", "/next"));
  EXPECT_EQ(body_of(c.answer()), "/skip");
  c.half_close();
  EXPECT_TRUE(c.is_closed());
}

TEST_F(Requests, AreAnsweredThoughThePeerSendsNoMore) {
  for (const auto* path : {"/fast", "/wait"}) {
    auto c = client();
    c.send(request("GET", path) + request("GET", path) + "GET /incompl");
    c.half_close();
    EXPECT_EQ(body_of(c.answer()), path);
    EXPECT_EQ(body_of(c.answer()), path);
    EXPECT_TRUE(c.is_closed());
  }
}

TEST_F(Requests, WhoseHandlerThrowsAreAnswered503) {
  for (const auto* path : {"/throw", "/throw-wait"}) {
    const auto answer = ask(request("GET", path));
    EXPECT_EQ(status_of(answer), 503);
    EXPECT_TRUE(has_header(answer, "Connection: close"));
  }
  EXPECT_EQ(status_of(ask(request("GET", "/fast"))), 200);
  EXPECT_TRUE(await_in_log("exception_in_handler"));
}

TEST_F(Requests, ThatAskForUpgradesGetNone_NET_3) {
  const auto answer = ask(request("GET", "/fast",
                                  "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                                  "HTTP2-Settings: AAMAAABkAAQAAP__\r\n"));
  EXPECT_EQ(status_of(answer), 200);
}

TEST_F(Requests, WithLargeAnswersWaitForTheReader) {
  auto c = client();
  c.set_small_receive_buffer();
  std::string all;
  for (int i = 0; i < 20; ++i) all += request("GET", "/large");
  c.send(all);
  for (int i = 0; i < 20; ++i) ASSERT_EQ(body_of(c.answer()).size(), ToyHandler::large_size);
  c.send(request("GET", "/fast"));
  EXPECT_EQ(body_of(c.answer()), "/fast");
}

}  // namespace
}  // namespace claviger::net
