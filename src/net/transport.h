#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/socket.h"

namespace claviger::net {

/// What came of a read or write.
struct Transfer {
  enum class State : std::uint8_t {
    done,   // `size` bytes, at least one
    again,  // nothing now; epoll tells when
    end,    // reading: the peer sends no more
    failed,
  };
  State state = State::failed;
  std::size_t size = 0;
};

/// The bytes of one connection, in and out. All that a connection knows of its socket's protocol.
class Transport {
 public:
  explicit Transport(Fd socket) : socket_(std::move(socket)) {}
  int fd() const { return socket_.get(); }
  Transfer receive(std::span<char> into);
  Transfer send(std::string_view bytes);
  /// Tells the peer that nothing more comes.
  void finish_sending();
  void close() { socket_.reset(); }

 private:
  Fd socket_;
};

}  // namespace claviger::net
