#include "token/claims.h"

#include "base/environment.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/text.h"
#include "token/json_object.h"
#include "token/jws.h"

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
  bool is_narrowed = false;
  std::optional<std::string> scopes;

  bool member(std::string_view name, const Value& value, std::string_view wanted_audience) {
    if (name == "jti") return read_id(value, token_id);
    if (name == "sub") return read_id(value, user_id);
    if (name == "client_id") return read_id(value, client_id);
    if (name == "iat") return read_time(value, issued_at);
    if (name == "exp") return read_time(value, expires_at);
    if (name == "nbf") return read_time(value, not_before);
    if (name == "iss") return read_text(value, issuer);
    if (name == "aud") return read_audience(value, wanted_audience, audience);
    if (name == "narrowed") return !value.get(is_narrowed);
    if (name == "scope") return read_scopes(value);
    return true;  // a claim we do not know means nothing to us (RFC 7519 §4)
  }

  /// Kept: the parser's text does not outlive it. Only a narrowed token's has to be a text.
  bool read_scopes(const Value& value) {
    std::string_view text;
    if (read_text(value, text)) scopes = text;
    return true;
  }
};

std::string environment_of_issuer(std::string_view issuer) {
  if (!issuer.starts_with(kIssuerPrefix)) return {};
  const auto name = issuer.substr(kIssuerPrefix.size());
  return Environment::parse(name) ? std::string(name) : std::string{};
}

/// Reads a text from its front to its end, piece by piece; once a piece is missing, it has failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  Scanner& literal(std::string_view expected) {
    failed_ = failed_ || !rest_.starts_with(expected);
    if (!failed_) rest_.remove_prefix(expected.size());
    return *this;
  }
  template <class AnyId>
  Scanner& id(AnyId& out) {
    const auto id = failed_ ? std::nullopt : AnyId::parse(rest_.substr(0, 36));
    failed_ = !id;
    if (id) {
      out = *id;
      rest_.remove_prefix(36);
    }
    return *this;
  }
  Scanner& time(Instant& out) {
    const auto digits = rest_.substr(0, rest_.find_first_not_of("0123456789"));
    const auto s = parse_decimal(digits);
    failed_ = failed_ || !s || *s > kLatest;
    if (!failed_) {
      out = from_unix_seconds(*s);
      rest_.remove_prefix(digits.size());
    }
    return *this;
  }
  /// Printable ASCII without quote and backslash: what a JSON string has as it is.
  Scanner& plain_text() {
    std::size_t size = 0;
    const auto is_plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
    while (size < rest_.size() && is_plain(rest_[size])) ++size;
    rest_.remove_prefix(size);
    return *this;
  }
  bool is_done() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

/// The claims of a payload that is to the letter as write_claims writes it: the usual case, which
/// needs no JSON parser. nullopt: it may still be good, in another spelling.
std::optional<Claims> read_own_form(std::string_view json, std::string_view issuer) {
  Claims claims;
  claims.for_this_issuer = claims.for_this_audience = true;
  const bool is_own = Scanner(json)
                          .literal(R"({"iss":")")
                          .literal(issuer)
                          .literal(R"(","aud":")")
                          .literal(issuer)
                          .literal(R"(","sub":")")
                          .id(claims.user_id)
                          .literal(R"(","client_id":")")
                          .id(claims.client_id)
                          .literal(R"(","jti":")")
                          .id(claims.token_id)
                          .literal(R"(","iat":)")
                          .time(claims.issued_at)
                          .literal(R"(,"exp":)")
                          .time(claims.expires_at)
                          .literal(R"(,"scope":")")
                          .plain_text()
                          .literal("\"}")
                          .is_done();
  if (!is_own) return std::nullopt;
  return claims;
}

}  // namespace

Checked<Claims> parse_claims(const SignedPayload& payload, std::string_view issuer) {
  if (auto claims = read_own_form(payload.json(), issuer)) {
    claims->key = payload.key();
    return *std::move(claims);
  }
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
  if (r.is_narrowed && !r.scopes) return malformed("narrowed to no scope claim");
  return Claims{.token_id = *r.token_id,
                .user_id = *r.user_id,
                .client_id = *r.client_id,
                .issued_at = *r.issued_at,
                .expires_at = *r.expires_at,
                .not_before = r.not_before,
                .key = payload.key(),
                .for_this_issuer = for_this_issuer,
                .for_this_audience = r.audience,
                .environment_of_iss = std::move(environment),
                .narrowed_to = r.is_narrowed
                                   ? std::make_unique<const std::string>(*std::move(r.scopes))
                                   : nullptr};
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
  JsonWriter writer(json);
  writer.begin_object()
      .field("iss", claims.issuer)
      .field("aud", claims.issuer)
      .field("sub", claims.user_id)
      .field("client_id", claims.client_id)
      .field("jti", claims.token_id)
      .field("iat", unix_seconds(claims.issued_at))
      .field("exp", unix_seconds(claims.expires_at))
      .field("scope", claims.scopes);
  if (claims.is_narrowed) writer.field("narrowed", true);
  writer.end_object();
  return json;
}

}  // namespace claviger
