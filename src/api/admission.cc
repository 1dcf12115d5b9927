#include "api/admission.h"

#include <algorithm>
#include <array>

#include "api/admin_session.h"
#include "base/limits.h"
#include "base/text.h"
#include "http/form_reader.h"

namespace claviger::api {
namespace {

constexpr std::string_view kScheme = "bearer";

/// The token of "Authorization: Bearer …"; nullopt: no Bearer credential was sent.
std::optional<std::string_view> bearer_token(const http::Request& request) {
  if (request.authorization.count == 0) return std::nullopt;
  auto value = request.authorization.value;
  const auto scheme = value.substr(0, value.find(' '));
  if (!equal_ignoring_case(scheme, kScheme)) return std::nullopt;
  value.remove_prefix(scheme.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

tl::unexpected<Error> no_bearer() {
  return fail(Code::missing_credential, "The header Authorization: Bearer is needed.");
}

Traffic::Kind kind_of(TokenRefusal::Kind refusal) {
  switch (refusal) {
    case TokenRefusal::Kind::malformed_or_not_ours:
      return Traffic::Kind::malformed;
    case TokenRefusal::Kind::expired:
      return Traffic::Kind::expired;
    case TokenRefusal::Kind::unknown:
      return Traffic::Kind::unknown;
    case TokenRefusal::Kind::revoked:
      break;
  }
  return Traffic::Kind::revoked;
}

/// Turns the verdict on a token into the call's identity or an error.
Status settle(Call& call, Verdict verdict) {
  if (auto* error = std::get_if<Error>(&verdict)) return fail(std::move(*error));
  if (auto* refusal = std::get_if<TokenRefusal>(&verdict)) {
    call.app.traffic.count(kind_of(refusal->kind));
    std::string detail(description(refusal->kind));
    const auto& here = call.app.services.policy.environment.name();
    if (!refusal->environment.empty() && refusal->environment != here)
      detail += ": it belongs to the environment " + refusal->environment + ", this is " + here;
    return fail(Code::invalid_token, std::move(detail), std::string(refusal->reason));
  }
  call.app.traffic.count(Traffic::Kind::accepted);
  auto& identity = std::get<Identity>(verdict);
  call.response.notes.client_id = identity.user->client->id;
  call.response.notes.user_id = identity.user->id;
  call.identity = std::move(identity);
  return {};
}

Status admit_bearer(Call& call) {
  const auto token = bearer_token(call.request);
  if (!token) return no_bearer();
  return settle(call, check_token(call.app.services, *token));
}

Result<ActingClient> authenticate(const Call& call, std::string_view key) {
  FoundClients none;
  return authenticate_client(call.app.services, key, call.found != nullptr ? *call.found : none);
}

/// Without x-api-key, the server acts as the client of its own CLIENT_API_KEY.
Status admit_login(Call& call) {
  if (call.request.api_key.count != 0) return admit_api_key(call, call.request.api_key.value);
  if (!call.app.default_api_key)
    return fail(Code::missing_credential,
                "The header x-api-key is needed: this server has no CLIENT_API_KEY.");
  auto acting = call.app.default_api_key->reveal(
      [&](std::string_view key) { return authenticate(call, key); });
  if (!acting && acting.error().code != Code::storage_unavailable)
    return fail(Code::missing_credential,
                "The header x-api-key is needed: this server's CLIENT_API_KEY is not valid.",
                "CLIENT_API_KEY: " + acting.error().cause);
  if (!acting) return fail(std::move(acting).error());
  call.response.notes.client_id = acting->id();
  call.acting = acting->asked_by(request_ref(call));
  return {};
}

/// The scopes that the query requires, as far as they may stand in a header.
std::string required_scopes(const http::Request& request) {
  std::string list;
  std::array<char, limits::url_bytes> room;
  http::QueryCursor query(request.query, room);
  while (const auto field = query.next()) {
    const bool can_stand = field->value.find_first_of("\"\\") == std::string_view::npos;
    if (field->name != "scope" || !can_stand) continue;
    if (!list.empty()) list += ' ';
    list += field->value;
  }
  return list;
}

std::string bearer_challenge(const Call& call, const Error& error) {
  // The description is one of four; which environment a token is of stands in the body alone.
  if (error.code == Code::invalid_token)
    return R"(Bearer error="invalid_token", error_description=")" +
           error.detail.substr(0, error.detail.find(':')) + '"';
  if (error.code == Code::insufficient_scope)
    return R"(Bearer error="insufficient_scope", error_description=")" + error.detail +
           R"(", scope=")" + required_scopes(call.request) + '"';
  return "Bearer";
}

}  // namespace

Status admit_api_key(Call& call, std::string_view key) {
  auto acting = authenticate(call, key);
  if (!acting) return fail(refuse_attempt(call, std::move(acting).error(), {}));
  call.response.notes.client_id = acting->id();
  call.acting = acting->asked_by(request_ref(call));
  return {};
}

Status admit(Call& call) {
  switch (call.route.credential) {
    case Credential::none:
    case Credential::master:       // in the body, which is not read yet
    case Credential::oauth_user:   // likewise
    case Credential::oauth_owner:  // likewise
    case Credential::login_link:   // likewise
      return {};
    case Credential::api_key:
      if (call.request.api_key.count == 0)
        return fail(Code::missing_credential, "The header x-api-key is needed.");
      return admit_api_key(call, call.request.api_key.value);
    case Credential::login:
      return admit_login(call);
    case Credential::bearer:
      return admit_bearer(call);
    case Credential::session:
    case Credential::administrator:
      return admit_session(call);
  }
  return {};
}

std::optional<Status> try_admit_bearer(Call& call) {
  const auto token = bearer_token(call.request);
  if (!token) return Status(no_bearer());
  auto verdict = try_check_token(call.app.services, *token);
  if (!verdict) return std::nullopt;
  return settle(call, *std::move(verdict));
}

void add_challenge(const Call& call, const Error& error) {
  switch (call.route.credential) {
    case Credential::none:
      return;
    case Credential::bearer:
      call.response.add_header("WWW-Authenticate", bearer_challenge(call, error));
      return;
    case Credential::api_key:
      call.response.add_header("WWW-Authenticate", "ApiKey header=\"x-api-key\"");
      return;
    case Credential::session:
    case Credential::administrator:
      call.response.add_header("WWW-Authenticate", "Session realm=\"claviger\"");
      return;
    case Credential::oauth_user:
    case Credential::oauth_owner:
      call.response.add_header("WWW-Authenticate", "Basic realm=\"claviger\"");
      return;
    case Credential::master:
    case Credential::login:
    case Credential::login_link:
      call.response.add_header("WWW-Authenticate", "Body realm=\"claviger\"");
      return;
  }
}

}  // namespace claviger::api
