#include "service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <system_error>

#include "net/socket.h"

namespace claviger {
namespace {

tl::unexpected<Error> untold(std::string cause) {
  return fail(Code::unacceptable_field, "The service manager was not told.", std::move(cause));
}

/// Microseconds of CLOCK_MONOTONIC, by which a reload is told from an earlier one.
std::int64_t monotonic_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace

Status ServiceManager::ready(std::string_view status) const {
  return send(fmt::format("READY=1\nSTATUS={}", status));
}

Status ServiceManager::reloading() const {
  return send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_us()));
}

Status ServiceManager::stopping() const {
  return send("STOPPING=1\nSTATUS=answers what is under way");
}

Status ServiceManager::send(std::string_view message) const {
  if (address_.empty()) return {};
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  const bool is_address = address_.front() == '/' || address_.front() == '@';
  if (!is_address || address_.size() >= sizeof(to.sun_path))
    return untold("NOTIFY_SOCKET is not the address of a socket");
  std::ranges::copy(address_, std::begin(to.sun_path));
  if (address_.front() == '@') to.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const net::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0 || ::sendto(socket.get(), message.data(), message.size(), MSG_NOSIGNAL,
                                   reinterpret_cast<const sockaddr*>(&to), size) < 0)
    return untold(std::generic_category().message(errno));
  return {};
}

}  // namespace claviger
