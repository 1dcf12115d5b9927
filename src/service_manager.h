#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace claviger {

/// What started the server and is told how it fares, in systemd's protocol (sd_notify(3)): a
/// datagram a message, to the socket that $NOTIFY_SOCKET names. Without one it is nobody, and
/// nothing is sent.
class ServiceManager {
 public:
  /// `address`: the path of a socket, or "@" and the name of an abstract one; empty: nobody.
  explicit ServiceManager(std::string address) : address_(std::move(address)) {}

  // Errors, of each: unacceptable_field, with the reason as its cause, if the message reached
  // nobody. A server then goes on all the same.

  /// It serves, or serves again after `reloading`. `status` is a line for people.
  Status ready(std::string_view status) const;
  /// It reads its certificate again; `ready` ends it.
  Status reloading() const;
  /// It takes no new requests, and ends when those under way are answered.
  Status stopping() const;

 private:
  Status send(std::string_view message) const;

  std::string address_;
};

}  // namespace claviger
