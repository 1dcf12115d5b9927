// RFC 8414. The addresses are those of CLAVIGER_PUBLIC_URL or, without it, those under which the
// caller reached this server.
#include "api/endpoints.h"
#include "base/json_writer.h"

namespace claviger::api {
namespace {

void write_list(JsonWriter& json, std::string_view name,
                std::initializer_list<std::string_view> values) {
  json.any_key(name).begin_array();
  for (const auto value : values) json.value(value);
  json.end_array();
}

}  // namespace

Status get_oauth_metadata(Call& call) {
  auto base = call.app.services.policy.public_url;
  if (base.empty() && call.request.host.empty())
    return fail(Code::malformed_request, "The header Host is needed here.");
  if (base.empty())
    base = (call.request.is_https ? "https://" : "http://") + std::string(call.request.host);
  JsonWriter json(json_body(call));
  json.begin_object()
      .field("issuer", base)
      .field("token_endpoint", base + "/oauth2/token")
      .field("introspection_endpoint", base + "/oauth2/introspect")
      .field("revocation_endpoint", base + "/oauth2/revoke")
      .field("jwks_uri", base + "/.well-known/jwks.json")
      .field("service_documentation", base + "/docs");
  write_list(json, "response_types_supported", {});  // of an authorization endpoint: there is none
  write_list(json, "grant_types_supported", {"client_credentials"});
  for (const auto* endpoint : {"token", "introspection", "revocation"})
    write_list(json, std::string(endpoint) + "_endpoint_auth_methods_supported",
               {"client_secret_basic", "client_secret_post"});
  // What "iss" and "aud" of a token are: they name the environment, not an address (ENV-1).
  json.field("token_issuer", call.app.services.policy.issuer).end_object();
  return {};
}

}  // namespace claviger::api
