#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "http/request.h"

namespace claviger::net {

/// A file descriptor that is closed when it goes.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

/// An address to listen on: an IP address without brackets, and a port, 0 for any free one.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const ListenAddress&) const = default;
};
/// "127.0.0.1:8003" or "[::1]:8003".
std::string listen_address_text(const ListenAddress& address);

/// A socket that listens on `address`, non-blocking; several may share one (SO_REUSEPORT), and the
/// kernel spreads connections over them. Puts the port that it got into `address`.
Result<Fd> listen_on(ListenAddress& address);
/// Whether nobody listens on `address` yet. To be asked before the first `listen_on`: by itself,
/// SO_REUSEPORT would let a second server of the same user take away half of the connections.
Status check_is_free(const ListenAddress& address);

/// Whom a socket is connected to.
http::Address peer_of(const sockaddr_storage& address);

/// Lets this process open as many files as its hard limit allows.
void raise_descriptor_limit();

}  // namespace claviger::net
