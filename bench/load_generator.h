#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bench/histogram.h"

namespace claviger::bench {

/// Where the requests of a load come from.
class RequestSource {
 public:
  virtual ~RequestSource() = default;
  /// A whole request, valid until the next call.
  virtual std::string_view next() = 0;
};

struct LoadOptions {
  std::uint16_t port = 0;  // on 127.0.0.1
  unsigned connections = 64;
  unsigned pipeline = 1;      // requests under way on each connection
  double rate = 0;            // requests a second; 0: one more for each answer
  bool from_sending = false;  // with a rate: take the time from when a request could be sent
  double seconds = 1;
  std::uint64_t requests = 0;  // end after so many, whatever the time; 0: after the time
};

struct LoadResult {
  std::array<std::uint64_t, 600> by_status{};
  Histogram good;            // times to answers below 400; with a rate, from when a request was due
  Histogram refused;         // times to the others
  std::uint64_t broken = 0;  // connections that ended with a request under way
  std::uint64_t without_retry_after = 0;  // answers 503 that lack Retry-After
  double seconds = 0;
  double cpu_seconds = 0;  // of the generator itself
};

/// A load over keep-alive connections, from one thread, as cheap as the system allows: it has to be
/// faster than what it measures.
class LoadGenerator {
 public:
  LoadGenerator(const LoadOptions& options, RequestSource& source);
  ~LoadGenerator();
  LoadGenerator(const LoadGenerator&) = delete;
  LoadGenerator& operator=(const LoadGenerator&) = delete;

  /// Errors: storage_unavailable, if a connection is refused.
  Result<LoadResult> run();

 private:
  using Clock = std::chrono::steady_clock;
  struct Connection;

  Status connect(Connection& connection);
  void send(Connection& connection, unsigned count, Clock::time_point since);
  void flush(Connection& connection);
  Status receive(Connection& connection);
  /// Takes whole answers off the front of what was received; returns how many.
  unsigned take_answers(Connection& connection);
  void note(Connection& connection, int status, std::string_view head);
  Status reconnect(Connection& connection);
  void send_due();
  bool is_over() const;
  std::chrono::nanoseconds patience() const;

  LoadOptions options_;
  RequestSource& source_;
  LoadResult result_;
  int epoll_ = -1;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<Connection*> free_;  // with a rate: those that can take a request
  Clock::time_point begin_;
  Clock::time_point end_;
  Clock::time_point now_;
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace claviger::bench
