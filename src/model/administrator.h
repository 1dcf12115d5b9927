#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/email.h"
#include "base/ids.h"
#include "base/ip_address.h"
#include "base/time.h"
#include "model/model.h"

/// Who works with the admin panel, and by what right.
namespace claviger {

enum class AdminRole : std::uint8_t {
  administrator,
  auditor,  // sees everything and changes nothing
};
/// "administrator" or "auditor", as the API, the command line and the database say it.
std::string_view word_of(AdminRole role);
std::optional<AdminRole> parse_role(std::string_view word);

/// One on the list of those who may log in by OpenID Connect.
struct Administrator {
  Email email;
  AdminRole role = AdminRole::administrator;
  std::optional<Instant> added_at{};  // nullopt: it stands in CLAVIGER_ADMIN_EMAILS
  std::string added_by{};             // an administrator's address, or "operator"
};

enum class LoginWay : std::uint8_t { link, openid };
/// "link" or "openid".
std::string_view word_of(LoginWay way);

using SessionId = Id<struct SessionTag>;
using SessionHash = Hash<struct SessionTag>;
using LoginLinkHash = Hash<struct LoginLinkTag>;

/// A link that logs somebody in, once.
struct LoginLink {
  LoginLinkHash hash;
  Email email;
  AdminRole role = AdminRole::administrator;
  Instant expires_at{};
};

/// A session of the panel. What it is shown by, a cookie, is stored as a hash alone.
struct AdminSession {
  SessionId id;
  Email email;
  AdminRole role = AdminRole::administrator;
  LoginWay way = LoginWay::link;
  Instant created_at{};
  Instant last_seen_at{};  // to the minute
  Instant expires_at{};    // whatever it is used for
  IpAddress address{};     // that it began from
};

}  // namespace claviger
