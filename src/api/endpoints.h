#pragma once

#include <span>

#include "api/call.h"

/// The endpoints, one file each. Every one reads what it was sent, calls one use case and writes
/// the answer; credentials were checked before, and errors are written after.
namespace claviger::api {

Status post_client(Call& call);
Status get_client(Call& call);
Status post_client_api_key(Call& call);
Status post_user(Call& call);
Status get_users(Call& call);
Status get_user(Call& call);
Status patch_user(Call& call);
Status post_user_secret(Call& call);
Status get_user_tokens(Call& call);
Status delete_user_tokens(Call& call);
Status post_token(Call& call);
/// That for calls that came at the same time. Those whose outcome is an error already are left.
void post_tokens(std::span<Call> calls, std::span<Status> outcomes);
Status get_token(Call& call);
Status delete_token(Call& call);
Status get_tokens(Call& call);
Status get_token_by_id(Call& call);
Status delete_token_by_id(Call& call);
Status verify(Call& call);
Status get_health(Call& call);
Status get_readiness(Call& call);
Status get_openapi(Call& call);
Status get_docs(Call& call);

}  // namespace claviger::api
