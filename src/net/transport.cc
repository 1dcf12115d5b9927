#include "net/transport.h"

#include <sys/socket.h>

#include <cerrno>

namespace claviger::net {
namespace {

Transfer transfer(ssize_t result) {
  if (result > 0) return {Transfer::State::done, static_cast<std::size_t>(result)};
  if (result == 0) return {Transfer::State::end, 0};
  const bool is_later = errno == EAGAIN || errno == EWOULDBLOCK;
  return {is_later ? Transfer::State::again : Transfer::State::failed, 0};
}

}  // namespace

Transfer Transport::receive(std::span<char> into) {
  ssize_t result = 0;
  do {
    result = ::recv(socket_.get(), into.data(), into.size(), 0);
  } while (result < 0 && errno == EINTR);
  return transfer(result);
}

Transfer Transport::send(std::string_view bytes) {
  ssize_t result = 0;
  do {
    result = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (result < 0 && errno == EINTR);
  return transfer(result);
}

void Transport::finish_sending() {
  ::shutdown(socket_.get(), SHUT_WR);
}

}  // namespace claviger::net
