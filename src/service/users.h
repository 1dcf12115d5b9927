#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "service/clients.h"
#include "service/services.h"

namespace claviger {

struct CreatedUser {
  User user;
  UserSecret secret;  // shown once
};
/// Creates a user. Without scopes it gets "read:all". Errors: unacceptable_field (identifier,
/// scopes), conflict (the client has that identifier).
Result<CreatedUser> create_user(Services& services, const ActingClient& acting,
                                std::string_view identifier,
                                const std::optional<std::vector<std::string>>& scopes);

struct UserChanges {
  std::optional<bool> is_active;
  std::optional<std::vector<std::string>> scopes;
};
struct UpdatedUser {
  User user;
  Fenced fenced;
};
/// Changes a user. Deactivating ends all its tokens for good. Errors: unacceptable_field,
/// not_found.
Result<UpdatedUser> update_user(Services& services, const ActingClient& acting, UserId id,
                                const UserChanges& changes);

struct RotatedSecret {
  User user;
  UserSecret secret;  // shown once
  Fenced fenced;
};
/// A new secret for the user. Errors: unacceptable_field (grace_period_seconds), not_found.
Result<RotatedSecret> rotate_secret(Services& services, const ActingClient& acting, UserId id,
                                    const RotationOptions& options);

Result<User> get_user(Services& services, const ActingClient& acting, UserId id);
/// The id of the user with exactly this identifier. Errors: not_found.
Result<UserId> find_user_id(Services& services, const ActingClient& acting,
                            std::string_view identifier);
/// Errors: unacceptable_field (page, page_size).
Result<UserPage> list_users(Services& services, const ActingClient& acting, std::int64_t page,
                            std::int64_t page_size);

}  // namespace claviger
