// Bodies that are made piece by piece, while they are sent.
#include "net/server_test_support.h"

namespace claviger::net {
namespace {

constexpr std::string_view in_chunks = "3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n";

TEST_F(ServerTest, SendsABodyInChunksAndGoesOn) {
  serve();
  auto c = client();
  c.send(request("GET", "/pieces") + request("GET", "/fast"));
  c.half_close();
  const auto all = c.all();
  EXPECT_EQ(status_of(all), 200);
  EXPECT_TRUE(has_header(all, "Transfer-Encoding: chunked"));
  EXPECT_EQ(all.substr(0, all.find("\r\n\r\n")).find("Content-Length"), std::string::npos);
  const auto body = body_of(all);
  EXPECT_EQ(body.substr(0, in_chunks.size()), in_chunks);
  EXPECT_EQ(body_of(body.substr(in_chunks.size())), "/fast");
}

TEST_F(ServerTest, SendsABodyUntilTheEndToHttp10) {
  serve();
  auto c = client();
  c.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto all = c.all();
  EXPECT_TRUE(has_header(all, "Connection: close"));
  EXPECT_FALSE(has_header(all, "Transfer-Encoding: chunked"));
  EXPECT_EQ(body_of(all), "onetwothree");
}

TEST_F(ServerTest, MakesNoBodyForHead) {
  serve();
  auto c = client();
  c.send(request("HEAD", "/pieces") + request("GET", "/close"));
  const auto head = c.answer(/*has_body=*/false);
  EXPECT_EQ(status_of(head), 200);
  EXPECT_TRUE(has_header(head, "Transfer-Encoding: chunked"));
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_EQ(body_of(c.all()), "/close");
  EXPECT_EQ(handler_.pieces_made(), 0);
}

TEST_F(ServerTest, BreaksOffABodyThatFails) {
  serve();
  auto c = client();
  c.send(request("GET", "/broken"));
  EXPECT_EQ(body_of(c.all()), "3\r\none\r\n3\r\ntwo\r\n");
  EXPECT_TRUE(await_in_log("body_broken_off"));
  EXPECT_EQ(body_of(ask(request("GET", "/fast"))), "/fast");
}

TEST_F(ServerTest, MakesNoMoreOfABodyThanIsTakenIn_NET_4) {
  Server::Options options;
  options.bounds.write_deadline = std::chrono::milliseconds(100);
  options.bounds.body_deadline = std::chrono::milliseconds(800);
  serve(options);
  auto c = client();
  c.set_small_receive_buffer();
  c.send(request("GET", "/endless"));
  // Nobody reads, so what is made is what the kernel's buffers hold; then the reader is cut off,
  // before this one, which has more time.
  EXPECT_EQ(status_of(ask(request("POST", "/echo", "Content-Length: 4\r\n"))), 408);
  EXPECT_LT(handler_.pieces_made(), 2'000);
  EXPECT_LT(c.all().size(), 20'000'000U);
}

TEST_F(ServerTest, StopsMakingABodyForAPeerThatIsGone) {
  serve();
  auto c = client();
  c.send(request("GET", "/endless"));
  c.bytes(100'000);
  c.close();
  server_->stop();
  server_->join();  // else this would not end
}

}  // namespace
}  // namespace claviger::net
