#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
  /// One who is logged in to the admin panel: the address, and the session.
  static Origin administrator(std::string_view email, const Uuid& session,
                              const RequestRef& request) {
    return {"administrator " + std::string(email), session, request};
  }
  /// Somebody who may not log in to the admin panel.
  static Origin stranger(const RequestRef& request) { return {"stranger", std::nullopt, request}; }
  /// The server by itself.
  static Origin system() { return {"system", std::nullopt, std::nullopt}; }

  /// One of the words above; an administrator's is followed by the address.
  const std::string& actor() const { return actor_; }
  const std::optional<Uuid>& actor_id() const { return actor_id_; }
  const std::optional<RequestRef>& request() const { return request_; }

 private:
  Origin(std::string actor, const std::optional<Uuid>& actor_id,
         const std::optional<RequestRef>& request)
      : actor_(std::move(actor)), actor_id_(actor_id), request_(request) {}
  std::string actor_;
  std::optional<Uuid> actor_id_;
  std::optional<RequestRef> request_;
};

}  // namespace claviger
