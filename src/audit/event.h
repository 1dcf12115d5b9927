#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "audit/origin.h"
#include "base/time.h"

namespace claviger {

/// A kind of change, by the words that its audit rows say: what happened, and to what kind of
/// thing. docs/audit.md lists them with their details.
struct AuditAction {
  std::string_view name;
  std::string_view object;
};
namespace audit_action {
inline constexpr AuditAction client_created{"client_created", "client"};
inline constexpr AuditAction client_activated{"client_activated", "client"};
inline constexpr AuditAction client_deactivated{"client_deactivated", "client"};
inline constexpr AuditAction api_key_rotated{"api_key_rotated", "client"};
inline constexpr AuditAction user_created{"user_created", "user"};
inline constexpr AuditAction user_activated{"user_activated", "user"};
inline constexpr AuditAction user_deactivated{"user_deactivated", "user"};
inline constexpr AuditAction scopes_changed{"scopes_changed", "user"};
inline constexpr AuditAction secret_rotated{"secret_rotated", "user"};
inline constexpr AuditAction user_tokens_revoked{"user_tokens_revoked", "user"};
inline constexpr AuditAction token_issued{"token_issued", "token"};
inline constexpr AuditAction token_revoked{"token_revoked", "token"};
inline constexpr AuditAction key_first_seen{"key_first_seen", "key"};
inline constexpr AuditAction signing_key_changed{"signing_key_changed", "key"};
inline constexpr AuditAction key_retired{"key_retired", "key"};
inline constexpr AuditAction administrator_added{"administrator_added", "administrator"};
inline constexpr AuditAction administrator_role_changed{"administrator_role_changed",
                                                        "administrator"};
inline constexpr AuditAction administrator_removed{"administrator_removed", "administrator"};
inline constexpr AuditAction login_link_made{"login_link_made", "administrator"};
inline constexpr AuditAction admin_logged_in{"admin_logged_in", "session"};
inline constexpr AuditAction admin_login_refused{"admin_login_refused", "administrator"};
inline constexpr AuditAction admin_change_refused{"admin_change_refused", "session"};
inline constexpr AuditAction session_ended{"session_ended", "session"};
inline constexpr AuditAction sessions_ended{"sessions_ended", "administrator"};
inline constexpr AuditAction database_restored{"database_restored", "database"};
}  // namespace audit_action

/// A change to be told of in the audit trail. Holds no credential, whole or in part.
struct AuditEvent {
  Instant at;
  Origin origin;
  AuditAction action;
  std::optional<Uuid> object_id{};  // nullopt: a key or an address, which the detail names
  std::optional<ClientId> client_id{};
  std::string detail{};
};

}  // namespace claviger
