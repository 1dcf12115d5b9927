#include <algorithm>
#include <array>

#include "api/admin_routes.h"
#include "api/endpoints.h"
#include "api/issuing.h"
#include "api/route.h"

namespace claviger::api {
namespace {

using http::Method;

constexpr auto any_method = std::nullopt;

// clang-format off
constexpr std::array kOwnRoutes = {
  Route{.method = Method::get, .pattern = "/token", .credential = Credential::bearer, .body = {},
        .query = Query::none, .status = 200, .answer = "Identity",
        .may_wait = false, .refusals = {},
        .operation = "whoAmI", .summary = "Who am I? Checks the token in four layers",
        .endpoint = get_token},
  Route{.method = any_method, .pattern = "/verify", .credential = Credential::bearer, .body = {},
        .query = Query::scope, .status = 200, .answer = {},
        .may_wait = false, .refusals = "400 403",
        .operation = "verify", .summary = "Checks a token for a gateway (forward-auth)",
        .endpoint = verify},
  Route{.method = Method::get, .pattern = "/healthz", .credential = Credential::none, .body = {},
        .query = Query::none, .status = 200, .answer = "Health", .may_wait = false, .refusals = {},
        .operation = "health", .summary = "Whether the server is alive",
        .endpoint = get_health},
  Route{.method = Method::get, .pattern = "/readyz", .credential = Credential::none, .body = {},
        .query = Query::none, .status = 200, .answer = "Readiness",
        .may_wait = true, .refusals = "503",
        .operation = "readiness", .summary = "Whether the server can verify tokens",
        .endpoint = get_readiness},
  Route{.method = Method::get, .pattern = "/metrics", .credential = Credential::none, .body = {},
        .query = Query::none, .status = 200, .answer = "Metrics",
        .may_wait = true, .refusals = "403",
        .operation = "metrics", .summary = "What this server has done, for Prometheus",
        .endpoint = get_metrics},
  Route{.method = Method::post, .pattern = "/token",
        .credential = Credential::login, .body = "NewToken",
        .query = Query::none, .status = 200, .answer = "TokenIssued",
        .may_wait = true, .in_bulk = issue_together, .refusals = {},
        .operation = "issueToken", .summary = "Exchanges identifier and secret for a token",
        .endpoint = post_token},
  Route{.method = Method::delete_, .pattern = "/token",
        .credential = Credential::bearer, .body = {},
        .query = Query::none, .status = 200, .answer = "TokenRevoked",
        .may_wait = true, .refusals = "503",
        .operation = "revokeOwnToken", .summary = "Revokes the presented token (logging out)",
        .endpoint = delete_token},
  Route{.method = Method::post, .pattern = "/client",
        .credential = Credential::master, .body = "NewClient",
        .query = Query::none, .status = 201, .answer = "ClientCreated",
        .may_wait = true, .refusals = "403",
        .operation = "createClient", .summary = "Creates a client and its API key",
        .endpoint = post_client},
  Route{.method = Method::get, .pattern = "/client", .credential = Credential::api_key, .body = {},
        .query = Query::none, .status = 200, .answer = "Client", .may_wait = true, .refusals = {},
        .operation = "getClient", .summary = "The client whose API key this is",
        .endpoint = get_client},
  Route{.method = Method::post, .pattern = "/client/api-key",
        .credential = Credential::api_key, .body = "Rotation",
        .query = Query::none, .status = 200, .answer = "ClientRotated",
        .may_wait = true, .refusals = {},
        .operation = "rotateApiKey", .summary = "Rotates the caller's own API key",
        .endpoint = post_client_api_key},
  Route{.method = Method::post, .pattern = "/user",
        .credential = Credential::api_key, .body = "NewUser",
        .query = Query::none, .status = 201, .answer = "UserCreated",
        .may_wait = true, .refusals = "409",
        .operation = "createUser", .summary = "Creates a user and its secret",
        .endpoint = post_user},
  Route{.method = Method::get, .pattern = "/users", .credential = Credential::api_key, .body = {},
        .query = Query::page, .status = 200, .answer = "UserList", .may_wait = true, .refusals = {},
        .operation = "listUsers", .summary = "The client's users with their newest token",
        .endpoint = get_users},
  Route{.method = Method::get, .pattern = "/users/{id}",
        .credential = Credential::api_key, .body = {},
        .query = Query::none, .status = 200, .answer = "User", .may_wait = true, .refusals = "404",
        .operation = "getUser", .summary = "One user",
        .endpoint = get_user},
  Route{.method = Method::patch, .pattern = "/users/{id}",
        .credential = Credential::api_key, .body = "UserPatch",
        .query = Query::none, .status = 200, .answer = "UserUpdated",
        .may_wait = true, .refusals = "404",
        .operation = "updateUser",
        .summary = "Deactivates or activates a user, or changes its scopes",
        .endpoint = patch_user},
  Route{.method = Method::post, .pattern = "/users/{id}/secret",
        .credential = Credential::api_key, .body = "Rotation",
        .query = Query::none, .status = 200, .answer = "SecretRotated",
        .may_wait = true, .refusals = "404",
        .operation = "rotateSecret", .summary = "Rotates a user's secret",
        .endpoint = post_user_secret},
  Route{.method = Method::get, .pattern = "/users/{id}/tokens",
        .credential = Credential::api_key, .body = {},
        .query = Query::tokens, .status = 200, .answer = "TokenList",
        .may_wait = true, .refusals = "404",
        .operation = "listUserTokens", .summary = "A user's tokens, newest first",
        .endpoint = get_user_tokens},
  Route{.method = Method::delete_, .pattern = "/users/{id}/tokens",
        .credential = Credential::api_key, .body = {},
        .query = Query::none, .status = 200, .answer = "TokensRevoked",
        .may_wait = true, .refusals = "404",
        .operation = "revokeUserTokens", .summary = "Revokes all tokens of a user",
        .endpoint = delete_user_tokens},
  Route{.method = Method::get, .pattern = "/tokens", .credential = Credential::api_key, .body = {},
        .query = Query::tokens, .status = 200, .answer = "TokenList",
        .may_wait = true, .refusals = {},
        .operation = "listTokens", .summary = "The client's tokens, newest first",
        .endpoint = get_tokens},
  Route{.method = Method::get, .pattern = "/tokens/{id}",
        .credential = Credential::api_key, .body = {},
        .query = Query::none, .status = 200, .answer = "Token", .may_wait = true, .refusals = "404",
        .operation = "getToken", .summary = "One token's record",
        .endpoint = get_token_by_id},
  Route{.method = Method::delete_, .pattern = "/tokens/{id}",
        .credential = Credential::api_key, .body = {},
        .query = Query::none, .status = 200, .answer = "TokenRevoked",
        .may_wait = true, .refusals = "404",
        .operation = "revokeToken", .summary = "Revokes one token of the client",
        .endpoint = delete_token_by_id},
  Route{.method = Method::post, .pattern = "/oauth2/token",
        .credential = Credential::oauth_user, .body = "OAuthTokenRequest",
        .query = Query::none, .status = 200, .answer = "OAuthToken",
        .may_wait = true, .in_bulk = issue_together, .refusals = {},
        .operation = "oauthToken", .summary = "Issues a token by client credentials (RFC 6749)",
        .endpoint = post_oauth_token},
  Route{.method = Method::post, .pattern = "/oauth2/introspect",
        .credential = Credential::oauth_owner, .body = "OAuthTokenReference",
        .query = Query::none, .status = 200, .answer = "OAuthIntrospection",
        .may_wait = true, .refusals = {},
        .operation = "oauthIntrospect", .summary = "What a token is good for (RFC 7662)",
        .endpoint = post_oauth_introspect},
  Route{.method = Method::post, .pattern = "/oauth2/revoke",
        .credential = Credential::oauth_owner, .body = "OAuthTokenReference",
        .query = Query::none, .status = 200, .answer = "OAuthRevocation",
        .may_wait = true, .refusals = {},
        .operation = "oauthRevoke", .summary = "Revokes a token by its text (RFC 7009)",
        .endpoint = post_oauth_revoke},
  Route{.method = Method::get, .pattern = "/.well-known/oauth-authorization-server",
        .credential = Credential::none, .body = {},
        .query = Query::none, .status = 200, .answer = "OAuthMetadata",
        .may_wait = false, .refusals = {},
        .operation = "oauthMetadata", .summary = "Where the OAuth 2 endpoints are (RFC 8414)",
        .endpoint = get_oauth_metadata},
  Route{.method = Method::get, .pattern = "/.well-known/jwks.json",
        .credential = Credential::none, .body = {},
        .query = Query::none, .status = 200, .answer = "JwkSet",
        .may_wait = true, .refusals = "503",
        .operation = "jwks", .summary = "The public keys that check tokens (RFC 7517)",
        .endpoint = get_jwks},
  Route{.method = Method::get, .pattern = "/openapi.json",
        .credential = Credential::none, .body = {},
        .query = Query::none, .status = 200, .answer = "OpenApi", .may_wait = false, .refusals = {},
        .operation = "openapi", .summary = "This document",
        .endpoint = get_openapi},
  Route{.method = Method::get, .pattern = "/docs", .credential = Credential::none, .body = {},
        .query = Query::none, .status = 200, .answer = "Page", .may_wait = false, .refusals = {},
        .operation = "docs", .summary = "This document for reading and trying",
        .endpoint = get_docs},
  Route{.method = Method::get, .pattern = "/docs/{file}",
        .credential = Credential::none, .body = {},
        .query = Query::none, .status = 200, .answer = "Page", .may_wait = false, .refusals = "404",
        .operation = "docsFile", .summary = "A file of the viewer",
        .endpoint = get_docs},
};
// clang-format on

/// The two tables as one.
constexpr auto join_routes() {
  std::array<Route, kOwnRoutes.size() + kAdminRoutes.size()> all{};
  std::ranges::copy(kOwnRoutes, all.begin());
  std::ranges::copy(kAdminRoutes, all.begin() + kOwnRoutes.size());
  return all;
}
constexpr auto kRoutes = join_routes();

constexpr http::Router kRouter(kRoutes);
static_assert(!kRouter.is_ambiguous(), "two rows answer the same request");

// Api::handle_bulk answers what waits there together, so one function must answer all of it.
constexpr bool is_bulk_of_one_kind() {
  for (const auto& route : kRoutes)
    if (route.in_bulk != nullptr && route.in_bulk != issue_together) return false;
  return true;
}
static_assert(is_bulk_of_one_kind());

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

http::Match match_route(http::Method method, std::string_view path) {
  return kRouter.match(method, path);
}

std::string allowed_methods(std::string_view path) {
  return kRouter.allow(path);
}

}  // namespace claviger::api
