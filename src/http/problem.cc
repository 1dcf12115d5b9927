#include "http/problem.h"

#include "base/json_writer.h"
#include "base/limits.h"

namespace claviger::http {
namespace {

// Types are names, not addresses: they stay the same wherever a server is installed, behind
// whatever prefix, and promise no page (RFC 9457 §3.1.1 allows both).
constexpr std::string_view kTypePrefix = "urn:claviger:problem:";
constexpr std::string_view kContentType = "application/problem+json";

void write(const ProblemKind& kind, std::string_view detail, const std::vector<FieldError>& fields,
           std::optional<std::chrono::seconds> retry_after, const Request& request,
           Response& response) {
  response.status = kind.status;
  response.content_type = kContentType;
  response.body.clear();
  JsonWriter w(response.body);
  w.begin_object();
  w.field("type", std::string(kTypePrefix) + std::string(kind.code));
  w.field("title", kind.title);
  w.field("status", kind.status);
  w.field("detail", detail);
  w.field("code", kind.code);
  w.field("request_id", request_id_text(request.id));
  if (!fields.empty()) {
    w.key("errors").begin_array();
    for (const auto& [field, message] : fields)
      w.begin_object().field("field", field).field("message", message).end_object();
    w.end_array();
  }
  w.end_object();
  if (retry_after) response.add_header("Retry-After", std::to_string(retry_after->count()));
}

/// Those of what operators do: the admin panel, creating clients, reading metrics.
ProblemKind operator_problem_kind(Code code) {
  switch (code) {
    case Code::no_session:
      return {401, "A session of the admin panel is needed", "no_session"};
    case Code::invalid_link:
      return {401, "The link is not valid", "invalid_link"};
    case Code::csrf:
      return {403, "The panel's own page did not ask for this", "csrf"};
    case Code::auditor:
      return {403, "An auditor changes nothing", "auditor"};
    case Code::openid_not_allowed:
      return {403, "The address may not log in", "openid_not_allowed"};
    case Code::openid_not_verified:
      return {403, "The address is not verified", "openid_not_verified"};
    case Code::openid_expired:
      return {403, "The login took too long", "openid_expired"};
    case Code::openid_failed:
      return {503, "The OpenID provider failed", "openid_failed"};
    case Code::master_disabled:
      return {403, "Creating clients is disabled", "master_disabled"};
    case Code::address_not_allowed:
      return {403, "The address is not allowed", "address_not_allowed"};
    default:
      return {503, "The server cannot answer", "overloaded"};  // reached by none of them
  }
}

ProblemKind refusal_kind(int status) {
  switch (status) {
    case 403:
      return {403, "The connection is not trusted", "untrusted_connection"};
    case 405:
      return problem_kind(Code::method_not_allowed);
    case 408:
      return {408, "The request took too long", "request_timeout"};
    case 413:
      return problem_kind(Code::too_large);
    case 414:
      return {414, "The URL is too long", "uri_too_long"};
    case 417:
      return {417, "The expectation cannot be met", "expectation_failed"};
    case 431:
      return {431, "The headers are too large", "headers_too_large"};
    case 503:
      return problem_kind(Code::overloaded);
    default:
      return problem_kind(Code::malformed_request);
  }
}

/// When to try again what was answered with this error.
std::optional<std::chrono::seconds> retry_after(const Error& error, int status) {
  return status == 503 && !error.retry_after ? limits::retry_after : error.retry_after;
}

/// The word of RFC 6749 §5.2 for an error; those two that it lacks are of §4.1.2.1.
std::string_view oauth_word(const ProblemKind& kind, Code code) {
  if (code == Code::unsupported_grant_type || code == Code::invalid_scope) return kind.code;
  if (kind.status == 401) return "invalid_client";
  return kind.status == 429 || kind.status == 503 ? "temporarily_unavailable" : "invalid_request";
}

/// What is wrong, in the characters that error_description may have.
std::string oauth_description(const Error& error) {
  std::string text = error.detail;
  for (const auto& [field, message] : error.fields) text += " It " + message + ".";
  for (auto& c : text) {
    if (c == '"') c = '\'';
    if (c < ' ' || c > '~' || c == '\\') c = '?';
  }
  return text;
}

/// A server that cannot sign, or not tell that all the others know.
ProblemKind node_problem_kind(Code code) {
  if (code == Code::fence_incomplete)
    return {503, "The change is stored and not yet in force everywhere", "fence_incomplete"};
  if (code == Code::signing_key_retired)
    return {503, "The signing key is retired", "signing_key_retired"};
  return {503, "The signing key is not loaded", "signing_key_missing"};
}

}  // namespace

ProblemKind problem_kind(Code code) {
  switch (code) {
    case Code::malformed_request:
      return {400, "The request is malformed", "malformed_request"};
    case Code::malformed_body:
      return {400, "The body is malformed", "malformed_body"};
    case Code::duplicate_field:
      return {400, "A field came more than once", "duplicate_field"};
    case Code::unsupported_grant_type:
      return {400, "The grant type is not offered", "unsupported_grant_type"};
    case Code::invalid_scope:
      return {400, "The scope is not the user's", "invalid_scope"};
    case Code::missing_credential:
      return {401, "A credential is needed", "missing_credential"};
    case Code::invalid_credential:
      return {401, "The credential is not valid", "invalid_credential"};
    case Code::wrong_environment:
      return {401, "The credential belongs to another environment", "wrong_environment"};
    case Code::invalid_token:
      return {401, "The token is not valid", "invalid_token"};
    case Code::no_session:
    case Code::invalid_link:
    case Code::master_disabled:
    case Code::address_not_allowed:
    case Code::csrf:
    case Code::auditor:
    case Code::openid_not_allowed:
    case Code::openid_not_verified:
    case Code::openid_expired:
    case Code::openid_failed:
      return operator_problem_kind(code);
    case Code::insufficient_scope:
      return {403, "A scope is missing", "insufficient_scope"};
    case Code::not_found:
      return {404, "Not found", "not_found"};
    case Code::method_not_allowed:
      return {405, "The method is not allowed", "method_not_allowed"};
    case Code::conflict:
      return {409, "It exists already", "conflict"};
    case Code::too_large:
      return {413, "The body is too large", "too_large"};
    case Code::unsupported_media_type:
      return {415, "The media type is not supported", "unsupported_media_type"};
    case Code::unacceptable_field:
      return {422, "A field is not acceptable", "unacceptable_field"};
    case Code::too_many_attempts:
      return {429, "Too many failed attempts", "too_many_attempts"};
    case Code::overloaded:
      return {503, "The server is overloaded", "overloaded"};
    case Code::storage_unavailable:
      return {503, "The storage is unavailable", "storage_unavailable"};
    case Code::fence_incomplete:
    case Code::signing_key_retired:
    case Code::signing_key_missing:
      return node_problem_kind(code);
    case Code::shutting_down:
      return {503, "The server is stopping", "shutting_down"};
  }
  return {503, "The server cannot answer", "overloaded"};  // reached by none of the enumerators
}

void write_problem(const Error& error, const Request& request, Response& response) {
  const auto kind = problem_kind(error.code);
  write(kind, error.detail, error.fields, retry_after(error, kind.status), request, response);
}

void write_oauth_error(const Error& error, Response& response) {
  const auto kind = problem_kind(error.code);
  // Its own statuses are 400 and 401; HTTP's for size, media type and load say more.
  response.status = kind.status == 422 ? 400 : kind.status;
  response.content_type = "application/json";
  response.body.clear();
  JsonWriter(response.body)
      .begin_object()
      .field("error", oauth_word(kind, error.code))
      .field("error_description", oauth_description(error))
      .end_object();
  if (const auto wait = retry_after(error, kind.status))
    response.add_header("Retry-After", std::to_string(wait->count()));
}

void write_refusal(int status, std::string_view reason, const Request& request,
                   Response& response) {
  const auto kind = refusal_kind(status);
  // Asked of the server as a whole: no resource has been looked at.
  if (kind.status == 405) response.add_header("Allow", "GET, HEAD, POST, PATCH, DELETE, OPTIONS");
  const auto retry_after = kind.status == 503 ? std::optional(limits::retry_after) : std::nullopt;
  write(kind, reason, {}, retry_after, request, response);
}

}  // namespace claviger::http
