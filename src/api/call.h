#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "api/attempts.h"
#include "api/route.h"
#include "api/traffic.h"
#include "base/counter.h"
#include "base/ip_address.h"
#include "base/secret.h"
#include "http/basic.h"
#include "http/fields.h"
#include "http/request.h"
#include "http/response.h"
#include "model/administrator.h"
#include "observe/log.h"
#include "openid/provider.h"
#include "service/check_token.h"
#include "service/overview.h"
#include "service/services.h"

namespace claviger::api {

/// Connections, as the edge counts them: those that are open, and those that were refused since the
/// start for being too many.
struct ConnectionCounts {
  std::int64_t open = 0;
  std::int64_t refused = 0;
};

/// What endpoints work with beside the request.
struct App {
  Services& services;
  Attempts& attempts;
  const Log& log;
  std::optional<ApiKey> default_api_key;  // CLIENT_API_KEY: acts where x-api-key is missing
  std::atomic<bool> draining{false};
  std::string openapi;  // the document, made once
  Instant started{};
  Traffic traffic{};
  OverviewMaker overview{};
  openid::Provider* openid = nullptr;               // null: links alone
  std::vector<Network> metrics_allow{};             // who may read the metrics
  std::function<ConnectionCounts()> connections{};  // empty: nobody counts them
  Counter errors{};                                 // answers with a status of 500 or above
};

/// One request on its way through its endpoint.
struct Call {
  App& app;
  const Route& route;
  const http::Request& request;
  http::Response& response;
  std::string_view id = {};               // the {id} of the path
  std::optional<ActingClient> acting{};   // set where the route asks for an API key
  std::optional<Identity> identity{};     // set where the route asks for a Bearer token
  std::optional<AdminSession> session{};  // set where it asks for a session of the panel
  http::Fields body{};                    // set where the route has one
  http::BasicCredentials basic{};         // set once they are read
  FoundClients* found = nullptr;          // shared by calls that are answered together
};

/// The {id} of the path. Errors: not_found, also for what is no id at all.
template <class AnyId>
Result<AnyId> path_id(const Call& call, std::string_view what) {
  if (const auto id = AnyId::parse(call.id)) return *id;
  return fail(Code::not_found, "There is no such " + std::string(what) + ".");
}

/// The field "scopes" of a body, as the use cases take it.
inline Result<std::optional<std::vector<std::string>>> scopes_field(const http::Fields& body) {
  const auto texts = TRY(body.texts("scopes"));
  if (!texts) return std::optional<std::vector<std::string>>{};
  return std::optional(std::vector<std::string>(texts->begin(), texts->end()));
}

/// What a refused attempt to authenticate is answered with: counted, and with one too many a 429.
/// Other errors pass through. `name` as in Attempts::failed.
Error refuse_attempt(Call& call, Error error, std::string_view name);

/// How the audit trail names the request.
inline RequestRef request_ref(const Call& call) {
  return {.id = call.request.id, .address = {call.request.peer.bytes}};
}

/// Makes the answer a success of the route: its status, and a JSON body to be written.
std::string& json_body(Call& call);

}  // namespace claviger::api
