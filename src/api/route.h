#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "http/request.h"
#include "http/router.h"

namespace claviger::api {

struct Call;
/// Answers one call, or returns what it is refused with.
using Endpoint = Status (*)(Call&);
/// Answers calls that came at the same time, but for those whose outcome is an error already.
using BulkEndpoint = void (*)(std::span<Call> calls, std::span<Status> outcomes);

/// The credential a route asks for. It decides who is let in, and the challenge of a 401.
enum class Credential : std::uint8_t {
  none,
  master,         // username and password in the body
  api_key,        // x-api-key
  login,          // identifier and secret in the body; x-api-key or CLIENT_API_KEY
  bearer,         // Authorization: Bearer
  oauth_user,     // a user's id and secret, by Basic or in the body (RFC 6749 §2.3.1)
  oauth_owner,    // that, or x-api-key
  login_link,     // the code of a link in the body
  session,        // a session of the admin panel
  administrator,  // the same; to change something, that of an administrator
};

/// What a caller may send in the query; names of components.parameters.
enum class Query : std::uint8_t {
  none,
  page,
  tokens,
  scope,
  // Of the panel: the filters of its lists, by pages and in exports
  admin_clients,
  admin_users,
  admin_tokens,
  admin_audit,
  admin_audit_check,
  admin_clients_export,
  admin_users_export,
  admin_tokens_export,
  admin_audit_export,
};

/// One row of the table of routes. It drives routing, Allow, credentials, the reading of bodies,
/// the OpenAPI document, the log's "route", and a test that every row has a test.
struct Route {
  std::optional<http::Method> method;  // nullopt: any (gateways forward the caller's)
  std::string_view pattern;
  Credential credential;
  std::string_view body;  // schema of the request body; empty: a body is not read
  Query query;
  int status;                      // of success
  std::string_view answer;         // schema of the success answer; empty: no body
  bool may_wait;                   // asks storage, so it runs on the pool
  BulkEndpoint in_bulk = nullptr;  // if set, waits there behind all others and is answered by it
  std::string_view refusals;       // statuses it may answer beside those of its credential and body
  std::string_view operation;
  std::string_view summary;
  Endpoint endpoint;
};

/// All routes, the busiest first.
std::span<const Route> routes();
/// Whether a route speaks to OAuth 2 libraries: its errors are those of RFC 6749 §5.2.
constexpr bool is_oauth(const Route& route) {
  return route.credential == Credential::oauth_user || route.credential == Credential::oauth_owner;
}

/// Where a method and path lead.
http::Match match_route(http::Method method, std::string_view path);
/// The value of Allow for a path.
std::string allowed_methods(std::string_view path);

}  // namespace claviger::api
