#include "token/claims.h"

#include "base/environment.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "token/json_object.h"

namespace claviger {
namespace {

using Kind = TokenRefusal::Kind;
using Value = simdjson::dom::element;

// NumericDates that a clock can show and milliseconds can hold: up to the year 9999.
constexpr std::int64_t kLatest = 253'402'300'799;
constexpr std::string_view kIssuerPrefix = "urn:claviger:";

auto malformed(std::string_view reason, std::string environment = {}) {
  return tl::unexpected(TokenRefusal{Kind::malformed_or_not_ours, reason, std::move(environment)});
}

bool read_text(const Value& value, std::string_view& out) {
  return !value.get(out);
}

template <class AnyId>
bool read_id(const Value& value, std::optional<AnyId>& out) {
  std::string_view text;
  if (!read_text(value, text)) return false;
  out = AnyId::parse(text);
  return out.has_value();
}

bool read_time(const Value& value, std::optional<Instant>& out) {
  if (!value.is<std::int64_t>()) return false;  // a JSON integer: no fraction, no exponent
  const std::int64_t s = std::int64_t(value);
  if (s < 0 || s > kLatest) return false;
  out = from_unix_seconds(s);
  return true;
}

/// "aud" is a text or an array of texts (RFC 7519 §4.1.3).
bool read_audience(const Value& value, std::string_view wanted, bool& found) {
  std::string_view text;
  if (read_text(value, text)) {
    found = text == wanted;
    return true;
  }
  simdjson::dom::array list;
  if (value.get(list)) return false;
  for (const auto entry : list) {
    if (!read_text(entry, text)) return false;
    found = found || text == wanted;
  }
  return true;
}

struct Reading {
  std::optional<TokenId> token_id;
  std::optional<UserId> user_id;
  std::optional<ClientId> client_id;
  std::optional<Instant> issued_at, expires_at, not_before;
  std::string_view issuer;
  bool audience = false;

  bool member(std::string_view name, const Value& value, std::string_view wanted_audience) {
    if (name == "jti") return read_id(value, token_id);
    if (name == "sub") return read_id(value, user_id);
    if (name == "client_id") return read_id(value, client_id);
    if (name == "iat") return read_time(value, issued_at);
    if (name == "exp") return read_time(value, expires_at);
    if (name == "nbf") return read_time(value, not_before);
    if (name == "iss") return read_text(value, issuer);
    if (name == "aud") return read_audience(value, wanted_audience, audience);
    return true;  // a claim we do not know means nothing to us (RFC 7519 §4)
  }
};

std::string environment_of_issuer(std::string_view issuer) {
  if (!issuer.starts_with(kIssuerPrefix)) return {};
  const auto name = issuer.substr(kIssuerPrefix.size());
  return Environment::parse(name) ? std::string(name) : std::string{};
}

}  // namespace

Checked<Claims> parse_claims(const SignedPayload& payload, std::string_view issuer) {
  Reading r;
  std::string environment;
  bool for_this_issuer = false;
  const bool good = for_each_member(payload.json(), [&](std::string_view name, const Value& value) {
    if (!r.member(name, value, issuer)) return false;
    if (name == "iss") {  // compared here: the parser's text does not outlive it
      for_this_issuer = r.issuer == issuer;
      environment = environment_of_issuer(r.issuer);
    }
    return true;
  });
  if (!good) return malformed("claims are not one object of distinct, well-typed members");
  if (!r.token_id || !r.user_id || !r.client_id || !r.issued_at || !r.expires_at)
    return malformed("a required claim is missing");
  return Claims{.token_id = *r.token_id,
                .user_id = *r.user_id,
                .client_id = *r.client_id,
                .issued_at = *r.issued_at,
                .expires_at = *r.expires_at,
                .not_before = r.not_before,
                .for_this_issuer = for_this_issuer,
                .for_this_audience = r.audience,
                .environment_of_iss = std::move(environment)};
}

Checked<Claims> check_times(Claims claims, Instant now) {
  if (!claims.for_this_issuer)
    return malformed("iss is not this issuer", std::move(claims.environment_of_iss));
  if (!claims.for_this_audience) return malformed("aud is not this audience");
  if (claims.expires_at <= now)
    return tl::unexpected(TokenRefusal{Kind::expired, "exp has passed"});
  if (claims.issued_at > now + limits::issued_in_future_max)
    return malformed("iat is in the future");
  if (claims.not_before && *claims.not_before > now) return malformed("nbf is in the future");
  return claims;
}

std::string write_claims(const NewClaims& claims) {
  std::string json;
  JsonWriter(json)
      .begin_object()
      .field("iss", claims.issuer)
      .field("aud", claims.issuer)
      .field("sub", claims.user_id.text())
      .field("client_id", claims.client_id.text())
      .field("jti", claims.token_id.text())
      .field("iat", unix_seconds(claims.issued_at))
      .field("exp", unix_seconds(claims.expires_at))
      .field("scope", claims.scopes)
      .end_object();
  return json;
}

}  // namespace claviger
