#include "net/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace claviger::net {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

const sockaddr* as_sockaddr(const SocketAddress& address) {
  return reinterpret_cast<const sockaddr*>(&address.storage);
}

bool is_v6(const ListenAddress& address) {
  return address.host.find(':') != std::string::npos;
}

Error cannot_listen(const ListenAddress& address, std::string_view why) {
  return unacceptable("listen",
                      "cannot listen on " + listen_address_text(address) + ": " + std::string(why));
}
Error cannot_listen(const ListenAddress& address) {
  return cannot_listen(address, std::system_category().message(errno));
}

Result<SocketAddress> socket_address(const ListenAddress& address) {
  SocketAddress result;
  if (is_v6(address)) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    if (::inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) != 1)
      return fail(cannot_listen(address, "this is not an IP address"));
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.size = sizeof v6;
    return result;
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  if (::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) != 1)
    return fail(cannot_listen(address, "this is not an IP address"));
  std::memcpy(&result.storage, &v4, sizeof v4);
  result.size = sizeof v4;
  return result;
}

bool set(int fd, int level, int option) {
  const int on = 1;
  return ::setsockopt(fd, level, option, &on, sizeof on) == 0;
}

Result<Fd> bound_socket(const ListenAddress& address, bool shared) {
  const auto to = TRY(socket_address(address));
  Fd fd(::socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return fail(cannot_listen(address));
  // Accepted sockets inherit TCP_NODELAY. An IPv6 address is never also an IPv4 one, so that
  // "0.0.0.0" and "::" can both be listened on.
  const bool is_set = set(fd.get(), SOL_SOCKET, SO_REUSEADDR) &&
                      (!shared || set(fd.get(), SOL_SOCKET, SO_REUSEPORT)) &&
                      set(fd.get(), IPPROTO_TCP, TCP_NODELAY) &&
                      (!is_v6(address) || set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY));
  if (!is_set || ::bind(fd.get(), as_sockaddr(to), to.size) != 0)
    return fail(cannot_listen(address));
  return fd;
}

std::uint16_t port_of(const sockaddr_storage& address) {
  sockaddr_in v4;  // the port stands in the same place in both families
  std::memcpy(&v4, &address, sizeof v4);
  return ntohs(v4.sin_port);
}

}  // namespace

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::string listen_address_text(const ListenAddress& address) {
  const auto host = is_v6(address) ? "[" + address.host + "]" : address.host;
  return host + ":" + std::to_string(address.port);
}

Result<Fd> listen_on(ListenAddress& address) {
  Fd fd = TRY(bound_socket(address, true));
  if (::listen(fd.get(), SOMAXCONN) != 0) return fail(cannot_listen(address));
  SocketAddress got;
  got.size = sizeof got.storage;
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&got.storage), &got.size) != 0)
    return fail(cannot_listen(address));
  address.port = port_of(got.storage);
  return fd;
}

Status check_is_free(const ListenAddress& address) {
  if (auto fd = bound_socket(address, false); !fd) return fail(std::move(fd).error());
  return {};
}

http::Address peer_of(const sockaddr_storage& address) {
  http::Address peer;
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    std::memcpy(peer.bytes.data(), &v6.sin6_addr, peer.bytes.size());
    return peer;
  }
  sockaddr_in v4;
  std::memcpy(&v4, &address, sizeof v4);
  peer.bytes[10] = peer.bytes[11] = 0xff;
  std::memcpy(peer.bytes.data() + 12, &v4.sin_addr, 4);
  return peer;
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace claviger::net
