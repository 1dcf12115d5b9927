#include "api/oauth_client.h"

#include "api/admission.h"

namespace claviger::api {
namespace {

tl::unexpected<Error> two_methods() {
  return fail(Code::malformed_request, "There must be one way of authentication, not two.");
}

Result<PresentedUser> basic_user(Call& call) {
  if (!http::is_basic(call.request.authorization.value))
    return fail(Code::missing_credential, "The scheme of Authorization must be Basic here.");
  auto basic = http::parse_basic(call.request.authorization.value);
  if (!basic) return fail(Code::missing_credential, "The Basic credentials are malformed.");
  call.basic = *std::move(basic);
  return PresentedUser{.id = call.basic.name, .secret = call.basic.secret};
}

}  // namespace

Result<std::optional<PresentedUser>> presented_user(Call& call) {
  const auto id = TRY(call.body.text("client_id"));
  const auto secret = TRY(call.body.text("client_secret"));
  if (call.request.authorization.count != 0) {
    const auto user = TRY(basic_user(call));
    if (secret || (id && *id != user.id)) return two_methods();
    return std::optional(user);
  }
  if (!secret && !id) return std::optional<PresentedUser>{};
  if (!secret || !id)
    return fail(Code::missing_credential, "client_id and client_secret are needed together.");
  return std::optional(PresentedUser{.id = *id, .secret = *secret});
}

Result<TokenOwner> token_owner(Call& call) {
  const auto user = TRY(presented_user(call));
  if (call.request.api_key.count != 0) {
    if (user) return two_methods();
    TRY_STATUS(admit_api_key(call, call.request.api_key.value));
    return TokenOwner{call.acting->id(), std::nullopt, call.acting->origin()};
  }
  if (!user)
    return fail(Code::missing_credential,
                "An API key, or a user's id and secret, is needed: by x-api-key, by Basic or in "
                "the body.");
  auto owner = authenticate_user(call.app.services, user->id, user->secret, request_ref(call));
  if (!owner) return fail(refuse_attempt(call, std::move(owner).error(), attempt_name(*user)));
  call.response.notes.client_id = owner->client;
  call.response.notes.user_id = owner->user;
  return owner;
}

std::string attempt_name(const PresentedUser& user) {
  return "user/" + std::string(user.id);
}

}  // namespace claviger::api
