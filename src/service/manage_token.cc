#include "service/page_size.h"
#include "service/tokens.h"

namespace claviger {
namespace {

tl::unexpected<Error> no_such(std::string_view what) {
  return fail(Code::not_found, "There is no such " + std::string(what) + ".");
}

}  // namespace

Result<RevokedToken> revoke_token(Services& services, const ActingClient& acting, TokenId id) {
  auto change =
      TRY(services.store.revoke_token(acting.id(), id, services.clock.now(), acting.origin()));
  if (!change) return no_such("token");
  auto fenced = TRY(services.fence.raise(change->committed));
  return RevokedToken{std::move(change->value), fenced};
}

Result<RevokedTokens> revoke_user_tokens(Services& services, const ActingClient& acting,
                                         UserId id) {
  const auto change = TRY(
      services.store.revoke_user_tokens(acting.id(), id, services.clock.now(), acting.origin()));
  if (!change) return no_such("user");
  return RevokedTokens{change->value, TRY(services.fence.raise(change->committed))};
}

Result<RevokedMany> revoke_tokens(Services& services, const Origin& origin,
                                  std::span<const TokenId> ids) {
  const auto change = TRY(services.store.revoke_tokens(ids, services.clock.now(), origin));
  return RevokedMany{change.value, TRY(services.fence.raise(change.committed))};
}

Result<Token> get_token(Services& services, const ActingClient& acting, TokenId id) {
  auto token = TRY(services.store.find_token(acting.id(), id));
  if (!token) return no_such("token");
  return *std::move(token);
}

Result<TokenPage> list_tokens(Services& services, const ActingClient& acting,
                              const TokenListing& listing) {
  TRY_STATUS(check_page_size(listing.page_size));
  if (listing.user_id && !TRY(services.store.find_user(acting.id(), *listing.user_id)))
    return no_such("user");
  return services.store.list_tokens({.client_id = acting.id(),
                                     .user_id = listing.user_id,
                                     .state = listing.state,
                                     .before = listing.before,
                                     .limit = listing.page_size,
                                     .now = services.clock.now()});
}

}  // namespace claviger
