#include "api/openapi.h"

#include <array>
#include <map>
#include <set>

#include "api/embed.h"
#include "api/openapi_parameters.h"
#include "api/route.h"
#include "base/json_writer.h"

CLAVIGER_EMBED(openapi_components, CLAVIGER_API_SOURCE "/openapi_components.json");
// The panel's, to stand before those.
CLAVIGER_EMBED(openapi_admin_schemas, CLAVIGER_API_SOURCE "/openapi_admin_schemas.json");
CLAVIGER_EMBED(openapi_session_schemas, CLAVIGER_API_SOURCE "/openapi_session_schemas.json");
CLAVIGER_EMBED(openapi_admin_parameters, CLAVIGER_API_SOURCE "/openapi_admin_parameters.json");

namespace claviger::api {
namespace {

using Operations = std::map<std::string_view, std::vector<const Route*>>;  // by path

constexpr std::array<std::string_view, 7> kAnyMethod = {"get",     "put",  "post", "delete",
                                                        "options", "head", "patch"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTags = {{
    {"Clients", "Companies or applications. Each has an API key and users of its own."},
    {"Users", "Integrations or services of a client. Each has a secret that gets it tokens."},
    {"Tokens", "What proves an identity on each request: issue, check, take back."},
    {"OAuth 2", "Tokens for unmodified OAuth 2 libraries: a user's id and secret are a client's."},
    {"Admin panel", "What the panel at /admin/ is made of: for its own pages, and may change."},
    {"Server", "Whether the server works, and what it can do."},
}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return out;
}

void write_reference(JsonWriter& json, std::string_view kind, std::string_view name) {
  json.begin_object()
      .field("$ref", "#/components/" + std::string(kind) + "/" + std::string(name))
      .end_object();
}

void write_content(JsonWriter& json, std::string_view media_type, std::string_view schema) {
  json.any_key(media_type).begin_object().key("schema");
  write_reference(json, "schemas", schema);
  json.end_object();
}

std::string_view tag_of(const Route& route) {
  const std::string_view path = route.pattern;
  if (path.starts_with("/admin")) return "Admin panel";
  if (path.starts_with("/client")) return "Clients";
  if (path.ends_with("tokens") || path.starts_with("/token")) return "Tokens";
  if (path.starts_with("/user")) return "Users";
  if (path.starts_with("/oauth2/") || path.starts_with("/.well-known/")) return "OAuth 2";
  return path == "/verify" ? "Tokens" : "Server";
}

std::string_view meaning_of(int status) {
  switch (status) {
    case 400:
      return "The request or its body is malformed.";
    case 401:
      return "The credential is missing or not valid.";
    case 403:
      return "The caller is known and may not.";
    case 404:
      return "There is no such object, or it is another client's.";
    case 409:
      return "It exists already.";
    case 413:
      return "The body is larger than 64 KiB.";
    case 415:
      return "The body's media type or coding is not supported.";
    case 422:
      return "A field is not acceptable.";
    case 429:
      return "Too many failed attempts.";
    case 503:
      return "Storage or the fence is not available; Retry-After says when to try again.";
    default:
      return "Refused.";
  }
}

bool is_of_session(Credential credential) {
  return credential == Credential::session || credential == Credential::administrator;
}

/// The statuses that a route may refuse with.
std::set<int> refusals_of(const Route& route) {
  std::set<int> statuses = {400};
  if (route.credential != Credential::none) statuses.insert(401);
  const bool counts_attempts = route.credential == Credential::master ||
                               route.credential == Credential::api_key ||
                               route.credential == Credential::login ||
                               route.credential == Credential::login_link || is_oauth(route);
  if (counts_attempts) statuses.insert(429);
  if (!route.body.empty()) statuses.insert({413, 415});
  if (!route.body.empty() && !is_oauth(route)) statuses.insert(422);
  if (route.query != Query::none && route.query != Query::scope) statuses.insert(422);
  if (is_of_session(route.credential) && route.method != http::Method::get) statuses.insert(403);
  if (route.may_wait || route.credential == Credential::bearer) statuses.insert(503);
  for (auto rest = route.refusals; rest.size() >= 3;
       rest.remove_prefix(std::min<std::size_t>(4, rest.size())))
    statuses.insert((rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0'));
  return statuses;
}

/// Opens the headers of an answer with the one that each has.
void begin_headers(JsonWriter& json) {
  json.key("headers").begin_object().key("X-Request-Id");
  write_reference(json, "headers", "X-Request-Id");
}

void write_refusal(JsonWriter& json, const Route& route, int status) {
  json.any_key(std::to_string(status)).begin_object().field("description", meaning_of(status));
  const bool challenged =
      status == 401 || (status == 403 && route.credential == Credential::bearer);
  const bool retried = status == 429 || status == 503;
  begin_headers(json);
  if (challenged || retried) {
    const std::string_view name = retried                                  ? "Retry-After"
                                  : route.credential == Credential::bearer ? "WWW-Authenticate"
                                                                           : "Challenge";
    json.any_key(retried ? "Retry-After" : "WWW-Authenticate");
    write_reference(json, "headers", name);
  }
  json.end_object().key("content").begin_object();
  if (is_oauth(route)) write_content(json, "application/json", "OAuthError");
  if (!is_oauth(route) || status == 400 || status == 413 || status == 503)
    write_content(json, "application/problem+json", "Problem");  // before it has a route
  json.end_object().end_object();
}

void write_identity_headers(JsonWriter& json) {
  for (const auto name : {"X-Auth-User-Id", "X-Auth-Username", "X-Auth-Client-Id",
                          "X-Auth-Token-Id", "X-Auth-Scopes"}) {
    json.any_key(name);
    write_reference(json, "headers", name);
  }
}

/// The media type of an answer that is no JSON; empty: it is.
std::string_view text_type_of(const Route& route) {
  if (route.answer == "Csv") return "text/csv";
  if (route.answer == "JsonLines") return "application/jsonl";
  if (route.answer == "Metrics") return "text/plain";
  if (route.answer == "Page") return route.pattern.ends_with("{file}") ? "*/*" : "text/html";
  return {};
}

void write_success(JsonWriter& json, const Route& route) {
  json.any_key(std::to_string(route.status))
      .begin_object()
      .field("description", route.status >= 300 ? "It is elsewhere: see Location." : "Success.");
  begin_headers(json);
  if (route.pattern == "/verify") write_identity_headers(json);
  json.end_object();
  if (const auto type = text_type_of(route); !type.empty()) {
    json.key("content").begin_object().any_key(type).begin_object().key("schema").begin_object();
    json.field("type", "string").end_object().end_object().end_object();
  } else if (!route.answer.empty()) {
    json.key("content").begin_object();
    write_content(json, "application/json", route.answer);
    json.end_object();
  }
  json.end_object();
}

void write_parameters(JsonWriter& json, const Route& route) {
  const auto names = parameters_of(route);
  if (names.empty()) return;
  json.key("parameters").begin_array();
  for (const auto name : names) write_reference(json, "parameters", name);
  json.end_array();
}

void write_security(JsonWriter& json, Credential credential) {
  json.key("security").begin_array();
  if (credential == Credential::bearer)
    json.begin_object().key("bearer").begin_array().end_array().end_object();
  if (credential == Credential::api_key || credential == Credential::login)
    json.begin_object().key("apiKey").begin_array().end_array().end_object();
  if (credential == Credential::oauth_owner)
    json.begin_object().key("apiKey").begin_array().end_array().end_object();
  if (credential == Credential::oauth_user || credential == Credential::oauth_owner)
    json.begin_object().key("basic").begin_array().end_array().end_object();
  if (is_of_session(credential))
    json.begin_object().key("session").begin_array().end_array().end_object();
  // Or CLIENT_API_KEY, or credentials in the body
  if (credential == Credential::login || credential == Credential::oauth_user ||
      credential == Credential::oauth_owner)
    json.begin_object().end_object();
  json.end_array();
}

void write_operation(JsonWriter& json, const Route& route, std::string_view operation) {
  json.begin_object()
      .field("operationId", operation)
      .field("summary", route.summary)
      .key("tags")
      .begin_array()
      .value(tag_of(route))
      .end_array();
  write_security(json, route.credential);
  write_parameters(json, route);
  if (!route.body.empty()) {
    json.key("requestBody").begin_object().field("required", true).key("content").begin_object();
    write_content(json, "application/json", route.body);
    write_content(json, "application/x-www-form-urlencoded", route.body);
    json.end_object().end_object();
  }
  json.key("responses").begin_object();
  write_success(json, route);
  for (const int status : refusals_of(route)) write_refusal(json, route, status);
  json.end_object().end_object();
}

void write_path(JsonWriter& json, const std::vector<const Route*>& rows) {
  json.begin_object();
  for (const Route* row : rows) {
    if (row->method) {
      json.any_key(lower(http::method_name(*row->method)));
      write_operation(json, *row, row->operation);
      continue;
    }
    for (const auto method : kAnyMethod) {
      json.any_key(method);
      write_operation(json, *row, std::string(row->operation) + "_" + std::string(method));
    }
  }
  json.end_object();
}

void write_info(JsonWriter& json) {
  json.key("info")
      .begin_object()
      .field("title", "Claviger")
      .field("version", CLAVIGER_VERSION)
      .field(
          "description",
          "Machine identities that can be taken back: a client's API key creates users, a user's "
          "identifier and secret get a token, and a revoked credential is refused from the "
          "moment the revocation is acknowledged.")
      .key("license")
      .begin_object()
      .field("name", "Apache-2.0")
      .field("identifier", "Apache-2.0")
      .end_object()
      .end_object();
  json.key("servers").begin_array().begin_object().field("url", "/").end_object().end_array();
  json.key("tags").begin_array();
  for (const auto& [name, description] : kTags)
    json.begin_object().field("name", name).field("description", description).end_object();
  json.end_array();
}

/// Puts the members of an object before those of a section of the components.
void add_members(std::string& components, std::string_view section, std::string_view object) {
  const auto head = "\n  \"" + std::string(section) + "\": {";
  object.remove_prefix(object.find('{') + 1);
  const auto members = std::string(object.substr(0, object.rfind('}'))) + ',';
  components.insert(components.find(head) + head.size(), members);
}

std::string components_text() {
  std::string components(CLAVIGER_ASSET(openapi_components));
  add_members(components, "schemas", CLAVIGER_ASSET(openapi_admin_schemas));
  add_members(components, "schemas", CLAVIGER_ASSET(openapi_session_schemas));
  add_members(components, "parameters", CLAVIGER_ASSET(openapi_admin_parameters));
  return components;
}

}  // namespace

std::string openapi_document() {
  Operations paths;
  for (const auto& route : routes()) paths[route.pattern].push_back(&route);
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("openapi", "3.1.0");
  write_info(json);
  json.key("paths").begin_object();
  for (const auto& [path, rows] : paths) {
    json.any_key(path);
    write_path(json, rows);
  }
  json.end_object().key("components").raw(components_text()).end_object();
  return out;
}

}  // namespace claviger::api
