#include "bench/load_generator.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>

namespace claviger::bench {
namespace {

constexpr std::size_t kReceiveBytes = 64 * 1024;
constexpr std::chrono::seconds kLastAnswers{10};  // how long a counted load waits for its last

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The value of a header as a number; 0 without one.
std::size_t content_length(std::string_view head) {
  static constexpr std::string_view name = "\r\nContent-Length: ";
  const auto at = head.find(name);
  std::size_t size = 0;
  if (at != std::string_view::npos)
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), size);
  return size;
}

int status_of(std::string_view head) {
  int status = 0;
  constexpr std::size_t at = std::string_view("HTTP/1.1 ").size();
  if (head.size() >= at + 3) std::from_chars(head.data() + at, head.data() + at + 3, status);
  return status;
}

}  // namespace

struct LoadGenerator::Connection {
  int fd = -1;
  std::string received;
  std::string unsent;
  std::deque<Clock::time_point> under_way;  // since when
};

LoadGenerator::LoadGenerator(const LoadOptions& options, RequestSource& source)
    : options_(options), source_(source), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // requests are due to the microsecond
}

LoadGenerator::~LoadGenerator() {
  for (const auto& connection : connections_) {
    if (connection->fd >= 0) ::close(connection->fd);
  }
  if (epoll_ >= 0) ::close(epoll_);
}

Status LoadGenerator::connect(Connection& connection) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  connection.fd = fd;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(options_.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    return fail(Code::storage_unavailable, "The server takes no connection.");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  return {};
}

Status LoadGenerator::reconnect(Connection& connection) {
  if (!connection.under_way.empty()) ++result_.broken;
  const auto lost = static_cast<unsigned>(connection.under_way.size());
  ::close(connection.fd);
  connection = Connection{};
  TRY_STATUS(connect(connection));
  answered_ += lost;
  if (options_.rate == 0)
    send(connection, options_.pipeline, now_);
  else
    free_.insert(free_.end(), lost, &connection);
  return {};
}

void LoadGenerator::send(Connection& connection, unsigned count, Clock::time_point since) {
  for (; count > 0 && (options_.requests == 0 || sent_ < options_.requests); --count) {
    connection.unsent += source_.next();
    connection.under_way.push_back(since);
    ++sent_;
  }
  flush(connection);
}

void LoadGenerator::flush(Connection& connection) {
  auto& unsent = connection.unsent;
  if (unsent.empty()) return;
  const auto size =
      ::send(connection.fd, unsent.data(), unsent.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  const bool was_blocked = size < static_cast<ssize_t>(unsent.size());
  unsent.erase(0, size > 0 ? static_cast<std::size_t>(size) : 0);
  if (was_blocked) {
    epoll_event event{.events = EPOLLIN | EPOLLOUT, .data = {.ptr = &connection}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
  }
}

Status LoadGenerator::receive(Connection& connection) {
  static thread_local std::array<char, kReceiveBytes> buffer;
  const auto size = ::recv(connection.fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size == 0 || (size < 0 && errno != EAGAIN)) return reconnect(connection);
  if (size < 0) return {};
  connection.received.append(buffer.data(), static_cast<std::size_t>(size));
  const auto answers = take_answers(connection);
  answered_ += answers;
  if (options_.rate == 0)
    send(connection, answers, now_);
  else
    free_.insert(free_.end(), answers, &connection);
  return {};
}

unsigned LoadGenerator::take_answers(Connection& connection) {
  const std::string_view received = connection.received;
  std::size_t at = 0;
  unsigned answers = 0;
  while (!connection.under_way.empty()) {
    const auto end = received.find("\r\n\r\n", at);
    if (end == std::string_view::npos) break;
    const auto head = received.substr(at, end + 2 - at);
    const auto size = end + 4 - at + content_length(head);
    if (received.size() - at < size) break;
    note(connection, status_of(head), head);
    at += size;
    ++answers;
  }
  connection.received.erase(0, at);
  return answers;
}

void LoadGenerator::note(Connection& connection, int status, std::string_view head) {
  const auto took = now_ - connection.under_way.front();
  connection.under_way.pop_front();
  const auto place = static_cast<std::size_t>(status);
  ++result_.by_status[place < result_.by_status.size() ? place : 0];
  (status >= 200 && status < 400 ? result_.good : result_.refused).add(took);
  if (status == 503 && head.find("\r\nRetry-After: ") == std::string_view::npos)
    ++result_.without_retry_after;
}

void LoadGenerator::send_due() {
  const std::chrono::duration<double> interval(1 / options_.rate);
  for (;;) {
    const auto due =
        begin_ + std::chrono::duration_cast<Clock::duration>(interval * static_cast<double>(sent_));
    if (due > now_ || free_.empty()) return;
    auto& connection = *free_.front();
    free_.pop_front();
    send(connection, 1, options_.from_sending ? now_ : due);
  }
}

bool LoadGenerator::is_over() const {
  if (options_.requests == 0) return now_ >= end_;
  return answered_ >= options_.requests || (sent_ >= options_.requests && now_ >= end_);
}

std::chrono::nanoseconds LoadGenerator::patience() const {
  constexpr std::chrono::milliseconds most{10};
  if (options_.rate == 0 || free_.empty()) return most;
  const auto elapsed = std::chrono::duration<double>(now_ - begin_).count();
  const auto wait = static_cast<double>(sent_) / options_.rate - elapsed;
  const auto ns = std::chrono::nanoseconds(static_cast<std::int64_t>(wait * 1e9));
  return std::clamp<std::chrono::nanoseconds>(ns, std::chrono::nanoseconds(0), most);
}

Result<LoadResult> LoadGenerator::run() {
  for (unsigned i = 0; i < options_.connections; ++i) {
    connections_.push_back(std::make_unique<Connection>());
    TRY_STATUS(connect(*connections_.back()));
  }
  const auto cpu_before = cpu_seconds();
  begin_ = now_ = Clock::now();
  end_ =
      begin_ +
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds)) +
      (options_.requests > 0 ? kLastAnswers : std::chrono::seconds(0));
  for (const auto& connection : connections_) {
    if (options_.rate == 0)
      send(*connection, options_.pipeline, now_);
    else
      free_.insert(free_.end(), options_.pipeline, connection.get());
  }
  std::array<epoll_event, 256> events;
  while (!is_over()) {
    if (options_.rate > 0) send_due();
    const timespec wait{.tv_sec = 0, .tv_nsec = static_cast<long>(patience().count())};
    const int ready =
        ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
    now_ = Clock::now();
    for (int i = 0; i < ready; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) {
        epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
        flush(connection);
      }
      TRY_STATUS(receive(connection));
    }
  }
  result_.seconds = std::chrono::duration<double>(now_ - begin_).count();
  result_.cpu_seconds = cpu_seconds() - cpu_before;
  return result_;
}

}  // namespace claviger::bench
