#pragma once

#include <sys/epoll.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/socket.h"
#include "net/tls.h"

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

/// The bytes of one connection, in and out, plain or by TLS. All that a connection knows of its
/// socket's protocol.
class Transport {
 public:
  explicit Transport(Fd socket) : socket_(std::move(socket)) {}
  int fd() const { return socket_.get(); }

  /// Speaks TLS from now on; `shake_hands` comes before anything else. False: no memory.
  [[nodiscard]] bool begin_tls(const Tls& tls);
  bool is_tls() const { return tls_ != nullptr; }
  /// Goes on with the handshake; never `end`, and the size means nothing.
  Transfer::State shake_hands();
  /// After a failed handshake: why, as static text.
  const char* why_failed() const { return why_failed_; }

  Transfer receive(std::span<char> into);
  Transfer send(std::string_view bytes);
  /// Whether `receive` has more at once. Epoll does not tell: it has been read from the socket.
  bool holds_bytes() const { return is_tls() && holds_decrypted(); }
  /// What epoll is to be asked for after `again`, except by `send`, which always waits for
  /// EPOLLOUT.
  std::uint32_t events_to_go_on() const { return events_to_go_on_; }

  /// Reads past some of what has come, whatever it is.
  Transfer discard();
  /// Tells the peer that nothing more comes.
  void finish_sending();
  void close();

 private:
  Transfer receive_by_tls(std::span<char> into);
  Transfer send_by_tls(std::string_view bytes);
  bool holds_decrypted() const;
  Transfer::State state_of_tls(int result);
  void end_tls();

  Fd socket_;
  TlsSession tls_;  // null: plain
  const char* why_failed_ = "";
  std::uint32_t events_to_go_on_ = EPOLLIN;
  bool is_broken_ = false;  // TLS has failed, and its session may not be used again
};

}  // namespace claviger::net
