#include <gtest/gtest.h>

#include <functional>

#include "base/bytes.h"
#include "base/limits.h"
#include "crypto/system_random.h"
#include "token/claims.h"
#include "token/jws.h"

namespace claviger {
namespace {

using Kind = TokenRefusal::Kind;

const Environment kEnvironment = *Environment::parse("staging");
constexpr std::string_view kIssuer = "urn:claviger:staging";
const Instant kNow = from_unix_seconds(1'800'000'000);

Key key_of(std::string_view secret, const Environment& environment = kEnvironment) {
  return Key::hs256(environment, SigningSecret(secret));
}

Random& random_source() {
  static SystemRandom random;
  return random;
}

const KeyRing& ring() {
  static const KeyRing keys = [] {
    std::vector<Key> all;
    all.push_back(key_of("the secret of this environment, 32+"));
    all.push_back(key_of("the previous secret of this environment"));
    return KeyRing(std::move(all), random_source());
  }();
  return keys;
}

NewClaims sample() {
  return {.token_id = {{1}},
          .user_id = {{2}},
          .client_id = {{3}},
          .issued_at = kNow,
          .expires_at = kNow + seconds(3600),
          .issuer = kIssuer,
          .scopes = "read:all"};
}

std::string token_with_header(const Key& key, std::string_view header_json) {
  std::string token =
      base64url(bytes_of(header_json)) + "." + base64url(bytes_of(write_claims(sample())));
  return token + "." + key.sign(token);
}
std::string token_with_payload(std::string_view payload) {
  return sign_token(*ring().signing(), payload);
}

/// All of layers 1 and 2.
Checked<Claims> check(std::string_view token) {
  SignedPayload::Buffer buffer;
  auto payload = check_signature(token, ring(), buffer);
  if (!payload) return tl::unexpected(payload.error());
  auto claims = parse_claims(*payload, kIssuer);
  if (!claims) return claims;
  return check_times(*std::move(claims), kNow);
}

std::string header(std::string_view alg, std::string_view typ, std::string_view kid,
                   std::string_view more = {}) {
  return R"({"alg":")" + std::string(alg) + R"(","typ":")" + std::string(typ) + R"(","kid":")" +
         std::string(kid) + "\"" + std::string(more) + "}";
}

TEST(Token, RoundTrips) {  // TOK-5
  const auto claims = check(sign_token(*ring().signing(), write_claims(sample())));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->token_id, sample().token_id);
  EXPECT_EQ(claims->user_id, sample().user_id);
  EXPECT_EQ(claims->client_id, sample().client_id);
  EXPECT_EQ(claims->expires_at, sample().expires_at);
}

TEST(Token, ThePreviousKeyOnlyChecks) {  // TOK-7
  const auto previous = key_of("the previous secret of this environment");
  EXPECT_TRUE(check(sign_token(previous, write_claims(sample()))));
  EXPECT_NE(ring().signing()->kid(), previous.kid());
}

TEST(Token, KidNamesEnvironmentAndKeyButShowsNothing) {  // ENV-2, ENV-4
  EXPECT_EQ(environment_of_kid(ring().signing()->kid()), "staging");
  EXPECT_EQ(environment_of_kid("Staging.0123456789abcdef01234567"), "");
  EXPECT_EQ(environment_of_kid("staging.0123"), "");
  const auto other = Key::hs256(*Environment::parse("production"), SigningSecret("p"));
  const auto refused = check(sign_token(other, write_claims(sample())));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().environment, "production");
}

TEST(Token, HeaderOfAnotherSpellingIsHeldToTheSameRules) {  // TOK-2
  const auto& key = *ring().signing();
  const auto kid = key.kid();
  EXPECT_TRUE(check(
      token_with_header(key, R"({ "kid": ")" + kid + R"(", "typ": "at+jwt", "alg": "HS256" })")));
  EXPECT_TRUE(
      check(token_with_header(key, R"({"alg":"HS256","typ":"at+jwt","\u006bid":")" + kid + "\"}")));
}

TEST(Token, ForgedHeadersAreRefused) {  // TOK-1, TOK-2, RFC 8725 §3.1
  const auto& key = *ring().signing();
  const auto kid = key.kid();
  for (const auto& bad : {header("none", "at+jwt", kid),
                          header("None", "at+jwt", kid),
                          header("hs256", "at+jwt", kid),
                          header("HS384", "at+jwt", kid),
                          header("RS256", "at+jwt", kid),
                          header("", "at+jwt", kid),
                          header("HS256", "JWT", kid),
                          header("HS256", "AT+JWT", kid),
                          header("HS256", "application/at+jwt", kid),
                          header("HS256", "at+jwt", "nobody"),
                          header("HS256", "at+jwt", kid, R"(,"jku":"x")"),
                          header("HS256", "at+jwt", kid, R"(,"x5u":"x")"),
                          header("HS256", "at+jwt", kid, R"(,"jwk":{})"),
                          header("HS256", "at+jwt", kid, R"(,"crit":["b64"],"b64":false)"),
                          header("HS256", "at+jwt", kid, R"(,"zip":"DEF")"),
                          header("HS256", "at+jwt", kid, R"(,"alg":"HS256")"),
                          header("HS256", "at+jwt", kid, R"(,"\u0061lg":"none")"),
                          R"({"alg":"HS256","kid":")" + kid + "\"}",
                          R"({"typ":"at+jwt","kid":")" + kid + "\"}",
                          std::string(R"({"alg":"HS256","typ":"at+jwt"})"),
                          std::string("{}"),
                          std::string("[]"),
                          std::string("null"),
                          header("HS256", "at+jwt", kid) + " x"}) {
    const auto refused = check(token_with_header(key, bad));
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().kind, Kind::malformed_or_not_ours) << bad;
  }
}

TEST(Token, TheCompactFormIsExact) {  // TOK-3
  const auto good = sign_token(*ring().signing(), write_claims(sample()));
  ASSERT_TRUE(check(good));
  const auto first = good.find('.'), second = good.rfind('.');
  const auto h = good.substr(0, first), p = good.substr(first + 1, second - first - 1),
             s = good.substr(second + 1);
  for (const auto& bad :
       {std::string(), std::string("."), std::string(".."), h + "." + p, h + "." + p + ".",
        h + ".." + s, "." + p + "." + s, good + ".", good + ".x", good + "=", good + " ",
        " " + good, good + "\n", h + "." + p + "=." + s, h + "." + p + "." + s.substr(0, 42),
        std::string(9000, 'a'), h + "." + p + "." + s + "AA"})
    EXPECT_FALSE(check(bad)) << bad;
  // Every single character matters, the last one's unused bits included.
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(check(changed)) << i;
  }
}

TEST(Token, LongerThan8KiBIsRefusedBeforeAnythingElse) {  // TOK-3, NET-4
  const auto refused = check(std::string(limits::token_bytes + 1, 'a'));
  EXPECT_EQ(refused.error().reason, "longer than 8 KiB");
}

TEST(Token, AnotherKeysSignatureIsRefused) {
  const auto other = key_of("somebody else's secret");
  auto token = ring().signing()->header_part() + "." + base64url(bytes_of(write_claims(sample())));
  EXPECT_FALSE(check(token + "." + other.sign(token)));
}

class AsymmetricToken : public testing::TestWithParam<SignatureKey::Kind> {
 protected:
  AsymmetricToken() : keys(new_ring()) {}
  static KeyRing new_ring() {
    std::vector<Key> all;
    all.push_back(Key::asymmetric(kEnvironment,
                                  *SignatureKey::from_pem(SignatureKey::generate_pem(GetParam()))));
    return KeyRing(std::move(all), random_source());
  }
  bool accepts(std::string_view token) const {
    SignedPayload::Buffer buffer;
    return check_signature(token, keys, buffer).has_value();
  }
  std::string token() const { return sign_token(*keys.signing(), write_claims(sample())); }
  KeyRing keys;
};
INSTANTIATE_TEST_SUITE_P(Kinds, AsymmetricToken,
                         testing::Values(SignatureKey::Kind::p256, SignatureKey::Kind::ed25519));

TEST_P(AsymmetricToken, RoundTrips) {  // TOK-1
  const auto good = token();
  EXPECT_TRUE(accepts(good));
}

TEST_P(AsymmetricToken, TheAlgorithmIsTheKeys) {  // RFC 8725 §3.1, RFC 9864
  const auto with_alg = [&](std::string_view alg) {
    std::string text = base64url(bytes_of(header(alg, "at+jwt", keys.signing()->kid()))) + "." +
                       base64url(bytes_of(write_claims(sample())));
    return text + "." + keys.signing()->sign(text);
  };
  const bool is_p256 = GetParam() == SignatureKey::Kind::p256;
  EXPECT_EQ(accepts(with_alg("ES256")), is_p256);
  EXPECT_EQ(accepts(with_alg("EdDSA")), !is_p256);
  EXPECT_EQ(accepts(with_alg("Ed25519")), !is_p256);
  for (const auto* alg : {"HS256", "none", "es256", "eddsa", "ES384", "Ed448"})
    EXPECT_FALSE(accepts(with_alg(alg))) << alg;
}

TEST(SignatureKey, TakesPemOnly) {
  EXPECT_FALSE(SignatureKey::from_pem(""));
  EXPECT_FALSE(SignatureKey::from_pem("the text of a key"));
}

std::string payload_with(const std::function<void(std::string&)>& edit) {
  auto json = write_claims(sample());
  edit(json);
  return json;
}
void replace(std::string& text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
}

TEST(Claims, BadOnesAreRefused) {  // TOK-3, TOK-5
  const std::vector<std::pair<std::string_view, std::string_view>> edits = {
      {"\"exp\":1800003600", "\"exp\":1800003600.0"},
      {"\"exp\":1800003600", "\"exp\":18e8"},
      {"\"exp\":1800003600", "\"exp\":\"1800003600\""},
      {"\"exp\":1800003600", "\"exp\":-1"},
      {"\"exp\":1800003600", "\"exp\":99999999999999"},
      {"\"exp\":1800003600", "\"exp\":true"},
      {"\"exp\":1800003600", "\"exp\":1800003600,\"exp\":1900000000"},
      {"\"exp\":1800003600", "\"exp\":1800003600,\"\\u0065xp\":1900000000"},
      {"\"exp\":1800003600,", ""},
      {"\"iat\":1800000000,", ""},
      {"\"iat\":1800000000", "\"iat\":1800000061"},
      {"\"iat\":1800000000", "\"iat\":1800000000,\"nbf\":1800000001"},
      {"\"sub\":\"02", "\"sub\":\"zz"},
      {"\"jti\":\"01", "\"jti\":\"1"},
      {"\"iss\":\"urn:claviger:staging\"", "\"iss\":\"urn:claviger:production\""},
      {"\"iss\":\"urn:claviger:staging\",", ""},
      {"\"aud\":\"urn:claviger:staging\",", ""},
      {"\"aud\":\"urn:claviger:staging\"", "\"aud\":\"somebody\""},
      {"\"aud\":\"urn:claviger:staging\"", "\"aud\":[\"somebody\"]"},
      {"\"aud\":\"urn:claviger:staging\"", "\"aud\":[1]"}};
  for (const auto& [from, to] : edits) {
    const auto refused = check(token_with_payload(
        payload_with([&, from = from, to = to](std::string& json) { replace(json, from, to); })));
    ASSERT_FALSE(refused) << to;
    EXPECT_EQ(refused.error().kind, Kind::malformed_or_not_ours) << to;
  }
  for (const auto* bad : {"", "{}", "[]", "x", "{\"exp\":1800003600"})
    EXPECT_FALSE(check(token_with_payload(bad))) << bad;
}

TEST(Claims, AreTakenAtTheirEdges) {  // TOK-5
  const std::vector<std::pair<std::string_view, std::string_view>> edits = {
      {"\"iat\":1800000000", "\"iat\":1800000060"},
      {"\"iat\":1800000000", "\"iat\":1800000000,\"nbf\":1800000000"},
      {"\"exp\":1800003600", "\"exp\":1800000001"},
      {"\"aud\":\"urn:claviger:staging\"", "\"aud\":[\"somebody\",\"urn:claviger:staging\"]"},
      {"\"scope\":\"read:all\"", "\"scope\":\"read:all\",\"other\":{\"a\":[1]}"}};
  for (const auto& [from, to] : edits)
    EXPECT_TRUE(check(token_with_payload(
        payload_with([&, from = from, to = to](std::string& json) { replace(json, from, to); }))))
        << to;
}

TEST(Claims, ExpiryIsItsOwnLayer) {
  auto expired = sample();
  expired.expires_at = kNow;
  const auto refused = check(token_with_payload(write_claims(expired)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::expired);
}

TEST(Claims, AnotherEnvironmentsIssuerIsNamed) {  // ENV-2
  const auto refused = check(token_with_payload(payload_with([](std::string& json) {
    replace(json, "\"iss\":\"urn:claviger:staging\"", "\"iss\":\"urn:claviger:production\"");
  })));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().environment, "production");
}

}  // namespace
}  // namespace claviger
