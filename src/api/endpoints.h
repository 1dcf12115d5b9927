#pragma once

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
Status get_token(Call& call);
Status delete_token(Call& call);
Status get_tokens(Call& call);
Status get_token_by_id(Call& call);
Status delete_token_by_id(Call& call);
Status verify(Call& call);
Status get_health(Call& call);
Status get_readiness(Call& call);
Status get_metrics(Call& call);
Status post_oauth_token(Call& call);
Status post_oauth_introspect(Call& call);
Status post_oauth_revoke(Call& call);
Status get_oauth_metadata(Call& call);
Status get_jwks(Call& call);
Status get_openapi(Call& call);
Status get_docs(Call& call);

}  // namespace claviger::api
