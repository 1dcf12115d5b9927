#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/event.h"
#include "base/result.h"
#include "model/administrator.h"

namespace claviger {

/// A session to be begun.
struct NewSession {
  SessionHash hash;
  AdminSession session;
  /// The session that the same browser had before: it ends.
  std::optional<SessionHash> replaces{};
};

/// Where those who work with the admin panel are kept; a part of Store, by whose rules it goes.
/// Nothing of it is kept in a node's memory: what is taken back here is refused by every node from
/// then on, without a fence.
class AdminStore {
 public:
  virtual ~AdminStore() = default;

  // The list of those who may log in
  virtual Result<std::vector<Administrator>> list_administrators() = 0;
  virtual Result<std::optional<Administrator>> find_administrator(const Email& email) = 0;
  /// Errors: conflict, if the address is on the list.
  virtual Status add_administrator(const Administrator& administrator, const Origin& origin) = 0;
  /// Also of the address' sessions. False: it is not on the list.
  virtual Result<bool> set_role(const Email& email, AdminRole role, Instant now,
                                const Origin& origin) = 0;
  /// Its sessions and links end with it. False: it is not on the list.
  virtual Result<bool> remove_administrator(const Email& email, Instant now,
                                            const Origin& origin) = 0;

  // Logging in
  virtual Status create_login_link(const LoginLink& link, Instant now, const Origin& origin) = 0;
  /// Uses a link up, and begins the session of the address and role that it was made for; those of
  /// `begun` don't count. nullopt: there is no such link any more.
  virtual Result<std::optional<AdminSession>> use_login_link(const LoginLinkHash& link,
                                                             const NewSession& begun,
                                                             const RequestRef& request) = 0;
  virtual Status create_session(const NewSession& begun, const RequestRef& request) = 0;
  /// Puts a refusal, which changed nothing, into the audit trail.
  virtual Status note_refusal(const AuditEvent& event) = 0;

  // Sessions
  /// Also one that has expired.
  virtual Result<std::optional<AdminSession>> find_session(const SessionHash& hash) = 0;
  virtual Status session_seen(SessionId id, Instant at) = 0;
  /// Those that have not expired by `now`, the oldest first.
  virtual Result<std::vector<AdminSession>> list_sessions(Instant now) = 0;
  /// False: there is no such session.
  virtual Result<bool> end_session(SessionId id, Instant now, const Origin& origin) = 0;
  /// All of an address; returns how many.
  virtual Result<std::int64_t> end_sessions(const Email& email, Instant now,
                                            const Origin& origin) = 0;
};

}  // namespace claviger
