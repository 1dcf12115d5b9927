#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.h"
#include "base/ip_address.h"

namespace claviger {

/// The request that asks for a change: how its log line and its answer name it.
struct RequestRef {
  std::uint64_t id;
  IpAddress address;
};

/// Who makes a change, and by which request. Every write of the store takes one, and there is none
/// by default, so that no change is nobody's (AUD-1).
class Origin {
 public:
  /// The holder of the master credentials.
  static Origin master(const RequestRef& request) { return {"master", std::nullopt, request}; }
  /// The holder of a client's API key.
  static Origin client(ClientId id, const std::optional<RequestRef>& request) {
    return {"client", id.bytes, request};
  }
  /// The holder of a user's token.
  static Origin user(UserId id, const std::optional<RequestRef>& request) {
    return {"user", id.bytes, request};
  }
  /// Whoever runs the command line on the database's machine.
  static Origin command_line() { return {"operator", std::nullopt, std::nullopt}; }
  /// The server by itself.
  static Origin system() { return {"system", std::nullopt, std::nullopt}; }

  std::string_view actor() const { return actor_; }
  const std::optional<Uuid>& actor_id() const { return actor_id_; }
  const std::optional<RequestRef>& request() const { return request_; }

 private:
  Origin(std::string_view actor, const std::optional<Uuid>& actor_id,
         const std::optional<RequestRef>& request)
      : actor_(actor), actor_id_(actor_id), request_(request) {}
  std::string_view actor_;  // static text
  std::optional<Uuid> actor_id_;
  std::optional<RequestRef> request_;
};

}  // namespace claviger
