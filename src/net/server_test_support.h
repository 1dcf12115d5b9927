#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "net/server.h"

namespace claviger::net {

/// A handler with one path for each way of being answered.
///   /fast, /large         at once; /large with `large_size` bytes
///   /wait                 on the pool
///   /bulk                 on the pool, in bulk
///   /gate                 on the pool, once the gate is open
///   /echo                 on the pool, with the request's body
///   /skip                 at once; its body means nothing
///   /throw, /throw-wait   never
///   /close                at once, as the last answer
///   /pieces, /broken      on the pool, piece by piece; /broken fails after the second
///   /endless              the same without an end; `pieces_made` counts
class ToyHandler final : public http::Handler {
 public:
  static constexpr std::size_t large_size = 400'000;

  bool try_handle(const http::Request& request, http::Response& response) override;
  void handle(const http::Request& request, http::Response& response) override;
  bool is_bulk(const http::Request& request) const override;
  void handle_bulk(std::span<const Job> jobs) override;
  bool reads_body(const http::Request& request) const override;
  void refuse(int status, std::string_view reason, const http::Request& request,
              http::Response& response) override;
  void answered(const http::Request& request, const http::Response& response,
                std::chrono::steady_clock::time_point since) override;

  void open_gate();
  /// Waits until so many requests are at the gate.
  void await_at_gate(int count);
  int pieces_made() const { return pieces_made_; }
  int answered_count() const { return answered_; }

 private:
  std::atomic<int> answered_{0};
  std::atomic<int> pieces_made_{0};
  Mutex mutex_;
  Condition changed_;
  int at_gate_ GUARDED_BY(mutex_) = 0;
  bool gate_is_open_ GUARDED_BY(mutex_) = false;
};

/// A connection of a test: blocks, but for at most some seconds.
class Client {
 public:
  explicit Client(const ListenAddress& address);
  /// False: the server has closed, and will not take all.
  bool send(std::string_view bytes);
  void half_close();
  void close() { socket_.reset(); }
  /// Reads one answer, whose body has `has_body`; empty at the end of the connection.
  std::string answer(bool has_body = true);
  /// Reads exactly so many bytes, fewer at the end.
  std::string bytes(std::size_t count);
  /// Reads until the server closes.
  std::string all();
  /// Whether the server closes without sending anything.
  bool is_closed() { return all().empty(); }
  void set_small_receive_buffer();
  /// Whether something comes within this time.
  bool hears_within(std::chrono::milliseconds time);
  bool is_open() const { return socket_.is_open(); }

 private:
  bool receive();
  Fd socket_;
  std::string received_;
};

class FixedRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = 7;
  }
};

/// A server on a free port with the toy handler.
class ServerTest : public testing::Test {
 protected:
  ~ServerTest() override;
  /// Opens a server, and starts it.
  void serve(Server::Options options = {});
  /// Only opens it: connections wait.
  void prepare(Server::Options options);
  Client client() { return Client(server_->addresses().front()); }
  /// One request on a connection of its own.
  std::string ask(std::string_view request);
  /// Whether the log has `text` within some seconds.
  bool await_in_log(std::string_view text);

  ToyHandler handler_;
  SystemClock clock_;
  FixedRandom random_;
  Fd log_file_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Server> server_;
};

/// A request without a body: "GET", "/fast" and further header lines.
std::string request(std::string_view method, std::string_view path, std::string_view headers = "");
/// A POST with a Content-Length.
std::string post(std::string_view path, std::string_view body, std::string_view headers = "");
/// The status and body of an answer.
int status_of(std::string_view answer);
std::string_view body_of(std::string_view answer);
bool has_header(std::string_view answer, std::string_view line);

}  // namespace claviger::net
