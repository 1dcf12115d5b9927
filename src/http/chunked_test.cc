#include "http/chunked.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/limits.h"

namespace claviger::http {
namespace {

using State = ChunkedDecoder::State;

struct Decoded {
  State state = State::more;
  int status = 0;
  std::string body;
  std::size_t read = 0;
};

/// Decodes what comes in the given parts, in place, as a connection does.
Decoded decode(const std::vector<std::string>& parts, std::size_t body_max = limits::body_bytes) {
  ChunkedDecoder decoder(body_max);
  Decoded all;
  for (const auto& part : parts) {
    std::string bytes = part;
    const auto progress = decoder.decode(bytes, bytes.data());
    all.body += bytes.substr(0, progress.written);
    all.read += progress.read;
    all.state = progress.state;
    all.status = progress.status;
    if (all.state != State::more) break;
  }
  return all;
}

/// Whole, in every two parts, and byte by byte; all must agree.
Decoded decode_every_way(const std::string& bytes, std::size_t body_max = limits::body_bytes) {
  const auto whole = decode({bytes}, body_max);
  const auto agrees = [&](const Decoded& other) {
    EXPECT_EQ(other.state, whole.state);
    EXPECT_EQ(other.status, whole.status);
    EXPECT_EQ(other.read, whole.read);
    if (whole.state == State::done) {
      EXPECT_EQ(other.body, whole.body);
    }
  };
  for (std::size_t split = 0; split <= bytes.size(); ++split)
    agrees(decode({bytes.substr(0, split), bytes.substr(split)}, body_max));
  std::vector<std::string> single;
  for (const char c : bytes) single.emplace_back(1, c);
  agrees(decode(single, body_max));
  return whole;
}

TEST(ChunkedDecoder, TakesTheCodingOff) {
  const std::vector<std::pair<std::string, std::string>> good = {
      {"0\r\n\r\n", ""},
      {"00000000\r\n\r\n", ""},
      {"5\r\nhello\r\n0\r\n\r\n", "hello"},
      {"00000005\r\nhello\r\n0\r\n\r\n", "hello"},
      {"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", "hello!"},
      {"A\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
      {"a\r\n\r\n\r\n\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n\r\n\r\n\r\n"},
      {"5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n", "hello"},
      {"5\r\nhello\r\n0\r\nX-Trailer: a\r\nY:\r\n\r\n", "hello"},
  };
  for (const auto& [bytes, body] : good) {
    SCOPED_TRACE(bytes);
    const auto decoded = decode_every_way(bytes + "GET / HTTP/1.1\r\n");
    EXPECT_EQ(decoded.state, State::done);
    EXPECT_EQ(decoded.body, body);
    EXPECT_EQ(decoded.read, bytes.size());
  }
}

TEST(ChunkedDecoder, RefusesMalformedChunks_NET_3) {
  const std::vector<std::string> bad = {
      "\r\n",
      "g\r\n",
      " 5\r\nhello\r\n",
      "5 \r\nhello\r\n",
      "+5\r\nhello\r\n",
      "-5\r\nhello\r\n",
      "0x5\r\nhello\r\n",
      "000000005\r\nhello\r\n",
      "fffffffff\r\n",
      "5\nhello\r\n",
      "5\r\rhello",
      "5\r\nhello\n0\r\n\r\n",
      "5\r\nhelloo\r\n",
      "5\r\nhell\r\n",
      "5\r\nhello\r0",
      "5 ;a\r\nhello\r\n",
      "5;a\nb\r\nhello\r\n",
      "5;a\x01\r\n",
      "5;\xc3\xa9\r\n",
      ";a\r\n",
      "0\r\nX\r\n\r\n",
      "0\r\nX : a\r\n\r\n",
      "0\r\n: a\r\n\r\n",
      "0\r\n folded\r\n\r\n",
      "0\r\nX: a\n\r\n",
      "0\r\nX: a\rb\r\n",
      "0\r\nX: \x01\r\n",
      "0\r\n\rx",
      "0\r\n\n",
  };
  for (const auto& bytes : bad) {
    SCOPED_TRACE(bytes);
    const auto decoded = decode_every_way(bytes);
    EXPECT_EQ(decoded.state, State::refused);
    EXPECT_EQ(decoded.status, 400);
  }
}

TEST(ChunkedDecoder, WaitsForTheEnd) {
  const std::string bytes = "5;a\r\nhello\r\n0\r\nX: y\r\n\r\n";
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(decode({bytes.substr(0, size)}).state, State::more) << size;
}

TEST(ChunkedDecoder, BoundsTheBody_NET_4) {
  EXPECT_EQ(decode_every_way("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 5).state, State::done);
  EXPECT_EQ(decode_every_way("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", 5).status, 413);
  EXPECT_EQ(decode_every_way("6\r\n", 5).status, 413);
  EXPECT_EQ(decode_every_way("ffffffff\r\n", 5).status, 413);
}

TEST(ChunkedDecoder, BoundsExtensionsAndTrailers_NET_4) {
  const std::string filler(limits::head_bytes, 'a');
  EXPECT_EQ(decode({"0;" + filler + "\r\n\r\n"}).status, 431);
  EXPECT_EQ(decode({"0\r\nX:" + filler + "\r\n\r\n"}).status, 431);
}

TEST(ChunkedDecoder, DropsABodyThatNobodyWants) {
  ChunkedDecoder decoder(limits::body_bytes);
  const std::string bytes = "5\r\nhello\r\n0\r\n\r\nrest";
  const auto progress = decoder.decode(bytes, nullptr);
  EXPECT_EQ(progress.state, State::done);
  EXPECT_EQ(progress.read, bytes.size() - 4);
}

}  // namespace
}  // namespace claviger::http
