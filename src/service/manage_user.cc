#include "base/limits.h"
#include "policy/credential.h"
#include "policy/lifetime.h"
#include "policy/scopes.h"
#include "service/page_size.h"
#include "service/users.h"

namespace claviger {
namespace {

tl::unexpected<Error> no_such_user() {
  return fail(Code::not_found, "There is no such user.");
}

}  // namespace

Result<UpdatedUser> update_user(Services& services, const ActingClient& acting, UserId id,
                                const UserChanges& changes) {
  UserPatch patch{.is_active = changes.is_active, .scopes = std::nullopt};
  if (changes.scopes) patch.scopes = TRY(join_scopes(*changes.scopes));
  auto change = TRY(
      services.store.update_user(acting.id(), id, patch, services.clock.now(), acting.origin()));
  if (!change) return no_such_user();
  auto fenced = TRY(services.fence.raise(change->committed));
  return UpdatedUser{std::move(change->value), fenced};
}

Result<RotatedSecret> rotate_secret(Services& services, const ActingClient& acting, UserId id,
                                    const RotationOptions& options) {
  const auto now = services.clock.now();
  const auto grace_end = TRY(end_of_grace(options.grace_period, now));
  auto secret = make_user_secret(services.policy.environment, services.random);
  auto change = TRY(services.store.rotate_secret(acting.id(), id,
                                                 {.hash = secret.reveal(hash_user_secret),
                                                  .preview = preview(secret),
                                                  .now = now,
                                                  .origin = acting.origin(),
                                                  .previous_expires_at = grace_end,
                                                  .revoke_tokens = options.revoke_tokens}));
  if (!change) return no_such_user();
  auto fenced = TRY(services.fence.raise(change->committed));
  return RotatedSecret{std::move(change->value), std::move(secret), fenced};
}

Result<User> get_user(Services& services, const ActingClient& acting, UserId id) {
  auto user = TRY(services.store.find_user(acting.id(), id));
  if (!user) return no_such_user();
  return *std::move(user);
}

Result<UserId> find_user_id(Services& services, const ActingClient& acting,
                            std::string_view identifier) {
  const auto found =
      TRY(services.store.find_credential(acting.id(), identifier, services.clock.now()));
  if (!found) return no_such_user();
  return found->user.id;
}

Result<UserPage> list_users(Services& services, const ActingClient& acting, std::int64_t page,
                            std::int64_t page_size) {
  TRY_STATUS(check_page_size(page_size));
  if (page < 1 || page > limits::page_max)
    return fail(unacceptable("page", "must be 1 or more, and at most 1000000000"));
  return services.store.list_users(acting.id(), page, page_size);
}

}  // namespace claviger
