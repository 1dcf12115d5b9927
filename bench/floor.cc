// The floor under every server: takes whatever comes as one request and answers it with fixed
// bytes. What it costs is the kernel's work for a request, and nobody can do with less.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

int listen_on(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool listens =
      ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(listener, SOMAXCONN) == 0;
  return listens ? listener : -1;
}

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void accept_all(int epoll, int listener) {
  const int yes = 1;
  for (int fd = 0; (fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    watch(epoll, fd);
  }
}

void answer_one(int fd, const std::string& answer) {
  static std::array<char, 4096> request;
  const auto size = ::recv(fd, request.data(), request.size(), 0);
  if (size > 0) [[maybe_unused]]
    const auto sent = ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  else if (size == 0)
    ::close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 0;
  std::size_t head = 200;
  std::size_t body = 200;
  CLI::App app("Answers whatever comes with fixed bytes, on 127.0.0.1, until it is ended");
  app.add_option("--port", port, "where to listen")->required();
  app.add_option("--head", head, "bytes of the header lines");
  app.add_option("--body", body, "bytes of the body");
  CLI11_PARSE(app, argc, argv);

  auto answer = fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nX-Padding: ", body);
  if (answer.size() + 2 < head) answer.append(head - answer.size() - 2, 'x');
  answer += "\r\n\r\n" + std::string(body, 'x');
  const int listener = listen_on(port);
  if (listener < 0) {
    fmt::print(stderr, "floor: port {} cannot be listened on\n", port);
    return EXIT_FAILURE;
  }
  const int epoll = ::epoll_create1(0);
  watch(epoll, listener);
  std::array<epoll_event, 256> events;
  while (true) {
    const int count = ::epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener)
        accept_all(epoll, listener);
      else
        answer_one(fd, answer);
    }
  }
}
