#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <thread>

#include "base/text.h"
#include "http/problem.h"
#include "net/server_test_support.h"

namespace claviger::net {

namespace {

/// "one", nothing, "two", "three"; or one that fails behind "two"; or one without an end.
class ToySource final : public http::BodySource {
 public:
  ToySource(std::string_view path, std::atomic<int>& made) : path_(path), made_(made) {}
  Outcome next(std::string& out) override {
    ++made_;
    if (path_ == "/endless") {
      out.assign(piece_size, 'x');
      return Outcome::more;
    }
    out = pieces[at_++];
    if (at_ == pieces.size()) return Outcome::done;
    return path_ == "/broken" && at_ == 3 ? Outcome::failed : Outcome::more;
  }

 private:
  static constexpr std::size_t piece_size = 10'000;
  static constexpr std::array<std::string_view, 4> pieces{"one", "", "two", "three"};
  const std::string path_;
  std::atomic<int>& made_;
  std::size_t at_ = 0;
};

}  // namespace

bool ToyHandler::try_handle(const http::Request& request, http::Response& response) {
  if (request.path == "/wait" || request.path == "/bulk" || request.path == "/gate" ||
      request.path == "/echo" || request.path == "/throw-wait" || request.path == "/pieces" ||
      request.path == "/broken" || request.path == "/endless")
    return false;
  if (request.path == "/throw") throw std::runtime_error("on purpose");
  response.content_type = "text/plain";
  response.close = request.path == "/close";
  if (request.path == "/large")
    response.body.assign(large_size, 'x');
  else
    response.body = request.path;
  return true;
}

void ToyHandler::handle(const http::Request& request, http::Response& response) {
  if (request.path == "/throw-wait") throw std::bad_alloc();
  if (request.path == "/gate") {
    Lock lock(mutex_);
    ++at_gate_;
    changed_.notify_all();
    while (!gate_is_open_) changed_.wait(mutex_);
  }
  response.content_type = "text/plain";
  if (request.path == "/pieces" || request.path == "/broken" || request.path == "/endless") {
    response.source = std::make_unique<ToySource>(request.path, pieces_made_);
    return;
  }
  response.body = request.path == "/echo" ? request.body : request.path;
}

bool ToyHandler::is_bulk(const http::Request& request) const {
  return request.path == "/bulk";
}

void ToyHandler::handle_bulk(std::span<const Job> jobs) {
  for (const auto& job : jobs) handle(*job.request, *job.response);
}

bool ToyHandler::reads_body(const http::Request& request) const {
  return request.path != "/skip";
}

void ToyHandler::refuse(int status, std::string_view reason, const http::Request& request,
                        http::Response& response) {
  http::write_refusal(status, reason, request, response);
}

void ToyHandler::answered(const http::Request& /*request*/, const http::Response& /*response*/,
                          std::chrono::steady_clock::time_point since) {
  EXPECT_LE(since, std::chrono::steady_clock::now());
  ++answered_;
}

void ToyHandler::open_gate() {
  Lock lock(mutex_);
  gate_is_open_ = true;
  changed_.notify_all();
}

void ToyHandler::await_at_gate(int count) {
  Lock lock(mutex_);
  while (at_gate_ < count) changed_.wait(mutex_);
}

Client::Client(const ListenAddress& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  socket_ = Fd(::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{10, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  int result = 0;
  if (is_v6) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(address.port);
    ::inet_pton(AF_INET6, address.host.c_str(), &to.sin6_addr);
    result = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to);
  } else {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(address.port);
    ::inet_pton(AF_INET, address.host.c_str(), &to.sin_addr);
    result = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to);
  }
  if (result != 0) socket_.reset();
}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Client::half_close() {
  ::shutdown(socket_.get(), SHUT_WR);
}

void Client::set_small_receive_buffer() {
  const int size = 65'536;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

bool Client::hears_within(std::chrono::milliseconds time) {
  pollfd wanted{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&wanted, 1, static_cast<int>(time.count())) == 1;
}

bool Client::receive() {
  std::array<char, 16384> part;
  const auto size = ::recv(socket_.get(), part.data(), part.size(), 0);
  EXPECT_FALSE(size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) << "no answer in time";
  if (size > 0) received_.append(part.data(), static_cast<std::size_t>(size));
  return size > 0;
}

std::string Client::bytes(std::size_t count) {
  while (received_.size() < count && receive()) {
  }
  const std::string taken = received_.substr(0, count);
  received_.erase(0, count);
  return taken;
}

std::string Client::answer(bool has_body) {
  while (received_.find("\r\n\r\n") == std::string::npos)
    if (!receive()) return bytes(received_.size());
  const auto head = received_.find("\r\n\r\n") + 4;
  const auto field = received_.find("Content-Length: ");
  std::size_t body = 0;
  if (has_body && field < head) {
    const auto digits = field + std::string_view("Content-Length: ").size();
    body = static_cast<std::size_t>(std::stoul(received_.substr(digits)));
  }
  return bytes(head + body);
}

std::string Client::all() {
  while (receive()) {
  }
  return bytes(received_.size());
}

ServerTest::~ServerTest() {
  handler_.open_gate();
}

void ServerTest::serve(Server::Options options) {
  prepare(std::move(options));
  server_->start();
}

void ServerTest::prepare(Server::Options options) {
  if (options.listen.empty()) options.listen = {{"127.0.0.1", 0}};
  log_file_ = Fd(::memfd_create("log", MFD_CLOEXEC));
  log_ = std::make_unique<Log>(Log::Options{.fd = log_file_.get()}, clock_);
  auto server = Server::open(options, handler_, clock_, random_, *log_);
  ASSERT_TRUE(server) << server.error().fields.front().message;
  server_ = std::move(*server);
}

std::string ServerTest::ask(std::string_view request) {
  auto c = client();
  c.send(request);
  return c.answer();
}

bool ServerTest::await_in_log(std::string_view text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < end) {
    std::string log(16 * KiB, '\0');
    const auto size = ::pread(log_file_.get(), log.data(), log.size(), 0);
    log.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (log.find(text) != std::string::npos) return true;
    std::this_thread::yield();
  }
  return false;
}

std::string request(std::string_view method, std::string_view path, std::string_view headers) {
  return std::string(method) + ' ' + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" +
         std::string(headers) + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view headers) {
  const auto length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return request("POST", path, length + std::string(headers)) + std::string(body);
}

int status_of(std::string_view answer) {
  if (!answer.starts_with("HTTP/1.1 ")) return 0;
  return static_cast<int>(parse_decimal(answer.substr(9, 3)).value_or(0));
}

std::string_view body_of(std::string_view answer) {
  const auto head = answer.find("\r\n\r\n");
  return head == std::string_view::npos ? std::string_view{} : answer.substr(head + 4);
}

bool has_header(std::string_view answer, std::string_view line) {
  const std::string whole = "\r\n" + std::string(line) + "\r\n";
  return answer.substr(0, answer.find("\r\n\r\n") + 2).find(whole) != std::string_view::npos;
}

}  // namespace claviger::net
