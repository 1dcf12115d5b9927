#include "net/transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include "base/secret.h"
#include "base/units.h"

namespace claviger::net {
namespace {

Transfer transfer(ssize_t result) {
  if (result > 0) return {Transfer::State::done, static_cast<std::size_t>(result)};
  if (result == 0) return {Transfer::State::end, 0};
  const bool is_later = errno == EAGAIN || errno == EWOULDBLOCK;
  return {is_later ? Transfer::State::again : Transfer::State::failed, 0};
}

Transfer receive_from(int socket, std::span<char> into) {
  ssize_t result = 0;
  do {
    result = ::recv(socket, into.data(), into.size(), 0);
  } while (result < 0 && errno == EINTR);
  return transfer(result);
}

int size_for_tls(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

/// Why the last call failed; static text, which repeats nothing that was sent.
const char* reason_of_failure() {
  const char* text = ERR_reason_error_string(ERR_peek_error());
  return text != nullptr ? text : "the connection was closed";
}

}  // namespace

Transfer Transport::receive(std::span<char> into) {
  if (tls_) return receive_by_tls(into);
  return receive_from(socket_.get(), into);
}

Transfer Transport::send(std::string_view bytes) {
  if (tls_) return send_by_tls(bytes);
  ssize_t result = 0;
  do {
    result = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (result < 0 && errno == EINTR);
  return transfer(result);
}

Transfer Transport::discard() {
  // What comes by TLS is not decrypted for that.
  std::array<char, 4 * KiB> bytes;
  const auto received = receive_from(socket_.get(), bytes);
  if (received.state == Transfer::State::done) wipe(bytes.data(), received.size);
  return received;
}

void Transport::finish_sending() {
  end_tls();
  ::shutdown(socket_.get(), SHUT_WR);
}

void Transport::close() {
  end_tls();
  tls_.reset();
  socket_.reset();
}

// --- TLS ----------------------------------------------------------------------------------------

bool Transport::begin_tls(const Tls& tls) {
  tls_ = tls.begin(socket_.get());
  return tls_ != nullptr;
}

/// What a call came to that did not succeed. OpenSSL tells by what is in a queue of errors, so that
/// has to be empty before each call.
Transfer::State Transport::state_of_tls(int result) {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      events_to_go_on_ = EPOLLIN;
      return Transfer::State::again;
    case SSL_ERROR_WANT_WRITE:
      events_to_go_on_ = EPOLLOUT;
      return Transfer::State::again;
    case SSL_ERROR_ZERO_RETURN:
      return Transfer::State::end;
    default:
      is_broken_ = true;
      return Transfer::State::failed;
  }
}

Transfer::State Transport::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());
  if (result == 1) {
    events_to_go_on_ = EPOLLIN;
    return Transfer::State::done;
  }
  const auto state = state_of_tls(result);
  if (state == Transfer::State::again) return state;
  is_broken_ = true;
  why_failed_ = reason_of_failure();
  return Transfer::State::failed;
}

Transfer Transport::receive_by_tls(std::span<char> into) {
  ERR_clear_error();
  const int result = SSL_read(tls_.get(), into.data(), size_for_tls(into.size()));
  if (result <= 0) return {state_of_tls(result), 0};
  events_to_go_on_ = EPOLLIN;
  return {Transfer::State::done, static_cast<std::size_t>(result)};
}

Transfer Transport::send_by_tls(std::string_view bytes) {
  ERR_clear_error();
  const int result = SSL_write(tls_.get(), bytes.data(), size_for_tls(bytes.size()));
  if (result > 0) return {Transfer::State::done, static_cast<std::size_t>(result)};
  const auto state = state_of_tls(result);
  // Only a renegotiation would have to read first, and there is none.
  const bool is_later = state == Transfer::State::again && events_to_go_on_ == EPOLLOUT;
  events_to_go_on_ = EPOLLIN;
  return {is_later ? Transfer::State::again : Transfer::State::failed, 0};
}

bool Transport::holds_decrypted() const {
  return SSL_pending(tls_.get()) > 0;
}

/// Says so before it ends (RFC 8446 §6.1), as far as that goes without waiting.
void Transport::end_tls() {
  if (!tls_ || is_broken_ || SSL_is_init_finished(tls_.get()) == 0) return;
  ERR_clear_error();
  SSL_shutdown(tls_.get());
  is_broken_ = true;
}

}  // namespace claviger::net
